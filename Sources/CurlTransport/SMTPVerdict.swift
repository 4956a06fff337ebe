import CCurl
import Mail
import OAuth

/// What the end of an SMTP dialogue means.
enum SMTPVerdict: Sendable, Hashable {
    /// The server has taken the message.
    case accepted
    /// It answered, and not with yes.
    case refused(MailFailure)
    /// There was no dialogue to speak of.
    case failed(TransportFailure)

    /// Judges libcurl's result, the last reply code, and whether the server was being told about this very mail by then
    /// (MAIL FROM, RCPT TO or DATA) rather than about us.
    init(_ code: CURLcode, reply: Int, isAboutTheMail: Bool, sawRefusedAddress: Bool) {
        switch code {
        case CURLE_OK:
            self = .accepted
        case CURLE_LOGIN_DENIED:
            // An operator's to mend: no mail is given up for a wrong password.
            self = .refused(.temporary("smtp_login_denied"))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_USE_SSL_FAILED,
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION:
            // `sentBytes` is not known for SMTP, and a mail may be sent twice: a timeout is a timeout.
            self = .failed(TransportFailure(code, sentBytes: 1, sawRefusedAddress: sawRefusedAddress))
        default:
            switch reply {
            case 500...599 where isAboutTheMail && !Self.asksForLogin(reply):
                self = .refused(.permanent("smtp_\(reply)"))
            case 400...599:
                self = .refused(.temporary("smtp_\(reply)"))
            default:
                self = .failed(TransportFailure(code, sentBytes: 1, sawRefusedAddress: sawRefusedAddress))
            }
        }
    }

    /// RFC 4954 §6: authentication required, mechanism too weak, credentials invalid, encryption required.
    private static func asksForLogin(_ reply: Int) -> Bool { [530, 534, 535, 538].contains(reply) }
}
