import Foundation
import Mustache
import Testing

@testable import Mail

@Suite("Templates of mails")
struct MailTemplatesTests {
    /// A copy of the shipped templates that a test may spoil.
    private func faults(_ spoil: (URL) throws -> Void) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "latchkey-mail-" + UUID().uuidString)
        // Resolved first: the copy of a link would lead to what it was meant to spare.
        let shipped = URL(filePath: MailerTests.templates).resolvingSymlinksInPath()
        try FileManager.default.copyItem(at: shipped, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try spoil(folder.appending(path: "email"))
        do {
            _ = try MailTemplates(directory: folder.path)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }

    private func write(_ text: String, _ file: String, _ folder: URL) throws {
        try Data(text.utf8).write(to: folder.appending(path: file))
    }

    @Test("nothing spoilt, nothing found")
    func control() throws {
        #expect(try faults { _ in } == [])
    }

    @Test("all faults of all files at once, each with its place")
    func together() throws {
        let found = try faults { folder in
            try FileManager.default.removeItem(at: folder.appending(path: "new-device/body.txt"))
            try write("Hello", "address-in-use/subject.txt", folder)
            try write("{{% CONTENT_TYPE: TEXT}}\n\n{{lnik}}\n{{link}}", "verify-address/body.txt", folder)
            try Data([0x7B, 0xFF]).write(to: folder.appending(path: "verify-address/subject.txt"))
        }
        #expect(
            found == [
                "email/address-in-use/subject.txt:1: must begin with {{% CONTENT_TYPE: TEXT}}",
                "email/new-device/body.txt: is missing or cannot be read",
                "email/verify-address/body.txt:3: this mail has no value named \"lnik\"",
                "email/verify-address/subject.txt: is not UTF-8 text",
            ]
        )
    }

    @Test(
        "what the template library would swallow",
        arguments: [
            ("{{{link}}} {{link}}", "{{{link}} is not allowed here: it could leave text unescaped or unchecked"),
            ("{{&link}} {{link}}", "{{&link}} is not allowed here: it could leave text unescaped or unchecked"),
            ("{{> header}} {{link}}", "{{> header}} is not allowed here: it could leave text unescaped or unchecked"),
            ("{{=<% %>=}} {{link}}", "{{=<% %>=}} is not allowed here: it could leave text unescaped or unchecked"),
            (
                "{{% CONTENT_TYPE: TEXT}} {{link}}",
                "{{% CONTENT_TYPE: TEXT}} is not allowed here: it could leave text unescaped or unchecked"
            ),
            (
                "{{! {{{link}}} {{link}}",
                "{{! {{{link}} is not allowed here: it could leave text unescaped or unchecked"
            ),
            (
                "\u{600}{{!{{{link}}} {{link}}",
                "{{!{{{link}} is not allowed here: it could leave text unescaped or unchecked"
            ),
            ("<a href={{link}}>", "{{link}} stands in an attribute without quotation marks"),
            ("{{#nolink}}{{/nolink}} {{link}}", "this mail has no value named \"nolink\""),
            ("nothing", "does not show \"link\", which this mail is about"),
        ]
    )
    func swallowed(_ body: String, _ sentence: String) throws {
        let found = try faults {
            try write("{{% CONTENT_TYPE: MAIL_HTML}}\n" + body, "password-reset/body.html", $0)
        }
        let place = sentence.hasPrefix("does not show") ? "" : ":2"
        #expect(found.contains("email/password-reset/body.html\(place): \(sentence)"), "\(found)")
    }

    @Test("the library's own escaping is not enough: HTML parts need ours", arguments: ["HTML", "TEXT"])
    func escaping(_ type: String) throws {
        let found = try faults {
            try write("{{% CONTENT_TYPE: \(type)}}\n{{link}}", "password-reset/body.html", $0)
        }
        #expect(found == ["email/password-reset/body.html:1: must begin with {{% CONTENT_TYPE: MAIL_HTML}}"])
    }

    @Test("a value that may be absent needs its section")
    func unguarded() throws {
        let found = try faults {
            try write("{{% CONTENT_TYPE: TEXT}}\n{{#link}}{{link}}{{/link}} {{code}}", "sign-in-by-mail/body.txt", $0)
        }
        #expect(
            found == [
                "email/sign-in-by-mail/body.txt:2: \"code\" may be absent: write it between {{#code}} and {{/code}}"
            ]
        )
    }

    @Test("a file that is no template")
    func syntax() throws {
        let found = try faults {
            try write("{{% CONTENT_TYPE: TEXT}}\n{{link}} {{#link}}", "password-reset/body.txt", $0)
        }
        #expect(found.count == 1 && found[0].contains("is not a template"))
    }

    @Test(
        "a file that is no template, in every way that the check does not vouch for",
        arguments: [
            "{{link}} {{#link}}{{/code}}", "{{link}} {{/link}}", "{{link}} {{link",
            "{{link}} {{#link}}{{^link}}{{/link}}",
            "{{link}}\u{301}", "{{link}} {{#link}} {{/ li nk}}", "{{link}} {",
            "{{#\u{301}link}}{{/\u{301}link}} {{link}}",
        ]
    )
    func unvouched(_ body: String) throws {
        let found = try faults {
            try write("{{% CONTENT_TYPE: TEXT}}\n" + body, "password-reset/body.txt", $0)
        }
        #expect(found.contains { $0.contains("is not a template") }, "\(found)")
    }

    @Test("whatever the check vouches for can be compiled")
    func vouched() throws {
        var random = SystemRandomNumberGenerator()
        let plain = [
            "{{link}}", "{{#link}}", "{{^link}}", "{{/link}}", "{{#service}}", "{{/service}}", "text", "\n", " ",
        ]
        let odd = [
            "{{ link }}", "{{!a}}", "{{", "}}", "{", "}", "{{{link}}}", "{{%CONTENT_TYPE: TEXT}}", "{{$a}}", "{{>a}}",
            "{{=<% %>=}}", "\r\n", "\u{301}", "é", "\u{600}", "\u{200D}", "{{link()}}", "{{#\u{301}link}}",
            "{{/\u{301}link}}", "{{/",
        ]
        var (vouched, all) = (0, 0)
        while vouched < 500, all < 100_000 {
            all += 1
            var text = "{{% CONTENT_TYPE: TEXT}}\n"
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                text += (Int.random(in: 0..<4, using: &random) == 0 ? odd : plain).randomElement(using: &random) ?? ""
            }
            guard MailTemplateCheck(text, event: .passwordReset, part: .text, file: "").isPlain else { continue }
            vouched += 1
            #expect(throws: Never.self, "\(text.debugDescription)") { try MustacheTemplate(string: text) }
        }
        #expect(vouched == 500, "of \(all)")
    }

    @Test("the check vouches for every template that is shipped, so none is compiled before it is needed")
    func shipped() throws {
        for event in MailEvent.allCases {
            for part in MailTemplates.Part.allCases {
                let file = "email/\(event.rawValue)/\(part.rawValue)"
                let text = try String(contentsOfFile: MailerTests.templates + "/" + file, encoding: .utf8)
                #expect(MailTemplateCheck(text, event: event, part: part, file: file).isPlain, "\(file)")
            }
        }
    }
}
