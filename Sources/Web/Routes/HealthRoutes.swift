import HTTPTypes
import Hummingbird
import JSON

/// `GET /healthz`: the process answers. `GET /readyz`: everything a sign-in needs is there.
struct HealthRoutes: Sendable {
    let readiness: WebServices.Readiness
    let details: WebServices.Details
    let answers: Answers

    func register(on router: Router<RequestScope>) {
        let alive = Array(#"{"status":"ok"}"#.utf8)
        router.get("/healthz") { _, _ in answers.json(alive) }
        router.get("/readyz") { _, _ in
            let checks = await readiness()
            let ready = checks.allSatisfy(\.ready)
            let body = JSONValue.object(
                JSONObject([
                    ("status", .string(ready ? "ready" : "not_ready")),
                    ("checks", .object(JSONObject(checks.map { ($0.name, .bool($0.ready)) }))),
                    ("details", .object(JSONObject(details().map { ($0.name, .string($0.text)) }))),
                ])
            )
            var response = answers.json(body.serializedBytes(), status: ready ? .ok : .serviceUnavailable)
            if !ready { response.headers[.retryAfter] = "2" }
            return response
        }
    }
}
