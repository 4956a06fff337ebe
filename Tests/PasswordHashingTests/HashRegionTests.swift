import COpenSSL
import CSodium
import Dispatch
import Glibc
import Synchronization
import Testing

@testable import PasswordHashing

/// One thread's memory; each test lends and looks on its own thread.
@Suite("The memory a hashing thread keeps", .timeLimit(.minutes(20)))
struct HashRegionTests {
    private let recorder = Recorder()

    private struct NoMemory: Error {}

    /// Of 2 MiB.
    private func region(refused: Set<Int32> = []) throws -> HashRegion {
        try #require(HashMemory.found == .kept)
        return HashRegion(bytes: 1_048_576, refused: refused, report: recorder.metrics.region)
    }

    private var events: [HashRegion.Event] { recorder.events.withLock { $0 } }

    /// Argon2id by libsodium itself.
    private func hash(_ password: [UInt8] = [1, 2, 3], kibibytes: Int = 1024, passes: UInt64 = 1) -> [UInt8]? {
        var output = [UInt8](repeating: 0, count: 32)
        let result = unsafe crypto_pwhash(
            &output,
            32,
            password.map(CChar.init(bitPattern:)),
            UInt64(password.count),
            Array(repeating: 7, count: 16),
            passes,
            kibibytes * 1024,
            crypto_pwhash_alg_argon2id13()
        )
        return result == 0 ? output : nil
    }

    /// How many bytes from the beginning hold something.
    private func extent(of region: HashRegion) -> Int {
        (unsafe region.bytes.lastIndex { $0 != 0 } ?? -1) + 1
    }

    @Test("it does not change a hash, whatever is in it: 300 random ones, many larger than it is")
    func random() throws {
        let region = try region()
        var taken = 0
        for _ in 0..<300 {
            let password = (0..<Int.random(in: 0...80)).map { _ in UInt8.random(in: 0...255) }
            let (kibibytes, passes) = (Int.random(in: 8...3072), UInt64.random(in: 1...3))
            let own = try #require(hash(password, kibibytes: kibibytes, passes: passes))
            let lent = region.lend { hash(password, kibibytes: kibibytes, passes: passes) }
            #expect(lent == own, "\(password) \(kibibytes) \(passes)")
            // Argon2 works with whole groups of four blocks.
            #expect(region.wasTaken == (kibibytes / 4 * 4 <= 2048))
            if region.wasTaken { taken += 1 }
        }
        #expect((100...299).contains(taken))
    }

    @Test(
        "hashes other programs made are compared with in it",
        arguments: [Vectors.argon2id, Vectors.argon2idFourLanes, Vectors.argon2i]
    )
    func vectors(text: String) throws {
        let region = try region()
        #expect(region.lend { Argon2id.compare(Array(Vectors.phrase.utf8), with: text) } == .same)
        #expect(region.wasTaken)
        #expect(region.lend { Argon2id.compare(Array(Vectors.phrase.utf8.dropLast()), with: text) } == .different)
        #expect(region.wasTaken)
    }

    @Test("nothing of a hash is left after a wipe, and something is before")
    func wipe() throws {
        let region = try region()
        _ = region.lend { hash(kibibytes: 1024) }
        #expect(extent(of: region) == 1_048_576)
        region.wipe()
        #expect(extent(of: region) == 0)
        region.wipe()
        #expect(events == [.mapped(HashRegion.hugePage), .wiped])
    }

    @Test("what a smaller hash does not overwrite goes at once")
    func smaller() throws {
        let region = try region()
        _ = region.lend { hash(kibibytes: 2000) }
        #expect(extent(of: region) == 2_048_000)
        _ = region.lend { hash(kibibytes: 64) }
        #expect(extent(of: region) == 65_536)
    }

    @Test("after work that did not use it nothing is left: another scheme, and a hash that is too large")
    func otherWork() throws {
        let region = try region()
        let bcrypt = try ReadableHash(Vectors.bcrypt)
        _ = region.lend { hash() }
        #expect(region.lend { bcrypt.compare(Array(Vectors.phrase.utf8)) } == .same)
        #expect(!region.wasTaken)
        #expect(extent(of: region) == 0)
        _ = region.lend { hash() }
        #expect(extent(of: region) > 0)
        #expect(region.lend { hash(kibibytes: 2052) } == hash(kibibytes: 2052))
        #expect(!region.wasTaken)
        #expect(extent(of: region) == 0)
    }

    @Test("schemes of other libraries do not use it", arguments: Vectors.all.filter { !$0.0.contains("argon2") })
    func otherSchemes(text: String, scheme: PasswordScheme) throws {
        let region = try region()
        let hash = try ReadableHash(text)
        #expect(region.lend { hash.compare(Array(Vectors.phrase.utf8)) } == .same)
        #expect(!region.wasTaken)
    }

