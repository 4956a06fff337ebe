import Accounts
import JSON
import YAML

/// Reads `examples:` of a provider file. Captured JSON stands in the file as text, exactly as it came.
struct ExampleFile {
    /// The answers the provider asks for.
    let answers: Set<String>
    let root: MappingReader

    func examples() -> [ProviderExample] {
        guard let value = root.required("examples"), let list = value.list() else { return [] }
        if list.isEmpty { value.fail("a provider needs at least one example") }
        return list.compactMap(example)
    }

    private func example(_ value: ValueReader) -> ProviderExample? {
        guard let mapping = value.mapping() else { return nil }
        let name = mapping.required("name")?.string()
        let idToken = answers.contains(ClaimPath.idToken) ? mapping.required("id_token").flatMap(object) : nil
        var pages: [String: [ProviderExample.Page]] = [:]
        let asked = answers.subtracting([ClaimPath.idToken, ClaimPath.claims])
        if !asked.isEmpty, let given = mapping.optional("answers")?.mapping() {
            for name in asked.sorted() { pages[name] = given.optional(name).map(self.pages) }
            given.finish()
        }
        let expectation = mapping.required("expect")?.mapping().flatMap(expectation)
        mapping.finish()
        guard let name, let expectation else { return nil }
        return ProviderExample(name: name, idToken: idToken, answers: pages, expectation: expectation)
    }

    /// One page, or a list of pages.
    private func pages(_ value: ValueReader) -> [ProviderExample.Page] {
        if case .sequence = value.node.content { return (value.list() ?? []).compactMap(page) }
        return page(value).map { [$0] } ?? []
    }

    /// JSON text, or a mapping with a status.
    private func page(_ value: ValueReader) -> ProviderExample.Page? {
        if case .scalar = value.node.content {
            return json(value).map { ProviderExample.Page(status: 200, body: $0.text) }
        }
        guard let mapping = value.mapping() else { return nil }
        let status = mapping.required("status")?.int(in: 200...599)
        let body = mapping.optional("body").flatMap(json)?.text
        mapping.finish()
        return status.map { ProviderExample.Page(status: $0, body: body ?? "") }
    }

    private func object(_ value: ValueReader) -> JSONObject? {
        guard let json = json(value) else { return nil }
        if json.value.object == nil { value.fail("\"\(value.path)\" has to be a JSON object") }
        return json.value.object
    }

    private func json(_ value: ValueReader) -> (text: String, value: JSONValue)? {
        guard let text = value.string() else { return nil }
        do throws(JSONFault) {
            return (text, try JSONValue.parse(Array(text.utf8)))
        } catch {
            value.fail("\"\(value.path)\" is not JSON: \(error)")
            return nil
        }
    }

    private func expectation(_ mapping: MappingReader) -> ProviderExample.Expectation? {
        if let refused = mapping.optional("refused") {
            mapping.finish()
            return refused.string().map(ProviderExample.Expectation.refusal)
        }
        let subject = mapping.required("subject")?.string()
        let email = mapping.optional("email")?.string()
        let evidence = mapping.optional("evidence")?.choice(of: EmailEvidence.self)
        if (email == nil) != (evidence == nil) {
            mapping.fail("email", "\"email\" and \"evidence\" belong together; leave both out for no address")
        }
        let name = mapping.optional("name")?.string()
        let username = mapping.optional("username")?.string()
        let picture = mapping.optional("picture")?.string()
        mapping.finish()
        guard let subject else { return nil }
        return .identity(
            ProviderExample.ExpectedIdentity(
                subject: subject,
                email: email,
                evidence: evidence,
                name: name,
                username: username,
                picture: picture
            )
        )
    }
}
