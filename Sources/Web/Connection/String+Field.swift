extension String {
    /// Whether this is a field's name, or a token, whatever its case; the other one is in lower case.
    func isField(_ lowercased: StaticString) -> Bool {
        lowercased.withUTF8Buffer { wanted in
            utf8.count == wanted.count
                && utf8.elementsEqual(wanted) { (0x41...0x5A).contains($0) ? $0 | 0x20 == $1 : $0 == $1 }
        }
    }
}
