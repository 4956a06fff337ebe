extension JSONParser {
    /// Reads a string from its opening quotation mark to behind its closing one.
    mutating func string() throws(JSONFault) -> String {
        let opening = offset
        offset += 1
        let start = offset
        skipPlain()
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
            offset += 1
            return try text(bytes[start..<(offset - 1)], from: opening)
        }

        var unescaped = Array(bytes[start..<offset])
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return try text(unescaped[...], from: opening)
            case UInt8(ascii: "\\"):
                try escape(into: &unescaped)
            case 0..<0x20:
                throw JSONFault(.controlCharacter, at: offset)
            default:
                let plain = offset
                skipPlain()
                unescaped.append(contentsOf: bytes[plain..<offset])
            }
        }
        throw JSONFault(.unexpectedEnd, at: offset)
    }

    private mutating func skipPlain() {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return }
            offset += 1
        }
    }

    private func text(_ content: ArraySlice<UInt8>, from opening: Int) throws(JSONFault) -> String {
        guard let text = String(validating: content, as: UTF8.self) else { throw JSONFault(.invalidUTF8, at: opening) }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        guard offset + 1 < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        let byte: UInt8
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = bytes[offset + 1]
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "u"):
            text.append(contentsOf: String(Character(try unicodeEscape())).utf8)
            return
        default: throw JSONFault(.invalidEscape, at: offset)
        }
        text.append(byte)
        offset += 2
    }

    /// Reads `\uXXXX`, or two of them when the first is the high half of a surrogate pair.
    private mutating func unicodeEscape() throws(JSONFault) -> Unicode.Scalar {
        let start = offset
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw JSONFault(.loneSurrogate, at: start) }
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((UInt32(first) - 0xD800) << 10) + (UInt32(second) - 0xDC00))
        else { throw JSONFault(.loneSurrogate, at: start) }
        return scalar
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for position in (offset + 2)..<(offset + 6) {
            guard position < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
            let digit: UInt8
            switch bytes[position] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = bytes[position] - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[position] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[position] - UInt8(ascii: "A") + 10
            default: throw JSONFault(.invalidEscape, at: position)
            }
            unit = unit << 4 | UInt16(digit)
        }
        offset += 6
        return unit
    }
}
