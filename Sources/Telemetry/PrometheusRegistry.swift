public import CoreMetrics
import Synchronization

/// Keeps the process's metrics and writes them for Prometheus.
///
/// Timers become histograms in seconds (their names get the suffix `_seconds` where it is missing), recorders that
/// aggregate become histograms, the others and meters become gauges. A name that is used for two kinds of metric
/// keeps the first; the second is counted nowhere, because a service must not stop over its statistics.
public final class PrometheusRegistry: MetricsFactory {
    /// The media type of ``exposition()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private struct State: Sendable {
        var families: [String: PrometheusFamily] = [:]
        var help: [String: String]
    }

    private let seriesCap: Int
    private let state: Mutex<State>

    /// Creates a registry. `help` explains metrics by name; `seriesPerMetric` bounds each metric, and what comes
    /// after is counted under the label value `other`.
    public init(help: [String: String] = [:], seriesPerMetric: Int = 200) {
        seriesCap = max(1, seriesPerMetric)
        state = Mutex(State(help: help))
    }

    /// Explains a metric.
    public func describe(_ name: String, _ help: String) {
        state.withLock { $0.help[PrometheusText.metricName(name)] = help }
    }

    /// Everything in the text format 0.0.4, the process's own numbers last.
    public func exposition() -> String {
        let (families, help) = state.withLock { ($0.families, $0.help) }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            PrometheusText.append(name, family, help: help[name], to: &text)
        }
        ProcessStatistics.current()?.append(to: &text)
        return text
    }

    // MARK: MetricsFactory

    /// A counter of whole numbers.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A counter of fractions.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram when it aggregates, else a gauge.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        guard aggregate else { return gauge(label, dimensions) }
        return histogram(PrometheusText.metricName(label), dimensions, bounds: PrometheusHistogram.magnitudes)
    }

    /// A histogram in seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = PrometheusText.metricName(label)
        return histogram(
            name.hasSuffix("_seconds") ? name : "\(name)_seconds",
            dimensions,
            bounds: PrometheusHistogram.seconds
        )
    }

    /// Forgets the counter's series.
    public func destroyCounter(_ handler: any CounterHandler) { remove(handler) }

    /// Forgets the counter's series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }

    /// Forgets the gauge's series.
    public func destroyMeter(_ handler: any MeterHandler) { remove(handler) }

    /// Forgets the recorder's series.
    public func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }

    /// Forgets the timer's series.
    public func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    // MARK: Series

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> PrometheusCounter {
        let name = PrometheusText.metricName(label)
        if case .counter(let counter) = instrument(name, dimensions, .counter, make: { .counter(PrometheusCounter()) })
        {
            return counter
        }
        return PrometheusCounter()
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> PrometheusGauge {
        let name = PrometheusText.metricName(label)
        if case .gauge(let gauge) = instrument(name, dimensions, .gauge, make: { .gauge(PrometheusGauge()) }) {
            return gauge
        }
        return PrometheusGauge()
    }

    private func histogram(
        _ name: String,
        _ dimensions: [(String, String)],
        bounds: [Double]
    ) -> PrometheusHistogram {
        let made = instrument(name, dimensions, .histogram) { .histogram(PrometheusHistogram(bounds: bounds)) }
        if case .histogram(let histogram) = made { return histogram }
        return PrometheusHistogram(bounds: bounds)
    }

    /// Nil when the name belongs to another kind of metric.
    private func instrument(
        _ name: String,
        _ dimensions: [(String, String)],
        _ kind: PrometheusFamily.Kind,
        make: () -> PrometheusFamily.Instrument
    ) -> PrometheusFamily.Instrument? {
        let labels = PrometheusFamily.Labels(dimensions)
        return state.withLock { state in
            guard state.families[name]?.kind ?? kind == kind else { return nil }
            return state.families[name, default: PrometheusFamily(kind: kind)]
                .instrument(labels, cap: seriesCap, make: make)
        }
    }

    private func remove(_ handler: AnyObject) {
        state.withLock { state in
            for name in Array(state.families.keys) { state.families[name]?.remove(handler) }
        }
    }
}
