/// Why verified answers do not make a person. Nothing of them may be used then.
public enum ClaimFault: Error, Sendable, Hashable {
    /// No subject: without it there is nobody (Keycloak CVE-2026-82968).
    case subjectMissing
    /// The subject has another JSON type than the file says.
    case subjectWrongType
    /// The subject is empty, too long, or not visible ASCII.
    case subjectInvalid
    /// An ID token is needed and was not given.
    case idTokenMissing
    /// The userinfo answer is about somebody else (OpenID Connect Core §5.3.2).
    case userInfoSubjectMismatch
    /// The account is not in a required state: suspended, blocked, not activated.
    case accountState
    /// A claim has another JSON type than it should.
    case wrongType(claim: String)

    /// Stable name for logs, metrics and pages.
    public var code: String {
        switch self {
        case .subjectMissing: "subject_missing"
        case .subjectWrongType: "subject_wrong_type"
        case .subjectInvalid: "subject_invalid"
        case .idTokenMissing: "id_token_missing"
        case .userInfoSubjectMismatch: "userinfo_subject_mismatch"
        case .accountState: "account_state"
        case .wrongType: "claim_wrong_type"
        }
    }
}
