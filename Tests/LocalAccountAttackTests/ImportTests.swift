import Foundation
import Postgres
import TestSupport
import Testing

/// `latchkey users import`: all or nothing, with every fault named, and the hashes of other systems good for a sign-in.
@Suite("Import of users", .enabled(if: Stack.isAvailable))
struct ImportTests {
    private static let longName = String(repeating: "n", count: 201)

    /// Lines that are refused, and words of the sentence about them.
    static let faulty: [(line: String, words: String)] = [
        ("not json", "not JSON"),
        ("[]", "JSON object"),
        (#"{"email":"a@b.example","email":"c@b.example"}"#, "duplicate_name"),
        (ImportRun.line(more: #""admin":true"#), #"unknown key "admin""#),
        (#"{"email_verified":true,"password_hash":"\#(ImportedHashes.bcrypt)"}"#, "email is missing"),
        (ImportRun.line(email: "nobody"), "email is not an e-mail address"),
        (ImportRun.line(email: "a＠b.example"), "email is not an e-mail address"),
        (#"{"email":"a1@b.example","password_hash":"\#(ImportedHashes.bcrypt)"}"#, "email_verified is missing"),
        (
            #"{"email":"a2@b.example","email_verified":false,"password_hash":"\#(ImportedHashes.bcrypt)"}"#,
            "an address nobody proved is not imported"
        ),
        (
            #"{"email":"a3@b.example","email_verified":"true","password_hash":"\#(ImportedHashes.bcrypt)"}"#,
            "has to be true or false"
        ),
        (
            #"{"email":"a4@b.example","email_verified":1,"password_hash":"\#(ImportedHashes.bcrypt)"}"#,
            "has to be true or false"
        ),
        (#"{"email":"a5@b.example","email_verified":true}"#, "password_hash is missing"),
        (ImportRun.line(hash: "plain text password"), "no known format"),
        (ImportRun.line(hash: "$1$salt$qJH7.N4xYta3aEG/dfqo/0"), "md5-crypt"),
        (ImportRun.line(hash: "$2b$31$RJNo.uY3tI4aL.sV0tJokezA41zAKOh9JTZg9AAIp8J3XNvUQV4cG"), "higher than allowed"),
        (ImportRun.line(hash: String(repeating: "x", count: 1025)), "longer than 1024 bytes"),
        (ImportRun.line(more: #""display_name":"""#), "display_name"),
        (ImportRun.line(more: #""display_name":"a\u0007b""#), "display_name"),
        (ImportRun.line(more: #""display_name":"\#(longName)""#), "display_name"),
        (ImportRun.line(more: #""roles":"admin""#), "roles"),
        (ImportRun.line(more: #""roles":["a b"]"#), "roles"),
        (ImportRun.line(more: #""roles":["a","a"]"#), "twice"),
        (ImportRun.line(more: #""roles":[1]"#), "roles"),
        (ImportRun.line(more: #""id":"7""#), "id has to be a UUID"),
        (ImportRun.line(more: #""created_at":"2024-02-30T00:00:00Z""#), "created_at"),
        (ImportRun.line(more: #""created_at":"yesterday""#), "created_at"),
        (ImportRun.line(more: #""created_at":"2999-01-01T00:00:00Z""#), "in the future"),
        (
            ImportRun.line(more: #""display_name":"\#(String(repeating: "x", count: 20_000))""#),
            "longer than 16384 bytes"
        ),
    ]

    @Test("every faulty line is told with its number and what is wrong, and nothing is imported")
    func faults() async throws {
        let stack = try await Installation.roomy()
        let good = (0..<3).map { _ in LocalPerson.freshAddress() }
        var lines = [ImportRun.line(email: good[0])] + Self.faulty.map(\.line)
        lines += ["", ImportRun.line(email: good[1]), ImportRun.line(email: good[0].uppercased())]
        let id = UUID().uuidString
        lines += [ImportRun.line(email: good[2], more: #""id":"\#(id)""#), ImportRun.line(more: #""id":"\#(id)""#)]
        let run = try ImportRun(lines, at: stack)
        let (status, output) = try await run.run()
        #expect(status == 1)
        for (index, row) in Self.faulty.enumerated() {
            let told = output.split(separator: "\n").filter { $0.hasPrefix("\(run.path):\(index + 2): ") }
            #expect(told.contains { $0.contains(row.words) }, "line \(index + 2): \(row.line.prefix(120)): \(told)")
        }
        let count = Self.faulty.count
        #expect(output.contains("\(run.path):\(count + 4): the address stands on line 1 already"))
        #expect(output.contains("\(run.path):\(count + 6): the id stands on line \(count + 5) already"))
        #expect(!output.contains("\(run.path):1:") && !output.contains("\(run.path):\(count + 3):"), "control")
        #expect(!output.contains("RJNo"), "no hash in a message")
        #expect(try await stack.count("select count(*) from user_emails where address = any(\(good))") == 0)
    }

    @Test("of many faults 1,000 are told, and how many more there are")
    func manyFaults() async throws {
        let run = try ImportRun(Array(repeating: "{}", count: 700), at: try await Installation.roomy())
        let (status, output) = try await run.run()
        #expect(status == 1)
        #expect(
            output.split(separator: "\n").filter { $0.hasPrefix("\(run.path):") && $0.contains(" is missing") }.count
                == 1000
        )
        #expect(output.contains("and 1100 more"))
        #expect(output.contains("2100 fault(s), nothing was imported"))
    }

    @Test("I02 hashes of nine kinds sign in over HTTP, once with their own scheme and from then on with Argon2id")
    func kinds() async throws {
        let stack = try await Installation.roomy()
        let people = ImportedHashes.all.map { (address: LocalPerson.freshAddress(), kind: $0) }
        let lines = people.map { person in
            ImportRun.line(
                email: person.address,
                hash: person.kind.hash,
                more: #""display_name":"Zoë \"Z\"","roles":["admin","a:b"],"created_at":"2020-02-29T12:00:00.5+01:00""#
            )
        }
        let (status, output) = try await ImportRun(lines, at: stack).run()
        #expect(status == 0, "\(output)")
        for (address, kind) in people {
            let stored: SQL = """
                select p.hash from passwords p join user_emails e on e.user_id = p.user_id where e.address = \(address)
                """
            #expect(try await stack.text(stored) == kind.hash)
            let person = LocalPerson(stack: stack, browser: stack.browser(), email: address, password: kind.password)
            #expect(try await person.signIn(password: kind.password + "x").status == 401, "\(kind.scheme)")
            #expect(try await stack.text(stored) == kind.hash, "a wrong password changes nothing")
            #expect(try await person.signIn(in: person.browser).status == 303, "\(kind.scheme)")
            #expect(try await person.browser.isSignedIn())
            let renewed = try await stack.text(stored)
            #expect(renewed?.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$") == true, "\(kind.scheme)")
            #expect(try await person.signIn().status == 303, "and again")
            #expect(try await stack.text(stored) == renewed)
            #expect(
                try await stack.text(
                    """
                    select u.display_name || '|' || array_to_string(u.roles, ',') || '|' || (u.created_at at time zone 'UTC')
                    from users u join user_emails e on e.user_id = u.id
                    where e.address = \(address) and e.is_primary and e.verified_at is not null
                    """
                ) == #"Zoë "Z"|admin,a:b|2020-02-29 11:00:00.5"#
            )
        }
    }

    @Test("who is here already is told before anything is imported, and left out only when asked")
    func held() async throws {
        let stack = try await Installation.roomy()
        let owner = try await LocalPerson.signedUp(at: stack)
        let id = try await owner.userID()
        let (first, second) = (LocalPerson.freshAddress(), LocalPerson.freshAddress())
        let run = try ImportRun(
            [
                ImportRun.line(email: first), ImportRun.line(email: owner.email.uppercased()),
                ImportRun.line(email: second, more: #""id":"\#(id)""#),
            ],
            at: stack
        )
        let refused = try await run.run()
        #expect(refused.status == 1)
        #expect(refused.output.contains("\(run.path):2: the address belongs to a user who is here already"))
        #expect(refused.output.contains("\(run.path):3: the id belongs to a user who is here already"))
        #expect(try await stack.count("select count(*) from user_emails where address = any(\([first, second]))") == 0)

        let checked = try await run.run(["--skip-existing", "--check"])
        #expect(
            checked.status == 0 && checked.output.contains("1 users can be imported, 2 left out"),
            "\(checked.output)"
        )
        #expect(try await stack.count("select count(*) from user_emails where address = \(first)") == 0)

        let taken = try await run.run(["--skip-existing"])
        #expect(taken.status == 0 && taken.output.contains("1 users imported, 2 left out"), "\(taken.output)")
        #expect(try await stack.count("select count(*) from user_emails where address = any(\([first, second]))") == 1)
        #expect(try await owner.signIn().status == 303, "the owner's password is untouched")

        let again = try await run.run()
        #expect(again.status == 0 && again.output.contains("was imported completely before"), "\(again.output)")
    }

    @Test("an import that is killed goes on where it was: everybody is here once")
    func interruption() async throws {
        let stack = try await Installation.roomy()
        let mark = LocalPerson.freshNumber()
        let run = try ImportRun((0..<5000).map { ImportRun.line(email: "i\($0)@m\(mark).example") }, at: stack)
        let pattern = "%@m\(mark).example"
        let imported: SQL = "select count(*) from user_emails where address like \(pattern)"
        let process = try run.start()
        _ = try await eventually("a first piece") { try await stack.count(imported) > 0 ? true : nil }
        process.signal(SIGKILL)
        _ = try await process.ended()
        let before = try await stack.count(imported)
        #expect(before % 500 == 0, "whole pieces only")
        let (status, output) = try await run.run()
        #expect(status == 0, "\(output)")
        if before < 5000 { #expect(output.contains("\(before) lines were imported before")) }
        #expect(try await stack.count(imported) == 5000)
        #expect(
            try await stack.count(
                """
                select count(*) from user_emails e join passwords p on p.user_id = e.user_id
                where e.address like \(pattern) and e.verified_at is not null
                """
            ) == 5000
        )
        let progress = output.split(separator: "\n").filter { $0.hasPrefix("checked ") }
        #expect(progress.count == 10, "one line every tenth: \(progress)")
    }

    @Test("two imports of one file at once: everybody is here once, whoever comes second is told or finds it done")
    func twice() async throws {
        let stack = try await Installation.roomy()
        let mark = LocalPerson.freshNumber()
        let run = try ImportRun((0..<1200).map { ImportRun.line(email: "i\($0)@m\(mark).example") }, at: stack)
        let results = try await atOnce([0, 1]) { _ in try await run.run() }
        #expect(results.contains { $0.status == 0 })
        let last = try await run.run()
        #expect(last.status == 0 && last.output.contains("imported completely before"), "\(last.output)")
        #expect(
            try await stack.count("select count(*) from user_emails where address like \("%@m\(mark).example")") == 1200
        )
    }
}
