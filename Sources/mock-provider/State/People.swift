import JSON
import Synchronization

/// Everyone with an account at one stand-in.
final class People: Sendable {
    private let kind: StandInKind
    private let known: Mutex<[String: Person]>
    private let invented = Atomic<Int>(0)

    init(kind: StandInKind) {
        self.kind = kind
        known = Mutex(Self.byID(Self.samples(kind)))
    }

    /// Everyone, by id.
    var all: [Person] {
        known.withLock { Array($0.values) }.sorted { $0.id < $1.id }
    }

    /// Finds by id, then by subject, username or address; a `login_hint` may be any of them.
    func find(_ hint: String) -> Person? {
        known.withLock { known in
            if let person = known[hint] { return person }
            return known.values.sorted { $0.id < $1.id }
                .first { $0.subject == hint || $0.username == hint || $0.email == hint }
        }
    }

    /// Adds or replaces.
    func put(_ person: Person) {
        known.withLock { $0[person.id] = person }
    }

    /// Removes; unknown ids are no error.
    func remove(_ id: String) {
        known.withLock { $0[id] = nil }
    }

    /// Back to the samples.
    func reset() {
        known.withLock { $0 = Self.byID(Self.samples(kind)) }
    }

    /// Someone nobody has seen before; not kept, so that a benchmark can invent millions.
    func invent() -> Person {
        let number = invented.add(1, ordering: .relaxed).newValue
        return Person(
            id: "fresh-\(number)",
            subject: String(9_000_000_000 + number),
            name: "Fresh Person \(number)",
            username: "fresh\(number)",
            email: "fresh\(number)@people.example",
            emailVerified: true
        )
    }

    private static func byID(_ people: [Person]) -> [String: Person] {
        Dictionary(people.map { ($0.id, $0) }) { _, later in later }
    }

    /// The people of the consent page: each stands for one row of the providers' authority rules.
    private static func samples(_ kind: StandInKind) -> [Person] {
        let (alice, bob, carol, dave, mallory) =
            switch kind {
            case .google:
                (
                    "110169484474386276334", "110169484474386276335", "110169484474386276336", "110169484474386276337",
                    "110169484474386276666"
                )
            case .github: ("583231", "583232", "583233", "583234", "3000000666")
            case .x:
                ("2244994945", "2244994946", "2244994947", "2244994948", "1545054634666666666")
            case .oidc: ("u-alice", "u-bob", "u-carol", "u-dave", "u-mallory")
            }
        return [
            Person(
                id: "alice",
                subject: alice,
                name: "Alice Example",
                username: "alice",
                email: "alice@gmail.com",
                emailVerified: true,
                picture: "https://pictures.example/alice.png"
            ),
            Person(
                id: "bob",
                subject: bob,
                name: "Bob Builder",
                username: "bob",
                email: "bob@example.com",
                emailVerified: true,
                hostedDomain: "example.com"
            ),
            Person(
                id: "carol",
                subject: carol,
                name: "Carol Unverified",
                username: "carol",
                email: "carol@example.net",
                emailVerified: false
            ),
            Person(id: "dave", subject: dave, name: "Dave Nomail", username: "dave"),
            Person(
                id: "mallory",
                subject: mallory,
                name: "Mallory",
                username: "mallory",
                email: "alice@gmail.com",
                emailVerified: false
            ),
        ]
    }
}
