/// One row of a result.
public struct Row: Sendable {
    let rows: Rows
    let index: Int

    /// Reads a column by its name.
    ///
    /// - Throws: ``PostgresFailure/decoding(column:expected:)`` when there is no such column, the types do not fit, or
    ///   the value is NULL and `T` is not optional.
    public func decode<T: SQLDecodable>(_ type: T.Type, _ column: String) throws(PostgresFailure) -> T {
        guard let position = rows.columns.names.firstIndex(of: column) else {
            throw .decoding(column: column, expected: "present")
        }
        return try decode(type, at: position)
    }

    /// Reads a column by its position, counted from 0.
    ///
    /// - Throws: as ``decode(_:_:)``.
    public func decode<T: SQLDecodable>(_ type: T.Type, at position: Int) throws(PostgresFailure) -> T {
        let columns = rows.columns
        guard columns.types.indices.contains(position) else {
            throw .decoding(column: String(position), expected: "present")
        }
        let value =
            switch cell(position) {
            case .some(let bytes): T.decode(bytes, as: columns.types[position])
            case .none: T.whenNull
            }
        guard let value else {
            throw .decoding(column: columns.names[position], expected: String(describing: type))
        }
        return value
    }

    /// The bytes of a value; nil is NULL.
    private func cell(_ position: Int) -> ArraySlice<UInt8>? {
        let cells = rows.cells
        let entry = (index * rows.columns.types.count + position) * 8
        guard index >= 0, index < rows.count, entry + 8 <= cells.count else { return nil }
        let (start, length) = unsafe cells.withUnsafeBytes { bytes in
            // Within bounds: checked above.
            unsafe (
                bytes.loadUnaligned(fromByteOffset: entry, as: Int32.self),
                bytes.loadUnaligned(fromByteOffset: entry + 4, as: Int32.self)
            )
        }
        guard length >= 0 else { return nil }
        return cells[Int(start)..<Int(start) + Int(length)]
    }
}
