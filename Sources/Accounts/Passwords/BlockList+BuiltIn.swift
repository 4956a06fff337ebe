extension BlockList {
    /// Ten thousand common passwords of eight characters and more (`common-passwords.txt`), in force whatever the
    /// settings say. Read once.
    public static let builtIn: BlockList = {
        do throws(BlockListFaults) {
            return try BlockList(file: PackageResources.common_passwords_txt)
        } catch {
            // The file is part of the program and a test reads it, so only a faulty build leads here; without its list
            // the service would accept what is guessed first.
            fatalError("common-passwords.txt: \(error.faults.first?.sentence ?? "")")
        }
    }()
}
