/// The faults of a file on standard error, as `FILE:LINE: what is wrong`; after so many, only their number.
struct FaultReport {
    /// Most faults that are told one by one.
    static let limit = 1000

    let file: String
    private(set) var count = 0

    init(file: String) { self.file = file }

    /// Tells faults of lines after those told before.
    mutating func add(_ faults: [(line: Int, sentence: String)]) {
        for fault in faults.sorted(by: { $0.line < $1.line }) {
            count += 1
            if count <= Self.limit { Console.error("\(file):\(fault.line): \(fault.sentence)") }
        }
    }

    /// Says how many were not told.
    func end() {
        if count > Self.limit { Console.error("\(file): and \(count - Self.limit) more") }
    }
}
