import Foundation
import Logging
import Testing

@testable import Telemetry

/// Prints like the project's secret type does.
private struct Hidden: CustomStringConvertible, Sendable {
    let value: String
    var description: String { "<redacted>" }
}

private struct Odd: Error, CustomStringConvertible {
    var description: String { "odd \"failure\"" }
}

@Suite("Log handlers")
struct LogHandlerTests {
    /// The lines that a logger writes in `body`.
    private func lines(
        readable: Bool = false,
        level: Logger.Level = .trace,
        metadata: Logger.Metadata = [:],
        provider: Logger.MetadataProvider? = nil,
        _ body: (Logger) -> Void
    ) throws -> [String] {
        let pipe = Pipe()
        let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let handler: any LogHandler =
            readable
            ? ReadableLogHandler(level: level, sink: sink, metadataProvider: provider) as any LogHandler
            : JSONLogHandler(level: level, sink: sink, metadataProvider: provider)
        var logger = Logger(label: "test") { _ in handler }
        for (name, value) in metadata { logger[metadataKey: name] = value }
        body(logger)
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text.isEmpty || text.hasSuffix("\n"))
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private func object(_ line: String) throws -> [String: any Sendable] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: any Sendable])
    }

    @Test("one line is one JSON object with time, level, message and the fields")
    func shape() throws {
        let lines = try lines {
            $0.notice(
                "signed in",
                metadata: ["provider": "google", "status": .stringConvertible(200), "ok": .stringConvertible(true)]
            )
        }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        let pattern = #/\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"notice","message":"signed in",/#
        #expect(line.prefixMatch(of: pattern) != nil)
        #expect(line.hasSuffix(#","ok":true,"provider":"google","status":200}"#))
        #expect(try object(line).count == 6)
    }

    @Test("whatever is logged stays within its line and its string")
    func hostileText() throws {
        let hostile = "a\"b\\c\nd\re\tf\u{0}g\u{1B}[31mh\u{7F}i\u{85}j\u{2028}k\u{202E}l\"\u{301}m\u{1F600}n"
        let lines = try lines { $0.info("\(hostile)", metadata: ["\(hostile)": "\(hostile)"]) }
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x1B || $0.value == 0x202E })
        let object = try object(line)
        #expect(object["message"] as? String == hostile)
        #expect(object[hostile] as? String == hostile)
    }

    @Test("nested metadata is flattened, names of the frame are kept apart, nearer sources win")
    func flattening() throws {
        let provider = Logger.MetadataProvider { ["a": "task", "b": "task", "request_id": "r1"] }
        let lines = try lines(metadata: ["a": "handler", "b": "handler", "c": "handler"], provider: provider) {
            $0.info("x", metadata: ["a": "event", "message": "mine", "n": ["x": ["y": "z"], "l": ["p", "q"]]])
        }
        let object = try object(try #require(lines.first))
        #expect(object["a"] as? String == "event")
        #expect(object["b"] as? String == "task")
        #expect(object["c"] as? String == "handler")
        #expect(object["request_id"] as? String == "r1")
        #expect(object["message"] as? String == "x")
        #expect(object["metadata.message"] as? String == "mine")
        #expect(object["n.x.y"] as? String == "z")
        #expect(object["n.l.0"] as? String == "p")
        #expect(object["n.l.1"] as? String == "q")
    }

    @Test(
        "values under telling names are withheld, nested ones too",
        arguments: [
            "code", "Code", "state", "token", "access_token", "accessToken", "id-token", "tokens", "password",
            "user.password", "secret", "client_secret", "clientSecret", "code_verifier", "verifier", "nonce",
            "authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "HTTP_COOKIE", "query.code", "a.state",
            "code.", "a..code", "to\u{212A}en", "my·token", "secret\u{301}",
        ],
        [false, true]
    )
    func redaction(_ name: String, _ readable: Bool) throws {
        let lines = try lines(readable: readable) {
            $0.info("a", metadata: ["\(name)": "hunter2"])
            $0.info("b", metadata: ["outer": ["\(name)": "hunter2"]])
            $0.info("c", metadata: ["\(name)": ["inner": "hunter2", "list": ["hunter2"]]])
            $0.info("d", metadata: ["list": [["\(name)": .stringConvertible(31_337)]]])
        }
        #expect(lines.count == 4)
        for line in lines {
            #expect(!line.contains("hunter2") && !line.contains("31337"))
            #expect(line.contains("<redacted>"))
        }
    }

    @Test(
        "names that only resemble them are not withheld",
        arguments: [
            "status_code", "circuit_state", "encoded", "statement", "tokenizer", "provider", "flow.step", "code.name",
            "été",
        ]
    )
    func noOverRedaction(_ name: String) throws {
        let lines = try lines { $0.info("a", metadata: ["\(name)": "visible"]) }
        #expect(try #require(lines.first).contains("visible"))
    }

    @Test("secrets print themselves as redacted, however they are logged")
    func secretType() throws {
        let secret = Hidden(value: "hunter2")
        for readable in [false, true] {
            let lines = try lines(readable: readable) {
                $0.info("got \(secret)", metadata: ["a": "\(secret)", "b": .stringConvertible(secret)])
            }
            #expect(!lines.joined().contains("hunter2"))
        }
    }

    @Test("errors are a field")
    func errors() throws {
        let lines = try lines { $0.error("failed", error: Odd()) }
        #expect(try object(try #require(lines.first))["error"] as? String == "odd \"failure\"")
    }

    @Test("numbers stay numbers where JSON can tell them exactly")
    func numbers() throws {
        let lines = try lines {
            $0.info(
                "x",
                metadata: [
                    "i": .stringConvertible(Int.min), "u": .stringConvertible(UInt64.max),
                    "d": .stringConvertible(0.25), "n": .stringConvertible(Double.nan),
                    "inf": .stringConvertible(Double.infinity), "s": "007",
                ]
            )
        }
        let line = try #require(lines.first)
        #expect(line.contains(#""d":0.25,"i":-9223372036854775808,"inf":"inf","n":"nan","s":"007""#))
        #expect(line.contains(#""u":"18446744073709551615""#))
        _ = try object(line)
    }

    @Test("levels are obeyed, long values are cut, deep ones end")
    func bounds() throws {
        var deep: Logger.MetadataValue = "end"
        for _ in 0..<1000 { deep = ["d": deep] }
        let value = deep
        let lines = try lines(level: .warning) {
            $0.info("no")
            $0.warning("yes", metadata: ["long": "\(String(repeating: "ä", count: 100_000))", "deep": value])
        }
        #expect(lines.count == 1)
        #expect(try #require(lines.first).utf8.count < 20_000)
        _ = try object(try #require(lines.first))
    }

    @Test("the readable format is one line that cannot steer a terminal")
    func readable() throws {
        let lines = try lines(readable: true) {
            $0.info("listening", metadata: ["port": .stringConvertible(8080), "host": "::1", "note": "two words"])
            $0.error("a\u{1B}[2Jb\nc", metadata: ["x\u{1B}y": "\u{1B}]0;z\u{7}", "empty": ""])
        }
        #expect(lines.count == 2)
        #expect(
            lines[0].wholeMatch(
                of: #/\d\d:\d\d:\d\d\.\d{3} info     listening  host=::1 note="two words" port=8080/#
            ) != nil
        )
        #expect(lines[1].contains(#"error    a\u001b[2Jb\nc"#))
        #expect(lines[1].contains(#"empty="""#))
        #expect(!lines[1].unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test("lines of many threads do not mix")
    func concurrency() async throws {
        let file = NSTemporaryDirectory() + "latchkey-log-" + UUID().uuidString
        try #require(FileManager.default.createFile(atPath: file, contents: nil))
        defer { try? FileManager.default.removeItem(atPath: file) }
        let handle = try #require(FileHandle(forWritingAtPath: file))
        let sink = LogSink(descriptor: handle.fileDescriptor)
        let logger = Logger(label: "test") { _ in JSONLogHandler(sink: sink) }
        await withTaskGroup { group in
            for task in 0..<16 {
                group.addTask {
                    for line in 0..<100 {
                        logger.info(
                            "m",
                            metadata: ["t": "\(task)", "l": "\(line)", "pad": "\(String(repeating: "x", count: 3000))"]
                        )
                    }
                }
            }
        }
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1600)
        for line in lines { #expect(line.hasPrefix("{\"time\":") && line.hasSuffix("}")) }
    }

    @Test("a closed descriptor loses lines and nothing else")
    func closedDescriptor() {
        let logger = Logger(label: "test") { _ in JSONLogHandler(sink: LogSink(descriptor: -1)) }
        logger.info("lost")
    }

    @Test(
        "times are RFC 3339 in UTC",
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"), (951_782_399, 999_999_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000Z"), (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
            (1_772_357_400, 42_000_000, "2026-03-01T09:30:00.042Z"), (-1, 0, "1969-12-31T23:59:59.000Z"),
            (-62_167_219_200, 0, "0000-01-01T00:00:00.000Z"), (Int64.max, 0, "9999-12-31T23:59:59.000Z"),
            (Int64.min, 0, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, Int64, String)]
    )
    func timestamps(_ seconds: Int64, _ nanoseconds: Int64, _ text: String) {
        #expect(Timestamp.text(seconds: seconds, nanoseconds: nanoseconds) == text)
    }
}
