/// A dictionary that forgets its oldest entries: when the young half is full it becomes the old half, and the former
/// old half is dropped. Hours of load cost a bounded amount of memory, and nothing is ever swept.
struct Generations<Value> {
    private let limit: Int
    private var young: [String: Value] = [:]
    private var old: [String: Value] = [:]

    /// Remembers at least `limit` and at most twice as many entries.
    init(limit: Int) {
        self.limit = limit
    }

    /// The value under a key; setting `nil` removes it.
    subscript(_ key: String) -> Value? {
        get { young[key] ?? old[key] }
        set {
            old[key] = nil
            young[key] = newValue
            if young.count >= limit {
                old = young
                young = [:]
            }
        }
    }

    /// Removes and returns a value.
    mutating func take(_ key: String) -> Value? {
        young.removeValue(forKey: key) ?? old.removeValue(forKey: key)
    }

    /// Removes every value that matches.
    mutating func removeAll(where matches: (Value) -> Bool) {
        young = young.filter { !matches($0.value) }
        old = old.filter { !matches($0.value) }
    }

    /// Forgets everything.
    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
