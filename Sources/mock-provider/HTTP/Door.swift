import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// What a request knows about its connection: the channel, so that a misbehaviour can reset it.
struct DoorContext: InitializableFromSource, Sendable {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}

/// The way into one stand-in: turns Hummingbird's request into an ``Incoming`` and an ``Answer`` into its response.
/// There is no router between: each stand-in knows its few exact paths, and nothing may normalise them.
struct Door: HTTPResponder {
    /// Largest request body, in bytes; the control port accepts large overrides.
    let maximumBody: Int
    /// The stand-in, or the control API.
    let handle: @Sendable (Incoming) async -> Answer

    func respond(to request: Request, context: DoorContext) async throws -> Response {
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: maximumBody).readableBytesView)
        } catch {
            return Response(status: .contentTooLarge)
        }
        let target = request.head.path ?? "/"
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let incoming = Incoming(
            method: request.method.rawValue,
            path: halves.first.map(String.init) ?? "/",
            rawQuery: halves.count > 1 ? String(halves[1]) : "",
            headers: request.headers,
            host: request.head.authority ?? "127.0.0.1",
            body: body
        )
        var answer = await handle(incoming)
        if let delay = answer.delay { try await Task.sleep(for: delay) }
        if request.method == .head { answer.delivery = .plain }
        return answer.response(on: context.channel, withoutBody: request.method == .head)
    }
}

extension Answer {
    /// The response; a misbehaving delivery writes on, or cuts, the channel.
    func response(on channel: any Channel, withoutBody: Bool) -> Response {
        var fields = HTTPFields()
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        let status = HTTPResponse.Status(code: self.status)
        guard !withoutBody else {
            fields[.contentLength] = String(body.count)
            return Response(status: status, headers: fields)
        }
        switch delivery {
        case .plain:
            return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
        case .dripping(let pause):
            return Response(status: status, headers: fields, body: .dripping(body, pause: pause))
        case .flood(let bytes, let declared):
            return Response(
                status: status,
                headers: fields,
                body: .flood(after: body, bytes: bytes, declared: declared)
            )
        case .gzipBomb(let bytes):
            fields[.contentEncoding] = "gzip"
            return Response(status: status, headers: fields, body: .gzipBomb(unfoldingTo: bytes))
        case .resetBeforeHeaders:
            channel.reset()
            return Response(status: status, headers: fields)
        case .resetAfterHeaders:
            return Response(status: status, headers: fields, body: .reset(channel, announcing: body.count))
        case .truncated:
            return Response(status: status, headers: fields, body: .truncated(body))
        }
    }
}
