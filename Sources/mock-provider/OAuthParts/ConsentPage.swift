import JSON

/// The page at which a person consents. Plain HTML: it works without scripts, with a keyboard and a screen reader.
enum ConsentPage {
    /// The page for one request. The form posts to the very address it was read from, query included.
    static func answer(_ request: AuthorizationRequest, _ standIn: StandIn) -> Answer {
        .html(
            layout(
                title: "Sign in with \(name(of: standIn.kind))",
                kind: standIn.kind,
                body: """
                    <p><strong>\(escape(request.client.id))</strong> wants to know who you are\
                    \(request.scope.isEmpty ? "." : " (" + escape(request.scope.joined(separator: ", ")) + ").")</p>
                    <form method="post">
                    <fieldset><legend>Continue as</legend>
                    \(people(standIn))
                    \(somebodyElse(standIn.kind))
                    </fieldset>
                    <p class="buttons">
                    <button name="decision" value="allow">Allow</button>
                    <button name="decision" value="deny" class="quiet">Deny</button>
                    </p>
                    </form>
                    <p class="note">You will be sent to <code>\(escape(request.redirectURI))</code>.</p>
                    """
            )
        )
    }

    /// What somebody decided on the page; `nil` shows it again.
    static func decision(_ form: FormFields, _ standIn: StandIn) -> Decision? {
        switch form["decision"] {
        case "deny": .deny
        case "allow":
            form["person"] == ""
                ? .allow(typedPerson(form)) : form["person"].flatMap(standIn.people.find).map(Decision.allow)
        default: nil
        }
    }

    /// The page for a request that is never redirected.
    static func refusal(status: Int, error: String, detail: String, kind: StandInKind) -> Answer {
        .html(
            layout(
                title: "Access blocked: this app’s request is invalid",
                kind: kind,
                body: "<p>\(escape(detail))</p><p class=\"note\">Error \(status): <code>\(escape(error))</code></p>"
            ),
            status: status
        )
    }

    // MARK: Parts

    private static func people(_ standIn: StandIn) -> String {
        standIn.people.all.enumerated().map { index, person in
            let address = person.email.map(escape) ?? "no address"
            let state = person.email == nil ? "" : person.hasVerifiedEmail ? ", verified" : ", not verified"
            let domain = person.hostedDomain.map { ", Workspace \(escape($0))" } ?? ""
            let twisted = person.misbehaviours.isEmpty ? "" : ", misbehaves"
            return """
                <label class="person"><input type="radio" name="person" value="\(escape(person.id))"\
                \(index == 0 ? " checked" : "")>
                <span><b>\(escape(person.name))</b> <span class="handle">\(escape(person.username))</span><br>
                <small>\(address)\(state)\(domain)\(twisted) · \(escape(person.subject))</small></span></label>
                """
        }.joined(separator: "\n")
    }

    private static func somebodyElse(_ kind: StandInKind) -> String {
        let workspace = kind == .google ? field("hd", "Workspace domain (hd)", "") : ""
        let more = kind == .github ? field("emails", "More addresses, separated by spaces", "") : ""
        return """
            <label class="person"><input type="radio" name="person" value="">
            <span><b>Somebody else</b><br><small>as typed below</small></span></label>
            <details><summary>Who that is</summary><div class="fields">
            \(field("subject", "Identifier", "1000001"))
            \(field("name", "Name", "Erin Else"))
            \(field("username", "User name", "erin"))
            \(field("email", "Address", "erin@example.org"))
            <label>Address is <select name="email_verified">
            <option value="true">verified</option><option value="false">not verified</option>
            <option value="absent">not said</option></select></label>
            \(workspace)\(more)
            </div></details>
            """
    }

    private static func field(_ name: String, _ label: String, _ value: String) -> String {
        "<label>\(label) <input name=\"\(name)\" value=\"\(value)\" autocomplete=\"off\"></label>"
    }

    private static func typedPerson(_ form: FormFields) -> Person {
        let subject = form.nonEmpty("subject") ?? "1000001"
        let email = form.nonEmpty("email")
        var person = Person(
            id: "typed-\(subject)",
            subject: subject,
            name: form["name"] ?? "",
            username: form["username"] ?? "",
            email: email,
            emailVerified: email == nil ? nil : Self.verified(form["email_verified"])
        )
        person.hostedDomain = form.nonEmpty("hd")
        if let more = form.nonEmpty("emails") {
            let primary = email.map { EmailsDraft.entry($0, primary: true, verified: person.emailVerified ?? .null) }
            person.emails =
                (primary.map { [$0] } ?? [])
                + more.split(separator: " ").map { EmailsDraft.entry(String($0), primary: false, verified: true) }
        }
        return person
    }

    private static func verified(_ choice: String?) -> JSONValue? {
        switch choice {
        case "true": true
        case "false": false
        default: nil
        }
    }

    // MARK: Frame

    private static func name(of kind: StandInKind) -> String {
        switch kind {
        case .google: "Google"
        case .github: "GitHub"
        case .x: "X"
        case .oidc: "OpenID"
        }
    }

    private static func layout(title: String, kind: StandInKind, body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title><style>\(style)</style></head>
        <body><main><p class="banner">Stand-in for \(name(of: kind)), for development only</p>
        <h1>\(title)</h1>
        \(body)
        </main></body></html>
        """
    }

    private static let style = """
        :root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
        body{margin:0;display:grid;place-items:start center;min-height:100vh;background:Canvas;color:CanvasText}
        main{width:min(30rem,100% - 2rem);margin:2rem 0}
        h1{font-size:1.4rem;line-height:1.3}
        .banner{border:1px solid;border-radius:.5rem;padding:.25rem .75rem;font-size:.85rem}
        fieldset{border:1px solid GrayText;border-radius:.5rem;margin:0;padding:.5rem 1rem}
        .person{display:flex;gap:.75rem;align-items:baseline;padding:.4rem 0}
        .fields{display:grid;gap:.5rem;padding:.25rem 0 .5rem 2rem}
        .fields label{display:grid;gap:.1rem;font-size:.9rem}
        input,select,button{font:inherit}
        .fields input,.fields select{padding:.35rem .5rem}
        .buttons{display:flex;gap:.75rem}
        button{padding:.6rem 1.4rem;border-radius:.5rem;border:1px solid #0b57d0;background:#0b57d0;color:#fff}
        button.quiet{background:Canvas;color:CanvasText;border-color:GrayText}
        :focus-visible{outline:3px solid #0b57d0;outline-offset:2px}
        .note,.handle{color:light-dark(#5f6368,#bdc1c6);overflow-wrap:anywhere}
        """

    /// Escapes text for HTML, scalar by scalar: a quote followed by a combining mark is one `Character`.
    static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
