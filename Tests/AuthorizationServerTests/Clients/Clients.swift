import Accounts
import Cryptography
import JOSE
import Testing

@testable import AuthorizationServer

/// Apps for tests, each with one thing that matters.
enum Clients {
    static func client(
        _ id: String = "shop",
        secretHashes: [TokenHash] = [],
        keys: [JWK] = [],
        claims: [MappedClaim] = [],
        backchannelLogout: BackchannelLogout? = nil
    ) throws -> Client {
        Client(
            id: try #require(ClientID(id)),
            name: id,
            secretHashes: secretHashes,
            keys: keys,
            redirectURIs: [],
            postLogoutRedirectURIs: [],
            grants: [],
            scopes: [],
            providers: nil,
            isFirstParty: true,
            accessTokens: .opaque,
            idTokenAlgorithm: .es256,
            lifetimes: .init(accessToken: .zero, idle: .zero, absolute: .zero),
            claims: claims,
            backchannelLogout: backchannelLogout
        )
    }
}
