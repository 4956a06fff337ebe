import OAuth
import Testing

@Suite("application/x-www-form-urlencoded")
struct FormURLEncodedTests {
    private func fault(_ text: String, _ limits: FormURLEncoded.Limits = .init()) -> FormFault? {
        do {
            _ = try FormURLEncoded.parse(text, limits: limits)
            return nil
        } catch { return error }
    }

    @Test("decodes exactly once, plus is a space")
    func decodesOnce() throws {
        let form = try FormURLEncoded.parse("code=4%2F0AX&twice=%252F&space=a+b%20c%2B&empty=&flag&=x&&é=%C3%A9")
        #expect(form["code"] == "4/0AX")
        #expect(form["twice"] == "%2F")
        #expect(form["space"] == "a b c+")
        #expect(form["empty"] == "" && form["flag"] == "" && form[""] == "x")
        #expect(form["é"] == "é")
        #expect(form["absent"] == nil)
        #expect(form.names.count == 7)
    }

    @Test(
        "B07 a repeated parameter is refused, also when one is percent-encoded",
        arguments: ["a=1&a=2", "a=1&a=1", "code=a&%63ode=b", "a&a", "a=1&b=2&a"]
    )
    func duplicates(text: String) { #expect(fault(text) == .duplicateParameter) }

    @Test("malformed percent signs", arguments: ["a=%", "a=%2", "a=%zz", "a=%2G", "%=a", "a=%%41", "a=%2+"])
    func percent(text: String) { #expect(fault(text) == .malformedPercent) }

    @Test(
        "bytes that are not UTF-8",
        arguments: ["a=%FF", "a=%C0%AF", "a=%ED%A0%80", "a=%C3", "%80=a", "a=%F5%80%80%80"]
    )
    func utf8(text: String) { #expect(fault(text) == .notUTF8) }

    @Test("limits")
    func limits() {
        #expect(fault("a=12345", .init(bytes: 6)) == .tooLarge)
        #expect(fault("a=1234", .init(bytes: 6)) == nil)
        #expect(fault("a&b&c", .init(parameters: 2)) == .tooManyParameters)
        let many = (0..<65).map { "p\($0)=1" }.joined(separator: "&")
        #expect(fault(many) == .tooManyParameters)
        #expect(fault(String(repeating: "x", count: 16_385)) == .tooLarge)
    }

    @Test("a name is itself only byte by byte")
    func exactNames() throws {
        let form = try FormURLEncoded.parse("%E2%84%AA=kelvin&K=letter")
        #expect(form["K"] == "letter" && form["\u{212A}"] == "kelvin")
    }

    @Test("A16 encodes by RFC 3986")
    func encodes() {
        #expect(FormURLEncoded.encode([("a b", "c+d/e~é"), ("x", "")]) == "a%20b=c%2Bd%2Fe~%C3%A9&x=")
    }

    @Test("what is encoded decodes to itself")
    func roundTrip() throws {
        let nasty = "a&b=c%41+d e\u{0}\r\né\u{1F600}/?#"
        let form = try FormURLEncoded.parse(FormURLEncoded.encode([("n", nasty)]))
        #expect(form["n"] == nasty)
    }

    @Test("printing parameters prints no value")
    func silent() throws {
        let form = try FormURLEncoded.parse("code=s3cret")
        #expect(!"\(form)".contains("s3cret") && !String(reflecting: form).contains("s3cret"))
        var dumped = ""
        dump(form, to: &dumped)
        #expect(!dumped.contains("s3cret"))
    }
}
