import Accounts
import Foundation
import Testing

@Suite("Ids as text")
struct IdentifierTests {
    @Test("The text form is the canonical one, in lower case, and reads back")
    func canonical() {
        for _ in 0..<1_000 {
            let uuid = UUID()
            let id = UserID(uuid)
            #expect(id.description == uuid.uuidString.lowercased())
            #expect(UserID(id.description) == id)
        }
    }
}