    @Test("nobody else's memory comes from it: not this program's, not another library's, even on the same thread")
    func otherCallers() throws {
        let region = try region()
        let isElsewhere = region.lend {
            let size = 1_048_576
            let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            defer { unsafe munmap(memory, size) }
            return unsafe memory != MAP_FAILED && memory != region.bytes.baseAddress
        }
        #expect(isElsewhere)
        #expect(!region.wasTaken)
        // OpenSSL asks for its arena in the very words in which libsodium asks for a hash's memory.
        #expect(region.lend { CRYPTO_secure_malloc_init(65_536, 16) } > 0)
        CRYPTO_secure_malloc_done()
        #expect(!region.wasTaken)
        // The same of libsodium is taken, so the two above would have been seen.
        _ = region.lend { hash() }
        #expect(region.wasTaken)
    }

    @Test("while one thread offers its memory, another one's hash gets memory of its own")
    func otherThreads() throws {
        let region = try region()
        let result = Mutex<[UInt8]?>(nil)
        region.lend {
            let done = DispatchSemaphore(value: 0)
            let computed = HashingThread.start(niceness: 0) { [self] in
                result.withLock { $0 = hash() }
                done.signal()
            }
            if computed { done.wait() }
        }
        #expect(result.withLock { $0 } == hash())
        #expect(!region.wasTaken)
        #expect(extent(of: region) == 0)
    }

    @Test("libsodium's own calls outside of a hash go to the kernel, like its calls that nobody offers anything to")
    func notOffered() throws {
        let region = try region()
        _ = region.lend { hash() }
        let before = extent(of: region)
        #expect(hash(kibibytes: 2048) != nil)
        guard let memory = unsafe sodium_malloc(4096) else { throw NoMemory() }
        unsafe sodium_memzero(memory, 4096)
        unsafe sodium_free(memory)
        #expect(extent(of: region) == before)
    }

    @Test("memory that libsodium keeps is never used again")
    func lost() throws {
        let region = try region()
        // Nothing in a hash does this; a later release might.
        guard let memory = unsafe region.lend(to: { unsafe sodium_malloc(4096) }) else { throw NoMemory() }
        #expect(events == [.mapped(HashRegion.hugePage), .lost(HashRegion.hugePage)])
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0x5A, count: 4096)
        #expect(region.lend { hash() } == hash())
        #expect(region.wasTaken)
        #expect(unsafe UnsafeRawBufferPointer(start: memory, count: 4096).allSatisfy { $0 == 0x5A })
        unsafe sodium_free(memory)
    }

    @Test("it is in no core dump, and asks for huge pages")
    func flags() throws {
        let region = try region()
        _ = region.lend { hash() }
        let flags = try ProcessMemory.flags(at: UInt(bitPattern: unsafe region.bytes.baseAddress))
        #expect(flags.contains("dd"))
        #expect(flags.contains("hg"))
        // The control: other memory has no such flags.
        let size = HashRegion.hugePage
        guard let memory = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) else {
            throw NoMemory()
        }
        defer { unsafe munmap(memory, size) }
        let others = try ProcessMemory.flags(at: UInt(bitPattern: memory))
        #expect(!others.contains("dd") && !others.contains("hg") && others.contains("rd"))
    }

    @Test("without huge pages it is kept all the same")
    func noHugePages() throws {
        let region = try region(refused: [MADV_HUGEPAGE])
        #expect(region.lend { hash() } == hash())
        #expect(region.wasTaken)
    }

    @Test("memory that would be in a core dump is not kept")
    func inCoreDump() throws {
        let region = try region(refused: [MADV_DONTDUMP])
        #expect(region.lend { hash() } == hash())
        #expect(!region.wasTaken)
        #expect(events == [])
    }

    @Test("a size that there is no memory for costs nothing but speed")
    func noMemory() throws {
        let region = HashRegion(bytes: 1 << 60, report: recorder.metrics.region)
        #expect(region.lend { hash() } == hash())
        #expect(!region.wasTaken)
        #expect(events == [])
    }

    @Test("given back it is gone, and the next hash maps it again")
    func release() throws {
        let region = try region()
        region.release()
        _ = region.lend { hash() }
        region.release()
        #expect(unsafe region.bytes.isEmpty)
        #expect(region.lend { hash() } == hash())
        #expect(region.wasTaken)
        let size = HashRegion.hugePage
        #expect(events == [.mapped(size), .wiped, .released(size), .mapped(size)])
    }
}
