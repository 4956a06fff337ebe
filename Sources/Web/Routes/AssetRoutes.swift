import HTTPTypes
import Hummingbird
import NIOCore

/// The one stylesheet, under a name that changes with its content.
struct AssetRoutes: Sendable {
    let pages: Pages

    func register(on router: Router<RequestScope>) {
        let asset = pages.stylesheet
        router.get(RouterPath(asset.path)) { request, _ in
            if request.headers[.ifNoneMatch] == asset.etag { return Response(status: .notModified) }
            return Response(
                status: .ok,
                headers: [
                    .contentType: asset.contentType, .eTag: asset.etag,
                    .cacheControl: "public, max-age=31536000, immutable",
                ],
                body: .init(byteBuffer: ByteBuffer(bytes: asset.bytes))
            )
        }
        router.get("/favicon.ico") { _, _ in
            Response(status: .noContent, headers: [.cacheControl: "public, max-age=86400"])
        }
        router.get("/robots.txt") { _, _ in
            Response(
                status: .ok,
                headers: [.contentType: "text/plain; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: "User-agent: *\nDisallow: /\n"))
            )
        }
    }
}
