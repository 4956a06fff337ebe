import CoreMetrics
import OAuth
import Synchronization
import Testing

@testable import CurlTransport

/// Remembers what was recorded, as `name{labels} value` lines.
private final class RecordingFactory: MetricsFactory {
    final class Instrument: CounterHandler, RecorderHandler, TimerHandler, MeterHandler {
        let name: String
        private let values = Mutex<[Double]>([])

        init(_ label: String, _ dimensions: [(String, String)]) {
            name = label + "{" + dimensions.map { "\($0)=\($1)" }.joined(separator: ",") + "}"
        }

        var recorded: [Double] { values.withLock { $0 } }
        private func add(_ value: Double) { values.withLock { $0.append(value) } }
        func increment(by amount: Int64) { add(Double(amount)) }
        func reset() {}
        func record(_ value: Int64) { add(Double(value)) }
        func record(_ value: Double) { add(value) }
        func recordNanoseconds(_ duration: Int64) { add(Double(duration)) }
        func set(_ value: Int64) { add(Double(value)) }
        func set(_ value: Double) { add(value) }
        func increment(by amount: Double) { add(amount) }
        func decrement(by amount: Double) { add(-amount) }
    }

    private let made = Mutex<[Instrument]>([])

    private func make(_ label: String, _ dimensions: [(String, String)]) -> Instrument {
        let instrument = Instrument(label, dimensions)
        made.withLock { $0.append(instrument) }
        return instrument
    }

    var recorded: [String: [Double]] {
        Dictionary(made.withLock { $0 }.map { ($0.name, $0.recorded) }, uniquingKeysWith: +)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { make(label, dimensions) }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        make(label, dimensions)
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { make(label, dimensions) }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { make(label, dimensions) }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
}

@Suite("OutboundMetrics")
struct OutboundMetricsTests {
    @Test("every end is counted once under provider and outcome, and never under a URL")
    func outcomes() async throws {
        let server = TestServer.answering { connection, request in
            connection.answer(status: request.contains("fine") ? "200 OK" : "500 Oops")
        }
        let factory = RecordingFactory()
        var configuration = CurlConfiguration()
        configuration.allowLoopbackHTTP = true
        configuration.circuitBreaker.failuresToOpen = 2
        let transport = try CurlTransport(configuration, metrics: factory)
        _ = await failure(of: transport, .get(server.url("/fine"), bulkhead: "google"))
        _ = await failure(of: transport, .get(server.url("/fine"), bulkhead: "google"))
        _ = await failure(of: transport, .get("ftp://x/", bulkhead: "google"))
        for _ in 0..<3 { _ = await failure(of: transport, .get(server.url("/x"), bulkhead: "github")) }
        await transport.shutdown()
        _ = await failure(of: transport, .get(server.url("/fine"), bulkhead: "google"))

        let recorded = factory.recorded
        let requests = "latchkey_outbound_requests_total"
        #expect(recorded["\(requests){provider=google,outcome=2xx}"] == [1, 1])
        #expect(recorded["\(requests){provider=google,outcome=refused_url}"] == [1])
        #expect(recorded["\(requests){provider=google,outcome=stopped}"] == [1])
        #expect(recorded["\(requests){provider=github,outcome=5xx}"] == [1, 1])
        #expect(recorded["\(requests){provider=github,outcome=circuit_open}"] == [1])
        #expect(recorded["latchkey_outbound_duration_seconds{provider=google}"]?.count == 2)
        #expect(recorded["latchkey_outbound_circuit_state{provider=github}"] == [0, 2])
        #expect(recorded["latchkey_outbound_circuit_state{provider=google}"] == [0])
        #expect(recorded.keys.allSatisfy { !$0.contains("http") && !$0.contains("/") })
    }
}
