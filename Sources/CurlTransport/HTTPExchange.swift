import CCurl
import Cryptography
import InternetAddress
import OAuth

/// One HTTP transfer on the loop's thread: sets every option, collects the answer within its caps, judges the end.
@safe final class HTTPExchange: Exchange {
    private let call: HTTPCall
    private let policy: AddressPolicy
    private var head: ResponseHead
    private var body: [UInt8] = []
    private var headerList: UnsafeMutablePointer<curl_slist>?
    /// Why a callback stopped the transfer.
    private var abortReason: TransportFailure?
    private var sawRefusedAddress = false
    /// Sockets opened for this transfer and not yet known by their port; empty while a connection is reused.
    private var openedSockets: [Int32] = []
    private var foundClosedConnection = false
    /// Whether a connection was ready for the request: before that nothing of it was sent.
    private var hasBegun = false
    private var hasStartedAgain = false
    private unowned var handle: EasyHandle?
    private var sockets: SocketTable?

    init(_ call: HTTPCall) {
        self.call = call
        policy = call.configuration.addressPolicy(for: call.target)
        head = ResponseHead(
            maximumBytes: call.configuration.maximumHeaderBytes,
            maximumFields: call.configuration.maximumHeaderFields
        )
    }

    deinit {
        unsafe curl_slist_free_all(headerList)
    }

    func configure(_ handle: EasyHandle, sockets: SocketTable, budget: Duration) -> Bool {
        self.handle = handle
        self.sockets = sockets
        guard setRequest(on: handle) else { return false }
        setLimits(on: handle, budget: budget)
        setConfinement(on: handle)
        setCallbacks(on: handle)
        return !handle.refusedOption
    }

    /// What is sent.
    private func setRequest(on handle: EasyHandle) -> Bool {
        let request = call.request
        handle.set(CURLOPT_URL, call.target.text)
        switch request.method {
        case .get:
            handle.set(CURLOPT_HTTPGET, 1)
        case .post:
            handle.set(CURLOPT_POST, 1)
            handle.setBody(request.body?.reveal() ?? "")
        case .delete:
            if let body = request.body { handle.setBody(body.reveal()) }
            handle.set(CURLOPT_CUSTOMREQUEST, "DELETE")
        }
        handle.set(CURLOPT_USERAGENT, call.configuration.userAgent)
        handle.set(CURLOPT_ACCEPT_ENCODING, "gzip, deflate")

        var lines = request.headers.map { header in
            let value = header.value.reveal()
            // libcurl's spelling of a field with an empty value.
            return value.isEmpty ? "\(header.name);" : "\(header.name): \(value)"
        }
        // Without a value these remove what libcurl would add by itself: a wait for `100 Continue`, and a media type
        // that the caller did not choose.
        lines.append("Expect:")
        if request.body == nil || !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        unsafe curl_slist_free_all(headerList)
        unsafe headerList = nil
        for line in lines {
            guard let longer = unsafe curl_slist_append(headerList, line) else { return false }
            unsafe headerList = unsafe longer
        }
        unsafe handle.set(CURLOPT_HTTPHEADER, list: headerList)
        return true
    }

