/// A string that equals another only when both have the same bytes in UTF-8.
struct ExactString: Hashable {
    private let value: String

    init(_ value: String) {
        self.value = value
    }

    static func == (left: ExactString, right: ExactString) -> Bool {
        left.value.utf8.count == right.value.utf8.count && left.value.utf8.elementsEqual(right.value.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in value.utf8 { hasher.combine(byte) }
        hasher.combine(0xFF as UInt8)
    }
}
