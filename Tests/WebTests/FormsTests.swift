import HTTPTypes
import Hummingbird
import NIOCore
import OAuth
import Testing

@testable import Web

@Suite("Bodies of requests")
struct FormsTests {
    private let forms = Forms(maximumBytes: 64, timeout: .milliseconds(50))
    private let patient = Forms(maximumBytes: 64, timeout: .seconds(120))

    private func request(
        _ body: RequestBody,
        type: String = "application/x-www-form-urlencoded"
    ) -> Request {
        let head = HTTPRequest(
            method: .post,
            scheme: "https",
            authority: "latchkey.example",
            path: "/",
            headerFields: [.contentType: type]
        )
        return Request(head: head, body: body)
    }

    private func whole(_ text: String) -> RequestBody { RequestBody(buffer: ByteBuffer(string: text)) }

    @Test("a body that came along with its head is read, whatever its pieces")
    func atOnce() async throws {
        let form = try await patient.read(request(whole("a=1&b=%20")))
        #expect(form["a"] == "1")
        #expect(form["b"] == " ")
        let (pieces, continuation) = AsyncStream<ByteBuffer>.makeStream()
        for piece in ["a=", "1&", "b=2"] { continuation.yield(ByteBuffer(string: piece)) }
        continuation.finish()
        let pieced = try await patient.read(request(RequestBody(asyncSequence: pieces)))
        #expect(pieced.names == ["a", "b"])
    }

    @Test("a body that comes later is waited for")
    func later() async throws {
        let (pieces, continuation) = AsyncStream<ByteBuffer>.makeStream()
        async let form = patient.read(request(RequestBody(asyncSequence: pieces)))
        continuation.yield(ByteBuffer(string: "a="))
        await Task.yield()
        continuation.yield(ByteBuffer(string: "1"))
        continuation.finish()
        #expect(try await form["a"] == "1")
    }

    @Test("a body that never ends is given up, begun or not", arguments: ["", "a="])
    func dripping(_ beginning: String) async throws {
        let (pieces, continuation) = AsyncStream<ByteBuffer>.makeStream()
        if !beginning.isEmpty { continuation.yield(ByteBuffer(string: beginning)) }
        await #expect(throws: Refusal.timedOut) {
            try await forms.read(request(RequestBody(asyncSequence: pieces)))
        }
        continuation.finish()
    }

    @Test("one media type, spelled in any case and with parameters")
    func mediaType() async throws {
        for type in ["Application/X-WWW-Form-urlencoded", "application/x-www-form-urlencoded ; charset=UTF-8"] {
            #expect(try await patient.read(request(whole("a=1"), type: type))["a"] == "1")
        }
        for type in ["text/plain", "application/json", "", "application/x-www-form-urlencodedx", "\u{212A}"] {
            await #expect(throws: Refusal.unsupportedMediaType) {
                try await patient.read(request(whole("a=1"), type: type))
            }
        }
    }

    @Test("bytes that are no text, and names that come twice, are refused")
    func malformed() async throws {
        for text in ["a=%FF", "a=1&a=2", "a=%4"] {
            await #expect(throws: Refusal.malformed) { try await patient.read(request(whole(text))) }
        }
        let binary = RequestBody(buffer: ByteBuffer(bytes: [0x61, 0x3D, 0xFF]))
        await #expect(throws: Refusal.malformed) { try await patient.read(request(binary)) }
    }
}
