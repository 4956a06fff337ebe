import JSON

/// What api.github.com answers: the user, the addresses in pages, and the check of a token.
struct GitHubAPI {
    let github: GitHub

    private var standIn: StandIn { github.standIn }

    /// `/user` and `/user/emails`.
    func answer(_ visit: Visit) -> Served {
        let incoming = visit.incoming
        if let refusal = refuseHeaders(incoming) { return Served(refusal) }
        guard incoming.method == "GET" else { return Served(message("Not Found", status: 404)) }
        guard let token = incoming.bearer,
            let issued = standIn.tokens.owner(of: token, now: standIn.clock.milliseconds)
        else { return Served(message("Bad credentials", status: 401)) }
        return visit.endpoint == .emails ? emails(issued, visit) : user(issued, visit)
    }

    /// The API refuses callers that do not say who they are, and versions it does not know (F05).
    private func refuseHeaders(_ incoming: Incoming) -> Answer? {
        guard let agent = incoming.header("user-agent"), !agent.isEmpty else {
            var answer = Answer(
                status: 403,
                headers: [("content-type", "text/html; charset=utf-8")],
                body: Array(
                    ("\r\nRequest forbidden by administrative rules. Please make sure your request has a User-Agent "
                        + "header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). "
                        + "Check https://developer.github.com for other possible causes.\r\n").utf8
                )
            )
            answer.setHeader("cache-control", "no-cache")
            return answer
        }
        if let version = incoming.header("x-github-api-version"), !["2022-11-28", "2026-03-10"].contains(version) {
            return message("This version of the API is no longer supported.", status: 410)
        }
        return nil
    }

    // MARK: User

    private func user(_ issued: Issued, _ visit: Visit) -> Served {
        let person = issued.person
        var members: JSONObject = [
            "login": .string(person.username),
            "id": person.numericSubject,
            "node_id": .string("U_" + person.subject),
            "avatar_url": .string(person.picture ?? "https://avatars.githubusercontent.com/u/\(person.subject)?v=4"),
            "html_url": .string("https://github.com/\(person.username)"),
            "type": "User",
            "site_admin": false,
            "name": .string(person.name),
            "company": .null, "blog": "", "location": .null,
            // The address on the public profile: whatever its owner wrote there.
            "email": .null,
            "hireable": .null, "bio": .null, "twitter_username": .null,
            "public_repos": 8,
            "created_at": "2011-01-25T18:44:36Z",
            "updated_at": "2026-01-01T00:00:00Z",
        ]
        for (name, value) in person.claims.members { members[name] = value }
        var draft = ProfileDraft(person: members, isWrapped: false, subjectName: "id")
        github.twist(&draft, with: ProfileTwists.all, for: person, on: visit)
        return Served(draft.answer(headers: headers(issued, accepted: "")), about: person)
    }

    // MARK: Addresses

    private func emails(_ issued: Issued, _ visit: Visit) -> Served {
        let person = issued.person
        guard issued.scope.contains("user:email") || issued.scope.contains("user") else {
            return Served(message("Not Found", status: 404), about: person)
        }
        var draft = EmailsDraft(
            entries: person.emails ?? Self.derivedEmails(person),
            linkOrigin: visit.incoming.origin
        )
        github.twist(&draft, with: EmailTwists.all, for: person, on: visit)
        let query = visit.incoming.query
        let size = min(max(query["per_page"].flatMap { Int($0) } ?? 30, 1), 100)
        let page = min(max(query["page"].flatMap { Int($0) } ?? 1, 1), 10_000)
        let pages = max(1, (draft.entries.count + size - 1) / size)
        let slice = draft.entries.dropFirst((page - 1) * size).prefix(size)
        var headers = headers(issued, accepted: "user, user:email")
        let link = links(draft, page: page, pages: pages, size: query["per_page"] == nil ? nil : size, visit)
        if !link.isEmpty { headers.append(("link", link)) }
        return Served(.json(draft.replacement ?? .array(Array(slice)), headers: headers), about: person)
    }

