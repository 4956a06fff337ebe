import JSON
import Synchronization

/// The misbehaviours one stand-in currently shows, for a number of times or for ever.
final class MisbehaviourBoard: Sendable {
    private struct Posted {
        var misbehaviour: Misbehaviour
        /// `nil`: for ever.
        var remaining: Int?
    }

    private let posted = Mutex<[Posted]>([])

    /// Adds misbehaviours; the same one again replaces its count.
    func post(_ misbehaviours: [Misbehaviour], times: Int?) {
        posted.withLock { posted in
            for misbehaviour in misbehaviours {
                posted.removeAll { $0.misbehaviour.description == misbehaviour.description }
                posted.append(Posted(misbehaviour: misbehaviour, remaining: times))
            }
        }
    }

    /// Those that a response on this surface has to show now; each counts down.
    func take(_ surface: Surface) -> [Misbehaviour] {
        posted.withLock { posted in
            guard !posted.isEmpty else { return [] }
            var taken: [Misbehaviour] = []
            for index in posted.indices where posted[index].misbehaviour.surface == surface {
                taken.append(posted[index].misbehaviour)
                posted[index].remaining = posted[index].remaining.map { $0 - 1 }
            }
            posted.removeAll { ($0.remaining ?? 1) <= 0 }
            return taken
        }
    }

    /// Back to good behaviour, on one surface or on all.
    func clear(_ surface: Surface? = nil) {
        posted.withLock { $0.removeAll { surface == nil || $0.misbehaviour.surface == surface } }
    }

    /// What is posted.
    var json: JSONValue {
        let posted = posted.withLock { $0 }
        return .array(
            posted.map { entry in
                [
                    "misbehaviour": .string(entry.misbehaviour.description),
                    "remaining": entry.remaining.map { .number(JSONNumber(Int64($0))) } ?? "forever",
                ]
            }
        )
    }
}
