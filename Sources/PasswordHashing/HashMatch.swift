/// What one comparison with one hash found.
enum HashMatch: Sendable, Hashable {
    case same
    case different
    /// Nothing was found out.
    case outOfMemory

    init(_ isSame: Bool) { self = isSame ? .same : .different }
}
