import InternetAddress
import Testing

@testable import CurlTransport

@Suite("AddressGuard")
struct AddressGuardTests {
    @Test(
        "L05 X-11 addresses that are not public hosts are refused",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
            "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
            "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
            "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "100.100.100.200",
            "::", "::1", "::2", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8",
            "2002:7f00:1::1", "2002:a00:1::", "2002:a9fe:a9fe::1", "100::1", "2001::1", "2001:0:4136:e378::1",
            "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1", "3fff:fff::1", "fc00::1",
            "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "5f00::1", "4000::1",
        ]
    )
    func refuses(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!AddressGuard.allows(address, policy: AddressPolicy()))
    }

    @Test(
        "L05 public hosts are allowed, at the edges of the refused ranges too",
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "142.250.185.78", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
            "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:200::1", "2001:4860:4802:32::15",
            "2606:4700::1111", "2a00:1450:4001:830::200e", "3ffe::1", "3fff:1000::1",
        ]
    )
    func allows(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressGuard.allows(address, policy: AddressPolicy()))
    }

    @Test("L05 an operator's range opens exactly itself, in every form of writing it")
    func allowedNetworks() throws {
        let policy = AddressPolicy(allowedNetworks: [try #require(AddressRange("10.20.0.0/16"))])
        for text in ["10.20.0.1", "10.20.255.255", "::ffff:10.20.3.4", "64:ff9b::10.20.3.4"] {
            #expect(AddressGuard.allows(try #require(IPAddress(text)), policy: policy), "\(text)")
        }
        for text in ["10.19.255.255", "10.21.0.0", "::ffff:10.21.0.1", "127.0.0.1", "fd00::1"] {
            #expect(!AddressGuard.allows(try #require(IPAddress(text)), policy: policy), "\(text)")
        }
    }

    @Test("L05 a wide range does not open the metadata services; their own address does")
    func metadata() throws {
        let wide = try ["0.0.0.0/0", "::/0", "169.254.0.0/16", "fd00::/8"].map { try #require(AddressRange($0)) }
        for text in ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "100.100.100.200"] {
            let address = try #require(IPAddress(text))
            #expect(!AddressGuard.allows(address, policy: AddressPolicy(allowedNetworks: wide)), "\(text)")
        }
        let exact = AddressPolicy(allowedNetworks: [try #require(AddressRange("169.254.169.254"))])
        #expect(AddressGuard.allows(try #require(IPAddress("169.254.169.254")), policy: exact))
    }

    @Test("L05 plain http is confined to loopback even where ranges are open")
    func loopbackRequired() throws {
        let policy = AddressPolicy(loopback: .required, allowedNetworks: [try #require(AddressRange("10.0.0.0/8"))])
        for text in ["10.0.0.1", "8.8.8.8", "2606:4700::1111"] {
            #expect(!AddressGuard.allows(try #require(IPAddress(text)), policy: policy))
        }
        for text in ["127.0.0.1", "127.9.9.9", "::1"] {
            #expect(AddressGuard.allows(try #require(IPAddress(text)), policy: policy))
            let allowed = AddressPolicy(loopback: .allowed)
            #expect(AddressGuard.allows(try #require(IPAddress(text)), policy: allowed))
        }
    }

    @Test(
        "addresses are read in their strict form only",
        arguments: [
            "", "1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\0", "256.0.0.1",
            "1.2.3.4.5", "fe80::1%eth0", "::g", "1::2::3", "[::1]", "localhost",
        ]
    )
    func malformedAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "malformed ranges are refused",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.1.2.3/8", "::1/0",
            "::/129", "10.0.0.0/٨", "10.0.0.0/0008", "example.com/8",
        ]
    )
    func malformedRange(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("ranges contain their edges and not their neighbours")
    func ranges() throws {
        let all = try #require(AddressRange("0.0.0.0/0"))
        #expect(all.contains(.v4(0)) && all.contains(.v4(.max)) && !all.contains(.v6(0)))
        let one = try #require(AddressRange("192.0.2.1/32"))
        #expect(one.contains(.v4(0xC000_0201)) && !one.contains(.v4(0xC000_0202)))
        let six = try #require(AddressRange("2001:db8::/33"))
        #expect(six.contains(try #require(IPAddress("2001:db8:7fff::1"))))
        #expect(!six.contains(try #require(IPAddress("2001:db8:8000::"))))
    }
}
