import Cryptography
import JSON
import Synchronization

/// A response supplied by a test, byte for byte, instead of the stand-in's own (R8).
struct Override: Sendable {
    let answer: Answer
    /// `nil`: for ever.
    var remaining: Int?

    /// Reads `{"status":…, "content_type":…, "headers":{…}, "body":… | "body_base64":… | "json":…, "delay_ms":…,
    /// "drip_ms":…, "delivery":…, "count":…}`; every member is optional.
    static func parse(_ json: JSONValue) throws(ControlFault) -> Override {
        guard let members = json.object else { throw ControlFault("an override is a JSON object") }
        var answer = Answer(status: 200)
        var remaining: Int?
        var contentType: String? = "application/json"
        for (name, value) in members.members {
            switch (name, value) {
            case ("status", .number(let number)):
                guard let status = number.int64.flatMap({ Int(exactly: $0) }), (200...599).contains(status) else {
                    throw ControlFault("a status is between 200 and 599")
                }
                answer.status = status
            case ("content_type", .string(let text)): contentType = text
            case ("content_type", .null): contentType = nil
            case ("headers", .object(let headers)):
                for (name, value) in headers.members {
                    answer.headers += (value.array ?? [value]).compactMap { $0.string.map { text in (name, text) } }
                }
            case ("body", .string(let text)): answer.body = Array(text.utf8)
            case ("json", let value): answer.body = value.serializedBytes()
            case ("body_base64", .string(let text)):
                guard let bytes = Base64.decode(text) else { throw ControlFault("body_base64 is not base64") }
                answer.body = bytes
            case ("delay_ms", .number(let number)): answer.delay = milliseconds(number)
            case ("drip_ms", .number(let number)):
                answer.delivery = .dripping(pause: milliseconds(number))
            case ("delivery", .string("truncated")): answer.delivery = .truncated
            case ("delivery", .string("reset")): answer.delivery = .resetBeforeHeaders
            case ("delivery", .string("reset-after-headers")): answer.delivery = .resetAfterHeaders
            case ("delivery", .string("plain")): answer.delivery = .plain
            case ("count", .number(let number)): remaining = number.int64.flatMap { Int(exactly: $0) }
            case ("count", .string("forever")): remaining = nil
            default: throw ControlFault("no member \(name) of an override takes this value")
            }
        }
        if let contentType { answer.headers.insert(("content-type", contentType), at: 0) }
        return Override(answer: answer, remaining: remaining)
    }

    /// At most a day.
    private static func milliseconds(_ number: JSONNumber) -> Duration {
        .milliseconds(min(max(number.int64 ?? 0, 0), 86_400_000))
    }
}

/// The overrides of one stand-in.
final class OverrideBoard: Sendable {
    private let posted = Mutex<[Endpoint: [Override]]>([:])

    /// Adds an override behind those that are already waiting; one without a count stays for ever.
    func post(_ override: Override, for endpoint: Endpoint) {
        posted.withLock { $0[endpoint, default: []].append(override) }
    }

    /// The response to give now, if a test supplied one.
    func take(_ endpoint: Endpoint) -> Answer? {
        posted.withLock { posted in
            guard var waiting = posted[endpoint], !waiting.isEmpty else { return nil }
            let answer = waiting[0].answer
            if let remaining = waiting[0].remaining {
                waiting[0].remaining = remaining - 1
                if remaining <= 1 { waiting.removeFirst() }
                posted[endpoint] = waiting.isEmpty ? nil : waiting
            }
            return answer
        }
    }

    /// Removes overrides of one endpoint, or all.
    func clear(_ endpoint: Endpoint? = nil) {
        posted.withLock { posted in
            if let endpoint { posted[endpoint] = nil } else { posted = [:] }
        }
    }
}
