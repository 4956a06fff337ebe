import CPostgres

/// A libpq result, freed when it goes out of scope.
@safe struct ResultHandle: ~Copyable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe PQclear(pointer) }

    var status: ExecStatusType { unsafe PQresultStatus(pointer) }

    /// One field of an error report (PostgreSQL documentation, section 34.3.2), by its letter.
    func field(_ letter: Unicode.Scalar) -> String? {
        guard let text = unsafe PQresultErrorField(pointer, Int32(letter.value)) else { return nil }
        return unsafe String(cString: text)
    }

    /// The error report; nil when the result is none or libpq made it up itself (then it has no SQLSTATE).
    var serverError: PostgresFailure.ServerError? {
        guard let state = field("C") else { return nil }
        return PostgresFailure.ServerError(
            state: SQLState(state),
            constraint: field("n"),
            table: field("t"),
            message: field("M") ?? ""
        )
    }

    /// Whether the server ends the connection with this error.
    var isFatal: Bool {
        let severity = field("V")
        return severity == "FATAL" || severity == "PANIC"
    }
}

extension Columns {
    /// Reads names and types off a result.
    convenience init(_ result: borrowing ResultHandle) {
        let pointer = unsafe result.pointer
        let count = unsafe Swift.max(PQnfields(pointer), 0)
        self.init(
            names: (0..<count).map { unsafe PQfname(pointer, $0).map { unsafe String(cString: $0) } ?? "" },
            types: (0..<count).map { unsafe SQLType(oid: PQftype(pointer, $0)) }
        )
    }
}

extension Rows {
    /// Copies a result into one buffer; nil when it is larger than 2 GiB.
    init?(_ result: borrowing ResultHandle, columns: Columns) {
        let pointer = unsafe result.pointer
        let width = Int32(clamping: columns.types.count)
        let height = unsafe Swift.max(PQntuples(pointer), 0)
        guard width > 0 else {
            // No columns: a command, whose tag says how many rows it touched.
            let affected = unsafe PQcmdTuples(pointer).flatMap { unsafe Int(String(cString: $0)) } ?? 0
            let tag = unsafe PQcmdStatus(pointer).map { unsafe String(cString: $0) } ?? ""
            self.init(
                columns: columns,
                cells: [],
                count: Int(height),
                affected: affected,
                rolledBack: tag == "ROLLBACK"
            )
            return
        }
        let table = Int(width) * Int(height) * 8
        var size = table
        for row in 0..<height {
            for column in 0..<width { size += unsafe Int(PQgetlength(pointer, row, column)) }
        }
        guard size <= Int(Int32.max) else { return nil }
        let cells = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            // Within bounds: `size` is the sum of what is written here, and nothing changes the result in between.
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            var entry = 0
            var end = table
            for row in 0..<height {
                for column in 0..<width {
                    let length = unsafe PQgetlength(pointer, row, column)
                    let isNull = unsafe length == 0 && PQgetisnull(pointer, row, column) != 0
                    unsafe bytes.storeBytes(of: Int32(truncatingIfNeeded: end), toByteOffset: entry, as: Int32.self)
                    unsafe bytes.storeBytes(of: isNull ? -1 : length, toByteOffset: entry + 4, as: Int32.self)
                    if length > 0, let value = unsafe PQgetvalue(pointer, row, column) {
                        unsafe bytes.baseAddress?.advanced(by: end).copyMemory(from: value, byteCount: Int(length))
                        end += Int(length)
                    }
                    entry += 8
                }
            }
            initialized = end
        }
        self.init(columns: columns, cells: cells, count: Int(height), affected: Int(height))
    }
}
