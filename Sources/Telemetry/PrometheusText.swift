/// The text exposition format, version 0.0.4.
enum PrometheusText {
    /// A metric name: `[a-zA-Z_:][a-zA-Z0-9_:]*`; everything else becomes `_`.
    static func metricName(_ name: String) -> String { sanitized(name, allowsColon: true) }

    /// A label name: `[a-zA-Z_][a-zA-Z0-9_]*`. `le` belongs to histograms and two leading underscores to Prometheus.
    static func labelName(_ name: String) -> String {
        let sanitized = sanitized(name, allowsColon: false)
        return sanitized == "le" || sanitized.hasPrefix("__") ? "label_\(sanitized)" : sanitized
    }

    private static func sanitized(_ name: String, allowsColon: Bool) -> String {
        // Nearly every name: code that counts something by labels asks each time.
        if let first = name.utf8.first, !isDigit(first),
            name.utf8.allSatisfy({ isLetter($0) || isDigit($0) || (allowsColon && $0 == UInt8(ascii: ":")) })
        {
            return name
        }
        var result = ""
        for byte in name.utf8 {
            switch byte {
            case _ where isLetter(byte):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where isDigit(byte):
                if result.isEmpty { result.append("_") }
                result.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ":") where allowsColon:
                result.append(":")
            default:
                result.append("_")
            }
        }
        return result.isEmpty ? "_" : result
    }

    /// The underscore is one here.
    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    /// HELP (where known), TYPE, and the series in order of their labels.
    static func append(_ name: String, _ family: PrometheusFamily, help: String?, to text: inout String) {
        if let help { text.append("# HELP \(name) \(escaped(help, quotes: false))\n") }
        text.append("# TYPE \(name) \(family.kind.rawValue)\n")
        for (labels, instrument) in family.series.sorted(by: { $0.key < $1.key }) {
            switch instrument {
            case .counter(let counter): append(name, labels.pairs, counter.value, to: &text)
            case .gauge(let gauge): append(name, labels.pairs, gauge.value, to: &text)
            case .histogram(let histogram): append(name, labels.pairs, histogram, to: &text)
            }
        }
    }

    private static func append(
        _ name: String,
        _ labels: [PrometheusFamily.Labels.Pair],
        _ histogram: PrometheusHistogram,
        to text: inout String
    ) {
        let snapshot = histogram.snapshot
        var cumulative: UInt64 = 0
        for (index, count) in snapshot.counts.enumerated() {
            cumulative += count
            let bound = index < histogram.bounds.count ? number(histogram.bounds[index]) : "+Inf"
            append("\(name)_bucket", labels + [.init(name: "le", value: bound)], Double(cumulative), to: &text)
        }
        append("\(name)_sum", labels, snapshot.sum, to: &text)
        append("\(name)_count", labels, Double(cumulative), to: &text)
    }

    static func append(
        _ name: String,
        _ labels: [PrometheusFamily.Labels.Pair],
        _ value: Double,
        to text: inout String
    ) {
        text.append(name)
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            text.append("{\(pairs.joined(separator: ","))}")
        }
        text.append(" \(number(value))\n")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Exact up to 2^53; larger numbers are written as floating point.
        if value == value.rounded(), abs(value) < 9_007_199_254_740_992 { return String(Int64(value)) }
        return String(value)
    }

    /// Works on scalars: as characters, a quote followed by a combining mark is not a quote any more.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append("\\\\")
            case "\n": result.append("\\n")
            case "\"" where quotes: result.append("\\\"")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
