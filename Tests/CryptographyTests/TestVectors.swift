import Foundation

/// Published vectors, kept outside the repository. Tests that need them are skipped when they are absent.
enum TestVectors {
    /// The folder, from `LATCHKEY_TEST_VECTORS` or beside the repository.
    private static let folder: URL? = {
        let environment = ProcessInfo.processInfo.environment["LATCHKEY_TEST_VECTORS"].map { URL(filePath: $0) }
        let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = environment ?? repository.deletingLastPathComponent().appending(path: "shared/vectors")
        guard FileManager.default.fileExists(atPath: folder.path) else {
            print("test vectors not found: skipped; set LATCHKEY_TEST_VECTORS")
            return nil
        }
        return folder
    }()

    static var areThere: Bool { folder != nil }

    /// The names in a folder of vectors, sorted.
    static func names(in subfolder: String) throws -> [String] {
        guard let folder else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: subfolder).path).sorted()
    }

    /// The bytes of one file.
    static func bytes(_ path: String) throws -> [UInt8] {
        guard let folder else { return [] }
        return try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }
}
