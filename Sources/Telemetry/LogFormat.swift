import Logging

extension LogRecord {
    /// One JSON object and a line end: `time`, `level`, `message`, then the fields by name.
    var json: String {
        var line = ""
        line.reserveCapacity(384)
        line.append("{\"time\":")
        LogText.quote(time, into: &line)
        line.append(",\"level\":\"")
        line.append(level.rawValue)
        line.append("\",\"message\":")
        LogText.quote(message, into: &line)
        for (name, value) in fields {
            line.append(",")
            LogText.quote(name, into: &line)
            line.append(":")
            switch value {
            case .text(let text): LogText.quote(text, into: &line)
            case .integer(let integer): line.append(String(integer))
            case .number(let number): line.append(String(number))
            case .boolean(let boolean): line.append(String(boolean))
            }
        }
        line.append("}\n")
        return line
    }

    /// For people: `09:30:00.042 info    message  name=value name="two words"`.
    var readable: String {
        var line = String(time.dropFirst(11).dropLast())
        let name = level.rawValue
        line.append(" \(name)\(String(repeating: " ", count: max(1, 9 - name.utf8.count)))")
        // Quoted to escape, and stripped again: a message is prose, but may not draw on the terminal either.
        var quoted = ""
        LogText.quote(message, into: &quoted)
        line.append(contentsOf: quoted.dropFirst().dropLast())
        line.append(fields.isEmpty ? "" : " ")
        for (name, value) in fields {
            line.append(" \(LogText.isPlain(name) ? name : "?")=")
            switch value {
            case .text(let text) where LogText.isPlain(text): line.append(text)
            case .text(let text): LogText.quote(text, into: &line)
            case .integer(let integer): line.append(String(integer))
            case .number(let number): line.append(String(number))
            case .boolean(let boolean): line.append(String(boolean))
            }
        }
        line.append("\n")
        return line
    }
}
