public import struct Foundation.UUID

/// A type whose Swift arrays are Postgres values: `[UInt8]` is `bytea`, the others are one-dimensional arrays, `bytea[]` among them.
public protocol SQLArrayElement: Sendable {
    /// The type of the whole array.
    static var sqlArrayType: SQLType { get }

    /// Appends the array in binary form.
    static func encodeArray(_ values: [Self], into bytes: inout [UInt8])

    /// Reads an array; nil when the type or the bytes do not fit.
    static func decodeArray(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [Self]?
}

extension Array: SQLBindable where Element: SQLArrayElement {
    /// The element's array type.
    public static var sqlType: SQLType { Element.sqlArrayType }

    /// The elements in order.
    public func encode(into bytes: inout [UInt8]) -> Bool {
        Element.encodeArray(self, into: &bytes)
        return true
    }
}

extension Array: SQLDecodable where Element: SQLArrayElement {
    /// Reads the element's array type.
    public static func decode(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [Element]? {
        Element.decodeArray(bytes, as: type)
    }
}

extension UInt8: SQLArrayElement {
    /// `bytea`
    public static var sqlArrayType: SQLType { .bytes }

    /// The bytes themselves.
    public static func encodeArray(_ values: [UInt8], into bytes: inout [UInt8]) { bytes.append(contentsOf: values) }

    /// The bytes themselves.
    public static func decodeArray(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [UInt8]? {
        type == .bytes ? Array(bytes) : nil
    }
}

extension Array: SQLArrayElement where Element == UInt8 {
    /// `bytea[]`
    public static var sqlArrayType: SQLType { .bytesArray }

    /// A one-dimensional array without NULLs.
    public static func encodeArray(_ values: [[UInt8]], into bytes: inout [UInt8]) {
        ArrayForm.encode(values, of: .bytes, into: &bytes)
    }

    /// Reads `bytea[]`; refuses NULL elements and more than one dimension.
    public static func decodeArray(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [[UInt8]]? {
        type == .bytesArray ? ArrayForm.decode(bytes) : nil
    }
}

extension String: SQLArrayElement {
    /// `text[]`
    public static var sqlArrayType: SQLType { .textArray }

    /// A one-dimensional array without NULLs.
    public static func encodeArray(_ values: [String], into bytes: inout [UInt8]) {
        ArrayForm.encode(values, of: .text, into: &bytes)
    }

    /// Reads `text[]` and `varchar[]`; refuses NULL elements and more than one dimension.
    public static func decodeArray(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [String]? {
        guard type == .textArray || type == .varcharArray else { return nil }
        return ArrayForm.decode(bytes)
    }
}

extension UUID: SQLArrayElement {
    /// `uuid[]`
    public static var sqlArrayType: SQLType { .uuidArray }

    /// A one-dimensional array without NULLs.
    public static func encodeArray(_ values: [UUID], into bytes: inout [UInt8]) {
        ArrayForm.encode(values, of: .uuid, into: &bytes)
    }

    /// Reads `uuid[]`; refuses NULL elements and more than one dimension.
    public static func decodeArray(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [UUID]? {
        type == .uuidArray ? ArrayForm.decode(bytes) : nil
    }
}

extension Int64: SQLArrayElement {
    /// `bigint[]`
    public static var sqlArrayType: SQLType { .int8Array }

    /// A one-dimensional array without NULLs.
    public static func encodeArray(_ values: [Int64], into bytes: inout [UInt8]) {
        ArrayForm.encode(values, of: .int8, into: &bytes)
    }

    /// Reads `bigint[]`; refuses NULL elements and more than one dimension.
    public static func decodeArray(_ bytes: ArraySlice<UInt8>, as type: SQLType) -> [Int64]? {
        type == .int8Array ? ArrayForm.decode(bytes) : nil
    }
}

/// The binary form of arrays (`array_send` in Postgres' `arrayfuncs.c`): number of dimensions, a NULL flag, the element
/// type, then length and lower bound per dimension, then each element behind its length.
private enum ArrayForm {
    static func encode(_ values: [some SQLBindable], of element: SQLType, into bytes: inout [UInt8]) {
        Int32(values.isEmpty ? 0 : 1).appendBigEndian(to: &bytes)
        Int32(0).appendBigEndian(to: &bytes)
        element.oid.appendBigEndian(to: &bytes)
        guard !values.isEmpty else { return }
        Int32(clamping: values.count).appendBigEndian(to: &bytes)
        Int32(1).appendBigEndian(to: &bytes)
        for value in values {
            let start = bytes.count
            Int32(0).appendBigEndian(to: &bytes)
            _ = value.encode(into: &bytes)
            var length: [UInt8] = []
            Int32(clamping: bytes.count - start - 4).appendBigEndian(to: &length)
            bytes.replaceSubrange(start..<start + 4, with: length)
        }
    }

    static func decode<Element: SQLDecodable>(_ bytes: ArraySlice<UInt8>) -> [Element]? {
        var rest = bytes
        func word() -> Int32? {
            guard rest.count >= 4 else { return nil }
            defer { rest = rest.dropFirst(4) }
            return Int32(bigEndianBytes: rest.prefix(4))
        }
        guard let dimensions = word(), word() != nil, let element = word() else { return nil }
        let type = SQLType(oid: UInt32(bitPattern: element))
        if dimensions == 0 { return rest.isEmpty ? [] : nil }
        guard dimensions == 1, let count = word(), count >= 0, word() != nil else { return nil }
        var values: [Element] = []
        for _ in 0..<count {
            guard let length = word(), length >= 0, rest.count >= Int(length),
                let value = Element.decode(rest.prefix(Int(length)), as: type)
            else { return nil }
            values.append(value)
            rest = rest.dropFirst(Int(length))
        }
        return rest.isEmpty ? values : nil
    }
}