    /// Budgets (L04).
    private func setLimits(on handle: EasyHandle, budget: Duration) {
        let configuration = call.configuration
        handle.set(CURLOPT_TIMEOUT_MS, budget.wholeMilliseconds)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, min(budget, configuration.connectTimeout).wholeMilliseconds)
        handle.set(CURLOPT_LOW_SPEED_LIMIT, configuration.stallBytesPerSecond)
        handle.set(CURLOPT_LOW_SPEED_TIME, configuration.stallTimeout.wholeSeconds)
        handle.set(CURLOPT_MAXAGE_CONN, configuration.idleConnectionLifetime.wholeSeconds)
        handle.set(CURLOPT_TCP_NODELAY, 1)
        handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        // A name that takes half a minute to resolve must not hold the thread when its transfer is given up (R7).
        handle.set(CURLOPT_QUICK_EXIT, 1)
        handle.set(CURLOPT_NOSIGNAL, 1)
        handle.set(CURLOPT_FRESH_CONNECT, hasStartedAgain ? 1 : 0)
    }

    /// Everything libcurl could do beyond this one request, switched off (L01, L02, L03, L06).
    private func setConfinement(on handle: EasyHandle) {
        let configuration = call.configuration
        handle.set(CURLOPT_PROTOCOLS_STR, call.target.isEncrypted ? "https" : "http")
        handle.set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        handle.set(CURLOPT_FOLLOWLOCATION, 0)
        handle.set(CURLOPT_MAXREDIRS, 0)
        handle.set(CURLOPT_UNRESTRICTED_AUTH, 0)
        handle.set(CURLOPT_HTTP09_ALLOWED, 0)
        // HTTP/2 where the handshake agrees on it; plain http stays HTTP/1.1.
        handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = configuration.extraCertificateFile {
            // The system's authorities stay trusted through their folder, which libcurl knows by itself.
            handle.set(CURLOPT_CAINFO, file)
        } else {
            // With the bundle alone libcurl parses it once and keeps it, instead of once per connection.
            handle.set(CURLOPT_CAPATH, nil)
        }
        // The empty string, not nil: nil means "look into the environment".
        handle.set(CURLOPT_PROXY, configuration.proxy ?? "")
        handle.set(CURLOPT_NOPROXY, "")
        // What a proxy says while it connects is not the provider's answer.
        handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        handle.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        handle.set(CURLOPT_VERBOSE, 0)
    }

    private func setCallbacks(on handle: EasyHandle) {
        // Unretained: the loop keeps this exchange and the socket table for as long as libcurl has the pointers.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle.set(CURLOPT_WRITEFUNCTION, callback: receiveBody)
        unsafe handle.setPointer(CURLOPT_WRITEDATA, context)
        unsafe handle.set(CURLOPT_HEADERFUNCTION, callback: receiveHeaderLine)
        unsafe handle.setPointer(CURLOPT_HEADERDATA, context)
        unsafe handle.setOpenSocket(openSocket)
        unsafe handle.setPointer(CURLOPT_OPENSOCKETDATA, context)
        unsafe handle.setBeforeRequest(beforeRequest)
        unsafe handle.setPointer(CURLOPT_PREREQDATA, context)
        if let sockets {
            // Not this exchange: the socket outlives it in the pool of connections.
            unsafe handle.setCloseSocket(closeSocket)
            unsafe handle.setPointer(CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque())
        }
    }

    // MARK: Called by libcurl

    /// Takes a piece of the decompressed body; false stops the transfer. Counting here instead of believing
    /// `Content-Length` stops endless bodies and gzip bombs at the cap (L04).
    func take(body piece: UnsafeRawBufferPointer) -> Bool {
        guard piece.count <= call.request.maximumBodyBytes - body.count else {
            abortReason = .tooLarge
            return false
        }
        unsafe body.append(contentsOf: piece)
        return true
    }

    /// Takes a line of the head or the trailer; false stops the transfer.
    func take(headerLine line: UnsafeRawBufferPointer) -> Bool {
        abortReason = unsafe head.take(line)
        return abortReason == nil
    }

    /// Opens the socket for a resolved address, or refuses (L05). The address is the peer's own: whatever name led
    /// here, and however often it was resolved, this is what is connected to.
    func open(_ address: IPAddress?, family: Int32, type: Int32, protocol number: Int32) -> Int32 {
        guard let address, let sockets,
            call.configuration.proxy != nil || AddressGuard.allows(address, policy: policy)
        else {
            sawRefusedAddress = true
            return -1
        }
        let patience = call.configuration.stallTimeout
        let socket = sockets.open(family: family, type: type, protocol: number, patience: patience)
        if socket >= 0 { openedSockets.append(socket) }
        return socket
    }

    /// Called when a connection is ready and nothing of this attempt was sent yet; false stops the transfer.
    ///
    /// libcurl repeats a request by itself when a reused connection dies without an answer, up to five times, even
    /// a POST whose body was delivered. An authorization code sent twice is an error at best and revokes the tokens
    /// at worst (RFC 6749 §4.1.2, C12), so a second attempt passes only if the first wrote no byte at all.
    func mayBegin(localPort: UInt16) -> Bool {
        if hasBegun, let handle, handle.info(CURLINFO_REQUEST_SIZE) > 0 {
            abortReason = .broken
            return false
        }
        guard openedSockets.isEmpty else {
            for socket in openedSockets { sockets?.noteConnected(socket) }
            openedSockets.removeAll()
            hasBegun = true
            return true
        }
        if !hasStartedAgain, sockets?.peerHungUp(localPort: localPort) == true {
            foundClosedConnection = true
            return false
        }
        hasBegun = true
        return true
    }

    // MARK: The end

    func conclude(_ handle: EasyHandle, _ code: CURLcode) -> Conclusion {
        if foundClosedConnection && !hasStartedAgain {
            hasStartedAgain = true
            foundClosedConnection = false
            return .startAgain
        }
        let status = handle.info(CURLINFO_RESPONSE_CODE)
        guard code == CURLE_OK, abortReason == nil, head.isComplete, (200...599).contains(status) else {
            let failure =
                abortReason
                ?? TransportFailure(
                    code,
                    sentBytes: hasBegun ? handle.info(CURLINFO_REQUEST_SIZE) : 0,
                    sawRefusedAddress: sawRefusedAddress
                )
            call.fail(failure)
            return .ended(failure.verdict, outcome: failure.rawValue)
        }
        call.end(.success(OutboundResponse(status: status, headers: head.fields, body: body)))
        return .ended(status >= 500 ? .failure : .success, outcome: "\(status / 100)xx")
    }
}
