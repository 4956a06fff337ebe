import Accounts
import Logging
import ServiceLifecycle

/// Removes what is over, in small bites with pauses, so that nothing else notices.
struct Housekeeping: Service {
    let sessions: any SessionStore
    let logger: Logger
    private let pace = HousekeepingPace()

    init(sessions: any SessionStore, logger: Logger) {
        self.sessions = sessions
        self.logger = logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let clock = ContinuousClock()
            while !Task.isCancelled {
                let began = clock.now
                var removed = 0
                do {
                    removed = try await sessions.removeExpired(limit: pace.bite)
                } catch {
                    logger.debug("housekeeping will try again", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: pace.pause(after: removed, in: clock.now - began)) } catch { return }
            }
        }
    }
}
