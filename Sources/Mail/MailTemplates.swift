import Foundation
import Mustache
import Synchronization

/// The words of every mail, checked once: `email/<event>/{subject.txt,body.txt,body.html}`.
///
/// The check vouches for nearly every template, so that it is compiled when the first mail of its event is written: to compile all of
/// them takes a fifth of the CPU of a start. What it cannot vouch for is compiled at once.
public final class MailTemplates: Sendable {
    /// The three files of an event.
    enum Part: String, CaseIterable, Sendable {
        case subject = "subject.txt"
        case text = "body.txt"
        case html = "body.html"

        /// What its first line has to say.
        var contentType: String { self == .html ? MailHTML.name : "TEXT" }
    }

    private let sources: [MailEvent: [Part: String]]
    private let compiled: Mutex<[MailEvent: [Part: MustacheTemplate]]>

    /// Reads and checks the templates of all events.
    ///
    /// - Parameter directory: path of the templates folder, the one that `email` is in.
    /// - Throws: all faults of all files at once.
    public init(directory: String) throws(MailTemplateFaults) {
        MailHTML.registered
        var faults: [MailTemplateFault] = []
        var sources: [MailEvent: [Part: String]] = [:]
        for event in MailEvent.allCases {
            for part in Part.allCases {
                let file = "email/\(event.rawValue)/\(part.rawValue)"
                guard let bytes = FileManager.default.contents(atPath: directory + "/" + file) else {
                    faults.append(MailTemplateFault(file: file, line: 0, reason: .unreadable))
                    continue
                }
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    faults.append(MailTemplateFault(file: file, line: 0, reason: .notUTF8))
                    continue
                }
                sources[event, default: [:]][part] = text
                let check = MailTemplateCheck(text, event: event, part: part, file: file)
                faults += check.faults
                guard !check.isPlain else { continue }
                do {
                    _ = try MustacheTemplate(string: text)
                } catch let error as MustacheTemplate.ParserError {
                    let reason = MailTemplateFault.Reason.syntax("\(error.error)")
                    faults.append(MailTemplateFault(file: file, line: error.context.lineNumber, reason: reason))
                } catch {
                    faults.append(MailTemplateFault(file: file, line: 0, reason: .syntax("\(error)")))
                }
            }
        }
        guard faults.isEmpty else { throw MailTemplateFaults(faults) }
        self.sources = sources
        compiled = Mutex([:])
    }

    /// The templates of an event, compiled for the first mail of it.
    private func templates(of event: MailEvent) throws -> [Part: MustacheTemplate] {
        if let known = compiled.withLock({ $0[event] }) { return known }
        let new = try (sources[event] ?? [:]).mapValues { try MustacheTemplate(string: $0) }
        compiled.withLock { $0[event] = new }
        return new
    }

    /// A mail in words.
    struct Words: Sendable, Hashable {
        let subject: String
        let text: String
        let html: String
    }

    /// Puts values into the templates of an event. Every value is one line by then.
    ///
    /// - Throws: a permanent failure for a template that passed the check and cannot be compiled all the same; a mail without its words
    ///   is not sent.
    func words(for event: MailEvent, _ values: [String: String]) throws(MailFailure) -> Words {
        guard let templates = try? templates(of: event), templates.count == Part.allCases.count else {
            throw .permanent("template_unusable")
        }
        let values = MailValues(values)
        func render(_ part: Part) -> String {
            let whole = templates[part]?.render(values) ?? ""
            // The line of the content type leaves its line break behind.
            return String(whole.drop(while: \.isNewline))
        }
        return Words(
            subject: MailText.line(render(.subject)),
            text: render(.text),
            html: render(.html)
        )
    }
}
