/// The redirect back to the client before it is written: parameters in order, repeated ones included.
struct CallbackDraft: Sendable {
    /// Names and values.
    var parameters: [(String, String)]
    /// Written behind the parameters as it is.
    var suffix = ""
    /// What `iss` would be.
    let issuer: String
    /// What `state` was, if the client sent one.
    let state: String?

    /// Replaces the value, or adds the parameter; `nil` removes it.
    mutating func set(_ name: String, _ value: String?) {
        guard let index = parameters.firstIndex(where: { $0.0 == name }) else {
            if let value { parameters.append((name, value)) }
            return
        }
        if let value { parameters[index].1 = value } else { parameters.remove(at: index) }
    }

    /// The value of a parameter.
    func value(_ name: String) -> String? { parameters.first { $0.0 == name }?.1 }

    /// Turns a success into an error (RFC 6749 §4.1.2.1), keeping state and iss.
    mutating func fail(_ error: String, _ description: String?) {
        set("code", nil)
        set("error", error)
        set("error_description", description)
    }

    /// The address the browser is sent to.
    func location(_ redirectURI: String) -> String {
        let separator = redirectURI.contains("?") ? "&" : "?"
        return redirectURI + separator + FormFields.encode(parameters) + suffix
    }
}
