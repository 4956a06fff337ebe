public import Foundation

/// Runs python3 with these arguments and this input, and waits until it has ended; its errors go to ours.
///
/// Not with Foundation's `Process`: it learns of a child's end through a socket that every other child of this process
/// inherits, so beside tests that start servers it waits for those as well.
///
/// - Returns: exit status, or minus the signal that ended it; and what it printed.
public func runPython(_ arguments: [String], input: Data) throws -> (status: Int32, output: String) {
    // Files, not pipes: the input is larger than a pipe's buffer, and nobody has to write while somebody reads.
    let folder = FileManager.default.temporaryDirectory
    let (source, result) = (
        folder.appending(path: "oracle-\(UUID()).in"), folder.appending(path: "oracle-\(UUID()).out")
    )
    try input.write(to: source)
    try Data().write(to: result)
    defer {
        try? FileManager.default.removeItem(at: source)
        try? FileManager.default.removeItem(at: result)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, source.path, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, result.path, O_WRONLY, 0)
    var words: [UnsafeMutablePointer<CChar>?] = (["python3"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let started = posix_spawnp(&child, "python3", &actions, nil, &words, environ)
    guard started == 0 else { throw POSIXError(POSIXErrorCode(rawValue: started) ?? .ENOENT) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
        guard errno == EINTR else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .ECHILD) }
    }
    let exit = status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
    return (exit, String(decoding: try Data(contentsOf: result), as: UTF8.self))
}
