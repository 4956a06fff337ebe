public import Logging

/// Writes one JSON object per line: `time` (RFC 3339, UTC, milliseconds), `level`, `message`, and the metadata,
/// flattened. Values under names such as `token`, `code` or `cookie` are withheld, whatever they are.
public struct JSONLogHandler: LogHandler {
    private var core: LogHandlerCore

    /// Creates a handler that writes to `sink`.
    public init(
        level: Logger.Level = .info,
        sink: LogSink = .standardError,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        core = LogHandlerCore(level: level, sink: sink, metadataProvider: metadataProvider)
    }

    /// Lowest level that is written.
    public var logLevel: Logger.Level {
        get { core.level }
        set { core.level = newValue }
    }

    /// Metadata of every line.
    public var metadata: Logger.Metadata {
        get { core.metadata }
        set { core.metadata = newValue }
    }

    /// Metadata of the current task.
    public var metadataProvider: Logger.MetadataProvider? {
        get { core.metadataProvider }
        set { core.metadataProvider = newValue }
    }

    /// One field of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { core.metadata[key] }
        set { core.metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        core.sink.write(line: core.record(event, at: Timestamp.now()).json)
    }
}

/// Writes lines for people, for `latchkey dev`. Withholds the same values as ``JSONLogHandler``.
public struct ReadableLogHandler: LogHandler {
    private var core: LogHandlerCore

    /// Creates a handler that writes to `sink`.
    public init(
        level: Logger.Level = .info,
        sink: LogSink = .standardError,
        metadataProvider: Logger.MetadataProvider? = nil
    ) {
        core = LogHandlerCore(level: level, sink: sink, metadataProvider: metadataProvider)
    }

    /// Lowest level that is written.
    public var logLevel: Logger.Level {
        get { core.level }
        set { core.level = newValue }
    }

    /// Metadata of every line.
    public var metadata: Logger.Metadata {
        get { core.metadata }
        set { core.metadata = newValue }
    }

    /// Metadata of the current task.
    public var metadataProvider: Logger.MetadataProvider? {
        get { core.metadataProvider }
        set { core.metadataProvider = newValue }
    }

    /// One field of ``metadata``.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { core.metadata[key] }
        set { core.metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        core.sink.write(line: core.record(event, at: Timestamp.now()).readable)
    }
}

/// What both handlers hold.
struct LogHandlerCore: Sendable {
    var level: Logger.Level
    let sink: LogSink
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(level: Logger.Level, sink: LogSink, metadataProvider: Logger.MetadataProvider?) {
        self.level = level
        self.sink = sink
        self.metadataProvider = metadataProvider
    }

    /// The nearer source wins: the event over the task over the handler.
    func record(_ event: LogEvent, at time: String) -> LogRecord {
        // The event's is the largest: what it does not say is added to it.
        var merged = event.metadata ?? [:]
        if let provided = metadataProvider?.get() { merged.merge(provided) { own, _ in own } }
        merged.merge(metadata) { nearer, _ in nearer }
        return LogRecord(time: time, event: event, metadata: merged)
    }
}
