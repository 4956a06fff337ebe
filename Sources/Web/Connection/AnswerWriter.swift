import HTTPTypes
import NIOCore

/// Writes answers that pass the router by straight into the bytes that are sent, with the fields that every answer has.
struct AnswerWriter: Sendable {
    /// Enough for most answers, in bytes.
    static let usualBytes = 2_048

    let headers: SecurityHeaders
    private let date = HTTPDate()

    init(headers: SecurityHeaders) { self.headers = headers }

    /// Status line and fields of an answer, as far as they are the same for all like it.
    func head(status: HTTPResponse.Status, _ fields: HTTPFields) -> [UInt8] {
        var fields = fields
        headers.apply(to: &fields, requestID: "")
        fields[.requestID] = nil
        var head = ByteBuffer()
        head.writeHead(status: status, fields)
        return Array(head.readableBytesView)
    }

    /// Writes the rest of an answer, whose head has been written.
    ///
    /// - Parameter isLast: whether the connection ends behind it.
    func finish(_ buffer: inout ByteBuffer, body: [UInt8], requestID: String, isLast: Bool) {
        buffer.writeField(.contentLength, String(body.count))
        buffer.writeField(.requestID, requestID)
        date.write(into: &buffer)
        if isLast { buffer.writeField(.connection, "close") }
        buffer.writeStaticString("\r\n")
        buffer.writeBytes(body)
    }
}
