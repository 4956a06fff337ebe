public import Accounts

/// Signing up with an address and a password: stores a pending registration and asks for its mail. What the address is makes no
/// difference to the answer, nor to the work (I06, P-5).
public struct SignUpWithPassword: Sendable {
    /// What was typed.
    public struct Request: Sendable {
        /// The address.
        public let address: String
        /// The password.
        public let password: String
        /// A name, if one was given.
        public let displayName: String?
        /// Where to go afterwards, already checked.
        public let returnTo: String

        /// Creates a request.
        public init(address: String, password: String, displayName: String?, returnTo: String) {
            self.address = address
            self.password = password
            self.displayName = displayName
            self.returnTo = returnTo
        }
    }

    private let services: LocalAccountServices
    private let metrics = FlowMetrics(flow: "sign_up")

    /// Creates the flow.
    public init(_ services: LocalAccountServices) { self.services = services }

    /// The address that mail goes to, in its canonical form.
    public func callAsFunction(
        _ request: Request,
        browser: BrowserToken,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> EmailAddress {
        try await metrics.measured { () async throws(FlowFailure) in try await begin(request, browser, visitor) }
    }

    /// Asks for the mail once more; the same for every address and every browser.
    public func again(_ typed: String, _ visitor: Visitor) async throws(FlowFailure) -> EmailAddress {
        try await metrics.measured { () async throws(FlowFailure) in
            try services.requireEnabled(.requestMail)
            guard let address = EmailAddress(typed) else { throw FlowFailure(.requestMail, .invalidAddress) }
            let browser = (visitor.browser ?? .generate()).hash
            try await services.ask(for: .verifyAgain(address, browser: browser), to: address, visitor)
            return address
        }
    }

    private func begin(
        _ request: Request,
        _ browser: BrowserToken,
        _ visitor: Visitor
    ) async throws(FlowFailure) -> EmailAddress {
        try services.requireEnabled(.beginRegistration)
        guard services.settings.signUp == .open else { throw FlowFailure(.beginRegistration, .signUpClosed) }
        guard let address = EmailAddress(request.address) else {
            throw FlowFailure(.beginRegistration, .invalidAddress)
        }
        let limits = services.settings.limits
        try await services.count(limits.mail("sign_up", to: address, from: visitor.client))
        let name = request.displayName.flatMap(Self.displayName)
        let password = try await services.choose(
            request.password,
            context: [address.localPart, address.domain, address.description] + (name.map { [$0] } ?? []),
            hasSecondFactor: false
        )
        let registration = PendingRegistration(
            id: services.freshID(),
            address: address,
            browser: browser.hash,
            password: password.hash,
            meetsSingleFactor: password.meetsSingleFactor,
            displayName: name,
            returnTo: request.returnTo
        )
        try await services.storing(.beginRegistration) { () async throws(StoreFailure) in
            try await services.store.begin(
                registration,
                lifetime: services.settings.registrationLifetime,
                job: services.job(.verifyRegistration(registration.id))
            )
        }
        return address
    }

    /// One line of at most 200 characters without control characters; nil when nothing remains.
    private static func displayName(_ text: String) -> String? {
        let scalars = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        var name = String(String.UnicodeScalarView(scalars.prefix(200)))
        while name.hasPrefix(" ") { name.removeFirst() }
        while name.hasSuffix(" ") { name.removeLast() }
        return name.isEmpty ? nil : name
    }
}