    private static func derivedEmails(_ person: Person) -> [JSONValue] {
        var entries: [JSONValue] = []
        if let email = person.email {
            let verified = person.emailVerified ?? .null
            entries.append(EmailsDraft.entry(email, primary: true, verified: verified, visibility: "private"))
            entries.append(EmailsDraft.entry("old-\(person.username)@example.org", primary: false, verified: false))
        }
        let noReply = "\(person.subject)+\(person.username)@users.noreply.github.com"
        return entries + [EmailsDraft.entry(noReply, primary: false, verified: true)]
    }

    /// RFC 8288 links as GitHub writes them.
    private func links(_ draft: EmailsDraft, page: Int, pages: Int, size: Int?, _ visit: Visit) -> String {
        let link = { (number: Int, relation: String) in
            let perPage = size.map { "per_page=\($0)&" } ?? ""
            return "<\(draft.linkOrigin)\(visit.incoming.path)?\(perPage)page=\(number)>; rel=\"\(relation)\""
        }
        if draft.isEndless { return link(page + 1, "next") }
        var links: [String] = []
        if page > 1 { links += [link(page - 1, "prev")] }
        if page < pages { links += [link(page + 1, "next"), link(pages, "last")] }
        if page > 1 { links += [link(1, "first")] }
        return links.joined(separator: ", ")
    }

    // MARK: Token check and revocation

    /// `POST /applications/{client_id}/token` checks, `DELETE` revokes a token, `DELETE …/grant` the whole consent.
    func checkToken(_ visit: Visit) -> Served {
        let incoming = visit.incoming
        if let refusal = refuseHeaders(incoming) { return Served(refusal) }
        let parts = incoming.path.split(separator: "/")
        let credentials = ClientCredentials(incoming, form: .none)
        guard parts.count == 3, credentials.method == .basic, let client = standIn.client(credentials.id),
            client.id == FormFields.decode(Array(parts[1].utf8)), credentials.prove(client)
        else { return Served(message("Bad credentials", status: 401)) }
        guard let token = incoming.json?["access_token"]?.string else {
            return Served(message("Validation Failed", status: 422))
        }
        guard let issued = standIn.tokens.owner(of: token, now: standIn.clock.milliseconds),
            issued.clientID == client.id
        else { return Served(message("Not Found", status: 404)) }
        switch (incoming.method, parts[2]) {
        case ("DELETE", "token"):
            _ = standIn.tokens.revoke(token)
            return Served(.empty(204), about: issued.person)
        case ("DELETE", "grant"):
            standIn.tokens.revoke(family: issued.family)
            return Served(.empty(204), about: issued.person)
        case ("POST", "token"):
            return Served(.json(.object(description(of: token, issued))), about: issued.person)
        default:
            return Served(message("Not Found", status: 404))
        }
    }

    private func description(of token: String, _ issued: Issued) -> JSONObject {
        [
            "id": 1,
            "url": "https://api.github.com/authorizations/1",
            "app": ["client_id": .string(issued.clientID), "name": "Latchkey", "url": "http://127.0.0.1"],
            "token": .string(token),
            "token_last_eight": .string(String(token.suffix(8))),
            "scopes": .array(issued.scope.map(JSONValue.string)),
            "expires_at": .null,
            "user": [
                "login": .string(issued.person.username), "id": issued.person.numericSubject, "type": "User",
            ],
        ]
    }

    // MARK: Wording

    private func headers(_ issued: Issued, accepted: String) -> [(String, String)] {
        let now = standIn.clock.seconds
        return [
            ("x-oauth-scopes", issued.scope.joined(separator: ", ")), ("x-accepted-oauth-scopes", accepted),
            ("x-github-media-type", "github.v3; format=json"), ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-remaining", "4999"), ("x-ratelimit-used", "1"), ("x-ratelimit-resource", "core"),
            ("x-ratelimit-reset", String(now - now % 3600 + 3600)),
        ]
    }

    private func message(_ text: String, status: Int) -> Answer {
        .json(
            [
                "message": .string(text), "documentation_url": "https://docs.github.com/rest",
                "status": .string(String(status)),
            ],
            status: status
        )
    }
}
