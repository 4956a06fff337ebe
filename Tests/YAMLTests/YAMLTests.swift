import Testing
import YAML

private enum Colour: String, CaseIterable { case red, green }

/// Reads a file the way a program would, and returns what it found wrong.
private func faults(_ text: String, _ read: (MappingReader) -> Void = { _ in }) -> [String] {
    let report = DiagnosticReport()
    if let root = YAMLDocument.load(text: text, file: "f.yaml", report: report) { read(root) }
    return report.diagnostics.map(\.description)
}

@Suite("YAML reader")
struct YAMLTests {
    @Test("typed reading of every kind")
    func kinds() throws {
        let text = """
            name: no
            clock: 12:34
            on: true
            count: 42
            wait: 90s
            colour: green
            words: [a, "b"]
            inner:
              deep: |
                two
                lines
            """
        let report = DiagnosticReport()
        let root = try #require(YAMLDocument.load(text: text, file: "f.yaml", report: report))
        #expect(root.required("name")?.string() == "no")
        #expect(root.required("clock")?.string() == "12:34")
        #expect(root.required("on")?.bool() == true)
        #expect(root.required("count")?.int(in: 0...50) == 42)
        #expect(root.required("wait")?.duration(in: .zero ... .seconds(100)) == .seconds(90))
        #expect(root.required("colour")?.choice(of: Colour.self) == .green)
        #expect(root.required("words")?.strings() == ["a", "b"])
        let inner = try #require(root.required("inner")?.mapping())
        #expect(inner.required("deep")?.string()?.hasPrefix("two\nlines") == true)
        #expect(root.optional("absent") == nil)
        inner.finish()
        root.finish()
        #expect(report.diagnostics.map(\.description) == [])
    }

    @Test("all faults at once, each with its place")
    func allFaults() {
        let text = """
            nmae: x
            on: yes
            count: 0123
            colour: gren
            inner:
              extra: 1
            empty:
            """
        let found = faults(text) { root in
            _ = root.required("name")?.string()
            _ = root.required("on")?.bool()
            _ = root.required("count")?.int(in: 0...500)
            _ = root.required("colour")?.choice(of: Colour.self)
            _ = root.optional("empty")?.string()
            root.required("inner")?.mapping()?.finish()
            root.finish()
        }
        #expect(
            found == [
                "f.yaml:1:1: missing key \"name\"",
                "f.yaml:1:1: unknown key \"nmae\" (did you mean \"name\"?)",
                "f.yaml:2:5: \"on\" has to be true or false",
                "f.yaml:3:8: \"count\" has to be a whole number from 0 to 500",
                "f.yaml:4:9: \"colour\" has to be one of red, green (did you mean \"green\"?)",
                "f.yaml:6:3: unknown key \"inner.extra\"",
                "f.yaml:7:1: \"empty\" has no value; leave the key out or give it one",
            ]
        )
    }

    @Test(
        "what the subset leaves out is refused with its place",
        arguments: [
            ("a: &x 1\nb: *x", "f.yaml:1:4: anchors and aliases"),
            ("a: &x 1\nb: 2", "f.yaml:1:4: anchors and aliases"),
            ("a: !!int 1", "f.yaml:1:4: tags"),
            ("a: !mine [1]", "f.yaml:1:4: tags"),
            ("a: !!map {b: 1}", "f.yaml:1:4: tags"),
            ("a: 1\nb: 2\na: 3", "f.yaml:1:1: written more than once in the same mapping: \"a\""),
            ("1: a\n\"1\": b", "written more than once in the same mapping: \"1\""),
            ("? [a]\n: b", "a key has to be plain text"),
            ("<<: {a: 1}", "merge keys"),
            ("a: 1\n---\nb: 2", "but found another document"),
            ("", "the file is empty"),
            ("- a", "f.yaml:1:1: the file has to be a mapping (key: value), found a list"),
            ("a: b: c", "f.yaml:1:5"),
            ("a:\n\t- b", "f.yaml:2:1"),
            ("a: \"\u{0001}\"", "f.yaml:1:"),
            ("b: *missing", "f.yaml:1:4"),
            (String(repeating: "[", count: 200), "f.yaml:2:1"),
            ("a: " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40), "nested deeper"),
            (String(repeating: "[", count: 5000), "f.yaml:"),
            ("a: " + String(repeating: "x", count: 1_048_576), "the file is larger"),
        ]
    )
    func refused(text: String, expected: String) {
        let found = faults(text)
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test(
        "values of another type are faults, not guesses",
        arguments: ["1.5", "\"1\"", "1e3", "0x10", "+1", "--1", "99999999999999999999", "-", "[1]", "٣"]
    )
    func integers(text: String) {
        #expect(faults("a: \(text)") { _ = $0.required("a")?.int(in: -10...1000) }.count == 1)
    }

    @Test("durations", arguments: [("1ms", 1), ("2s", 2000), ("3m", 180_000), ("4h", 14_400_000), ("5d", 432_000_000)])
    func durations(text: String, milliseconds: Int) {
        let report = DiagnosticReport()
        let root = YAMLDocument.load(text: "a: \(text)", file: "f", report: report)
        #expect(root?.required("a")?.duration(in: .zero ... .seconds(86_400 * 10)) == .milliseconds(milliseconds))
    }

    @Test("wrong durations", arguments: ["5", "s", "-5s", "5 s", "1.5h", "9223372036854775807d", "5w", "11d"])
    func wrongDurations(text: String) {
        let found = faults("a: \(text)") { _ = $0.required("a")?.duration(in: .zero ... .seconds(86_400 * 10)) }
        #expect(found.count == 1)
    }

    @Test("a wrong value is never repeated in the message: it may be a secret")
    func secrets() {
        let found = faults("a: hunter2\nb: hunter3") {
            _ = $0.required("a")?.int(in: 0...1)
            _ = $0.required("b")?.choice(of: Colour.self)
        }
        #expect(found.count == 2 && !found.joined().contains("hunter"))
    }

    @Test("control characters in text are refused")
    func controlCharacters() {
        #expect(faults("a: \"x\\u0007y\"") { _ = $0.required("a")?.string() }.count == 1)
        #expect(faults("a: \"x\\0y\"") { _ = $0.required("a")?.string() }.count == 1)
    }

    @Test("spelling suggestions")
    func spelling() {
        let known = ["scopes", "issuer", "id", "name"]
        #expect(nearest(to: "scpoes", among: known) == "scopes")
        #expect(nearest(to: "isuer", among: known) == "issuer")
        #expect(nearest(to: "callback", among: known) == nil)
        #expect(nearest(to: "", among: known) == nil)
    }
}
