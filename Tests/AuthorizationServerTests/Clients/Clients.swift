import Accounts
import Cryptography
import Testing

@testable import AuthorizationServer

/// Apps for tests, each with one thing that matters.
enum Clients {
    static func client(
        _ id: String = "shop",
        secretHashes: [TokenHash] = [],
        backchannelLogout: BackchannelLogout? = nil
    ) throws -> Client {
        Client(
            id: try #require(ClientID(id)),
            name: id,
            secretHashes: secretHashes,
            redirectURIs: [],
            postLogoutRedirectURIs: [],
            grants: [],
            scopes: [],
            providers: nil,
            isFirstParty: true,
            accessTokens: .opaque,
            idTokenAlgorithm: .es256,
            lifetimes: .init(accessToken: .zero, idle: .zero, absolute: .zero),
            backchannelLogout: backchannelLogout
        )
    }
}
