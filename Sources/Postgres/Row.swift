/// One row of a result.
public struct Row: Sendable {
    let rows: Rows
    let index: Int

    /// Reads a column by its name.
    ///
    /// - Throws: ``PostgresFailure/decoding(column:expected:)`` when there is no such column, the types do not fit, or
    ///   the value is NULL and `T` is not optional.
    @inlinable
    public func decode<T: SQLDecodable>(_ type: T.Type, _ column: String) throws(PostgresFailure) -> T {
        try decode(type, at: position(of: column))
    }

    /// Reads a column by its position, counted from 0.
    ///
    /// - Throws: as ``decode(_:_:)``.
    @inlinable
    public func decode<T: SQLDecodable>(_ type: T.Type, at position: Int) throws(PostgresFailure) -> T {
        let (bytes, sqlType) = try cell(position)
        let value =
            if let bytes {
                T.decode(bytes, as: sqlType)
            } else {
                T.whenNull
            }
        guard let value else { throw mismatch(position, String(describing: type)) }
        return value
    }

    @usableFromInline func position(of column: String) throws(PostgresFailure) -> Int {
        guard let position = rows.columns.names.firstIndex(of: column) else {
            throw .decoding(column: column, expected: "present")
        }
        return position
    }

    @usableFromInline func mismatch(_ position: Int, _ expected: String) -> PostgresFailure {
        .decoding(column: rows.columns.names[position], expected: expected)
    }

    /// The bytes of a value, nil for NULL, and their type.
    @usableFromInline func cell(_ position: Int) throws(PostgresFailure) -> (bytes: ArraySlice<UInt8>?, type: SQLType) {
        let types = rows.columns.types
        let cells = rows.cells
        // In this order, so that no index, however absurd, overflows the multiplication.
        guard types.indices.contains(position), index >= 0, index < rows.count else {
            throw .decoding(column: String(position), expected: "present")
        }
        let entry = (index * types.count + position) * 8
        guard entry + 8 <= cells.count else { throw .decoding(column: String(position), expected: "present") }
        let (start, length) = unsafe cells.withUnsafeBytes { bytes in
            // Within bounds: checked above.
            unsafe (
                bytes.loadUnaligned(fromByteOffset: entry, as: Int32.self),
                bytes.loadUnaligned(fromByteOffset: entry + 4, as: Int32.self)
            )
        }
        return (length < 0 ? nil : cells[Int(start)..<Int(start) + Int(length)], types[position])
    }
}
