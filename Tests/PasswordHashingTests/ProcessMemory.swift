import Glibc
import Testing

/// What the kernel says about this process's memory (proc(5)).
enum ProcessMemory {
    /// `VmFlags` of the mapping that an address is in: `dd` is in no core dump, `hg` asks for huge pages, `rd` is readable.
    static func flags(at address: UInt) throws -> Set<Substring> {
        var isInside = false
        for line in try text("/proc/self/smaps").split(separator: "\n") {
            if let range = range(line) { isInside = range.contains(address) }
            if isInside, line.hasPrefix("VmFlags:") { return Set(line.split(separator: " ").dropFirst()) }
        }
        return []
    }

    /// What may be done with an address, as in `r--p`.
    static func permissions(at address: UInt) throws -> Substring? {
        let line = try text("/proc/self/maps").split(separator: "\n").first { range($0)?.contains(address) == true }
        return line?.split(separator: " ")[1]
    }

    /// The pages of a library that the dynamic linker leaves read-only (RELRO), by the library's own program headers; nil
    /// without such a library.
    static func guardedPages(of library: String) throws -> Range<UInt>? {
        let line = try text("/proc/self/maps").split(separator: "\n").first { $0.contains("/\(library)") }
        guard let base = line.flatMap({ range($0) })?.lowerBound, let elf = unsafe UnsafeRawPointer(bitPattern: base)
        else { return nil }
        let headers = unsafe Int(elf.load(fromByteOffset: 32, as: UInt64.self))
        let size = unsafe Int(elf.load(fromByteOffset: 54, as: UInt16.self))
        for index in 0..<Int(unsafe elf.load(fromByteOffset: 56, as: UInt16.self)) {
            let header = unsafe elf + headers + index * size
            guard unsafe header.load(as: UInt32.self) == 0x6474_E552 else { continue }
            let start = base + UInt(unsafe header.load(fromByteOffset: 16, as: UInt64.self))
            return start..<start + UInt(unsafe header.load(fromByteOffset: 40, as: UInt64.self))
        }
        return nil
    }

    private static func range(_ line: Substring) -> Range<UInt>? {
        let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
        return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
    }

    private static func text(_ path: String) throws -> String {
        let descriptor = unsafe open(path, O_RDONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece.prefix(count)
        }
    }
}
