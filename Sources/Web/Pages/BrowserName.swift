/// What a `User-Agent` (RFC 9110 §10.1.5) says, in words its owner recognises: `Firefox on Linux`. A guess for people; nothing is
/// decided by it.
enum BrowserName {
    // The first that fits: nearly every browser also names the ones it wants to be taken for.
    private static let browsers = [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"),
        ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ]
    private static let systems = [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ]

    /// A browser and its system; else the first word, without its version; else that it is not known.
    static func text(_ agent: String?) -> String {
        guard let agent, !agent.isEmpty else { return "An unknown browser" }
        let system = systems.first { agent.contains($0.0) }?.1
        if let browser = browsers.first(where: { agent.contains($0.0) })?.1 {
            return system.map { "\(browser) on \($0)" } ?? browser
        }
        let word = agent.prefix { $0 != "/" && $0 != " " }
        return word.isEmpty ? "An unknown browser" : String(word.prefix(40))
    }
}
