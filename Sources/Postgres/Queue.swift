/// First in, first out, without moving elements on every removal.
struct Queue<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var count: Int { elements.count - head }
    var isEmpty: Bool { head == elements.count }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            elements[head] = nil
            head += 1
            if head == elements.count {
                elements.removeAll(keepingCapacity: true)
                head = 0
            } else if head >= 256, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
        }
        return elements[head]
    }

    /// Puts elements in front of all others, keeping their order.
    mutating func prepend(_ more: [Element]) {
        guard !more.isEmpty else { return }
        elements.replaceSubrange(0..<head, with: more.map(Optional.some))
        head = 0
    }

    mutating func removeAll() -> [Element] {
        defer {
            elements.removeAll(keepingCapacity: true)
            head = 0
        }
        return elements[head...].compactMap(\.self)
    }

    /// Keeps the elements the predicate accepts.
    mutating func filter(_ keep: (Element) -> Bool) {
        guard !isEmpty else { return }
        elements = elements[head...].filter { $0.map(keep) ?? false }
        head = 0
    }

    func forEach(_ body: (Element) -> Void) {
        for case .some(let element) in elements[head...] { body(element) }
    }
}
