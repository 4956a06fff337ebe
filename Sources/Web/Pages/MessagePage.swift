/// A page that says what happened, in one sentence, and what to do next.
public struct MessagePage: Sendable, Hashable {
    /// What sort of news; chooses the sign beside the heading.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Something failed, here or at the provider.
        case error
        /// We decided not to do it.
        case refused
        /// Somebody has to do something first.
        case waiting
        /// Plain news.
        case info
        /// The session has ended.
        case signedOut = "signed_out"
    }

    /// Something the person can do now.
    public struct NextStep: Sendable, Hashable {
        /// How it is done.
        public enum Target: Sendable, Hashable {
            /// A link: a path of this origin, an `https` address, or `http` on this very machine. Anything else
            /// becomes `/`, because escaping does not make `javascript:` harmless.
            case link(String)
            /// An e-mail address to write to, or a web address as for ``link(_:)``.
            case contact(String)
            /// A form without fields but `return_to`, posted to a path of this origin. Anything else becomes `/`.
            case post(action: String, returnTo: String?)
        }

        /// What the link or button says.
        public let label: String
        /// How it is done.
        public let target: Target
        /// Whether it is the thing most people will want. At most one per page looks right.
        public let primary: Bool

        /// Creates a step.
        public init(label: String, target: Target, primary: Bool = false) {
            self.label = label
            self.target = target
            self.primary = primary
        }
    }

    /// What sort of news.
    public let kind: Kind
    /// A few words.
    public let title: String
    /// What happened, in one sentence.
    public let sentence: String
    /// What to do next. An empty list is answered with a link to the sign-in page: no page is a dead end.
    public let nextSteps: [NextStep]
    /// The request's id, for the person to quote to the operator. Only shown for errors, refusals and waiting.
    public let requestID: String?

    /// Creates a page.
    public init(kind: Kind, title: String, sentence: String, nextSteps: [NextStep], requestID: String? = nil) {
        self.kind = kind
        self.title = title
        self.sentence = sentence
        self.nextSteps = nextSteps
        self.requestID = requestID
    }
}
