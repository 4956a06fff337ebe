// The form in which facts stand in database rows and log lines. It is a stored format: keys, values and their order
// never change; a new fact would be appended.

extension LinkingFacts: CustomStringConvertible {
    /// Stable compact text: eight `key=value` pairs in fixed order with one space between, such as `intent=sign_in
    /// session=none identity=unknown email=verified account=verified recycled=no privileged=no dormant=no`.
    public var description: String {
        func word(_ flag: Bool) -> String { flag ? "yes" : "no" }
        return "intent=\(intent.rawValue) session=\(session.rawValue) identity=\(identity.rawValue)"
            + " email=\(email.rawValue) account=\(account.rawValue)"
            + " recycled=\(word(recycled)) privileged=\(word(privileged)) dormant=\(word(dormant))"
    }

    /// Reads what ``description`` writes, and nothing else; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 256 else { return nil }
        let pairs = text.split(separator: " ", omittingEmptySubsequences: false)
        let keys = ["intent", "session", "identity", "email", "account", "recycled", "privileged", "dormant"]
        guard pairs.count == keys.count else { return nil }
        var values: [String] = []
        for (pair, key) in zip(pairs, keys) {
            guard pair.hasPrefix(key + "=") else { return nil }
            values.append(String(pair.dropFirst(key.count + 1)))
        }
        func flag(_ value: String) -> Bool? { value == "yes" ? true : value == "no" ? false : nil }
        guard let intent = Intent(rawValue: values[0]), let session = Session(rawValue: values[1]),
            let identity = Identity(rawValue: values[2]), let email = Email(rawValue: values[3]),
            let account = Account(rawValue: values[4]), let recycled = flag(values[5]),
            let privileged = flag(values[6]), let dormant = flag(values[7])
        else { return nil }
        self.init(
            intent: intent,
            session: session,
            identity: identity,
            email: email,
            account: account,
            recycled: recycled,
            privileged: privileged,
            dormant: dormant
        )
    }
}
