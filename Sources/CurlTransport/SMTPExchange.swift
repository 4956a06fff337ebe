import CCurl
import Cryptography
import InternetAddress
import Mail
import OAuth

/// One mail on the loop's thread: sets every option, feeds the message, judges the end.
@safe final class SMTPExchange: Exchange {
    private let call: SMTPCall
    private var recipients: UnsafeMutablePointer<curl_slist>?
    /// How much of the message libcurl has taken.
    private var sentBytes = 0
    private var replyBytes = 0
    private var sawRefusedAddress = false
    private unowned var handle: EasyHandle?
    private var sockets: SocketTable?

    init(_ call: SMTPCall) {
        self.call = call
    }

    deinit {
        unsafe curl_slist_free_all(recipients)
    }

    func configure(_ handle: EasyHandle, sockets: SocketTable, budget: Duration) -> Bool {
        self.handle = handle
        self.sockets = sockets
        guard setMail(on: handle) else { return false }
        setLimits(on: handle, budget: budget)
        setConfinement(on: handle)
        setCallbacks(on: handle)
        return !handle.refusedOption
    }

    private func setMail(on handle: EasyHandle) -> Bool {
        // A line break in an address would be a command of its own; the type of addresses holds none, and neither do we.
        guard [call.sender, call.recipient].allSatisfy({ $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            return false
        }
        handle.set(CURLOPT_URL, call.url)
        handle.set(CURLOPT_MAIL_FROM, "<\(call.sender)>")
        unsafe curl_slist_free_all(recipients)
        unsafe recipients = unsafe curl_slist_append(nil, "<\(call.recipient)>")
        guard unsafe recipients != nil else { return false }
        unsafe handle.set(CURLOPT_MAIL_RCPT, list: recipients)
        handle.set(CURLOPT_UPLOAD, 1)
        handle.setOffset(CURLOPT_INFILESIZE_LARGE, call.message.count)
        let configuration = call.configuration
        if let username = configuration.username, let password = configuration.password {
            handle.set(CURLOPT_USERNAME, username)
            handle.set(CURLOPT_PASSWORD, password.reveal())
        }
        return true
    }

    private func setLimits(on handle: EasyHandle, budget: Duration) {
        handle.set(CURLOPT_TIMEOUT_MS, budget.wholeMilliseconds)
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, min(budget, .seconds(10)).wholeMilliseconds)
        handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, budget.wholeSeconds)
        handle.set(CURLOPT_TCP_NODELAY, 1)
        handle.set(CURLOPT_QUICK_EXIT, 1)
        handle.set(CURLOPT_NOSIGNAL, 1)
        // libcurl would repeat the mail by itself when a reused connection turns out to be dead.
        handle.set(CURLOPT_FRESH_CONNECT, 1)
        handle.set(CURLOPT_FORBID_REUSE, 1)
    }

    private func setConfinement(on handle: EasyHandle) {
        let encryption = call.configuration.encryption
        handle.set(CURLOPT_PROTOCOLS_STR, encryption == .implicit ? "smtps" : "smtp")
        handle.set(CURLOPT_USE_SSL, Int(encryption == .none ? CURLUSESSL_NONE.rawValue : CURLUSESSL_ALL.rawValue))
        handle.set(CURLOPT_SSL_VERIFYPEER, 1)
        handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = call.configuration.certificateFile {
            handle.set(CURLOPT_CAINFO, file)
        } else {
            handle.set(CURLOPT_CAPATH, nil)
        }
        // The empty string, not nil: nil means "look into the environment".
        handle.set(CURLOPT_PROXY, "")
        handle.set(CURLOPT_NOPROXY, "")
        handle.set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        handle.set(CURLOPT_VERBOSE, 0)
    }

    private func setCallbacks(on handle: EasyHandle) {
        // Unretained: the loop keeps this exchange and the socket table for as long as libcurl has the pointers.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe handle.set(CURLOPT_READFUNCTION, callback: giveMessage)
        unsafe handle.setPointer(CURLOPT_READDATA, context)
        // Without these libcurl prints replies to standard output.
        unsafe handle.set(CURLOPT_WRITEFUNCTION, callback: receiveReply)
        unsafe handle.setPointer(CURLOPT_WRITEDATA, context)
        unsafe handle.set(CURLOPT_HEADERFUNCTION, callback: receiveReply)
        unsafe handle.setPointer(CURLOPT_HEADERDATA, context)
        unsafe handle.setOpenSocket(openMailSocket)
        unsafe handle.setPointer(CURLOPT_OPENSOCKETDATA, context)
        if let sockets {
            unsafe handle.setCloseSocket(closeSocket)
            unsafe handle.setPointer(CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(sockets).toOpaque())
        }
    }

    // MARK: Called by libcurl

    /// Copies the next piece of the message; returns its size, 0 at the end.
    func give(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = call.message[sentBytes...].prefix(buffer.count)
        unsafe buffer.copyBytes(from: piece)
        sentBytes += piece.count
        return piece.count
    }

    /// Takes note of a reply's line; false stops the transfer.
    func take(replyLine bytes: Int) -> Bool {
        replyBytes += bytes
        // After the whole message only its acceptance and the goodbye are left. libcurl waits for the goodbye without doing
        // anything else, and it is worth a second, not half a minute of everybody else's mails.
        if sentBytes == call.message.count { handle?.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, 1) }
        return replyBytes <= 64 * 1024
    }

    /// Opens the socket for a resolved address, or refuses.
    func open(_ address: IPAddress?, family: Int32, type: Int32, protocol number: Int32) -> Int32 {
        guard let address, let sockets, call.configuration.allows(address) else {
            sawRefusedAddress = true
            return -1
        }
        return sockets.open(family: family, type: type, protocol: number, patience: call.configuration.timeout)
    }

    // MARK: The end

    func conclude(_ handle: EasyHandle, _ code: CURLcode) -> Conclusion {
        let verdict = SMTPVerdict(
            code,
            reply: handle.info(CURLINFO_RESPONSE_CODE),
            // libcurl's word for a refused MAIL, RCPT or DATA command.
            isAboutTheMail: code == CURLE_SEND_ERROR || sentBytes > 0,
            sawRefusedAddress: sawRefusedAddress
        )
        switch verdict {
        case .accepted:
            call.end(.success(()))
            return .ended(.success, outcome: "2xx")
        case .refused(let failure):
            call.end(.failure(failure))
            // The server is there and speaks; it is this mail that it does not want.
            let isTemporary = if case .temporary = failure { true } else { false }
            return .ended(.success, outcome: isTemporary ? "4xx" : "5xx")
        case .failed(let failure):
            call.fail(failure)
            return .ended(failure.verdict, outcome: failure.rawValue)
        }
    }
}
