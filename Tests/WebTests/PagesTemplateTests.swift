import Foundation
import Testing

@testable import Web

@Suite("Pages: templates")
struct PagesTemplateTests {
    static let files: [String] = {
        let all = FileManager.default.enumerator(atPath: PagesSamples.templates)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasSuffix(".mustache") }.sorted()
    }()

    @Test("all templates compile and every name in them exists in its view")
    func shippedTemplatesAreSound() throws {
        #expect(Self.files.count >= 10)
        _ = try PagesSamples.pages()
    }

    @Test("every template begins with the strict content type", arguments: files)
    func contentType(file: String) throws {
        let text = try String(contentsOfFile: "\(PagesSamples.templates)/\(file)", encoding: .utf8)
        #expect(text.hasPrefix("{{% CONTENT_TYPE: STRICT_HTML}}\n"))
    }

    @Test("the specimens are complete, so that every name is known")
    func specimens() {
        #expect(TemplateShape(of: SignInView.specimen).gaps() == [])
        #expect(TemplateShape(of: AccountView.specimen).gaps() == [])
        #expect(TemplateShape(of: MessageView.specimen).gaps() == [])
        #expect(TemplateShape(of: FormView.specimen).gaps() == [])
        #expect(TemplateShape(of: MailboxView.specimen).gaps() == [])
        #expect(TemplateShape(of: [String?.none]).gaps(at: "x") == ["x[]"])
    }

    struct Outer {
        let name = "name"
        let open = true
        let email: String? = "address"
        let rows = [Row()]
    }

    struct Row {
        let email: String? = "address"
        let label = "label"
    }

    static let top = "{{% CONTENT_TYPE: STRICT_HTML}}\n"

    @Test(
        "what the template library would swallow is a fault with its place",
        arguments: [
            ("{{name}}", "missing_content_type"),
            ("{{% CONTENT_TYPE: TEXT}}\n{{name}}", "missing_content_type"),
            (" \(top){{name}}", "missing_content_type"),
            (top + "{{nmae}}", "unknown_name"),
            (top + "{{name.first}}", "unknown_name"),
            (top + "{{#missing}}{{/missing}}", "unknown_name"),
            (top + "{{^missing}}{{/missing}}", "unknown_name"),
            (top + "{{#rows}}{{email}}{{/rows}}", "ambiguous_name"),
            (top + "{{#rows}}{{.name}}{{/rows}}", "unknown_name"),
            (top + "{{#name}}{{.label}}{{/name}}", "unknown_name"),
            (top + "{{label}}", "unknown_name"),
            (top + "{{..}}", "unknown_name"),
            (top + "{{>absent}}", "missing_partial"),
            (top + "{{>page}}", "endless_partial"),
            (top + "{{>loop}}", "endless_partial"),
            (top + "{{{name}}}", "forbidden_tag"),
            (top + "{{& name}}", "forbidden_tag"),
            (top + "{{>*name}}", "forbidden_tag"),
            (top + "{{uppercased(name)}}", "forbidden_tag"),
            (top + "{{=<% %>=}}<%name%>", "forbidden_tag"),
            (top + "{{% CONTENT_TYPE: TEXT}}{{name}}", "forbidden_tag"),
            (top + "{{#open}}{{% CONTENT_TYPE: HTML}}{{/open}}", "forbidden_tag"),
            (top + "<input value={{name}}>", "unquoted_attribute"),
            (top + "{{<frame}}{{$side}}x{{/side}}{{/frame}}", "unknown_block"),
        ]
    )
    func faults(template: String, code: String) throws {
        var check = TemplateCheck([
            "page": template, "loop": Self.top + "{{>page}}", "frame": Self.top + "{{$main}}{{/main}}",
        ])
        check.check(page: "page", against: TemplateShape(of: Outer()))
        let fault = try #require(check.faults.first { $0.code == code })
        #expect(fault.line > 0 && fault.column > 0)
        #expect(fault.description.hasPrefix("pages/"))
    }

    @Test(
        "what is right is no fault",
        arguments: [
            "{{name}} {{#open}}{{name}}{{/open}}{{^open}}{{email}}{{/open}}",
            "{{#rows}}{{label}} {{name}} {{.email}}{{#.email}}{{.}}{{/.email}}{{/rows}}",
            "{{! a comment with <script> and {{ }}{{>part}}{{#rows}}{{>part}}{{/rows}}",
            "{{<frame}}\n{{$main}}{{name}}{{/main}}\n{{/frame}}",
            "<input value=\"{{name}}\">",
        ]
    )
    func sound(template: String) {
        var check = TemplateCheck([
            "page": Self.top + template, "part": Self.top + "{{name}}", "frame": Self.top + "{{$main}}{{/main}}",
        ])
        check.check(page: "page", against: TemplateShape(of: Outer()))
        #expect(check.faults == [])
    }

    @Test("all faults of all files are reported at once, by file, line and column")
    func allAtOnce() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let pages = folder.appendingPathComponent("pages")
        try FileManager.default.createDirectory(at: pages, withIntermediateDirectories: true)
        try Data((Self.top + "a\n  {{nmae}}{{>gone}}").utf8).write(to: pages.appendingPathComponent("sign-in.mustache"))
        try Data((Self.top + "{{#notice}}").utf8).write(to: pages.appendingPathComponent("account.mustache"))
        try Data([0xFF, 0xFE]).write(to: pages.appendingPathComponent("broken.mustache"))
        let fault = #expect(throws: PagesFault.self) { try Pages(directory: folder.path) }
        let lines = try #require(fault).description.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("pages/sign-in.mustache:3:3: there is no value named \"nmae\"") })
        #expect(lines.contains { $0.hasPrefix("pages/sign-in.mustache:3:11: there is no template named \"gone\"") })
        #expect(lines.contains { $0.hasPrefix("pages/account.mustache:") && $0.contains("is not a template") })
        #expect(lines.contains("pages/broken.mustache: is not UTF-8 text"))
        #expect(lines.contains("pages/message.mustache: cannot be read"))
        #expect(lines.contains("assets/style.css: cannot be read"))
    }

    @Test("a templates folder made of symbolic links works, as mounted configuration is")
    func symbolicLinks() throws {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: folder) }
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        for part in ["pages", "assets"] {
            let link = folder.appendingPathComponent(part)
            let real = URL(fileURLWithPath: PagesSamples.templates).appendingPathComponent(part)
            try manager.createSymbolicLink(at: link, withDestinationURL: real)
        }
        _ = try Pages(directory: folder.path)
    }

    @Test("a folder linked into itself is a fault, not an endless search")
    func linkToItself() throws {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: folder) }
        let pages = folder.appendingPathComponent("pages")
        try manager.createDirectory(at: pages, withIntermediateDirectories: true)
        try manager.createSymbolicLink(at: pages.appendingPathComponent("again"), withDestinationURL: pages)
        let fault = #expect(throws: PagesFault.self) { try Pages(directory: folder.path) }
        #expect(try #require(fault).faults.contains { $0.file == "pages/again/again/again/again" })
    }

    @Test("a folder that does not exist is a fault, not an empty page")
    func missingFolder() {
        #expect(throws: PagesFault.self) { try Pages(directory: "/nonexistent") }
    }
}
