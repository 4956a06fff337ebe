/// Every misbehaviour there is.
enum Catalogue {
    /// Whether a surface has a misbehaviour of this name.
    static func knows(_ name: String, on surface: Surface) -> Bool {
        entries(of: surface).contains { $0.name == name }
    }

    /// Names and sentences of one surface.
    static func entries(of surface: Surface) -> [(name: String, summary: String)] {
        let own: [(name: String, summary: String)] =
            switch surface {
            case .idToken: list(IDTokenTwists.all)
            case .callback: list(CallbackTwists.all)
            case .token: list(TokenTwists.all)
            case .profile: list(ProfileTwists.all)
            case .emails: list(EmailTwists.all)
            case .keys: list(KeySetTwists.all)
            case .discovery: list(DiscoveryTwists.all)
            case .revoke, .check, .authorize: []
            }
        let delivered = surface != .idToken && surface != .callback
        return own + (delivered ? list(DeliveryTwists.all) : [])
    }

    /// Applies those of `chosen` that `all` knows, in the order of the table, which is the order in which they fit
    /// together.
    static func apply<Draft>(
        _ chosen: [Misbehaviour],
        from all: [Twist<Draft>],
        to draft: inout Draft,
        now: Int64,
        origin: String
    ) {
        guard !chosen.isEmpty else { return }
        for twist in all {
            for misbehaviour in chosen where misbehaviour.name == twist.name {
                let context = TwistContext(argument: misbehaviour.argument, now: now, origin: origin)
                twist.effect(&draft, context)
            }
        }
    }

    /// The table that `--list-misbehaviours` prints.
    static var text: String {
        Surface.allCases.map { surface in
            let rows = entries(of: surface).map { entry in
                let full = "\(surface.rawValue):\(entry.name)"
                return "  " + full + String(repeating: " ", count: max(1, 40 - full.count)) + entry.summary
            }
            return "\(surface.rawValue)\n" + rows.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    private static func list<Draft>(_ twists: [Twist<Draft>]) -> [(name: String, summary: String)] {
        twists.map { ($0.name, $0.summary) }
    }
}
