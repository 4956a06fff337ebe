import Accounts
import AuthorizationServer
import Testing

/// Nodes that read late, relying parties that keep the key set for as long as they may, clocks that are off, operators who
/// ask for a rotation at any time: nobody ever meets a token whose key they do not have.
@Suite("Rotation under any schedule")
struct RotationSimulationTests {
    @Test("E05 E11 no relying party ever fails to verify", arguments: 0..<32)
    func neverOneFailure(_ seed: UInt64) throws {
        var world = SimulatedWorld(seed: seed)
        for _ in 0..<1500 { try world.step() }
        #expect(world.failures == [])
        #expect(world.rotations > 0 && world.verifications > 1000, "a world in which nothing happens proves nothing")
    }
}

/// A deployment in which time passes.
private struct SimulatedWorld {
    private struct Node {
        var keys: [SigningKeyRecord] = []
        var readAt: Int64 = .min / 2
        /// Until then it cannot reach the database.
        var isCutOffUntil: Int64 = 0
    }

    private struct RelyingParty {
        var keyIDs: Set<String> = []
        var keptUntil: Int64 = .min
        /// How far its clock is behind.
        let clockBehind: Int64
    }

    private(set) var failures: [String] = []
    private(set) var rotations = 0
    private(set) var verifications = 0
    private var random: SplitMix64
    private var schedule: RotationSchedule
    private var now: Int64 = 1_800_000_000
    private var keys: [SigningKeyRecord] = []
    private var nodes: [Node]
    private var relyingParties: [RelyingParty]
    /// When the longest-lived token of each key ends: whoever verifies it would verify the others.
    private var tokens: [String: Int64] = [:]
    private var keyCount = 0
    private let longestStep: Int64

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let cacheFor = Int64.random(in: 0...3000, using: &random)
        let publishAhead = cacheFor + RotationSchedule.lag + Int64.random(in: 0...2000, using: &random)
        schedule = Keys.schedule(
            rotateEvery: Int64.random(in: 600...8000, using: &random),
            publishAhead: publishAhead,
            longestLifetime: Int64.random(in: 1...5000, using: &random),
            cacheFor: cacheFor
        )
        longestStep = Int64.random(in: 5...90, using: &random)
        nodes = Array(repeating: Node(), count: Int.random(in: 1...4, using: &random))
        relyingParties = (0..<4).map { _ in
            RelyingParty(clockBehind: Int64.random(in: 0...RotationSchedule.clockTolerance, using: &random))
        }
        self.random = random
    }

    mutating func step() throws {
        now += Int64.random(in: 0...longestStep, using: &random)
        for index in nodes.indices {
            if Int.random(in: 0..<200, using: &random) == 0 {
                nodes[index].isCutOffUntil = now + Int64.random(in: 0...3000, using: &random)
            }
            guard nodes[index].isCutOffUntil <= now else { continue }
            let isOperator = Int.random(in: 0..<50, using: &random) == 0
            if isOperator || Bool.random(using: &random) { try look(index, isOperator ? .request : .schedule) }
            sign(index)
        }
        if Int.random(in: 0..<500, using: &random) == 0 { changeLifetime() }
        for index in relyingParties.indices where Bool.random(using: &random) { verify(index) }
    }

    /// A node looks, does what is due, and reads. Commits take their time, so what it wrote carries an earlier time.
    private mutating func look(_ index: Int, _ occasion: KeyRotation.Occasion) throws {
        let commitTook = Int64.random(in: 0...60, using: &random)
        let decidedAt = Keys.at(now - commitTook)
        do throws(KeyRotation.Refusal) {
            let rotation = try KeyRotation.decide(occasion, StoredSigningKeys(keys, now: decidedAt), schedule)
            let added = rotation.created.map { creation in
                keyCount += 1
                return Keys.key(
                    "key-\(keyCount)",
                    creation.algorithm,
                    published: now - commitTook,
                    since: creation.isCurrent ? now - commitTook : nil,
                    lifetime: schedule.longestLifetime
                )
            }
            rotations += rotation.stopped.count
            keys = Keys.carryOut(rotation, on: keys, adding: added, at: decidedAt)
        } catch {
            // An operator who is told to wait.
        }
        for algorithm in TokenAlgorithm.allCases {
            for place in [SigningKeyRecord.Place.next, .current] {
                try #require(keys.filter { $0.algorithm == algorithm && $0.place == place }.count == 1)
            }
        }
        nodes[index].keys = keys
        nodes[index].readAt = now
    }

    /// Every fresh node signs, also one that has not heard of the last rotation.
    private mutating func sign(_ index: Int) {
        guard now - nodes[index].readAt <= RotationSchedule.readingGoodFor else { return }
        for key in nodes[index].keys where key.place == .current {
            let longest = min(key.longestLifetime, schedule.longestLifetime)
            let lifetime = Int64.random(in: 1...longest, using: &random)
            tokens[key.keyID] = max(tokens[key.keyID] ?? 0, now + lifetime)
        }
    }

    /// A relying party fetches when it must, from any node that is ready, and checks what is around.
    private mutating func verify(_ index: Int) {
        if relyingParties[index].keptUntil < now {
            let ready = nodes.filter { now - $0.readAt <= RotationSchedule.readingGoodFor }
            guard let node = ready.randomElement(using: &random) else { return }
            relyingParties[index].keyIDs = Set(node.keys.map(\.keyID))
            relyingParties[index].keptUntil = now + schedule.cacheFor
        }
        let clock = now - relyingParties[index].clockBehind
        for (keyID, expiresAt) in tokens where expiresAt > clock {
            verifications += 1
            if !relyingParties[index].keyIDs.contains(keyID) { failures.append("\(keyID) at \(now)") }
        }
    }

    /// All nodes are configured anew: what is signed from now on may live shorter, or longer.
    private mutating func changeLifetime() {
        schedule = Keys.schedule(
            rotateEvery: schedule.rotateEvery,
            publishAhead: schedule.publishAhead,
            longestLifetime: Int64.random(in: 1...5000, using: &random),
            cacheFor: schedule.cacheFor
        )
    }
}

/// Steele, Lea and Flood's generator: the same numbers for the same seed.
private struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
