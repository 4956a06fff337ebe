import Accounts
import Administration
import ArgumentParser
import JSON

/// `latchkey events`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What apps are told about accounts, in the order in which they are to read it.",
        discussion: """
            An event is shown only when none can appear before it any more, so whoever goes on after the last one never misses \
            any. The same over HTTP: GET /admin/v1/events.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Go on after the event of this sequence; 0 begins with the oldest there is.")
    var after: Int64 = 0

    @Option(help: "At most this many.")
    var limit = 100

    @Flag(help: "JSON instead of lines.")
    var json = false

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after is 0 or the sequence of an event") }
        guard (1...EventPage.limit).contains(limit) else {
            throw ValidationError("--limit has to be from 1 to \(EventPage.limit)")
        }
    }

    func run() async throws {
        try await withAdministration(options, json: json) { (services) async throws(PolicyFailure) in
            let page = try await services.events(after: after, limit: limit)
            guard !json else { return Console.output(page.json) }
            for event in page.events {
                Console.output(
                    "\(event.sequence)  \(event.happenedAt.text)  \(event.kind)  \(event.payload.serialized())"
                )
            }
            Console.error("Go on with: latchkey events --after \(page.next)")
        }
    }
}
