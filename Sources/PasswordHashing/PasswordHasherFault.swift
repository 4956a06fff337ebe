/// Why a hasher could not be made. All of them are faults of the settings or of the machine, found at start.
public enum PasswordHasherFault: String, Error, Sendable, CaseIterable {
    /// Memory or passes outside the bounds of ``Argon2Parameters``.
    case parametersOutOfBounds = "parameters_out_of_bounds"
    /// Fewer than 1 or more than 256 threads, or a queue limit below 0 or above 100,000.
    case limitsOutOfBounds = "limits_out_of_bounds"
    /// libsodium refused to start.
    case libraryUnavailable = "library_unavailable"
    /// The system has no more threads.
    case noThread = "no_thread"
    /// There is not even memory for one hash.
    case outOfMemory = "out_of_memory"
}
