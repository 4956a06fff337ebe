import JSON
import Testing

/// The JSONTestSuite of Nicolas Seriot.
@Suite(.enabled(if: TestVectors.areThere))
struct JSONTestSuiteTests {
    /// Accepted by the suite, refused here by rule (L09).
    static let refusedByRule: [String: JSONFault.Code] = [
        "y_object_duplicated_key.json": .duplicateName,
        "y_object_duplicated_key_and_value.json": .duplicateName,
    ]

    /// Where RFC 8259 leaves the answer open: ours, so that a change is noticed. `nil` is "accepted".
    static let open: [String: JSONFault.Code?] = [
        "i_number_double_huge_neg_exp.json": nil,
        "i_number_huge_exp.json": nil,
        "i_number_neg_int_huge_exp.json": nil,
        "i_number_pos_double_huge_exp.json": nil,
        "i_number_real_neg_overflow.json": nil,
        "i_number_real_pos_overflow.json": nil,
        "i_number_real_underflow.json": nil,
        "i_number_too_big_neg_int.json": nil,
        "i_number_too_big_pos_int.json": nil,
        "i_number_very_big_negative_int.json": nil,
        "i_object_key_lone_2nd_surrogate.json": .loneSurrogate,
        "i_string_1st_surrogate_but_2nd_missing.json": .loneSurrogate,
        "i_string_1st_valid_surrogate_2nd_invalid.json": .loneSurrogate,
        "i_string_UTF-16LE_with_BOM.json": .unexpectedByte,
        "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_incomplete_surrogate_and_escape_valid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_pair.json": .loneSurrogate,
        "i_string_incomplete_surrogates_escape_valid.json": .loneSurrogate,
        "i_string_invalid_lonely_surrogate.json": .loneSurrogate,
        "i_string_invalid_surrogate.json": .loneSurrogate,
        "i_string_invalid_utf-8.json": .invalidUTF8,
        "i_string_inverted_surrogates_U+1D11E.json": .loneSurrogate,
        "i_string_iso_latin_1.json": .invalidUTF8,
        "i_string_lone_second_surrogate.json": .loneSurrogate,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8,
        "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8,
        "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_utf16BE_no_BOM.json": .unexpectedByte,
        "i_string_utf16LE_no_BOM.json": .unexpectedByte,
        "i_structure_500_nested_arrays.json": .tooDeep,
        "i_structure_UTF-8_BOM_empty_object.json": .byteOrderMark,
    ]

    @Test("L09 every y_ file is accepted, except the ones named")
    func accepted() throws {
        let names = try TestVectors.names(in: "json").filter { $0.hasPrefix("y_") }
        #expect(names.count == 95)
        for name in names {
            #expect(try outcome(name) == Self.refusedByRule[name], "\(name)")
        }
    }

    @Test("L09 every n_ file is refused")
    func refused() throws {
        let names = try TestVectors.names(in: "json").filter { $0.hasPrefix("n_") }
        #expect(names.count == 188)
        for name in names {
            #expect(try outcome(name) != nil, "\(name)")
        }
    }

    @Test("L09 every i_ file gets the recorded answer")
    func recorded() throws {
        let names = try TestVectors.names(in: "json").filter { $0.hasPrefix("i_") }
        #expect(names == Self.open.keys.sorted())
        for name in names {
            let expected = try #require(Self.open[name])
            #expect(try outcome(name) == expected, "\(name)")
        }
    }

    @Test("L09 what is accepted reads the same after it was written")
    func roundTrip() throws {
        for name in try TestVectors.names(in: "json") where try outcome(name) == nil {
            let value = try JSONValue.parse(TestVectors.bytes("json/\(name)"))
            #expect(try JSONValue.parse(value.serializedBytes()) == value, "\(name)")
        }
    }

    /// `nil` when the file is accepted.
    private func outcome(_ name: String) throws -> JSONFault.Code? {
        let bytes = try TestVectors.bytes("json/\(name)")
        do throws(JSONFault) {
            _ = try JSONValue.parse(bytes)
            return nil
        } catch {
            return error.code
        }
    }
}
