import CCurl
import Logging

extension CurlLoop {
    /// libcurl's global state, set up once per process, before the first handle and by one thread only.
    private static let library: CURLcode = ccurl_global_init()

    /// 7.88.0, the first with everything used here in the form used here.
    private static var isRecent: Bool { ccurl_version_number() >= 0x075800 }

    /// Starts a loop on a thread of its own; it runs until its mailbox says stop.
    static func start(
        _ configuration: CurlConfiguration,
        logger: Logger,
        metrics: OutboundMetrics
    ) throws(CurlStartFault) -> Mailbox {
        guard library == CURLE_OK, isRecent, let multi = unsafe curl_multi_init() else {
            throw .unusableLibrary
        }
        if let file = configuration.extraCertificateFile, !FileAccess.isReadable(file) {
            unsafe curl_multi_cleanup(multi)
            throw .unreadableCertificateFile
        }
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, configuration.maximumIdleConnections)
        unsafe ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, configuration.maximumConnectionsPerHost)

        let address = UInt(bitPattern: multi)
        let mailbox = Mailbox(multi: address)
        let started = LoopThread.start {
            // The address of the handle created above; from here on it belongs to this thread.
            guard let multi = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
            let loop = unsafe CurlLoop(
                multi: multi,
                mailbox: mailbox,
                configuration: configuration,
                metrics: metrics,
                logger: logger
            )
            loop.run()
        }
        guard started else {
            _ = mailbox.close()
            unsafe curl_multi_cleanup(multi)
            throw .noThread
        }
        return mailbox
    }
}
