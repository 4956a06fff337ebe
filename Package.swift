// swift-tools-version: 6.2
import PackageDescription

// The architecture, readable from here: every dependency below points down the picture in docs/architecture.md,
// and the compiler refuses any import that is not written in this file.

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Targets that touch C: every unsafe use has to be spelled `unsafe`.
let touchesC: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "latchkey",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "latchkey", targets: ["latchkey"]),
        .executable(name: "mock-provider", targets: ["mock-provider"]),
        .executable(name: "bench-load", targets: ["bench-load"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: system libraries, one header each.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq"),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2"),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt"),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode"),

        // C of our own, where Swift cannot say it: what one library's calls of mmap(2) lead to.
        .target(name: "CHashRegion", cSettings: [.treatAllWarnings(as: .error)]),

        // Values and primitives.
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "YAML", dependencies: ["Yams"], swiftSettings: strict),
        .target(name: "Cryptography", dependencies: ["COpenSSL"], swiftSettings: touchesC),
        .target(name: "InternetAddress", swiftSettings: touchesC),
        .target(name: "IDNA", dependencies: ["CIDN2"], swiftSettings: touchesC),
        .target(name: "QRCode", dependencies: ["CQREncode"], swiftSettings: touchesC),

        // Protocols.
        .target(name: "JOSE", dependencies: ["Cryptography", "JSON"], swiftSettings: strict),
        .target(name: "OAuth", dependencies: ["Cryptography", "JSON"], swiftSettings: strict),
        .target(name: "OpenIDConnect", dependencies: ["JOSE", "OAuth", "Cryptography", "JSON"], swiftSettings: strict),

        // Work that follows a change.
        .target(
            name: "Jobs",
            dependencies: [
                "JSON", .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),

        // Domain.
        .target(
            name: "Accounts",
            dependencies: ["Cryptography", "IDNA", "Jobs"],
            resources: [.embedInCode("Passwords/common-passwords.txt")],
            swiftSettings: strict
        ),
        .target(
            name: "Providers",
            dependencies: ["Accounts", "Cryptography", "JSON", "OAuth", "OpenIDConnect", "YAML"],
            swiftSettings: strict
        ),

        .target(
            name: "Mail",
            dependencies: [
                "Accounts", "Cryptography", .product(name: "Mustache", package: "swift-mustache"),
            ],
            swiftSettings: strict
        ),

        // The operator's side: the policy's file, its versions, what it would change.
        .target(
            name: "PolicyLanguage",
            dependencies: ["Accounts", "IDNA", "JSON", "YAML"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PolicyLanguageTests",
            dependencies: ["Accounts", "JSON", "OracleSupport", "PolicyLanguage", "YAML"],
            swiftSettings: strict
        ),

        .target(
            name: "Administration",
            dependencies: [
                "Accounts", "Cryptography", "JSON", "PolicyLanguage", "YAML",
                .product(name: "Logging", package: "swift-log"), .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AdministrationTests",
            dependencies: ["Accounts", "Administration", "JSON", "PolicyLanguage"],
            swiftSettings: strict
        ),

        // Application.
        .target(
            name: "Flows",
            dependencies: [
                "Accounts", "Cryptography", "JOSE", "JSON", "Jobs", "Mail", "OAuth", "OpenIDConnect", "Providers",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),

        // What an app does: OAuth 2.0 and OpenID Connect, from the server's side.
        .target(
            name: "AuthorizationServer",
            dependencies: [
                "Accounts", "Cryptography", "JOSE", "JSON", "Jobs", "OAuth", "YAML",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AuthorizationServerTests",
            dependencies: [
                "Accounts", "AuthorizationServer", "Cryptography", "JOSE", "JSON", "Jobs", "OAuth", "YAML",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),

        // I/O and adapters.
        .target(
            name: "Postgres",
            dependencies: ["CPostgres", .product(name: "Logging", package: "swift-log")],
            swiftSettings: touchesC
        ),
        .target(
            name: "PostgresStore",
            dependencies: [
                "Accounts", "Administration", "AuthorizationServer", "Cryptography", "JSON", "Jobs", "Mail", "Postgres",
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("Migrations")],
            swiftSettings: strict
        ),
        .target(
            name: "CurlTransport",
            dependencies: [
                "Accounts", "CCurl", "Cryptography", "InternetAddress", "Mail", "OAuth",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: touchesC
        ),
        .target(
            name: "PasswordHashing",
            dependencies: [
                "Accounts", "CCrypt", "CHashRegion", "CSodium", "Cryptography",
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: touchesC
        ),
        .target(
            name: "Telemetry",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),

        // Settings.
        .target(
            name: "ServiceConfiguration",
            dependencies: [
                "Accounts", "Cryptography", "InternetAddress", "YAML",
                .product(name: "Configuration", package: "swift-configuration"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServiceConfigurationTests",
            dependencies: ["Accounts", "Cryptography", "InternetAddress", "ServiceConfiguration"],
            swiftSettings: strict
        ),

        // Edge.
        .target(
            name: "Web",
            dependencies: [
                "Accounts", "Administration", "AuthorizationServer", "Cryptography", "Flows", "InternetAddress", "JSON",
                "Mail", "OAuth", "PolicyLanguage", "QRCode",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            swiftSettings: strict
        ),

        // Executables.
        .executableTarget(
            name: "latchkey",
            dependencies: [
                "Accounts", "Administration", "AuthorizationServer", "Cryptography", "CurlTransport", "Flows",
                "InternetAddress", "JSON", "Jobs", "Mail",
                "OAuth",
                "OpenIDConnect", "PasswordHashing", "Postgres", "PostgresStore", "PolicyLanguage", "Providers",
                "ServiceConfiguration", "Telemetry", "Web", "YAML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "mock-provider",
            dependencies: [
                "Cryptography", "JOSE", "JSON", "OAuth",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "bench-load",
            dependencies: [
                "Accounts", "Cryptography", "PasswordHashing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Benchmarks/BenchLoad",
            swiftSettings: strict
        ),

        // Tests mirror Sources by name; the attack tests and the Python suites use the built programs from outside.
        .target(
            name: "TestSupport",
            dependencies: [
                "Postgres", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(name: "YAMLTests", dependencies: ["YAML"], swiftSettings: strict),
        .testTarget(name: "IDNATests", dependencies: ["IDNA"], swiftSettings: strict),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography", "JSON"], swiftSettings: strict),
        .testTarget(name: "JOSETests", dependencies: ["Cryptography", "JOSE", "JSON"], swiftSettings: strict),
        .testTarget(name: "OAuthTests", dependencies: ["Cryptography", "JSON", "OAuth"], swiftSettings: strict),
        .testTarget(
            name: "OpenIDConnectTests",
            dependencies: ["Cryptography", "JOSE", "JSON", "OAuth", "OpenIDConnect"],
            swiftSettings: strict
        ),
        .target(name: "OracleSupport", path: "Tests/OracleSupport", swiftSettings: strict),
        .testTarget(
            name: "AccountsTests",
            dependencies: ["Accounts", "Cryptography", "OracleSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "JobsTests",
            dependencies: [
                "Accounts", "JSON", "Jobs", "Mail", "Postgres", "PostgresStore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MailTests",
            dependencies: ["Accounts", "Cryptography", "Mail", .product(name: "Mustache", package: "swift-mustache")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PasswordHashingTests",
            dependencies: ["Accounts", "CHashRegion", "COpenSSL", "CSodium", "Cryptography", "PasswordHashing"],
            swiftSettings: touchesC
        ),
        .testTarget(name: "QRCodeTests", dependencies: ["QRCode"], swiftSettings: strict),
        .testTarget(
            name: "ProvidersTests",
            dependencies: ["Accounts", "Cryptography", "JSON", "OAuth", "OpenIDConnect", "Providers", "YAML"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Postgres", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CurlTransportTests",
            dependencies: [
                "Accounts", "Cryptography", "CurlTransport", "InternetAddress", "Mail", "OAuth",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Logging", package: "swift-log"), .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FlowsTests",
            dependencies: [
                "Accounts", "Cryptography", "Flows", "OAuth", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Accounts", "Administration", "AuthorizationServer", "Cryptography", "Flows", "InternetAddress", "JSON",
                "Jobs", "OAuth", "OpenIDConnect", "Web",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MockProviderTests",
            dependencies: [
                "Cryptography", "JOSE", "JSON", "mock-provider",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SignInAttackTests",
            dependencies: ["Postgres", "TestSupport", "latchkey", "mock-provider"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LocalAccountAttackTests",
            dependencies: ["Accounts", "Cryptography", "Postgres", "TestSupport", "latchkey", "mock-provider"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LinkingAttackTests",
            dependencies: ["Accounts", "Cryptography", "Postgres", "TestSupport", "latchkey", "mock-provider"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PolicyAttackTests",
            dependencies: [
                "Accounts", "Administration", "AuthorizationServer", "Cryptography", "Postgres", "PostgresStore",
                "TestSupport", "latchkey", "mock-provider", .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Golden"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SigningKeyAttackTests",
            dependencies: [
                "Accounts", "AuthorizationServer", "Cryptography", "JOSE", "JSON", "Postgres", "PostgresStore",
                "TestSupport", "latchkey", "mock-provider", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProviderAttackTests",
            dependencies: ["Postgres", "TestSupport", "latchkey", "mock-provider"],
            swiftSettings: strict
        ),
    ]
)
