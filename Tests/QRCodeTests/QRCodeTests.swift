import Foundation
import QRCode
import Testing

@Suite("QR codes")
struct QRCodeTests {
    private static let uri =
        "otpauth://totp/Latchkey:alice%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Latchkey"
        + "&algorithm=SHA1&digits=6&period=30"

    /// The three corners that readers look for: a dark ring, a light one, a dark square of three.
    private func hasFinder(_ code: QRCode, atX left: Int, y top: Int) -> Bool {
        (0..<7).allSatisfy { y in
            (0..<7).allSatisfy { x in
                let ring = max(abs(x - 3), abs(y - 3))
                return code[left + x, top + y] == (ring != 2)
            }
        }
    }

    @Test("size and fixed patterns of ISO/IEC 18004", arguments: ["A", uri, String(repeating: "0", count: 2331)])
    func patterns(text: String) throws {
        let code = try #require(QRCode(text))
        #expect((code.size - 17) % 4 == 0 && (21...177).contains(code.size))
        #expect(hasFinder(code, atX: 0, y: 0))
        #expect(hasFinder(code, atX: code.size - 7, y: 0))
        #expect(hasFinder(code, atX: 0, y: code.size - 7))
        // Separators are light, timing patterns alternate, and one module is always dark.
        #expect((0..<8).allSatisfy { !code[$0, 7] && !code[7, $0] })
        #expect((8..<(code.size - 8)).allSatisfy { code[$0, 6] == ($0 % 2 == 0) && code[6, $0] == ($0 % 2 == 0) })
        #expect(code[8, code.size - 8])
        #expect(!code[-1, 0] && !code[0, -1] && !code[code.size, 0] && !code[0, .max])
    }

    /// How many bytes a version holds at level M in byte mode (ISO/IEC 18004 table 7).
    @Test(
        "the smallest version that holds the text at level M",
        arguments: [(14, 1), (15, 2), (26, 2), (27, 3), (62, 4), (63, 5), (106, 6), (152, 8), (213, 10), (2331, 40)]
    )
    func versions(count: Int, version: Int) {
        #expect(QRCode(String(repeating: "a", count: count))?.size == 17 + 4 * version)
        // Digits would be packed more tightly in another mode.
        #expect(QRCode(String(repeating: "1", count: count))?.size == 17 + 4 * version)
    }

    @Test("level M and a mask are what the format bits say")
    func formatBits() throws {
        let code = try #require(QRCode(Self.uri))
        let first = [0, 1, 2, 3, 4, 5, 7, 8].map { code[$0, 8] } + [7, 5, 4, 3, 2, 1, 0].map { code[8, $0] }
        let bits = first.reduce(0) { $0 << 1 | ($1 ? 1 : 0) } ^ 0b101_0100_0001_0010
        #expect(bits >> 13 == 0b00)
        // The BCH code of the format, generator x^10 + x^8 + x^5 + x^4 + x^2 + x + 1.
        var rest = bits
        for shift in stride(from: 4, through: 0, by: -1) where rest & (1 << (shift + 10)) != 0 {
            rest ^= 0b101_0011_0111 << shift
        }
        #expect(rest == 0)
    }

    @Test func nothingAndTooMuch() {
        #expect(QRCode("") == nil)
        #expect(QRCode(String(repeating: "a", count: 2332)) == nil)
        #expect(QRCode(String(repeating: "é", count: 1166)) == nil)
        #expect(QRCode("a\0b") != QRCode("a"))
    }

    @Test("the picture is one path on white with a quiet zone, the same every time, and nothing active")
    func picture() throws {
        let code = try #require(QRCode(Self.uri))
        let svg = code.svg(moduleSize: 5)
        #expect(QRCode(Self.uri) == code)
        #expect(QRCode(Self.uri)?.svg(moduleSize: 5) == svg)
        let side = code.size + 8
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(side * 5)\" height=\"\(side * 5)\""))
        #expect(svg.contains("<rect width=\"\(side)\" height=\"\(side)\" fill=\"#ffffff\"/>"))
        #expect(svg.components(separatedBy: "<path").count == 2)
        for active in ["script", "style", "href", "on", "secret", "otpauth"] { #expect(!svg.contains(active)) }
        #expect(svg.contains("d=\"M4 4h7v1h-7z"))
    }

    @Test("the path draws exactly the dark modules")
    func path() throws {
        let code = try #require(QRCode(Self.uri))
        let svg = code.svg(moduleSize: 1)
        let path = try #require(svg.components(separatedBy: " d=\"").last?.components(separatedBy: "\"").first)
        var drawn: Set<[Int]> = []
        for piece in path.split(separator: "M") {
            let numbers = piece.split { !$0.isNumber }.compactMap { Int($0) }
            let (x, y, width) = (numbers[0], numbers[1], numbers[2])
            #expect(numbers == [x, y, width, 1, width])
            for offset in 0..<width { #expect(drawn.insert([x + offset - 4, y - 4]).inserted) }
        }
        for y in 0..<code.size {
            for x in 0..<code.size { #expect(drawn.contains([x, y]) == code[x, y]) }
        }
    }

    @Test(arguments: [(0, 1), (-5, 1), (1, 1), (64, 64), (65, 64), (.max, 64)])
    func moduleSizes(asked: Int, given: Int) throws {
        let code = try #require(QRCode("A"))
        #expect(code.svg(moduleSize: asked).contains("width=\"\(29 * given)\""))
    }
}
