extension Duration {
    /// Whole milliseconds, rounded up and kept within what libcurl can count: 1 to 2^31 - 1.
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 2_147_483 else { return 2_147_483_647 }
        guard seconds >= 0, attoseconds >= 0 else { return 1 }
        return max(1, Int(seconds) * 1000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }

    /// Whole seconds, rounded up, at least 1.
    var wholeSeconds: Int {
        (wholeMilliseconds - 1) / 1000 + 1
    }
}
