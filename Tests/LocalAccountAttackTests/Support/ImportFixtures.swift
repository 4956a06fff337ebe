import Foundation
import TestSupport

/// Runs `latchkey users import` as an operator does.
struct ImportRun: Sendable {
    let stack: Stack
    let path: String

    /// Writes a file of lines.
    init(_ lines: [String], at stack: Stack) throws {
        self.stack = stack
        path =
            FileManager.default.temporaryDirectory.appendingPathComponent(
                "latchkey-import-\(LocalPerson.freshNumber()).jsonl"
            ).path
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
    }

    /// Starts the program.
    func start(_ flags: [String] = []) throws -> ChildProcess {
        try ChildProcess(
            Stack.programs + "/latchkey",
            ["users", "import", path] + flags + stack.arguments,
            directory: Stack.root
        )
    }

    /// Runs it to its end, and waits for the last of its output.
    func run(_ flags: [String] = []) async throws -> (status: Int32, output: String) {
        let process = try ChildProcess(
            "/bin/sh",
            ["-c", #""$@"; status=$?; echo "the end"; exit $status"#, "sh", Stack.programs + "/latchkey"]
                + ["users", "import", path] + flags + stack.arguments,
            directory: Stack.root
        )
        let status = try await process.ended(within: 120)
        let output = try await eventually("the end of the output") {
            process.output.hasSuffix("the end\n") ? process.output : nil
        }
        return (status, output)
    }

    /// One line; `more` are JSON members to add.
    static func line(
        email: String = LocalPerson.freshAddress(),
        hash: String = ImportedHashes.bcrypt,
        more: String = ""
    )
        -> String
    {
        #"{"email":"\#(email)","email_verified":true,"password_hash":"\#(hash)"\#(more.isEmpty ? "" : "," + more)}"#
    }
}

/// Hashes that other programs made.
enum ImportedHashes {
    static let phrase = "correct horse battery staple"
    static let bcrypt = "$2b$05$RJNo.uY3tI4aL.sV0tJokezA41zAKOh9JTZg9AAIp8J3XNvUQV4cG"

    /// One of each scheme, with its password.
    static let all: [(scheme: String, hash: String, password: String)] = [
        (
            "argon2id",
            "$argon2id$v=19$m=1024,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$RC5JY/00hXKlnXZ/+PCVcJg84nuCQwbjIQ3DVCTomOQ",
            phrase
        ),
        (
            "argon2i",
            "$argon2i$v=19$m=1024,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$5qBy0X57sFuFimhPfthrZGFk2obe4UNA6vZYwB8DRb0",
            phrase
        ),
        ("bcrypt", bcrypt, phrase),
        ("yescrypt", "$y$j9T$LdJMENpBABJJ3hIHjB1Bi.$cDrxvtkkHo7nIlMVuiSyw4kuoenILn1wH2UF040oTa0", phrase),
        (
            "sha512-crypt",
            "$6$saltstring$qvPJY4PeugKzKQqyIJ0gRdJnpS0uaaiZ.X1SaheFedsK/yZPwlluTLS90fJPM41sD5JxCHKgGr1..qt5HqEY8.",
            phrase
        ),
        ("scrypt", "$scrypt$ln=12,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$BLi/oY39hBw/owpoCnC4inJjwRWuJsDnBNlE+UjmY6s", phrase),
        (
            "pbkdf2-sha256", "$pbkdf2-sha256$1200$//79MDEyMzQ1Njc4OWFiYw$SNqdjeMSaRCSNFRxUxE2HMjvVj6tdaEGJnpPVCwxHUA",
            phrase
        ),
        (
            "pbkdf2-sha512",
            "pbkdf2_sha512$1600$seasalt2025X$"
                + "hjkFCTUPvwBL6u3arEDL7ZZUx6DTEwnDJ/mIxaPT0P90XFP34eoqTA/haLwHAVwrQdXHfVqNFPJJmj6Y+erx0A==",
            phrase
        ),
        (
            "firebase-scrypt",
            "$firebase-scrypt$ln=14,r=8,"
                + "sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,ss=Bw==$"
                + "42xEC+ixf3L2lw==$"
                + "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            "user1password"
        ),
    ]
}
