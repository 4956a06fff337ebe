import Glibc
import Synchronization

/// Where log lines go: a file descriptor, one `write` per line, one line at a time, so that lines of several threads
/// never mix.
public final class LogSink: Sendable {
    /// Standard error.
    public static let standardError = LogSink(descriptor: STDERR_FILENO)
    /// Standard output.
    public static let standardOutput = LogSink(descriptor: STDOUT_FILENO)

    private let descriptor: Int32
    private let turn = Mutex<Void>(())

    /// Writes to a descriptor that somebody else opened and closes.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Writes a line, which brings its own line end. A descriptor that is gone loses the line: logging never fails
    /// the request it tells about.
    func write(line: String) {
        var line = line
        turn.withLock { _ in
            line.withUTF8 { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count > 0 {
                        // Pipes and full disks take a part; the rest follows before anybody else's line.
                        rest = rest.dropFirst(count)
                    } else if count < 0 && errno == EAGAIN {
                        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        guard poll(&request, 1, 1000) > 0 else { return }
                    } else if count == 0 || errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
