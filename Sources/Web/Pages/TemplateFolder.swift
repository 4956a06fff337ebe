import Foundation
import Mustache

/// The templates folder on disk. Collects what is wrong instead of stopping at the first fault.
struct TemplateFolder {
    private let path: String
    private(set) var faults: [TemplateFault] = []

    init(_ path: String) {
        self.path = path.hasSuffix("/") ? path : path + "/"
    }

    /// All templates of pages, by path below `pages` without suffix: `sign-in`, `partials/notice`.
    ///
    /// The folder's own name is left out because the template library takes no slash in the name of a layout.
    mutating func readTemplates() -> [String: String] {
        var sources: [String: String] = [:]
        for file in files(below: "pages", depth: 4) where file.hasSuffix(".mustache") {
            guard let bytes = readFile(file) else { continue }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                fault(file, .notUTF8)
                continue
            }
            sources[String(file.dropFirst("pages/".count).dropLast(".mustache".count))] = text
        }
        return sources
    }

    /// All files below a folder, symbolic links followed: configuration mounted into a container is made of them, with
    /// the versions of the real folder beside it under names that begin with a dot. The depth ends a link to itself.
    private mutating func files(below folder: String, depth: Int) -> [String] {
        guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: path + folder) else {
            fault(folder, .unreadable)
            return []
        }
        return names.sorted().filter { !$0.hasPrefix(".") }.flatMap { name -> [String] in
            let file = "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path + file, isDirectory: &isFolder)
            return exists && isFolder.boolValue ? files(below: file, depth: depth - 1) : [file]
        }
    }

    /// A file's bytes; nil, with a fault, when it cannot be read.
    mutating func readFile(_ name: String) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: path + name) else {
            fault(name, .unreadable)
            return nil
        }
        return [UInt8](data)
    }

    /// Compiles every source that can be compiled.
    mutating func compile(_ sources: [String: String]) -> [String: MustacheTemplate] {
        var compiled: [String: MustacheTemplate] = [:]
        for (name, text) in sources {
            do {
                compiled[name] = try MustacheTemplate(string: text)
            } catch let error as MustacheTemplate.ParserError {
                let place = error.context
                fault(
                    Self.file(of: name),
                    .syntax("\(error.error)"),
                    line: place.lineNumber,
                    column: place.columnNumber
                )
            } catch {
                fault(Self.file(of: name), .syntax("\(error)"))
            }
        }
        return compiled
    }

    /// Path of a template below the folder.
    static func file(of name: String) -> String { "pages/\(name).mustache" }

    private mutating func fault(_ file: String, _ reason: TemplateFault.Reason, line: Int = 0, column: Int = 0) {
        faults.append(TemplateFault(file: file, line: line, column: column, reason: reason))
    }
}
