/// All series of one metric name.
struct PrometheusFamily: Sendable {
    /// What a metric is; the raw value is its TYPE.
    enum Kind: String, Sendable {
        case counter
        case gauge
        case histogram
    }

    /// The instrument behind one series.
    enum Instrument: Sendable {
        case counter(PrometheusCounter)
        case gauge(PrometheusGauge)
        case histogram(PrometheusHistogram)

        var object: AnyObject {
            switch self {
            case .counter(let counter): counter
            case .gauge(let gauge): gauge
            case .histogram(let histogram): histogram
            }
        }
    }

    /// Names and values of a series, in order of the names.
    struct Labels: Sendable, Hashable, Comparable {
        let pairs: [Pair]

        struct Pair: Sendable, Hashable {
            let name: String
            let value: String
        }

        init(_ dimensions: [(String, String)]) {
            var pairs: [Pair] = []
            pairs.reserveCapacity(dimensions.count)
            for (name, value) in dimensions {
                let pair = Pair(name: PrometheusText.labelName(name), value: value)
                // Of two with one name the last counts.
                if let known = pairs.firstIndex(where: { $0.name == pair.name }) {
                    pairs[known] = pair
                } else {
                    pairs.append(pair)
                }
            }
            self.pairs = pairs.sorted { $0.name < $1.name }
        }

        private init(pairs: [Pair]) { self.pairs = pairs }

        /// The same names, all with the value `other`.
        var overflow: Labels { Labels(pairs: pairs.map { Pair(name: $0.name, value: "other") }) }

        static func < (left: Labels, right: Labels) -> Bool {
            left.pairs.lexicographicallyPrecedes(right.pairs) { ($0.name, $0.value) < ($1.name, $1.value) }
        }
    }

    let kind: Kind
    private(set) var series: [Labels: Instrument] = [:]

    init(kind: Kind) {
        self.kind = kind
    }

    /// The instrument of a series; a new one when there is room, else the one of `other`, since a label somebody else
    /// chooses must not make the process grow.
    mutating func instrument(_ labels: Labels, cap: Int, make: () -> Instrument) -> Instrument {
        if let known = series[labels] { return known }
        let labels = series.count < cap || labels.pairs.isEmpty ? labels : labels.overflow
        if let known = series[labels] { return known }
        let instrument = make()
        series[labels] = instrument
        return instrument
    }

    /// Drops the series of an instrument.
    mutating func remove(_ object: AnyObject) {
        series = series.filter { $0.value.object !== object }
    }
}
