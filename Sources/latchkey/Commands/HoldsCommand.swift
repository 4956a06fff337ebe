public import Accounts
public import ArgumentParser
import Flows
import Foundation
import JSON
import PostgresStore
import Providers
import ServiceConfiguration
import Web

/// `latchkey holds`
struct HoldsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holds",
        abstract: "People who arrived and wait for an administrator's word.",
        subcommands: [List.self, Show.self, Approve.self, Deny.self]
    )

    /// `latchkey holds list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "Show who waits, the oldest first."
        )

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "pending, approved or denied.")
        var status = HeldArrival.Status.pending

        @Flag(help: "One JSON object a line.")
        var json = false

        @Option(help: "At most this many.")
        var limit = 100

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit has to be from 1 to 10000") }
        }

        func run() async throws {
            try await withHolds(options) { holds in
                for held in try await holds.list(status, limit: limit) {
                    Console.output(json ? held.json.serialized() : held.line)
                }
            }
        }
    }

    /// `latchkey holds show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show one arrival with all that is known, as JSON."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "Its id.")
        var id: HeldArrivalID

        func run() async throws {
            try await withHolds(options) { holds in
                guard let held = try await holds.arrival(id) else { throw StartFault("there is no such arrival") }
                Console.output(held.json.serialized())
            }
        }
    }

    /// `latchkey holds approve`
    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Let an arrival in: to a user's account, or to one of its own without the address."
        )

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "Its id.")
        var id: HeldArrivalID

        @Option(help: "The user whose account it opens from now on. Their owner is told by mail.")
        var link: UserID?

        @Flag(help: "A user of its own, without the address.")
        var separate = false

        @Option(name: .customLong("by"), help: "Who decides.")
        var administrator = ProcessInfo.processInfo.environment["USER"] ?? "command line"

        func validate() throws {
            guard (link == nil) == separate else { throw ValidationError("say --link USER or --separate") }
        }

        func run() async throws {
            try await decide(options, id, link.map { .link($0) } ?? .separate, by: administrator)
            Console.output("Approved. The next sign-in gets in.")
        }
    }

    /// `latchkey holds deny`
    struct Deny: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "deny", abstract: "Say no.")

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "Its id.")
        var id: HeldArrivalID

        @Option(help: "Why, for other administrators.")
        var reason: String

        @Option(name: .customLong("by"), help: "Who decides.")
        var administrator = ProcessInfo.processInfo.environment["USER"] ?? "command line"

        func run() async throws {
            try await decide(options, id, .deny(reason), by: administrator)
            Console.output("Denied.")
        }
    }
}

private func withHolds(_ options: ConfigurationOptions, _ body: (DecideHold) async throws -> Void) async throws {
    let configuration = try options.load().configuration
    try await withStore(configuration) { store in
        let names = try configuredProviders(configuration).map { ($0.provider.id.description, $0.provider.name) }
        let holds = DecideHold(
            store: store,
            providerNames: Dictionary(names, uniquingKeysWith: { first, _ in first }),
            undoFor: configuration.account.identityUndoFor,
            unixTime: { Int64(Date().timeIntervalSince1970) }
        )
        try await body(holds)
    }
}

private func decide(
    _ options: ConfigurationOptions,
    _ id: HeldArrivalID,
    _ answer: DecideHold.Answer,
    by administrator: String
) async throws {
    try await withHolds(options) { holds in
        switch try await holds(id, answer, by: administrator) {
        case .done: break
        case .notPending: throw StartFault("there is no such arrival that waits")
        case .identityInUse: throw StartFault("the identity belongs to another user by now")
        case .identityBlocked: throw StartFault("the account's owner has blocked this identity; only they can allow it")
        case .noSuchUser: throw StartFault("there is no such user, or they are disabled")
        }
    }
}

extension HeldArrival.Status: ExpressibleByArgument {}

extension ID: ExpressibleByArgument {
    /// A UUID in its text form.
    public init?(argument: String) { self.init(argument) }
}

extension HeldArrival {
    var line: String {
        let minutes = max(0, (Int64(Date().timeIntervalSince1970) - arrivedAt.seconds) / 60)
        let who = identity.username ?? identity.displayName ?? identity.key.subject
        let address = identity.email.map { "\($0.address) (\($0.evidence.rawValue))" } ?? "no address"
        return "\(id)  \(status.rawValue)  \(identity.provider)  \(who)  \(address)  \(minutes) min ago"
    }
}
