import CoreMetrics
import Testing

@testable import Telemetry

@Suite("PrometheusRegistry")
struct PrometheusTests {
    /// The lines about metrics of the test, without the process's own.
    private func lines(_ registry: PrometheusRegistry) -> [String] {
        registry.exposition().split(separator: "\n").map(String.init)
            .filter { !$0.contains(" process_") && !$0.hasPrefix("process_") }
    }

    @Test("counters, with help, type, labels and escapes")
    func counters() {
        let registry = PrometheusRegistry(help: ["requests_total": "All\nof \\ \"them\"."])
        let first = Counter(label: "requests_total", dimensions: [("p", "google"), ("o", "2xx")], factory: registry)
        first.increment()
        first.increment(by: 41)
        first.increment(by: -5)
        // The same series by another order of labels, as a caller that caches nothing makes it.
        Counter(label: "requests_total", dimensions: [("o", "2xx"), ("p", "google")], factory: registry).increment()
        Counter(label: "requests_total", dimensions: [("p", "a\"\u{301}b\\c\nd"), ("o", "")], factory: registry)
            .increment()
        #expect(
            lines(registry) == [
                #"# HELP requests_total All\nof \\ "them"."#,
                "# TYPE requests_total counter",
                "requests_total{o=\"\",p=\"a\\\"\u{301}b\\\\c\\nd\"} 1",
                #"requests_total{o="2xx",p="google"} 43"#,
            ]
        )
    }

    @Test("fractions, gauges and meters")
    func others() {
        let registry = PrometheusRegistry()
        let fraction = FloatingPointCounter(label: "f_total", factory: registry)
        fraction.increment(by: 0.25)
        fraction.increment(by: 0.5)
        fraction.increment(by: -1.0)
        fraction.increment(by: Double.infinity)
        Gauge(label: "g", factory: registry).record(-3)
        let meter = Meter(label: "m", factory: registry)
        meter.set(10)
        meter.increment(by: 2.5)
        meter.decrement()
        let odd = Gauge(label: "odd", factory: registry)
        odd.record(Double.infinity)
        #expect(
            lines(registry) == [
                "# TYPE f_total counter", "f_total 0.75", "# TYPE g gauge", "g -3", "# TYPE m gauge", "m 11.5",
                "# TYPE odd gauge", "odd +Inf",
            ]
        )
    }

    @Test("timers are cumulative histograms in seconds")
    func timers() {
        let registry = PrometheusRegistry()
        let timer = Timer(label: "http.duration", dimensions: [("route", "/x")], factory: registry)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(2)
        timer.recordSeconds(3)
        timer.recordSeconds(60)
        let lines = lines(registry)
        #expect(lines.count == 1 + 14 + 1 + 2)
        #expect(lines[0] == "# TYPE http_duration_seconds histogram")
        #expect(lines.contains(#"http_duration_seconds_bucket{route="/x",le="0.0005"} 0"#))
        // A bound belongs to its bucket.
        #expect(lines.contains(#"http_duration_seconds_bucket{route="/x",le="0.001"} 1"#))
        #expect(lines.contains(#"http_duration_seconds_bucket{route="/x",le="0.0025"} 2"#))
        #expect(lines.contains(#"http_duration_seconds_bucket{route="/x",le="10"} 3"#))
        #expect(lines.contains(#"http_duration_seconds_bucket{route="/x",le="+Inf"} 4"#))
        #expect(lines.contains(#"http_duration_seconds_count{route="/x"} 4"#))
        #expect(lines.contains(#"http_duration_seconds_sum{route="/x"} 63.003"#))
        let suffixed = PrometheusRegistry()
        Timer(label: "latchkey_outbound_duration_seconds", factory: suffixed).recordSeconds(1)
        #expect(self.lines(suffixed)[0] == "# TYPE latchkey_outbound_duration_seconds histogram")
    }

    @Test("recorders that aggregate are histograms of magnitudes")
    func recorders() {
        let registry = PrometheusRegistry()
        let recorder = Recorder(label: "bytes", factory: registry)
        recorder.record(1500)
        recorder.record(Double.nan)
        #expect(lines(registry).contains(#"bytes_bucket{le="10000"} 1"#))
        #expect(lines(registry).contains("bytes_count 1"))
    }

    @Test("a metric grows to its cap and then counts under other")
    func cardinality() {
        let registry = PrometheusRegistry(seriesPerMetric: 3)
        for index in 0..<100 {
            Counter(label: "c_total", dimensions: [("path", "/\(index)"), ("m", "GET")], factory: registry).increment()
        }
        Counter(label: "c_total", dimensions: [("path", "/1"), ("m", "GET")], factory: registry).increment()
        #expect(
            lines(registry).dropFirst() == [
                #"c_total{m="GET",path="/0"} 1"#, #"c_total{m="GET",path="/1"} 2"#, #"c_total{m="GET",path="/2"} 1"#,
                #"c_total{m="other",path="other"} 97"#,
            ]
        )
    }

    @Test("names are made valid, and a name keeps its first kind")
    func names() {
        let registry = PrometheusRegistry()
        Counter(
            label: "1 bad-näme",
            dimensions: [("le", "a"), ("__x", "b"), ("a-b", "c"), ("", "d")],
            factory: registry
        )
        .increment()
        Gauge(label: "1 bad-näme", factory: registry).record(5)
        Timer(label: "1 bad-näme", factory: registry).recordSeconds(1)
        let lines = lines(registry)
        #expect(lines[0] == "# TYPE _1_bad_n__me counter")
        #expect(lines[1] == #"_1_bad_n__me{_="d",a_b="c",label___x="b",label_le="a"} 1"#)
        #expect(lines[2] == "# TYPE _1_bad_n__me_seconds histogram")
    }

    @Test("destroyed metrics leave the exposition")
    func destroy() {
        let registry = PrometheusRegistry()
        let keep = Counter(label: "c_total", dimensions: [("a", "1")], factory: registry)
        let drop = Counter(label: "c_total", dimensions: [("a", "2")], factory: registry)
        keep.increment()
        drop.increment()
        drop.destroy()
        #expect(lines(registry) == ["# TYPE c_total counter", #"c_total{a="1"} 1"#])
    }

    @Test("nothing is lost between threads")
    func concurrency() async {
        let registry = PrometheusRegistry()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        Counter(label: "c_total", factory: registry).increment()
                        FloatingPointCounter(label: "f_total", factory: registry).increment(by: 0.5)
                        Timer(label: "t", factory: registry).recordSeconds(1)
                    }
                }
            }
        }
        let lines = lines(registry)
        #expect(lines.contains("c_total 8000"))
        #expect(lines.contains("f_total 4000"))
        #expect(lines.contains("t_seconds_count 8000"))
    }

    @Test("every line is a comment or name, labels and number")
    func grammar() {
        let registry = PrometheusRegistry()
        Counter(label: "c_total", dimensions: [("a", "x y")], factory: registry).increment()
        Timer(label: "t", factory: registry).recordSeconds(1)
        let text = registry.exposition()
        #expect(text.hasSuffix("\n"))
        let sample =
            #/[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="[^"]*",?)*\})? (NaN|[+-]Inf|-?[0-9][0-9.e+-]*)/#
        for line in text.split(separator: "\n") {
            #expect(line.hasPrefix("# ") || line.wholeMatch(of: sample) != nil, "\(line)")
        }
    }

    @Test("the process tells about itself")
    func process() throws {
        let text = PrometheusRegistry().exposition()
        let values = Dictionary(
            uniqueKeysWithValues: text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
                let parts = $0.split(separator: " ")
                return (String(parts[0]), Double(parts[1]) ?? .nan)
            }
        )
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_start_time_seconds"]) > 1_700_000_000)
        #expect(try #require(values["process_cpu_seconds_total"]) >= 0)
        #expect(try #require(values["process_threads"]) >= 1)
    }

    @Test("/proc is read behind any program name, and refused when it looks different")
    func procFormat() throws {
        let stat =
            "42 (a) b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 7 0 1000 2097152 300 18446744073709551615 1"
        let system = "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n"
        let statistics = try #require(
            ProcessStatistics(
                stat: stat,
                systemStat: system,
                ticksPerSecond: 100,
                pageBytes: 4096,
                openDescriptors: 9,
                maximumDescriptors: 1024
            )
        )
        #expect(statistics.cpuSeconds == 3)
        #expect(statistics.threads == 7)
        #expect(statistics.startTime == 1_700_000_010)
        #expect(statistics.virtualBytes == 2_097_152)
        #expect(statistics.residentBytes == 300 * 4096)
        for (stat, system) in [("", system), ("42 (x) S", system), (stat, ""), ("42 x S 1 2", system)] {
            #expect(
                ProcessStatistics(
                    stat: stat,
                    systemStat: system,
                    ticksPerSecond: 100,
                    pageBytes: 4096,
                    openDescriptors: 0,
                    maximumDescriptors: 0
                ) == nil
            )
        }
    }
}
