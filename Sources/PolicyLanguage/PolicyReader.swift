import Accounts
import YAML

/// A policy's file, read but not yet checked.
struct PolicyReading {
    /// The top of the file.
    let root: MappingReader
    /// The name; nil when it is faulty.
    var name: String?
    /// Who may become a new user; nil when it is faulty.
    var signUp: SignUp?
    /// Seconds, or nil for never.
    var dormantAfter: Int?
    /// Seconds, or nil for never.
    var linkLapsesAfter: Int?
    /// The rules, in order.
    var rules: [ReadRule] = []
    /// Where `sign_up` stands.
    var signUpPlace: SourceLocation
    /// Where `dormant_after` stands.
    var dormantPlace: SourceLocation

    /// The policy that the readable parts make; nil while a rule is faulty.
    var policy: LinkingPolicy? {
        let readable = rules.compactMap(\.rule)
        return readable.count == rules.count && !rules.isEmpty ? policy(readable) : nil
    }

    /// The policy of some of the rules.
    func policy(_ rules: [LinkingRule]) -> LinkingPolicy {
        LinkingPolicy(
            name: name ?? "linking policy",
            signUp: signUp ?? .open,
            dormantAfter: dormantAfter,
            linkLapsesAfter: linkLapsesAfter,
            rules: rules
        )
    }
}

/// Reads the top level of a policy's file.
enum PolicyReader {
    /// Version of the language.
    static let version = 1
    /// Most rules.
    static let maximumRules = 200
    /// Shortest and longest time without a sign-in that a policy may name.
    private static let times: ClosedRange<Duration> = .seconds(86_400)...(.seconds(36_500 * 86_400))

    /// Reads a file; nil when there is nothing to go on with. Faults go to the report.
    static func read(_ text: String, file: String, report: DiagnosticReport) -> PolicyReading? {
        let start = SourceLocation(file: file, line: 1, column: 1)
        guard text.utf8.count <= PolicyDocument.maximumBytes else {
            report.add(start, "the file is larger than \(PolicyDocument.maximumBytes) bytes")
            return nil
        }
        guard let root = YAMLDocument.load(text: text, file: file, report: report) else { return nil }
        var reading = PolicyReading(root: root, signUpPlace: start, dormantPlace: start)
        let version = root.required("version")
        if let version, let number = version.int(in: 1...Int.max), number != Self.version {
            version.fail("version \(number) of the policy's language is not known here, only version \(Self.version)")
        }
        reading.name = root.optional("name").flatMap { VisibleText.read($0, characters: 1...64) }
        if let signUp = root.required("sign_up") {
            reading.signUpPlace = signUp.location
            reading.signUp = signUp.word(among: SignUp.allCases.map(\.rawValue)).flatMap(SignUp.init)
        }
        if let dormant = root.required("dormant_after") {
            reading.dormantPlace = dormant.location
            reading.dormantAfter = seconds(dormant)
        }
        reading.linkLapsesAfter = root.optional("link_lapses_after").flatMap(seconds)
        reading.rules = rules(root)
        root.finish()
        return reading
    }

    private static func rules(_ root: MappingReader) -> [ReadRule] {
        guard let value = root.required("rules"), let elements = value.list() else { return [] }
        guard (1...maximumRules).contains(elements.count) else {
            value.fail("\"rules\" has to have 1 to \(maximumRules) rules, and has \(elements.count)")
            return []
        }
        var names: [String: SourceLocation] = [:]
        return elements.map { RuleReader.read($0, names: &names) }
    }

    /// Whole seconds; nil for `never`, and, with a fault, for anything that is no time.
    private static func seconds(_ value: ValueReader) -> Int? {
        if case .scalar("never", _) = value.node.content { return nil }
        guard let duration = value.duration(in: times) else { return nil }
        let (seconds, fraction) = duration.components
        guard fraction == 0 else {
            value.fail("\"\(value.path)\" has to be whole seconds")
            return nil
        }
        return Int(seconds)
    }
}
