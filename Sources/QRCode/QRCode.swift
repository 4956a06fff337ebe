/// A QR code (ISO/IEC 18004) as a picture.
public struct QRCode: Sendable {}
