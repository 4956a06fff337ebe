import HTTPTypes
import NIOCore

extension ByteBuffer {
    /// Writes a status line and fields (RFC 9112 §4, §5), without the empty line that ends them.
    mutating func writeHead(status: HTTPResponse.Status, _ fields: HTTPFields) {
        writeStaticString("HTTP/1.1 ")
        writeString(String(status.code))
        writeStaticString(" ")
        writeString(status.reasonPhrase)
        writeStaticString("\r\n")
        for field in fields { writeField(field.name, field.value) }
    }

    /// Writes one field. A byte that would end the line, or that no field may have, becomes a space: a value can never become
    /// a second field (response splitting).
    mutating func writeField(_ name: HTTPField.Name, _ value: String) {
        writeString(name.rawName)
        writeStaticString(": ")
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) {
            writeString(value)
        } else {
            writeBytes(value.utf8.map { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 ? $0 : 0x20 })
        }
        writeStaticString("\r\n")
    }
}
