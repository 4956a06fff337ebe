import JSON

/// `GET /2/users/me`: every call costs the operator money (F07), and permission is checked field by field (F06).
struct XUser {
    let x: X

    private static let known: Set<String> = [
        "id", "name", "username", "confirmed_email", "profile_image_url", "created_at", "verified", "verified_type",
        "description", "protected", "public_metrics", "location", "url", "entities", "pinned_tweet_id", "withheld",
    ]

    /// The entry of `errors` for a field the app may not read.
    static func fieldError(id: String) -> JSONValue {
        [
            "resource_type": "user", "field": "confirmed_email", "parameter": "user.fields",
            "resource_id": .string(id), "title": "Field Authorization Error", "section": "data",
            "detail": .string(
                "Sorry, you are not authorized to access 'confirmed_email' on the user with id : [\(id)]."
            ),
            "value": .string(id), "type": "https://api.x.com/2/problems/not-authorized-for-field",
        ]
    }

    func answer(_ visit: Visit) -> Served {
        let standIn = x.standIn
        let incoming = visit.incoming
        guard incoming.method == "GET" else { return Served(x.notFound) }
        guard let token = incoming.bearer,
            let issued = standIn.tokens.owner(of: token, now: standIn.clock.milliseconds)
        else { return Served(problem("Unauthorized", status: 401)) }
        guard issued.scope.contains("users.read"), issued.scope.contains("tweet.read") else {
            return Served(problem("Forbidden", status: 403), about: issued.person)
        }
        let fields = Set((incoming.query["user.fields"] ?? "").split(separator: ",").map(String.init))
        if let unknown = fields.subtracting(Self.known).sorted().first {
            return Served(invalidField(unknown), about: issued.person)
        }
        let standing = standIn.reads.count(issued.person.subject, now: standIn.clock.seconds)
        let limits = [
            ("x-rate-limit-limit", String(standing.limit)), ("x-rate-limit-remaining", String(standing.remaining)),
            ("x-rate-limit-reset", String(standing.resetsAt)),
        ]
        if standIn.settings.limitsRate, standing.isExceeded {
            return Served(.json(.object(Self.tooMany), status: 429, headers: limits), about: issued.person)
        }
        if fields.contains("confirmed_email"), standIn.settings.emailPermission == "forbidden" {
            return Served(problem("Forbidden", status: 403), about: issued.person)
        }
        var draft = draft(issued, fields)
        x.twist(&draft, with: ProfileTwists.all, for: issued.person, on: visit)
        return Served(draft.answer(headers: limits), about: issued.person)
    }

    private func draft(_ issued: Issued, _ fields: Set<String>) -> ProfileDraft {
        let person = issued.person
        let all: [(String, JSONValue)] = [
            ("created_at", "2013-12-14T04:35:55.000Z"),
            ("profile_image_url", .string(person.picture ?? "https://pbs.twimg.com/profile_images/1/x_normal.jpg")),
            // The blue check: says nothing about the address.
            ("verified", true),
            ("verified_type", "blue"), ("description", ""), ("protected", false), ("location", ""), ("url", ""),
        ]
        var members: JSONObject = [
            "id": .string(person.subject), "name": .string(person.name), "username": .string(person.username),
        ]
        for (name, value) in all where fields.contains(name) { members[name] = value }
        var draft = ProfileDraft(person: members, isWrapped: true, subjectName: "id")
        if fields.contains("confirmed_email") {
            let permission = issued.scope.contains("users.email") ? x.standIn.settings.emailPermission : "omitted"
            if permission == "granted", person.hasVerifiedEmail, let email = person.email {
                draft.person["confirmed_email"] = .string(email)
            }
            if permission == "partial_error" { draft.errors = [Self.fieldError(id: person.subject)] }
        }
        for (name, value) in person.claims.members { draft.person[name] = value }
        return draft
    }

    private static let tooMany: JSONObject = [
        "title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429,
    ]

    private func problem(_ title: String, status: Int) -> Answer {
        .json(
            [
                "title": .string(title), "type": "about:blank", "status": .seconds(Int64(status)),
                "detail": .string(title),
            ],
            status: status
        )
    }

    private func invalidField(_ name: String) -> Answer {
        let text = "The `user.fields` query parameter value [\(name)] is not one of the known fields"
        return .json(
            [
                "errors": [["parameters": ["user.fields": [.string(name)]], "message": .string(text)]],
                "title": "Invalid Request", "detail": "One or more parameters to your request was invalid.",
                "type": "https://api.x.com/2/problems/invalid-request",
            ],
            status: 400
        )
    }
}
