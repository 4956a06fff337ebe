import Foundation

/// A file as the configuration sees it: what is in it, and who else can get at it.
public struct ConfigurationFile: Sendable {
    /// Everything in it.
    public let contents: [UInt8]
    /// Whether every user of the machine can read it.
    public let isReadableByEveryone: Bool
    /// Whether every user of the machine can change it.
    public let isWritableByEveryone: Bool

    /// Creates a file, for tests and for other places than the file system.
    public init(contents: [UInt8], isReadableByEveryone: Bool = false, isWritableByEveryone: Bool = false) {
        self.contents = contents
        self.isReadableByEveryone = isReadableByEveryone
        self.isWritableByEveryone = isWritableByEveryone
    }

    /// Largest file that is read, in bytes.
    public static let maximumBytes = 1_048_576

    /// Reads a file of the file system. The permissions are those of the very file that was read, not of whatever its
    /// name points to a moment later.
    public static func read(_ path: String) -> Result<ConfigurationFile, ConfigurationFileFault> {
        guard !path.isEmpty, !path.utf8.contains(0) else { return .failure(.notFound) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT, ENOTDIR: return .failure(.notFound)
            case EACCES, EPERM: return .failure(.notPermitted)
            default: return .failure(.unreadable)
            }
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(.unreadable) }
        guard status.st_mode & S_IFMT != S_IFDIR else { return .failure(.isFolder) }
        guard let data = try? handle.read(upToCount: maximumBytes + 1) ?? Data() else {
            return .failure(.unreadable)
        }
        guard data.count <= maximumBytes else { return .failure(.tooLarge) }
        return .success(
            ConfigurationFile(
                contents: Array(data),
                isReadableByEveryone: status.st_mode & S_IROTH != 0,
                isWritableByEveryone: status.st_mode & S_IWOTH != 0
            )
        )
    }
}

/// Why a file cannot be read.
public enum ConfigurationFileFault: String, Error, Sendable, CaseIterable {
    /// There is no such file.
    case notFound = "not_found"
    /// The service's user may not read it.
    case notPermitted = "not_permitted"
    /// The name is a folder's.
    case isFolder = "is_folder"
    /// It is larger than ``ConfigurationFile/maximumBytes``.
    case tooLarge = "too_large"
    /// The system failed to read it.
    case unreadable

    /// The end of a sentence that begins with the file's name.
    var sentence: String {
        switch self {
        case .notFound: "does not exist"
        case .notPermitted: "may not be read by this user"
        case .isFolder: "is a folder"
        case .tooLarge: "is larger than \(ConfigurationFile.maximumBytes) bytes"
        case .unreadable: "cannot be read"
        }
    }
}

/// How the configuration gets at files: ``ConfigurationFile/read(_:)`` in the service, a dictionary in tests.
public typealias ConfigurationFileReader =
    @Sendable (_ path: String) -> Result<ConfigurationFile, ConfigurationFileFault>
