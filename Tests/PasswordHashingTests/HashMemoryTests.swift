import CHashRegion
import Testing

@testable import PasswordHashing

@Suite("Where the memory of a hash comes from")
struct HashMemoryTests {
    @Test("libsodium as Debian ships it takes the memory that a thread keeps")
    func found() { #expect(HashMemory.found == .kept) }

    @Test("what libsodium calls is as well protected afterwards as the dynamic linker left it")
    func protection() throws {
        #expect(HashMemory.found == .kept)
        let pages = try #require(try ProcessMemory.guardedPages(of: "libsodium"))
        #expect(try ProcessMemory.permissions(at: pages.lowerBound) == "r--p")
        #expect(try ProcessMemory.permissions(at: pages.upperBound - 1) == "r--p")
    }

    @Test("a library that is not there, or does not get its memory that way, is left alone")
    func leftAlone() {
        #expect(unsafe hash_region_redirect("no_such_function_anywhere") == HASH_REGION_NOT_SHARED)
        // The C library does not call itself through a table.
        #expect(unsafe hash_region_redirect("strlen") == HASH_REGION_NO_SUCH_CALLS)
    }

    @Test(
        "every obstacle has a reason of its own, and none is tried out",
        arguments: [
            (HASH_REGION_UNKNOWN_PROCESSOR, HashMemory.Reason.unknownProcessor),
            (HASH_REGION_NOT_SHARED, .libraryNotShared), (HASH_REGION_NO_SUCH_CALLS, .noSuchCalls),
            (HASH_REGION_PROTECTED, .callsProtected),
        ]
    )
    func obstacles(status: hash_region_status, reason: HashMemory.Reason) {
        let memory = HashMemory(status) {
            Issue.record("tried out")
            return true
        }
        #expect(memory == .mapped(reason))
        #expect(memory.label == "mapped for each hash: \(reason.rawValue)")
    }

    @Test("memory is kept only after a trial")
    func trial() {
        #expect(HashMemory(HASH_REGION_READY) { true } == .kept)
        #expect(HashMemory(HASH_REGION_READY) { false } == .mapped(.trialFailed))
    }
}
