public import Accounts
import Foundation
public import JSON

// What the command line prints with --json and the administration interface answers: the same.

extension Instant {
    /// RFC 3339 in UTC, to the second.
    public var text: String { Date(timeIntervalSince1970: Double(seconds)).ISO8601Format() }

    /// Reads RFC 3339 in UTC; nil for anything else, and for years that nobody means.
    public init?(text: String) {
        guard let date = try? Date(text, strategy: .iso8601), (0...4_102_444_800).contains(date.timeIntervalSince1970)
        else { return nil }
        self.init(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
    }
}

extension JSONValue {
    /// A text, or null.
    public static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

    /// A whole number.
    public static func count(_ value: Int) -> JSONValue { .number(JSONNumber(Int64(value))) }

    /// Texts.
    public static func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}

extension PolicyVersion {
    /// For programs; the text only where it is asked for.
    public func json(withText: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("version", .count(number)), ("hash", .string(policyHash)), ("author", .string(author)),
            ("reason", .string(reason)), ("source", .string(source.rawValue)), ("created_at", .string(createdAt.text)),
            ("plan", plan.flatMap { try? JSONValue.parse(Array($0.utf8)) } ?? .null),
            ("difference", .texts(difference.split(separator: "\n").map(String.init))),
            ("chain_hash", .string(chainHash)),
        ]
        if withText { members.append(("text", .string(text))) }
        return .object(JSONObject(members))
    }
}

extension LinkingDecision {
    /// For programs: what decides, what was passed over, and the same in sentences.
    public var json: JSONValue {
        let passed = passedOver.map { rule -> JSONValue in
            ["rule": .string(rule.rule), "why": .texts(rule.mismatches.map(\.description))]
        }
        return [
            "outcome": .string("\(outcome)"), "reason": .string(reason.code), "rule": .text(rule),
            "rule_number": rulePosition.map { .count($0 + 1) } ?? .null, "next_step": .text(nextStep?.rawValue),
            "facts": .string("\(facts)"), "passed_over": .array(passed), "explanation": .texts(explanation),
        ]
    }
}

extension RecordedDecision {
    /// For programs.
    public var json: JSONValue {
        [
            "id": .string("\(id)"), "decided_at": .string(decidedAt.text), "provider": .string("\(context.provider)"),
            "domain": .text(context.domain), "app": .text(context.app), "facts": .string(facts),
            "policy_version": .count(policyVersion), "policy_hash": .string(policyHash), "rule": .text(rule),
            "outcome": .string(outcome), "reason": .string(reason), "next_step": .text(nextStep),
            "user": .text(user?.description), "request_id": .text(requestID), "shadow_outcome": .text(shadowOutcome),
            "sentence": .string(sentence),
        ]
    }
}

extension ShadowCount {
    /// For programs.
    public var json: JSONValue {
        [
            "outcome": .string(outcome), "shadow_outcome": .string(shadowOutcome), "count": .count(count),
            "samples": .texts(samples),
        ]
    }
}

extension PolicyPlan {
    /// For programs.
    public var json: JSONValue {
        [
            "id": .string(id), "base_version": .count(baseVersion), "base_hash": .string(baseHash),
            "hash": .string(policyHash), "days": .count(days), "decisions": .count(decisions),
            "addresses": .count(addresses), "changes": .array(changes.map(\.json)),
            "difference": .texts(difference), "left_without_a_way_in": .count(count(of: .leftWithoutAWayIn)),
        ]
    }
}

extension PlanChange {
    /// For programs.
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "from": .string(basis.rawValue), "provider": .string(provider),
            "count": .count(count), "before": .string(before), "before_rule": .text(beforeRule),
            "after": .string(after), "after_rule": .text(afterRule), "samples": .texts(samples),
        ]
    }
}
