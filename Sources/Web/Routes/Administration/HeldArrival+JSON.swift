public import Accounts
public import JSON

extension HeldArrival {
    /// As administrators read it, by command and by interface.
    public var json: JSONValue {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        func time(_ value: Instant?) -> JSONValue {
            guard let value else { return .null }
            var bytes: [UInt8] = []
            PageTime(unixSeconds: value.seconds).writeMachineForm(to: &bytes)
            return .string(String(decoding: bytes, as: UTF8.self))
        }
        return [
            "id": .string(id.description),
            "status": .string(status.rawValue),
            "provider": .string(identity.provider.description),
            "issuer": .string(identity.key.issuer),
            "subject": .string(identity.key.subject),
            "username": text(identity.username),
            "display_name": text(identity.displayName),
            "address": text(identity.email?.address.description),
            "evidence": text(identity.email?.evidence.rawValue),
            "user": text(account?.description),
            "decision": .string(decision.description),
            "arrived_at": time(arrivedAt),
            "decided_at": time(decidedAt),
            "decided_by": text(decidedBy),
            "note": text(note),
        ]
    }
}
