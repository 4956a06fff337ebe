extension BlockList {
    /// Ten thousand common passwords of eight characters and more (`common-passwords.txt`), in force whatever the
    /// settings say.
    public static let builtIn = BlockList(entries: [], hasCommon: true)

    /// Read once, when the first password is chosen: a node that starts has no need of them yet.
    static let common: Set<String> = {
        do throws(BlockListFaults) {
            return try BlockList(file: PackageResources.common_passwords_txt).entries
        } catch {
            // The file is part of the program and a test reads it, so only a faulty build leads here; without its list
            // the service would accept what is guessed first.
            fatalError("common-passwords.txt: \(error.faults.first?.sentence ?? "")")
        }
    }()
}
