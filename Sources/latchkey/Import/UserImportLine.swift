import Accounts
import Foundation
import JSON
import PasswordHashing

/// One line of an import file: a JSON object for one user.
enum UserImportLine {
    /// Longest line, in bytes: a user is far smaller.
    static let maximumBytes = 16_384
    /// Longest hash that is stored, in bytes.
    static let maximumHashBytes = 1024

    private static let keys: Set<String> = [
        "email", "email_verified", "password_hash", "display_name", "roles", "id", "created_at",
    ]

    /// What a line says.
    enum Reading {
        case user(ImportedUser)
        case faults([String])
    }

    /// Reads a line. All its faults are told at once, and none of them repeats a hash.
    /// - Parameters:
    ///   - number: where it stands, from 1.
    ///   - now: seconds since the Unix epoch; nobody is created later than that.
    static func read(_ bytes: [UInt8], number: Int, now: Int64) -> Reading {
        let object: JSONObject
        do throws(JSONFault) {
            let value = try JSONValue.parse(bytes, limits: JSONLimits(bytes: maximumBytes, depth: 3))
            guard let members = value.object else { return .faults(["a line has to be a JSON object"]) }
            object = members
        } catch {
            return .faults(["not JSON: \(error)"])
        }
        var faults: [String] = []
        func part<Value>(_ read: () throws(ImportFault) -> Value) -> Value? {
            do throws(ImportFault) {
                return try read()
            } catch {
                faults.append(error.sentence)
                return nil
            }
        }
        for name in object.names where !keys.contains(name) {
            faults.append("unknown key \(quoted(name))")
        }
        let address = part { () throws(ImportFault) in try Self.address(object["email"]) }
        _ = part { () throws(ImportFault) in try Self.requireProven(object["email_verified"]) }
        let hash = part { () throws(ImportFault) in try Self.hash(object["password_hash"]) }
        let name = part { () throws(ImportFault) in try Self.displayName(object["display_name"]) }
        let roles = part { () throws(ImportFault) in try Self.roles(object["roles"]) }
        let id = part { () throws(ImportFault) in try Self.id(object["id"]) }
        let created = part { () throws(ImportFault) in try Self.created(object["created_at"], now: now) }
        guard faults.isEmpty, let address, let hash, let name, let roles, let id, let created else {
            return .faults(faults)
        }
        return .user(
            ImportedUser(
                line: number,
                id: id,
                address: address,
                password: hash,
                displayName: name,
                roles: roles,
                createdAt: created
            )
        )
    }

    private static func address(_ value: JSONValue?) throws(ImportFault) -> EmailAddress {
        guard let value else { throw ImportFault("email is missing") }
        guard let text = value.string, let address = EmailAddress(text) else {
            throw ImportFault("email is not an e-mail address")
        }
        return address
    }

    /// Only boolean true: an address that somebody merely typed must not keep its owner out (L-3, L-10).
    private static func requireProven(_ value: JSONValue?) throws(ImportFault) {
        guard let value else { throw ImportFault("email_verified is missing") }
        guard let isProven = value.bool else { throw ImportFault("email_verified has to be true or false") }
        guard isProven else {
            throw ImportFault(
                "email_verified is false: an address nobody proved is not imported, its owner signs up"
            )
        }
    }

    private static func hash(_ value: JSONValue?) throws(ImportFault) -> StoredPassword {
        guard let value else { throw ImportFault("password_hash is missing") }
        guard let text = value.string else { throw ImportFault("password_hash has to be a string") }
        guard text.utf8.count <= maximumHashBytes else {
            throw ImportFault("password_hash is longer than \(maximumHashBytes) bytes")
        }
        do throws(ImportedHashFault) {
            _ = try ImportedHash.check(text)
        } catch {
            throw ImportFault("password_hash: \(error.sentence)")
        }
        return StoredPassword(text)
    }

    private static func displayName(_ value: JSONValue?) throws(ImportFault) -> String? {
        guard let value else { return nil }
        guard let text = value.string, (1...200).contains(text.unicodeScalars.count),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw ImportFault("display_name has to be 1 to 200 characters without control characters") }
        return text
    }

    private static func roles(_ value: JSONValue?) throws(ImportFault) -> [String] {
        guard let value else { return [] }
        let roles = value.array?.map(\.string)
        guard let roles, roles.count <= RoleName.limitPerUser else {
            throw ImportFault("roles has to be a list of at most \(RoleName.limitPerUser) names")
        }
        var names: [String] = []
        for role in roles {
            guard let role, RoleName.isValid(role) else {
                throw ImportFault("roles: a name has 1 to 64 letters, digits and _ - . :")
            }
            guard !names.contains(role) else { throw ImportFault("roles: \(role) stands there twice") }
            names.append(role)
        }
        return names
    }

    private static func id(_ value: JSONValue?) throws(ImportFault) -> UserID? {
        guard let value else { return nil }
        guard let text = value.string, let id = UserID(text) else { throw ImportFault("id has to be a UUID") }
        return id
    }

    private static func created(_ value: JSONValue?, now: Int64) throws(ImportFault) -> Instant? {
        guard let value else { return nil }
        guard let text = value.string, let instant = InternetTime.read(text) else {
            throw ImportFault("created_at has to be a time such as 2024-05-31T12:00:00Z (RFC 3339), from 1970 on")
        }
        guard instant.seconds <= now else { throw ImportFault("created_at is in the future") }
        return instant
    }

    /// A name from the file, short and without anything a terminal would act on.
    private static func quoted(_ name: String) -> String {
        let visible = name.unicodeScalars.prefix(40).map { scalar in
            (0x20...0x7E).contains(scalar.value) ? Character(scalar) : "?"
        }
        return "\"" + String(visible) + "\""
    }
}

/// What is wrong with one member of a line.
private struct ImportFault: Error {
    let sentence: String

    init(_ sentence: String) { self.sentence = sentence }
}
