import Glibc

/// What the kernel knows about this process, under the names that Prometheus clients agreed on.
struct ProcessStatistics: Sendable, Hashable {
    /// User and system time, in seconds.
    let cpuSeconds: Double
    /// Resident memory, in bytes.
    let residentBytes: Double
    /// Virtual memory, in bytes.
    let virtualBytes: Double
    /// Start of the process, in seconds since 1970.
    let startTime: Double
    /// Threads.
    let threads: Double
    /// Open file descriptors.
    let openDescriptors: Int
    /// Most file descriptors that may be open.
    let maximumDescriptors: Double

    /// Reads /proc; nil where that is not possible.
    static func current() -> ProcessStatistics? {
        var limit = rlimit()
        let hasLimit = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        guard let stat = contents("/proc/self/stat"), let system = contents("/proc/stat"),
            let descriptors = countEntries("/proc/self/fd")
        else { return nil }
        return ProcessStatistics(
            stat: stat,
            systemStat: system,
            ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            pageBytes: Double(sysconf(Int32(_SC_PAGESIZE))),
            openDescriptors: descriptors,
            maximumDescriptors: hasLimit ? Double(limit.rlim_cur) : .infinity
        )
    }

    /// Reads the contents of /proc/self/stat and /proc/stat (proc(5)); nil when they look different.
    init?(
        stat: String,
        systemStat: String,
        ticksPerSecond: Double,
        pageBytes: Double,
        openDescriptors: Int,
        maximumDescriptors: Double
    ) {
        // The second field is the program's name in parentheses, and may contain spaces and parentheses itself.
        guard ticksPerSecond > 0, let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        let boot = systemStat.split(separator: "\n").first { $0.hasPrefix("btime ") }?.dropFirst(6)
        guard fields.count >= 22, let user = Double(fields[11]), let system = Double(fields[12]),
            let threads = Double(fields[17]), let start = Double(fields[19]), let virtual = Double(fields[20]),
            let pages = Double(fields[21].prefix { $0.isNumber }), let boot, let bootTime = Double(boot)
        else { return nil }
        cpuSeconds = (user + system) / ticksPerSecond
        residentBytes = pages * pageBytes
        virtualBytes = virtual
        startTime = bootTime + start / ticksPerSecond
        self.threads = threads
        self.openDescriptors = openDescriptors
        self.maximumDescriptors = maximumDescriptors
    }

    /// Appends the numbers in the text exposition format.
    func append(to text: inout String) {
        let metrics: [(name: String, type: String, help: String, value: Double)] = [
            ("process_cpu_seconds_total", "counter", "User and system time spent, in seconds.", cpuSeconds),
            ("process_max_fds", "gauge", "Most file descriptors that may be open.", maximumDescriptors),
            ("process_open_fds", "gauge", "Open file descriptors.", Double(openDescriptors)),
            ("process_resident_memory_bytes", "gauge", "Resident memory, in bytes.", residentBytes),
            ("process_start_time_seconds", "gauge", "Start of the process, in seconds since 1970.", startTime),
            ("process_threads", "gauge", "Threads.", threads),
            ("process_virtual_memory_bytes", "gauge", "Virtual memory, in bytes.", virtualBytes),
        ]
        for metric in metrics {
            text.append("# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.type)\n")
            PrometheusText.append(metric.name, [], metric.value, to: &text)
        }
    }

    private static func contents(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func countEntries(_ path: String) -> Int? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not counted: ".", "..", and the descriptor that reads the folder.
        return max(0, count - 3)
    }
}
