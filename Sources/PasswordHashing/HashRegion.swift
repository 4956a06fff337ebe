import CHashRegion
import Glibc

/// The memory that one thread keeps from hash to hash, so that libsodium need not map, populate and unmap it each time, which
/// takes longer than the hash. It is on huge pages where the kernel has them.
///
/// What a hash leaves in its memory undoes what Argon2 is for: pass by pass the blocks can be computed back, up to the first,
/// and that one is a quick function of password and salt. So it is overwritten by the next hash, or wiped: as soon as the
/// thread has nothing to do, and whatever part of it the next piece of work did not write. It is in no core dump.
///
/// Belongs to the thread that made it.
@safe final class HashRegion {
    /// Something that happened to the pages.
    enum Event: Sendable, Hashable {
        /// So many bytes are kept from now on.
        case mapped(Int)
        /// Nothing of any hash is left.
        case wiped
        /// So many bytes went back to the system.
        case released(Int)
        /// libsodium did not give them back: they are its own now.
        case lost(Int)
    }

    /// The size of a huge page where Latchkey runs: x86-64, and arm64 with pages of 4 KiB.
    static let hugePage = 2 * 1024 * 1024

    /// Bytes, whole huge pages.
    let capacity: Int
    /// What is offered to libsodium, at an address that stays.
    private let offer: UnsafeMutablePointer<hash_region>
    private let refused: Set<Int32>
    private let report: (Event) -> Void
    /// The mapping around the region, which begins at a huge page within it.
    private var mapping: UnsafeMutableRawPointer?
    /// So many bytes, from the beginning, may hold something of a hash.
    private var remains = 0

    /// Nothing is mapped before the first hash.
    ///
    /// - Parameters:
    ///   - bytes: the largest hash that it is for, above 0; larger ones get memory of their own.
    ///   - refused: advice that is as if the kernel refused it (madvise(2)); for tests.
    ///   - report: hears of every event, on the thread that it belongs to.
    init(bytes: Int, refused: Set<Int32> = [], report: @escaping (Event) -> Void = { _ in }) {
        capacity = (bytes + Self.hugePage - 1) / Self.hugePage * Self.hugePage
        unsafe offer = .allocate(capacity: 1)
        unsafe offer.initialize(to: hash_region())
        self.refused = refused
        self.report = report
    }

    deinit {
        release()
        unsafe offer.deallocate()
    }

    /// Does a piece of work, whose hash may use the region. Without memory for it, libsodium maps its own.
    func lend<Value>(to work: () -> Value) -> Value {
        guard map() else { return work() }
        unsafe offer.pointee.taken = 0
        unsafe hash_region_offer(offer)
        let value = work()
        hash_region_offer(nil)
        settle()
        return value
    }

    /// Overwrites what a hash left.
    func wipe() {
        guard remains > 0 else { return }
        wipe(from: 0)
        report(.wiped)
    }

    /// Gives the pages back to the system, wiped.
    func release() {
        guard let mapping = unsafe mapping else { return }
        wipe()
        unsafe munmap(mapping, capacity + Self.hugePage)
        forget()
        report(.released(capacity))
    }

    /// Whether the last piece of work had its hash in the region.
    var wasTaken: Bool { unsafe offer.pointee.taken > 0 }

    /// What is in it, while it is mapped.
    var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: offer.pointee.base, count: mapping == nil ? 0 : capacity)
    }

    /// After a piece of work: what it did not overwrite goes, even when more work is waiting.
    private func settle() {
        guard unsafe !offer.pointee.is_lent else {
            // A library that keeps its memory: it will unmap these pages itself, or never.
            forget()
            return report(.lost(capacity))
        }
        let taken = unsafe offer.pointee.taken
        guard taken < remains else { return remains = taken }
        guard taken > 0 else { return wipe() }
        wipe(from: taken)
        remains = taken
    }

    /// Not a plain store, which the compiler may leave out before an unmap.
    private func wipe(from start: Int) {
        unsafe explicit_bzero(offer.pointee.base + start, remains - start)
        remains = start
    }

    private func forget() {
        unsafe offer.pointee = hash_region()
        unsafe mapping = nil
        remains = 0
    }

    private func map() -> Bool {
        guard unsafe mapping == nil else { return true }
        let size = capacity + Self.hugePage
        guard let mapping = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe mapping != MAP_FAILED
        else { return false }
        // The kernel gives huge pages only where one fits; what is around the region is never touched and takes no memory.
        let base = unsafe mapping.alignedUp(toMultipleOf: Self.hugePage)
        guard unsafe advise(MADV_DONTDUMP, base) else {
            unsafe munmap(mapping, size)
            return false
        }
        // Without huge pages the region still saves the mapping.
        _ = unsafe advise(MADV_HUGEPAGE, base)
        unsafe self.mapping = mapping
        unsafe offer.pointee.base = base
        unsafe offer.pointee.capacity = capacity
        report(.mapped(capacity))
        return true
    }

    private func advise(_ advice: Int32, _ base: UnsafeMutableRawPointer) -> Bool {
        unsafe !refused.contains(advice) && madvise(base, capacity, advice) == 0
    }
}
