extension FormPage {
    /// What a claim removed, in plain words.
    public static func claimReceipt(_ address: String, removed: [String]) -> FormPage {
        FormPage(
            title: "The address is yours",
            context: address,
            paragraphs: [
                "Somebody had registered your address here and never proved it. You have a new account of your own now, and this "
                    + "was removed, so that nobody who prepared it can reach you:"
            ],
            facts: removed.map { Fact(label: "Removed", value: $0) },
            form: nil,
            links: [Link(label: "Go to your account", path: FormPath.account)]
        )
    }
}
