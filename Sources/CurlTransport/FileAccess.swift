import Glibc

/// A question to the file system.
enum FileAccess {
    /// Whether the file can be opened for reading.
    static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }
}
