/// Why an instruction to a stand-in cannot be followed: a sentence for the tester.
struct ControlFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
