/// Which names a view has, read from a specimen in the way the template library reads them: by reflection.
indirect enum TemplateShape: Sendable, Hashable {
    /// A string or a number: can be shown, has nothing inside.
    case text
    /// A flag: opens or closes a section and leaves the context as it is.
    case flag
    /// A list whose elements look like this.
    case list(TemplateShape)
    /// A value with named parts.
    case object([String: TemplateShape])
    /// An empty list or an absent value: the specimen is incomplete.
    case unknown

    init(of value: Any) {
        switch value {
        case is String:
            self = .text
        case is Bool:
            self = .flag
        default:
            self.init(reflecting: Mirror(reflecting: value))
        }
    }

    private init(reflecting mirror: Mirror) {
        switch mirror.displayStyle {
        case .optional:
            self = mirror.children.first.map { TemplateShape(of: $0.value) } ?? .unknown
        case .collection:
            self = .list(mirror.children.first.map { TemplateShape(of: $0.value) } ?? .unknown)
        case .struct:
            var parts: [String: TemplateShape] = [:]
            for child in mirror.children {
                if let label = child.label { parts[label] = TemplateShape(of: child.value) }
            }
            self = .object(parts)
        default:
            self = .unknown
        }
    }

    /// The part of that name.
    subscript(name: Substring) -> TemplateShape? {
        if case .object(let parts) = self { return parts[String(name)] }
        return nil
    }

    /// Paths of everything unknown, for the test that keeps specimens complete.
    func gaps(at path: String = "") -> [String] {
        switch self {
        case .text, .flag: []
        case .unknown: [path]
        case .list(let element): element.gaps(at: path + "[]")
        case .object(let parts): parts.sorted { $0.key < $1.key }.flatMap { $1.gaps(at: "\(path).\($0)") }
        }
    }
}
