/// Why a handler did not do a job.
public enum JobFault: Error, Sendable, Hashable {
    /// It may work later. The code is stable and names no person and no secret.
    case retry(String)
    /// It will never work: a dead letter at once.
    case dead(String)
    /// What it was about is gone, so there is nothing to do any more.
    case obsolete
}
