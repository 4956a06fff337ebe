import CQREncode

/// A QR code (ISO/IEC 18004): byte mode, error correction level M, the smallest version that fits.
public struct QRCode: Sendable, Hashable {
    /// Modules along one side, without the quiet zone: 21 for version 1, four more for each further version, at most
    /// 177.
    public let size: Int
    /// Row by row from the top left.
    private let modules: [Bool]

    /// Nil for an empty text, and for one of more than 2,331 bytes of UTF-8: that is what version 40 holds at level M.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...2331).contains(bytes.count) else { return nil }
        guard let code = unsafe QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M) else { return nil }
        defer { unsafe QRcode_free(code) }
        let width = unsafe Int(code.pointee.width)
        guard (21...177).contains(width), let data = unsafe code.pointee.data else { return nil }
        size = width
        // libqrencode promises width × width bytes; the lowest bit of each is the module, the others say what it is
        // part of.
        modules = unsafe UnsafeBufferPointer(start: data, count: width * width).map { $0 & 1 == 1 }
    }

    /// Whether a module is dark. Everything outside the code is light.
    public subscript(x: Int, y: Int) -> Bool {
        guard (0..<size).contains(x), (0..<size).contains(y) else { return false }
        return modules[y * size + x]
    }
}
