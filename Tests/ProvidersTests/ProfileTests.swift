import Accounts
import Cryptography
import JSON
import OAuth
import Providers
import Testing

private func answer(
    _ body: String = "{}",
    status: Int = 200,
    type: String = "application/json; charset=utf-8",
    headers: [(name: String, value: String)] = []
) -> OutboundResponse {
    OutboundResponse(status: status, headers: [(name: "content-type", value: type)] + headers, body: Array(body.utf8))
}

@Suite("Profile requests")
struct ProfileTests {
    private func request(_ provider: String, _ index: Int) throws -> ProfileRequest {
        try ProviderFiles.provider(provider).profile[index]
    }

    private func fault(_ request: ProfileRequest, _ response: OutboundResponse) -> ProfileFault? {
        do {
            _ = try request.read(response)
            return nil
        } catch { return error }
    }

    /// GitHub's addresses, 30 on the first page.
    private func emails(_ count: Int, primary: Int) -> [String] {
        (0..<count).map {
            #"{"email":"a\#($0)@example.com","primary":\#($0 == primary),"verified":true,"visibility":null}"#
        }
    }

    @Test("F01 F05 the token is in the Authorization header only, User-Agent and versions are sent")
    func headers() throws {
        let request = try request("github", 1).outbound(accessToken: Secret("gho_t"))
        #expect(request.method == .get && request.url == "https://api.github.com/user/emails?per_page=100")
        let headers = request.headers.map { "\($0.name): \($0.value.reveal())" }
        #expect(
            headers.sorted() == [
                "Accept: application/vnd.github+json", "Authorization: Bearer gho_t", "User-Agent: Latchkey",
                "X-GitHub-Api-Version: 2022-11-28",
            ]
        )
        #expect(!request.url.contains("gho_t") && request.body == nil && request.bulkhead == "github")
    }

    @Test("F04 45 addresses over two pages, the primary one on the second")
    func pages() throws {
        let github = try ProviderFiles.provider("github")
        let all = emails(45, primary: 40)
        var collection = ProfileCollection(github.profile, accessToken: Secret("t"))
        var urls: [String] = []
        while let request = collection.next() {
            urls.append(request.url)
            switch urls.count {
            case 1: try collection.receive(answer(#"{"id":583231,"login":"octocat"}"#))
            case 2:
                let link =
                    #"<https://api.github.com/user/emails?per_page=30&page=2>; rel="next", <https://api.github.com/user/emails?page=2>; rel="last""#
                try collection.receive(
                    answer("[" + all[..<30].joined(separator: ",") + "]", headers: [(name: "link", value: link)])
                )
            default: try collection.receive(answer("[" + all[30...].joined(separator: ",") + "]"))
            }
        }
        #expect(urls.count == 3 && urls[2] == "https://api.github.com/user/emails?per_page=30&page=2")
        let identity = try github.mapClaims(idToken: nil, answers: collection.answers)
        #expect(identity.email?.address.description == "a40@example.com" && identity.email?.evidence == .verified)
    }

    @Test("F04 pages without end stop at the cap")
    func endless() throws {
        let emails = try request("github", 1)
        var collection = ProfileCollection([emails], accessToken: Secret("t"))
        var asked = 0
        while collection.next() != nil {
            asked += 1
            let link = (name: "link", value: "<https://api.github.com/user/emails?page=\(asked)>; rel=next")
            try collection.receive(answer("[]", headers: [link]))
        }
        #expect(asked == 5)
    }

    @Test(
        "X-11 a Link header never takes the token elsewhere",
        arguments: [
            "<https://evil.example/user/emails?page=2>; rel=\"next\"",
            "<http://api.github.com/user/emails?page=2>; rel=\"next\"",
            "<https://api.github.com:8443/x>; rel=\"next\"", "<https://api.github.com@evil.example/>; rel=\"next\"",
            "<//evil.example/>; rel=\"next\"", "</user/emails?page=2>; rel=\"next\"",
            "<https://api.github.com.evil.example/>; rel=next",
            "<https://169.254.169.254/latest>; rel=\"next\"", "<>; rel=next", "<https://api.github.com/x", "rel=next",
            "",
            "<https://api.github.com/x>; rel=\"prev\"", "<https://api.github.com/x>; title=\"rel=next\"",
        ]
    )
    func links(link: String) throws {
        let emails = try request("github", 1)
        #expect(try emails.read(answer("[]", headers: [(name: "link", value: link)])) == .answer([], nextPage: nil))
        let elsewhere = try #require(EndpointURL("https://evil.example/x"))
        #expect(emails.outbound(accessToken: Secret("t"), page: elsewhere).url == emails.url.description)
    }

    @Test(
        "Link headers of several relations",
        arguments: [
            "<https://api.github.com/a>; rel=\"prev\", <https://api.github.com/b>; rel=\"next\"",
            "<https://api.github.com/b>; rel=next, <https://api.github.com/c>; rel=last",
            "<https://api.github.com/b>; type=\"x\"; REL=\"first Next\"", "<https://api.github.com/b>;rel=\"next\"",
        ]
    )
    func relations(link: String) throws {
        guard
            case .answer(_, let page) = try request("github", 1).read(
                answer("[]", headers: [(name: "link", value: link)])
            )
        else {
            return #expect(Bool(false), "absent")
        }
        #expect(page?.description == "https://api.github.com/b")
    }

    @Test("F04 404 and 403 mean no address, but a used-up allowance does not")
    func absent() throws {
        let emails = try request("github", 1)
        #expect(try emails.read(answer(status: 404)) == .absent)
        #expect(try emails.read(answer(status: 403)) == .absent)
        let headers = [
            (name: "x-ratelimit-remaining", value: "0"), (name: "x-ratelimit-reset", value: "784111807"),
            (name: "date", value: "Sun, 06 Nov 1994 08:49:37 GMT"),
        ]
        let limited = fault(emails, answer(status: 403, headers: headers))
        #expect(limited?.reason == .rateLimited && limited?.retryAfter == 30)
        let secondary = fault(emails, answer(status: 403, headers: [(name: "retry-after", value: "60")]))
        #expect(secondary?.reason == .rateLimited && secondary?.retryAfter == 60)
    }

    @Test(
        "F10 statuses",
        arguments: [
            (401, ProfileFault.Reason.unauthorized), (403, .forbidden), (404, .unexpectedStatus),
            (410, .unexpectedStatus),
            (429, .rateLimited), (500, .unavailable), (502, .unavailable), (503, .unavailable), (301, .redirected),
            (302, .redirected),
            (204, .unexpectedStatus), (201, .unexpectedStatus), (101, .unexpectedStatus),
        ]
    )
    func statuses(status: Int, reason: ProfileFault.Reason) throws {
        let headers = status >= 429 ? [(name: "retry-after", value: "7")] : []
        let found = fault(try request("twitter", 0), answer(status: status, headers: headers))
        #expect(found?.reason == reason)
        #expect(found?.retryAfter == (status >= 429 ? 7 : nil))
        #expect(found?.isTemporary == (status >= 429))
    }

    @Test(
        "hostile bodies fail cleanly",
        arguments: ["", "{", "nul", #"{"id":1,"id":2}"#, String(repeating: "[", count: 10_000), "\u{FEFF}{}"]
    )
    func hostile(body: String) throws {
        #expect(fault(try request("twitter", 0), answer(body))?.reason == .malformedBody)
    }

    @Test("D18 only JSON is a profile", arguments: ["text/html", "application/jwt", "text/plain", ""])
    func types(type: String) throws {
        #expect(fault(try request("twitter", 0), answer("{}", type: type))?.reason == .unexpectedContentType)
    }

    @Test("F07 X is asked exactly once")
    func once() throws {
        let twitter = try ProviderFiles.provider("twitter")
        var collection = ProfileCollection(twitter.profile, accessToken: Secret("t"))
        var asked = 0
        while collection.next() != nil {
            asked += 1
            let link = (name: "link", value: "<https://api.x.com/2/users/me?page=2>; rel=\"next\"")
            try collection.receive(answer(#"{"data":{"id":"1"}}"#, headers: [link]))
        }
        #expect(asked == 1)
    }
}
