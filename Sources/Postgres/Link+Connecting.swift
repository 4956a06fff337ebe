import CPostgres

extension Link {
    /// How far an attempt to connect has come.
    enum Connecting {
        case underWay
        case connected
        case failed
    }

    /// Begins an attempt; the names in `parameters` must be looked up already.
    func connect(_ parameters: [(String, String)], token newToken: UInt64, until: Instant) -> Connecting {
        let open = unsafe CStrings.with(parameters.map(\.0)) { keywords in
            unsafe CStrings.with(parameters.map(\.1)) { values in unsafe PQconnectStartParams(keywords, values, 0) }
        }
        unsafe handle = open
        token = newToken
        phase = .connecting(until: until)
        guard let open = unsafe open, unsafe PQstatus(open) != CONNECTION_BAD else { return .failed }
        // The default prints notices to stderr. They may quote values, so nobody gets to see them.
        unsafe PQsetNoticeReceiver(open, { _, _ in }, nil)
        watch(writable: true)
        return .underWay
    }

    /// Continues when the socket is ready. The socket may be another one after every step.
    func continueConnecting() -> Connecting {
        guard let open = unsafe handle else { return .failed }
        switch unsafe PQconnectPoll(open) {
        case PGRES_POLLING_READING:
            watch(writable: false)
            return .underWay
        case PGRES_POLLING_WRITING:
            watch(writable: true)
            return .underWay
        case PGRES_POLLING_OK:
            guard unsafe PQsetnonblocking(open, 1) == 0 else { return .failed }
            if lane != .migration {
                guard unsafe PQenterPipelineMode(open) == 1 else { return .failed }
            }
            phase = .up
            watch(writable: false)
            return .connected
        default:
            return .failed
        }
    }

    /// Whether the server says that no transaction is open.
    var isOutsideTransaction: Bool {
        guard let open = unsafe handle else { return false }
        return unsafe PQtransactionStatus(open) == PQTRANS_IDLE
    }
}

/// Null-terminated arrays of C strings.
private enum CStrings {
    /// Calls `body` with the strings; the pointers hold for that call.
    static func with<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        var bytes: [CChar] = []
        var offsets: [Int] = []
        for string in strings {
            offsets.append(bytes.count)
            bytes.append(contentsOf: string.utf8.map { CChar(bitPattern: $0) })
            bytes.append(0)
        }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            var pointers = unsafe offsets.map { unsafe buffer.baseAddress?.advanced(by: $0) }
            unsafe pointers.append(nil)
            return unsafe body(pointers)
        }
    }
}
