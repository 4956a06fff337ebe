import Accounts
import ArgumentParser
import Flows
import Foundation
import JSON
import PostgresStore
import Web

/// Whom a command is about.
struct UserOptions: ParsableArguments {
    @Argument(help: "The user's id, or an address they have proven.")
    var user: String

    @Option(name: .customLong("by"), help: "Who does it.")
    var administrator = ProcessInfo.processInfo.environment["USER"] ?? "command line"
}

/// `latchkey users ban`
struct BanUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ban",
        abstract: "Keep somebody out: every session ends, and no sign-in works until `unban`."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var whom: UserOptions

    func run() async throws {
        let ended = try await carryOut(.disable, whom, options)
        Console.output("Banned. Sessions that ended: \(ended)")
    }
}

/// `latchkey users unban`
struct UnbanUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unban", abstract: "Let somebody in again.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var whom: UserOptions

    func run() async throws {
        _ = try await carryOut(.enable, whom, options)
        Console.output("They may sign in again.")
    }
}

/// `latchkey users delete`
struct DeleteUser: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete an account with everything that belongs to it. There is no way back."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var whom: UserOptions

    @Flag(help: "Yes, really.")
    var yes = false

    func validate() throws {
        guard yes else { throw ValidationError("nothing is deleted without --yes") }
    }

    func run() async throws {
        let ended = try await carryOut(.delete, whom, options)
        Console.output("Deleted. Sessions that ended: \(ended)")
    }
}

/// `latchkey users roles`
struct SetRoles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roles",
        abstract:
            "Give somebody these roles instead of all others; none takes all away. The next session check shows them."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var whom: UserOptions

    @Option(name: .customLong("to"), help: "Names with commas between; empty for none.")
    var names: String

    func run() async throws {
        let roles = try sound { () throws(AdministerUsers.Fault) in
            try AdministerUsers.roles(names.split(separator: ",").map(String.init))
        }
        _ = try await carryOut(.setRoles(roles), whom, options)
        Console.output(roles.isEmpty ? "No roles." : "Roles: " + roles.joined(separator: ", "))
    }
}

/// `latchkey users metadata`
struct SetMetadata: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metadata",
        abstract: "Write what is kept about somebody: JSON objects, each instead of the one before."
    )

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var whom: UserOptions

    @Option(name: .customLong("public"), help: "What apps see in session answers.")
    var publicText: String?

    @Option(name: .customLong("private"), help: "What only administrators see.")
    var privateText: String?

    func validate() throws {
        guard publicText != nil || privateText != nil else { throw ValidationError("say --public, --private or both") }
    }

    func run() async throws {
        let limits = AdministerUsers.metadataLimits
        let change = UserChange.setMetadata(
            publicly: try publicText.map { try Self.metadata($0, limits.publicly) },
            privately: try privateText.map { try Self.metadata($0, limits.privately) }
        )
        _ = try await carryOut(change, whom, options)
        Console.output("Written.")
    }

    private static func metadata(_ text: String, _ limit: Int) throws -> String {
        guard let value = try? JSONValue.parse(Array(text.utf8)) else { throw ValidationError("this is not JSON") }
        return try sound { () throws(AdministerUsers.Fault) in try AdministerUsers.metadata(value, limit: limit) }
    }
}

private func sound<Value>(_ check: () throws(AdministerUsers.Fault) -> Value) throws -> Value {
    do {
        return try check()
    } catch {
        throw ValidationError(error.sentence)
    }
}

extension PostgresStore {
    /// The flow that every command about users goes through.
    var administration: AdministerUsers {
        AdministerUsers(store: self, sessions: self, unixTime: { Int64(Date().timeIntervalSince1970) })
    }
}

extension AdministerUsers {
    /// A user by id, or whoever has proven an address.
    func id(of text: String) async throws -> UserID {
        if let id = UserID(text) { return id }
        guard let address = EmailAddress(text) else { throw StartFault("this is neither an id nor an address") }
        guard let id = try await owner(of: address) else {
            throw StartFault("there is no such user: nobody has proven this address")
        }
        return id
    }
}

/// Changes one user; returns how many sessions ended.
func carryOut(_ change: UserChange, _ whom: UserOptions, _ options: ConfigurationOptions) async throws -> Int {
    var ended = 0
    try await withStore(options) { store in
        let users = store.administration
        switch try await users(change, of: try await users.id(of: whom.user), by: whom.administrator) {
        case .done(let count): ended = count
        case .noSuchUser: throw StartFault("there is no such user, or no such session")
        case .claimed: throw StartFault("the owner of its address claimed this account: nobody is let in there again")
        case .merged(let other): throw StartFault("this account was merged into \(other): change that one")
        }
    }
    return ended
}
