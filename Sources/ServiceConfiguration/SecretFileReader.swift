/// Reads secrets that stand in files of their own.
struct SecretFileReader: Sendable {
    let readFile: ConfigurationFileReader

    /// Why there is no secret. The file's name is not repeated: somebody may have written the secret in its place.
    struct Failure: Error, Hashable {
        let code: ConfigurationFault.Code
        /// The end of a sentence that begins with the key.
        let message: String
    }

    /// One secret without the line break editors add at the end; or one of a list on each line that is not empty.
    func read(_ path: String, isList: Bool) -> Result<[String], Failure> {
        let file: ConfigurationFile
        switch readFile(path) {
        case .failure(let fault):
            return .failure(Failure(code: .unreadableFile, message: "names a file that \(fault.sentence)"))
        case .success(let read): file = read
        }
        guard !file.isReadableByEveryone, !file.isWritableByEveryone else {
            let remedy = "chmod o-rwx it (Kubernetes: defaultMode 0440, Docker: mode 0440)"
            let message = "names a file that every user of the machine can read or change; \(remedy)"
            return .failure(Failure(code: .exposedSecret, message: message))
        }
        guard let text = String(validating: file.contents, as: UTF8.self) else {
            return .failure(Failure(code: .unreadableFile, message: "names a file that is not UTF-8 text"))
        }
        // One Character in Swift, whether \n or \r\n.
        let whole = text.last?.isNewline == true ? String(text.dropLast()) : text
        let texts = isList ? whole.split(whereSeparator: \.isNewline).map { String($0.trimmed) } : [whole]
        guard texts.contains(where: { !$0.isEmpty }) else {
            return .failure(Failure(code: .invalidValue, message: "names a file that is empty"))
        }
        return .success(isList ? texts.filter { !$0.isEmpty } : texts)
    }
}
