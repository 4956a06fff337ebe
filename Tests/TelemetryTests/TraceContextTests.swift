import Testing

@testable import Telemetry

@Suite("TraceContext")
struct TraceContextTests {
    @Test("a traceparent is read and written back")
    func roundTrip() throws {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceparent == text)
        #expect(context.traceIDText == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanIDText == "00f067aa0ba902b7")
        #expect(context.isSampled)
    }

    @Test("leading zeros stay, other flags are dropped")
    func zeros() throws {
        let text = "00-00000000000000000000000000000001-0000000000000002-fe"
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceparent == "00-00000000000000000000000000000001-0000000000000002-00")
    }

    @Test("later versions are read as far as version 00 is known")
    func laterVersions() {
        let body = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        #expect(TraceContext(traceparent: "01-\(body)") != nil)
        #expect(TraceContext(traceparent: "cc-\(body)-what-the-future-will-be-like") != nil)
        #expect(TraceContext(traceparent: "cc-\(body).what") == nil)
        #expect(TraceContext(traceparent: "00-\(body)-x") == nil)
        #expect(TraceContext(traceparent: "ff-\(body)") == nil)
    }

    @Test(
        "malformed values are refused",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 ",
            "00-４bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-" + String(repeating: "x", count: 500),
        ]
    )
    func malformed(_ text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("a child keeps the trace and gets a span of its own; new traces differ")
    func children() {
        let parent = TraceContext(isSampled: true)
        let child = parent.child()
        #expect(child.traceID == parent.traceID && child.spanID != parent.spanID && child.isSampled)
        #expect(TraceContext().traceID != TraceContext().traceID)
        #expect(TraceContext(traceparent: child.traceparent) == child)
    }
}
