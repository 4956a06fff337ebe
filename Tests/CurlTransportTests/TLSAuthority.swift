import Foundation

/// Certificates for tests, made by the openssl command in a folder of their own.
final class TLSAuthority: Sendable {
    /// The folder; `ca.pem` in it is the authority that tests trust.
    let folder: String

    /// The certificate of the trusted authority.
    var certificateFile: String { folder + "/ca.pem" }

    init() throws {
        folder = NSTemporaryDirectory() + "latchkey-tls-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/issued", withIntermediateDirectories: true)
        let configuration = """
            [ca]
            default_ca = authority
            [authority]
            database = \(folder)/index
            new_certs_dir = \(folder)/issued
            rand_serial = yes
            default_md = sha256
            unique_subject = no
            policy = anything
            copy_extensions = copy
            default_days = 30
            [anything]
            commonName = supplied
            [req]
            distinguished_name = name
            prompt = no
            [name]
            commonName = test
            """
        try configuration.write(toFile: folder + "/openssl.cnf", atomically: true, encoding: .utf8)
        for database in ["/index", "/index.attr"] {
            try "".write(toFile: folder + database, atomically: true, encoding: .utf8)
        }
        for name in ["ca", "unknown"] {
            try openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=\(name)",
                "-addext basicConstraints=critical,CA:TRUE -keyout \(name).key -out \(name).pem"
            )
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Issues `name.pem` with `name.key`. `issuer` is the name of an earlier certificate.
    func issue(
        _ name: String,
        issuer: String = "ca",
        host: String = "localhost",
        key: String = "ec -pkeyopt ec_paramgen_curve:P-256",
        extensions: [String] = ["extendedKeyUsage=serverAuth"],
        dates: String = "-days 30",
        digest: String = "sha256"
    ) throws {
        let added = (extensions + ["subjectAltName=DNS:\(host)"]).map { "-addext \($0)" }.joined(separator: " ")
        try openssl("req -new -newkey \(key) -nodes -subj /CN=\(host) \(added) -keyout \(name).key -out \(name).csr")
        try openssl(
            "ca -batch -notext -cert \(issuer).pem -keyfile \(issuer).key -in \(name).csr -out \(name).pem",
            "-md \(digest) \(dates)"
        )
    }

    /// Makes a certificate that vouches for itself.
    func selfSign(_ name: String) throws {
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost",
            "-addext subjectAltName=DNS:localhost -keyout \(name).key -out \(name).pem"
        )
    }

    private func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let words = arguments.joined(separator: " ").split(separator: " ").map(String.init)
        let usesConfiguration = words[0] == "ca" || words[0] == "req"
        process.arguments = ["openssl"] + words + (usesConfiguration ? ["-config", "openssl.cnf"] : [])
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let output = Pipe()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(command: words.joined(separator: " "), output: text) }
    }

    /// openssl did not do what it was asked.
    struct Failed: Error {
        let command: String
        let output: String
    }
}

/// `openssl s_server` with a certificate of the authority: prints what it received, answers what is written to it.
final class TLSServer: Sendable {
    let port: Int
    private let process: Process
    private let input: Pipe
    private let output: String

    init(_ authority: TLSAuthority, certificate: String, options: String = "") throws {
        output = authority.folder + "/" + UUID().uuidString
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "\(certificate).pem", "-key",
                "\(certificate).key",
            ]
            + options.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(fileURLWithPath: authority.folder)
        input = Pipe()
        process.standardInput = input
        let file = FileHandle(forWritingAtPath: output)
        process.standardOutput = file
        process.standardError = file
        try process.run()

        // "ACCEPT 127.0.0.1:40123" once it listens.
        var port: Int?
        while port == nil && process.isRunning {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
                text.contains(line + "\n")
            {
                port = line.split(separator: ":").last.flatMap { Int($0) }
            }
            usleep(2000)
        }
        guard let port else { throw TLSAuthority.Failed(command: "s_server \(options)", output: "not listening") }
        self.port = port
    }

    deinit {
        // Not `terminate()`: the child inherited the signal mask of a worker thread, which blocks SIGTERM.
        kill(process.processIdentifier, SIGKILL)
    }

    /// Everything the server printed, which includes every byte it decrypted.
    var received: String { (try? String(contentsOfFile: output, encoding: .isoLatin1)) ?? "" }

    /// Sends bytes to the connected client.
    func answer(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }
}
