-- wrk: the last line of output of every script here: requests, microseconds, answers that were not 2xx or 3xx, connections and
-- answers that failed, p50 and p99 in milliseconds.
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        "RESULT %d %d %d %d %.3f %.3f\n", summary.requests, summary.duration, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
