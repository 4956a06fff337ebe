#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sends what was printed on its way; a pipe would hold it back until it is full, and a test waits for it.
func flushStandardOutput() {
    fflush(nil)
}
