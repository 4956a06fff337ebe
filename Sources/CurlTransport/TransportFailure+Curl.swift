import CCurl
import OAuth

extension TransportFailure {
    /// What a result code of libcurl means here. `sentBytes` tells the failures after which the request may have
    /// been received from those after which it certainly was not.
    init(_ code: CURLcode, sentBytes: Int, sawRefusedAddress: Bool) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .unreachable
        case CURLE_COULDNT_CONNECT:
            self = sawRefusedAddress ? .refusedAddress : .unreachable
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_ENGINE_INITFAILED, CURLE_USE_SSL_FAILED:
            self = .tls
        case CURLE_OPERATION_TIMEDOUT:
            self = sentBytes == 0 ? .unreachable : .timedOut
        case CURLE_URL_MALFORMAT:
            self = .refusedURL
        case CURLE_UNSUPPORTED_PROTOCOL:
            // Also libcurl's word for an answer without a status line (HTTP/0.9).
            self = sentBytes == 0 ? .refusedURL : .broken
        case CURLE_FILESIZE_EXCEEDED:
            self = .tooLarge
        case CURLE_OUT_OF_MEMORY:
            // libcurl's words for a header line beyond its own limit; Linux itself does not report exhaustion so.
            self = .tooLarge
        default:
            self = .broken
        }
    }

    /// What the failure says about the provider.
    var verdict: CircuitBreaker.Verdict {
        switch self {
        case .unreachable, .tls, .timedOut, .tooLarge, .broken: .failure
        case .refusedURL, .refusedAddress, .busy, .circuitOpen, .stopped: .neutral
        }
    }
}
