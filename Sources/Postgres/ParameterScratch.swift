/// The arrays libpq wants beside a statement: pointers, lengths and formats of its parameters. Kept per connection, so
/// that a statement costs no allocation for them.
@safe struct ParameterScratch {
    private var pointers: [UnsafePointer<CChar>?] = unsafe []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    /// What an empty value points to: libpq takes a null pointer for NULL.
    private static let empty: StaticString = ""

    /// Calls `body` with count, pointers, lengths and formats (all binary); the pointers hold for that call.
    mutating func withParameters(
        of statement: SQL,
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Int32
    ) -> Int32 {
        let parameters = statement.parameters
        guard !parameters.isEmpty else { return body(0, nil, nil, nil) }
        return unsafe statement.values.withUnsafeBytes { values in
            unsafe pointers.removeAll(keepingCapacity: true)
            lengths.removeAll(keepingCapacity: true)
            for parameter in parameters {
                if parameter.length < 0 {
                    unsafe pointers.append(nil)
                } else if parameter.length == 0 {
                    unsafe pointers.append(UnsafeRawPointer(Self.empty.utf8Start).assumingMemoryBound(to: CChar.self))
                } else {
                    // Within bounds: offset and length were noted when the value was appended.
                    let start = unsafe values.baseAddress?.advanced(by: Int(parameter.offset))
                    unsafe pointers.append(start?.assumingMemoryBound(to: CChar.self))
                }
                lengths.append(max(parameter.length, 0))
            }
            while formats.count < parameters.count { formats.append(1) }
            return unsafe body(Int32(parameters.count), pointers, lengths, formats)
        }
    }
}
