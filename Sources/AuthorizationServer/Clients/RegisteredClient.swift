import Foundation
public import JSON
public import YAML

/// Which id a document about an app has to name.
public enum ExpectedID: Sendable, Hashable {
    /// That of its file.
    case file(String)
    /// That of the app that is changed.
    case id(ClientID)
    /// Any that can be one.
    case any
}

/// An app, and what was written about it.
public struct RegisteredClient: Sendable {
    /// Largest document about an app, as JSON, in bytes.
    public static let maximumBytes = 65_536

    /// The app.
    public let client: Client
    /// What was written: the members of an app's file.
    public let definition: JSONObject

    /// Creates an app with its document.
    public init(_ client: Client, definition: JSONObject) {
        self.client = client
        self.definition = definition
    }

    /// Reads a file. Every fault goes to the report, with its line.
    static func read(file: String, report: DiagnosticReport) -> RegisteredClient? {
        let before = report.count
        guard let document = YAMLDocument.node(file: file, report: report),
            let client = ClientFile.read(document, expecting: .file(file), report: report), report.count == before
        else { return nil }
        return RegisteredClient(client, definition: JSONValue(document).object ?? [:])
    }

    /// Reads JSON with the members of a file, by the same rules.
    /// - Returns: the app, or everything that is wrong: each fault with the JSON Pointer (RFC 6901) of its place.
    public static func read(_ definition: JSONObject, expecting expected: ExpectedID) -> Result<
        RegisteredClient, ClientFaults
    > {
        // Before anything is made of it.
        guard JSONValue.object(definition).serializedBytes().count <= maximumBytes else {
            return .failure(ClientFaults(["this is longer than \(maximumBytes) bytes"]))
        }
        let report = DiagnosticReport()
        let document = YAMLNode(.object(definition), at: "")
        if let client = ClientFile.read(document, expecting: expected, report: report) {
            return .success(RegisteredClient(client, definition: definition))
        }
        return .failure(
            ClientFaults(
                report.diagnostics.map {
                    $0.location.file.isEmpty ? $0.message : "\($0.location.file): \($0.message)"
                }
            )
        )
    }
}

/// What is wrong with a document about an app.
public struct ClientFaults: Error, Sendable, Hashable {
    /// One sentence each, with the place before it.
    public let sentences: [String]

    /// Creates faults.
    ///
    /// Of many the first ones: one small mistake in a tool that writes these documents can make thousands.
    public init(_ sentences: [String]) {
        let more = sentences.count - Self.maximumCount
        self.sentences = sentences.prefix(Self.maximumCount) + (more > 0 ? ["and \(more) more"] : [])
    }

    static let maximumCount = 50
}

extension JSONObject {
    /// The members of a file, in YAML or JSON; nil when it cannot be read, and the report then says why.
    public init?(file: String, report: DiagnosticReport) {
        guard let document = YAMLDocument.node(file: file, report: report) else { return nil }
        guard let object = JSONValue(document).object else {
            report.add(document.location, "the file has to be a mapping (key: value)")
            return nil
        }
        self = object
    }
}

extension YAMLDocument {
    fileprivate static func node(file: String, report: DiagnosticReport) -> YAMLNode? {
        guard let data = FileManager.default.contents(atPath: file), let text = String(validating: data, as: UTF8.self)
        else {
            report.add(SourceLocation(file: file, line: 1, column: 1), "the file cannot be read as UTF-8")
            return nil
        }
        return node(text: text, file: file, report: report)
    }
}

extension YAMLNode {
    /// JSON as if it had been written in a file; the place of each value is its JSON Pointer.
    fileprivate init(_ value: JSONValue, at pointer: String) {
        let place = SourceLocation(file: pointer, line: 1, column: 1)
        let content: Content =
            switch value {
            case .null: .empty
            case .bool(let flag): .scalar(flag ? "true" : "false", quoted: false)
            case .number(let number): .scalar(number.text, quoted: false)
            case .string(let text): .scalar(text, quoted: true)
            case .array(let elements):
                .sequence(elements.enumerated().map { YAMLNode($1, at: "\(pointer)/\($0)") })
            case .object(let object):
                .mapping(
                    object.members.map { name, value in
                        let name = Self.shown(name)
                        let token = name.replacing("~", with: "~0").replacing("/", with: "~1")
                        let member = "\(pointer)/\(token)"
                        return YAMLMember(
                            name: name,
                            location: SourceLocation(file: member, line: 1, column: 1),
                            value: YAMLNode(value, at: member)
                        )
                    }
                )
            }
        self.init(content: content, location: place)
    }

    /// A name that is longer than any that means something here is cut, and means nothing then either: faults repeat it.
    private static func shown(_ name: String) -> String {
        name.unicodeScalars.count <= 64 ? name : String(String.UnicodeScalarView(name.unicodeScalars.prefix(64))) + "…"
    }
}

extension JSONValue {
    /// A file's document as JSON: what is unquoted and looks like JSON's own words and numbers is what it looks like.
    fileprivate init(_ node: YAMLNode) {
        switch node.content {
        case .empty: self = .null
        case .scalar("true", quoted: false): self = .bool(true)
        case .scalar("false", quoted: false): self = .bool(false)
        case .scalar(let text, let isQuoted):
            let number = isQuoted ? nil : Int64(text).map { JSONNumber($0) }
            self = number.flatMap { $0.text == text ? .number($0) : nil } ?? .string(text)
        case .sequence(let elements): self = .array(elements.map { JSONValue($0) })
        case .mapping(let members): self = .object(JSONObject(members.map { ($0.name, JSONValue($0.value)) }))
        }
    }
}
