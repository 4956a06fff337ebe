/// Settings of former releases, and where they went: whoever still has one is told, not left with an unknown key.
enum RetiredSettings {
    private static let successors = [
        "linking.sign_up": "it is sign_up in the policy's file now, see linking.policy_file",
        "linking.dormant_after": "it is dormant_after in the policy's file now, see linking.policy_file",
    ]

    /// What to say about a setting that there is no more; nil for names that were never one.
    /// - Parameter path: levels joined with dots.
    static func explanation(of path: String) -> String? {
        successors[path].map { "\"\(path)\" is not a setting any more: \($0)" }
    }

    /// The same for a name in the environment.
    static func explanation(ofVariable name: String) -> String? {
        for path in successors.keys.sorted() {
            let levels = path.split(separator: ".").map(String.init)
            if ConfigurationPath(levels).environmentName == name { return explanation(of: path) }
        }
        return nil
    }
}
