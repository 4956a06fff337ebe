public import struct Foundation.UUID

/// A value that can be read from a column.
public protocol SQLDecodable: Sendable {
    /// Reads the binary form of a value of the given type; nil when the type or the bytes do not fit.
    static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Self?

    /// What NULL reads as; nil when NULL does not fit.
    static var whenNull: Self? { get }
}

extension SQLDecodable {
    /// Refuses NULL.
    public static var whenNull: Self? { nil }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    /// Reads the wrapped type.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Wrapped?? {
        guard let value = Wrapped.decode(bytes, as: type) else { return .none }
        return .some(value)
    }

    /// NULL reads as nil.
    public static var whenNull: Wrapped?? { .some(.none) }
}

extension String: SQLDecodable {
    /// Reads every text-like type, enumerations, `json` and `jsonb`; refuses bytes that are not UTF-8.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> String? {
        switch type {
        case .text, .varchar, .bpchar, .name, .unknown, .json:
            return String(validating: bytes, as: UTF8.self)
        case .jsonb:
            // jsonb_send puts one version byte, 1, in front of the text.
            guard bytes.first == 1 else { return nil }
            return String(validating: bytes.dropFirst(), as: UTF8.self)
        case _ where type.oid >= SQLType.firstUserDefined:
            return String(validating: bytes, as: UTF8.self)
        default:
            return nil
        }
    }
}

extension Int64: SQLDecodable {
    /// Reads `bigint`, `integer`, `smallint` and `oid`.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Int64? {
        switch type {
        case .int8: Int64(bigEndianBytes: bytes)
        case .int4: Int32(bigEndianBytes: bytes).map(Int64.init)
        case .int2: Int16(bigEndianBytes: bytes).map(Int64.init)
        case .objectID: UInt32(bigEndianBytes: bytes).map(Int64.init)
        default: nil
        }
    }
}

extension Int: SQLDecodable {
    /// Reads what `Int64` reads.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Int? {
        Int64.decode(bytes, as: type).flatMap(Int.init(exactly:))
    }
}

extension Int32: SQLDecodable {
    /// Reads `integer` and `smallint`.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Int32? {
        switch type {
        case .int4: Int32(bigEndianBytes: bytes)
        case .int2: Int16(bigEndianBytes: bytes).map(Int32.init)
        default: nil
        }
    }
}

extension Bool: SQLDecodable {
    /// Reads `boolean`.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Bool? {
        guard type == .bool, bytes.count == 1 else { return nil }
        return bytes.first != 0
    }
}

extension Double: SQLDecodable {
    /// Reads `double precision` and `real`.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> Double? {
        switch type {
        case .float8: UInt64(bigEndianBytes: bytes).map(Double.init(bitPattern:))
        case .float4: UInt32(bigEndianBytes: bytes).map { Double(Float(bitPattern: $0)) }
        default: nil
        }
    }
}

extension UUID: SQLDecodable {
    /// Reads `uuid`.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> UUID? {
        guard type == .uuid else { return nil }
        return UUID(bytes: bytes)
    }

    init?(bytes: ArraySlice<UInt8>) {
        guard bytes.count == 16 else { return nil }
        let first = bytes.startIndex
        self.init(
            uuid: (
                bytes[first], bytes[first + 1], bytes[first + 2], bytes[first + 3],
                bytes[first + 4], bytes[first + 5], bytes[first + 6], bytes[first + 7],
                bytes[first + 8], bytes[first + 9], bytes[first + 10], bytes[first + 11],
                bytes[first + 12], bytes[first + 13], bytes[first + 14], bytes[first + 15]
            )
        )
    }
}
