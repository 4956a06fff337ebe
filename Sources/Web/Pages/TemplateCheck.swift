/// Reads templates as the template library will, against the names that exist, and reports what it would swallow:
/// misspelt names and missing partials render as nothing there, and a wrong content type renders unescaped.
struct TemplateCheck {
    /// The tags of every template, by name (`layout`).
    private let tags: [String: [TemplateTag]]
    private(set) var faults: [TemplateFault] = []

    init(_ sources: [String: String]) {
        tags = sources.mapValues(TemplateTag.scan)
        for (name, text) in sources.sorted(by: { $0.key < $1.key }) {
            checkForm(of: name, text: text)
        }
    }

    /// Follows one page through its layout and partials.
    mutating func check(page: String, against view: TemplateShape) {
        guard tags[page] != nil else {
            faults.append(TemplateFault(file: TemplateFolder.file(of: page), line: 0, column: 0, reason: .unreadable))
            return
        }
        follow(page, stack: [view], within: [])
    }

    private mutating func report(_ reason: TemplateFault.Reason, at tag: TemplateTag, in name: String) {
        let fault = TemplateFault(
            file: TemplateFolder.file(of: name),
            line: tag.line,
            column: tag.column,
            reason: reason
        )
        // A partial is followed once per use.
        if !faults.contains(fault) { faults.append(fault) }
    }

    /// What can be said about a file without knowing its values.
    private mutating func checkForm(of name: String, text: String) {
        if !text.hasPrefix("{{% CONTENT_TYPE: \(StrictHTML.name)}}") {
            faults.append(
                TemplateFault(file: TemplateFolder.file(of: name), line: 1, column: 1, reason: .missingContentType)
            )
        }
        for (position, tag) in (tags[name] ?? []).enumerated() {
            switch tag.kind {
            case .forbidden:
                report(.forbiddenTag("{{\(tag.name)}}"), at: tag, in: name)
            case .pragma where position > 0:
                report(.forbiddenTag("{{% \(tag.name)}}"), at: tag, in: name)
            case .variable where tag.followsEqualsSign:
                report(.unquotedAttribute(tag.name), at: tag, in: name)
            default:
                break
            }
        }
    }

    private mutating func follow(_ name: String, stack outer: [TemplateShape], within callers: [String]) {
        var stack = outer
        var opened: [(tag: TemplateTag, pushed: Bool)] = []
        for tag in tags[name] ?? [] {
            switch tag.kind {
            case .variable:
                _ = resolve(tag, stack: stack, in: name)
            case .section:
                let context = resolve(tag, stack: stack, in: name).flatMap(Self.context)
                if let context { stack.append(context) }
                opened.append((tag, context != nil))
            case .inverted:
                _ = resolve(tag, stack: stack, in: name)
                opened.append((tag, false))
            case .block:
                if let parent = opened.last?.tag, parent.kind == .parent, !blocks(of: parent.name).contains(tag.name) {
                    report(.unknownBlock(tag.name), at: tag, in: name)
                }
                opened.append((tag, false))
            case .parent:
                include(tag, stack: stack, in: name, callers: callers)
                opened.append((tag, false))
            case .partial:
                include(tag, stack: stack, in: name, callers: callers)
            case .close:
                if opened.popLast()?.pushed == true { stack.removeLast() }
            case .pragma, .comment, .forbidden:
                break
            }
        }
    }

    private mutating func include(_ tag: TemplateTag, stack: [TemplateShape], in name: String, callers: [String]) {
        guard tags[tag.name] != nil else {
            report(.missingPartial(tag.name), at: tag, in: name)
            return
        }
        guard tag.name != name, !callers.contains(tag.name) else {
            report(.endlessPartial(tag.name), at: tag, in: name)
            return
        }
        follow(tag.name, stack: stack, within: callers + [name])
    }

    private func blocks(of layout: String) -> [String] {
        (tags[layout] ?? []).filter { $0.kind == .block }.map(\.name)
    }

    /// What a section adds to the context; nil where it leaves the context alone.
    private static func context(of shape: TemplateShape) -> TemplateShape? {
        switch shape {
        case .flag: nil
        case .list(let element): element
        case .text, .object, .unknown: shape
        }
    }

    /// Looks a name up as the template library does: from the innermost context outwards, or in the innermost alone
    /// when the name begins with a dot.
    private mutating func resolve(_ tag: TemplateTag, stack: [TemplateShape], in name: String) -> TemplateShape? {
        if tag.name == "." { return stack.last }
        let steps = tag.name.split(separator: ".")
        guard let first = steps.first else {
            report(.unknownName(tag.name), at: tag, in: name)
            return nil
        }
        let candidates = tag.name.hasPrefix(".") ? stack.suffix(1) : stack[...]
        let found = candidates.reversed().compactMap { $0[first] }
        if found.count > 1 { report(.ambiguousName(tag.name), at: tag, in: name) }
        var shape = found.first
        for step in steps.dropFirst() { shape = shape?[step] }
        if shape == nil { report(.unknownName(tag.name), at: tag, in: name) }
        return shape
    }
}
