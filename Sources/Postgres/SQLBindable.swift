public import struct Foundation.UUID

/// A value that can stand for a parameter of a statement. It is always sent beside the statement, in Postgres' binary
/// form, and never becomes part of its text.
public protocol SQLBindable: Sendable {
    /// The type the parameter is declared with.
    static var sqlType: SQLType { get }

    /// Appends the value in the type's binary form (network byte order), or returns false for NULL.
    func encode(into bytes: inout [UInt8]) -> Bool
}

extension FixedWidthInteger {
    /// Appends the integer in network byte order.
    func appendBigEndian(to bytes: inout [UInt8]) {
        var shift = Self.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: self >> Self(shift)))
        }
    }

    /// Reads exactly as many bytes as the integer has, in network byte order; nil for any other number of bytes.
    init?(bigEndianBytes bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.bitWidth / 8 else { return nil }
        self = bytes.reduce(0) { ($0 << 8) | Self(truncatingIfNeeded: $1) }
    }
}

extension String: SQLBindable {
    /// `text`
    public static var sqlType: SQLType { .text }

    /// The UTF-8 bytes. Postgres refuses U+0000 in text (SQLSTATE 22021).
    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(contentsOf: utf8)
        return true
    }
}

extension Int64: SQLBindable {
    /// `bigint`
    public static var sqlType: SQLType { .int8 }

    /// Eight bytes.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        appendBigEndian(to: &bytes)
        return true
    }
}

extension Int: SQLBindable {
    /// `bigint`
    public static var sqlType: SQLType { .int8 }

    /// Eight bytes.
    public func encode(into bytes: inout [UInt8]) -> Bool { Int64(self).encode(into: &bytes) }
}

extension Int32: SQLBindable {
    /// `integer`
    public static var sqlType: SQLType { .int4 }

    /// Four bytes.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        appendBigEndian(to: &bytes)
        return true
    }
}

extension Bool: SQLBindable {
    /// `boolean`
    public static var sqlType: SQLType { .bool }

    /// One byte.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        bytes.append(self ? 1 : 0)
        return true
    }
}

extension Double: SQLBindable {
    /// `double precision`
    public static var sqlType: SQLType { .float8 }

    /// Eight bytes, IEEE 754.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        bitPattern.appendBigEndian(to: &bytes)
        return true
    }
}

extension UUID: SQLBindable {
    /// `uuid`
    public static var sqlType: SQLType { .uuid }

    /// Sixteen bytes.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        unsafe withUnsafeBytes(of: uuid) { unsafe bytes.append(contentsOf: $0) }
        return true
    }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    /// The wrapped type's.
    public static var sqlType: SQLType { Wrapped.sqlType }

    /// The wrapped value, or NULL.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        guard let value = self else { return false }
        return value.encode(into: &bytes)
    }
}
