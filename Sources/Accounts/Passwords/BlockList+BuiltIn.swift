extension BlockList {
    /// Ten thousand common passwords of eight characters and more (`common-passwords.txt`), in force whatever the
    /// settings say.
    public static let builtIn = BlockList(entries: [], hasCommon: true)

    /// Read once, when the first password is chosen: a node that starts has no need of them yet. The file is part of the program, and
    /// the test of I03 finds every line of it in here.
    static let common: Set<String> = read(PackageResources.common_passwords_txt).entries
}
