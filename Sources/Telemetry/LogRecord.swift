import Logging

/// One log event as names and values, redacted, ready for either format.
struct LogRecord {
    /// A value as JSON knows it.
    enum Value: Equatable {
        case text(String)
        case integer(Int64)
        case number(Double)
        case boolean(Bool)
    }

    /// Longest text of a value in bytes; what is beyond is cut, so that one hostile header cannot fill a disk.
    static let maximumTextBytes = 8192
    private static let maximumDepth = 8
    private static let reserved: Set<String> = ["time", "level", "message"]

    let time: String
    let level: Logger.Level
    let message: String
    /// Sorted by name, names unique.
    let fields: [(name: String, value: Value)]

    init(time: String, event: LogEvent, metadata: Logger.Metadata) {
        self.time = time
        level = event.level
        message = Self.cut(event.message.description)
        var fields: [(name: String, value: Value)] = []
        fields.reserveCapacity(metadata.count + 1)
        for (name, value) in metadata { Self.flatten(name, value, depth: 0, into: &fields) }
        if let error = event.error, !fields.contains(where: { $0.name == "error" }) {
            fields.append(("error", .text(Self.cut(String(describing: error)))))
        }
        fields.sort { $0.name < $1.name }
        self.fields = Self.withoutRepetitions(fields)
    }

    /// Two names can become one when they are flattened; a JSON object must not have it twice. Nearly always there is none.
    private static func withoutRepetitions(
        _ sorted: [(name: String, value: Value)]
    ) -> [(name: String, value: Value)] {
        guard zip(sorted, sorted.dropFirst()).contains(where: { $0.name == $1.name }) else { return sorted }
        return sorted.reduce(into: []) { unique, field in
            if unique.last?.name != field.name { unique.append(field) }
        }
    }

    /// `request: {id: 1}` becomes `request.id`, `tries: [a]` becomes `tries.0`: every log system can search that.
    private static func flatten(
        _ name: String,
        _ value: Logger.MetadataValue,
        depth: Int,
        into fields: inout [(name: String, value: Value)]
    ) {
        if depth > maximumDepth || Redaction.withholds(name) {
            fields.append((fieldName(name), .text(Redaction.placeholder)))
            return
        }
        switch value {
        case .string(let text):
            fields.append((fieldName(name), .text(cut(text))))
        case .stringConvertible(let convertible):
            fields.append((fieldName(name), scalar(convertible)))
        case .dictionary(let members):
            for (member, value) in members { flatten("\(name).\(member)", value, depth: depth + 1, into: &fields) }
        case .array(let elements):
            for (index, value) in elements.enumerated() {
                flatten("\(name).\(index)", value, depth: depth + 1, into: &fields)
            }
        }
    }

    private static func scalar(_ value: any CustomStringConvertible & Sendable) -> Value {
        switch value {
        case let value as Bool: return .boolean(value)
        case let value as any BinaryInteger:
            return Int64(exactly: value).map(Value.integer) ?? .text(value.description)
        case let value as Double: return value.isFinite ? .number(value) : .text(value.description)
        default: return .text(cut(value.description))
        }
    }

    private static func fieldName(_ name: String) -> String {
        reserved.contains(name) ? "metadata.\(name)" : cut(name)
    }

    private static func cut(_ text: String) -> String {
        guard text.utf8.count > maximumTextBytes else { return text }
        // May end inside a character; the decoder then puts a replacement character there.
        return String(decoding: text.utf8.prefix(maximumTextBytes), as: UTF8.self) + "…"
    }
}
