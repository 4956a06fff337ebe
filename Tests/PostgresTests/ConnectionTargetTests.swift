import Testing

@testable import Postgres

@Suite("connection strings") struct ConnectionTargetTests {
    private typealias Host = ConnectionTarget.Host

    @Test("several hosts in a URI keep their ports and everything else") func uri() throws {
        let target = try ConnectionTarget(
            conninfo: "postgresql://latchkey:pass@db1:5433,db2:5434/app?target_session_attrs=read-write"
        )
        #expect(
            target.hosts == [
                Host(name: "db1", address: "", port: "5433"), Host(name: "db2", address: "", port: "5434"),
            ]
        )
        #expect(target.hosts.allSatisfy { $0.needsLookup })
        let parameters = target.parameters(
            hosts: [
                Host(name: "db2", address: "10.0.0.2", port: "5434"),
                Host(name: "db1", address: "10.0.0.1", port: "5433"),
            ],
            defaults: ["gssencmode": "disable"],
            required: ["client_encoding": "UTF8"]
        )
        let settings = Dictionary(uniqueKeysWithValues: parameters)
        #expect(settings["host"] == "db2,db1")
        #expect(settings["hostaddr"] == "10.0.0.2,10.0.0.1")
        #expect(settings["port"] == "5434,5433")
        #expect(settings["target_session_attrs"] == "primary", "read-write would refuse the lane for reads")
        #expect(settings["user"] == "latchkey")
        #expect(settings["password"] == "pass")
        #expect(settings["dbname"] == "app")
        #expect(settings["gssencmode"] == "disable")
    }

    @Test("sockets and addresses need no look-up") func noLookup() throws {
        for text in [
            "host=/run/postgresql", "host=127.0.0.1", "host=::1", "hostaddr=10.0.0.1", "host=db hostaddr=10.1.1.1",
        ] {
            #expect(try !ConnectionTarget(conninfo: text).hosts.contains { $0.needsLookup })
        }
        #expect(try ConnectionTarget(conninfo: "host=localhost").hosts.contains { $0.needsLookup })
    }

    @Test("looking up fills in addresses and leaves out what is not found") func lookup() throws {
        let target = try ConnectionTarget(conninfo: "host=localhost,no-such-host.invalid,/tmp port=1,2,3")
        let found = target.lookedUp()
        #expect(found.contains { $0.name == "localhost" && !$0.address.isEmpty && $0.port == "1" })
        #expect(!found.contains { $0.port == "2" })
        #expect(found.contains(Host(name: "/tmp", address: "", port: "3")))
    }

    @Test("own options stand in front of ours, and defaults give way") func merging() throws {
        let target = try ConnectionTarget(conninfo: "options='-c search_path=a' gssencmode=prefer host=/tmp")
        let settings = Dictionary(
            uniqueKeysWithValues: target.parameters(
                hosts: target.hosts,
                defaults: ["gssencmode": "disable"],
                required: ["options": "-c statement_timeout=1"]
            )
        )
        #expect(settings["options"] == "-c search_path=a -c statement_timeout=1")
        #expect(settings["gssencmode"] == "prefer")
    }

    @Test(
        "what libpq cannot read is refused",
        arguments: [
            "nonsense", "host=a,b port=1,2,3", "host=a\0b", "postgresql://[::1", "hostt=a", "host=a,b hostaddr=1.1.1.1",
        ]
    )
    func broken(conninfo: String) {
        #expect(throws: PostgresFailure.unsendable) { try ConnectionTarget(conninfo: conninfo) }
    }
}
