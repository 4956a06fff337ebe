import Foundation
import Testing

@testable import Web

/// WCAG 2.2, 1.4.3 (text, 4.5:1) and 1.4.11 (marks and edges of controls, 3:1), computed from the style sheet.
@Suite("Pages: contrast")
struct PagesContrastTests {
    /// Text colour and what it stands on.
    static let texts = [
        ("text", "ground"), ("text", "card"), ("quiet", "ground"), ("quiet", "card"), ("on-accent", "accent"),
        ("on-accent", "accent-hover"), ("on-tint", "tint"), ("on-good", "good"), ("on-caution", "caution"),
        ("on-bad", "bad"), ("provider-text", "provider"), ("provider-text", "provider-hover"),
        ("text", "provider-hover"), ("on-danger", "danger"), ("on-danger", "danger-hover"), ("danger", "card"),
        ("danger", "provider-hover"), ("on-bad", "card"), ("link", "card"), ("link", "ground"),
    ]
    /// Edges and marks.
    static let marks = [
        ("edge", "card"), ("provider-edge", "card"), ("provider-edge", "provider"), ("mono", "provider"),
        ("focus", "card"), ("focus", "ground"), ("accent", "ground"), ("accent", "card"),
        ("danger", "card"),
    ]

    private func schemes() throws -> [[String: String]] {
        let sheet = String(decoding: try PagesSamples.pages().stylesheet.bytes, as: UTF8.self)
        let halves = sheet.components(separatedBy: "@media (prefers-color-scheme: dark)")
        try #require(halves.count == 2)
        let light = properties(in: halves[0])
        let dark = properties(in: halves[1].components(separatedBy: "\n}")[0])
        return [light, light.merging(dark) { $1 }]
    }

    private func properties(in text: String) -> [String: String] {
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.trimmingCharacters(in: CharacterSet(charactersIn: " ;")).components(separatedBy: ": ")
            if parts.count == 2, parts[0].hasPrefix("--") { found[String(parts[0].dropFirst(2))] = parts[1] }
        }
        return found
    }

    private func luminance(_ colour: String) throws -> Double {
        let value = try #require(colour.count == 7 ? Int(colour.dropFirst(), radix: 16) : nil)
        let channels = [value >> 16, value >> 8 & 0xFF, value & 0xFF].map { byte -> Double in
            let part = Double(byte) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }

    private func contrast(_ pair: (String, String), in scheme: [String: String]) throws -> Double {
        let first = try luminance(try #require(scheme[pair.0]))
        let second = try luminance(try #require(scheme[pair.1]))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    @Test("the formula: black on white is 21:1")
    func formula() throws {
        let scheme = ["a": "#000000", "b": "#ffffff"]
        #expect(abs(try contrast(("a", "b"), in: scheme) - 21) < 0.001)
    }

    @Test("text is readable, light and dark", arguments: texts)
    func text(pair: (String, String)) throws {
        for scheme in try schemes() { #expect(try contrast(pair, in: scheme) >= 4.5) }
    }

    @Test("edges, marks and the focus ring are visible, light and dark", arguments: marks)
    func mark(pair: (String, String)) throws {
        for scheme in try schemes() { #expect(try contrast(pair, in: scheme) >= 3) }
    }

    @Test("M11 Google's button has the colours of Google's light and dark themes; one-colour marks are black or white")
    func brandColours() throws {
        let schemes = try schemes()
        #expect(schemes.map { $0["provider"] } == ["#ffffff", "#131314"])
        #expect(schemes.map { $0["provider-edge"] } == ["#747775", "#8e918f"])
        #expect(schemes.map { $0["provider-text"] } == ["#1f1f1f", "#e3e3e3"])
        #expect(schemes.map { $0["mono"] } == ["#000000", "#ffffff"])
    }

    @Test("motion is off for those who ask, focus is always visible")
    func preferences() throws {
        let sheet = String(decoding: try PagesSamples.pages().stylesheet.bytes, as: UTF8.self)
        #expect(sheet.contains("@media (prefers-reduced-motion: reduce)"))
        #expect(sheet.contains(":focus-visible"))
    }
}
