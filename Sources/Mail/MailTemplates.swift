import Foundation
import Mustache

/// The words of every mail, compiled and checked once: `email/<event>/{subject.txt,body.txt,body.html}`.
public struct MailTemplates: Sendable {
    /// The three files of an event.
    enum Part: String, CaseIterable, Sendable {
        case subject = "subject.txt"
        case text = "body.txt"
        case html = "body.html"

        /// What its first line has to say.
        var contentType: String { self == .html ? MailHTML.name : "TEXT" }
    }

    private let compiled: [MailEvent: [Part: MustacheTemplate]]

    /// Reads and checks the templates of all events.
    ///
    /// - Parameter directory: path of the templates folder, the one that `email` is in.
    /// - Throws: all faults of all files at once.
    public init(directory: String) throws(MailTemplateFaults) {
        MailHTML.registered
        var faults: [MailTemplateFault] = []
        var compiled: [MailEvent: [Part: MustacheTemplate]] = [:]
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
                faults += MailTemplateCheck(text, event: event, part: part, file: file).faults
                do {
                    compiled[event, default: [:]][part] = try MustacheTemplate(string: text)
                } catch let error as MustacheTemplate.ParserError {
                    let reason = MailTemplateFault.Reason.syntax("\(error.error)")
                    faults.append(MailTemplateFault(file: file, line: error.context.lineNumber, reason: reason))
                } catch {
                    faults.append(MailTemplateFault(file: file, line: 0, reason: .syntax("\(error)")))
                }
            }
        }
        guard faults.isEmpty else { throw MailTemplateFaults(faults) }
        self.compiled = compiled
    }

    /// A mail in words.
    struct Words: Sendable, Hashable {
        let subject: String
        let text: String
        let html: String
    }

    /// Puts values into the templates of an event. Every value is one line by then.
    func words(for event: MailEvent, _ values: [String: String]) -> Words {
        let values = MailValues(values)
        func render(_ part: Part) -> String {
            let whole = compiled[event]?[part]?.render(values) ?? ""
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
