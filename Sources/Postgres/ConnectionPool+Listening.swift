/// LISTEN and NOTIFY.
extension ConnectionPool {
    func subscribe(_ subscription: Subscription, now: Instant) {
        guard stopBy == nil else { return subscription.end() }
        subscriptions.append(subscription)
        if let link = links.first(where: { $0.lane == .listener }) {
            if link.isUp { listen(for: [subscription], on: link, now: now) }
        } else {
            let link = Link(lane: .listener, poller: reactor.poller, preparedStatements: 64)
            links.append(link)
            open(link, now: now)
        }
    }

    func unsubscribe(_ subscription: Subscription) {
        subscriptions.removeAll { $0 === subscription }
        guard subscriptions.isEmpty, let index = links.firstIndex(where: { $0.lane == .listener }) else { return }
        _ = links.remove(at: index).disconnect()
        listening = []
    }

    /// Asks the server for the channels; the subscribers hear about it when it has answered.
    func listen(for subscribers: [Subscription], on link: Link, now: Instant) {
        let channels = Set(subscribers.flatMap(\.channels)).sorted()
        guard !channels.isEmpty else { return }
        let ticket = Ticket(
            .many(channels.map(SQL.listen(to:))),
            on: .listener,
            deadline: .distantFuture,
            unavailableAt: .distantFuture
        )
        listening.append((ticket, subscribers))
        deliver(Passage(ticket: ticket), to: link, now: now)
    }

    func listenSettled(_ settlement: PipelineLedger<Sent>.Settlement, now: Instant) {
        let ticket = settlement.unit.passage.ticket
        guard let index = listening.firstIndex(where: { $0.ticket === ticket }) else { return }
        let subscribers = listening.remove(at: index).subscriptions
        switch settlement.outcome {
        case .rows, .manyRows:
            for subscription in subscribers { subscription.send(.linkRegained) }
        case .refused, .aborted:
            // Rare (the server's notification queue is full): start over with a new connection.
            if let link = links.first(where: { $0.lane == .listener }) { lose(link, now: now) }
        }
    }

    func deliverNotifications(of link: Link) {
        for (channel, payload) in link.notifications() {
            for subscription in subscriptions where subscription.channels.contains(channel) {
                subscription.send(.notification(channel: channel, payload: payload))
            }
        }
    }

    func announceLoss() {
        listening = []
        for subscription in subscriptions { subscription.send(.linkLost) }
    }
}

extension SQL {
    /// LISTEN takes no parameters, so the channel is quoted as an identifier: quotation marks doubled, U+0000 left out
    /// (PostgreSQL documentation, section 4.1.1).
    static func listen(to channel: String) -> SQL {
        let quoted = channel.replacing("\"", with: "\"\"").filter { $0 != "\0" }
        return SQL(verbatim: "LISTEN \"\(quoted)\"")
    }
}
