import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The wall clock all stand-ins share, with an offset that the control API moves (D10 to D12).
final class MockClock: Sendable {
    private let offset = Atomic<Int64>(0)

    /// Seconds added to the real time.
    var offsetSeconds: Int64 {
        get { offset.load(ordering: .relaxed) }
        set { offset.store(newValue, ordering: .relaxed) }
    }

    /// Milliseconds since 1970.
    var milliseconds: Int64 {
        Int64(Date().timeIntervalSince1970 * 1000) + offsetSeconds * 1000
    }

    /// Seconds since 1970.
    var seconds: Int64 { milliseconds / 1000 }
}
