import Foundation
import Postgres
import TestSupport
import Testing

/// Two tabs of one browser at `/confirm`: each form acts on what it was drawn for, or on nothing.
@Suite("Two tabs with a question", .enabled(if: Stack.isAvailable))
struct TwoTabsTests {
    /// Two accounts of one person, and a browser in which the question about the first one was overtaken by the other's.
    private struct Tabs {
        let first: Owner
        let second: Owner
        let earlier: Visitor
        let later: Visitor
        let browser: Browser
        let drawn: String
        let present: String
    }

    private func tabs() async throws -> Tabs {
        let stack = try await Scene.stack()
        let (first, second) = (try await Owner.signedUp(at: stack), try await Owner.signedUp(at: stack))
        let earlier = try await Visitor.opened(at: stack, "github", email: first.email)
        let later = try await Visitor.opened(at: stack, "twitter", email: second.email)
        let browser = stack.browser()
        #expect(try await earlier.arrive(in: browser).header("location") == "/confirm")
        let drawn = try link(in: try await browser.get("/confirm"))
        #expect(try await later.arrive(in: browser).header("location") == "/confirm")
        let present = try link(in: try await browser.get("/confirm"))
        #expect(drawn != present)
        return Tabs(
            first: first,
            second: second,
            earlier: earlier,
            later: later,
            browser: browser,
            drawn: drawn,
            present: present
        )
    }

    /// The link that all forms of a page are drawn for.
    private func link(in page: HTTPExchange.Answer) throws -> String {
        let hidden = page.text.matches(of: /name="link" value="([0-9a-f-]{36})"/).map { String($0.1) }
        let buttons = page.text.matches(of: /\/confirm\/identity\/[a-z-]+\?link=([0-9a-f-]{36})/).map { String($0.1) }
        guard let link = hidden.first, Set(hidden + buttons) == [link], !buttons.isEmpty,
            hidden.count == page.text.matches(of: /action="\/confirm\/[a-z\/-]+"/).count
        else { throw NeverHappened(description: "one link in every form: \(page.status) \(page.text)") }
        return link
    }

    @Test(
        "P-2 a form of the earlier tab joins nothing, and shows what waits now",
        arguments: [
            "/confirm/password", "/confirm/code", "/confirm/code/send", "/confirm/second-step", "/confirm/finish",
            "/confirm/hold", "/confirm/leave", "/confirm/identity/google",
        ]
    )
    func overtaken(_ path: String) async throws {
        let tabs = try await tabs()
        // The password is the one of the account that waits now: the worst that a person could type into the wrong tab.
        let form = [("link", tabs.drawn), ("password", tabs.second.password), ("code", "12345678")]
        let target = path.contains("identity") ? path + "?link=\(tabs.drawn)" : path
        let answer = try await tabs.browser.post(target, form: form)
        #expect(answer.status == 409, "\(answer.status) \(answer.sentence)")
        #expect(answer.text.contains("something else waits to be confirmed by now"))
        #expect(try link(in: answer) == tabs.present)
        #expect(answer.text.contains(tabs.second.email) && !answer.text.contains(tabs.first.email))
        let stack = tabs.first.stack
        let untouched = try await stack.count(
            "select count(*) from pending_links where id = \(tabs.present)::uuid and proven_by is null and code_hash is null"
        )
        #expect(untouched == 1)
        #expect(try await tabs.earlier.owner() == nil)
        #expect(try await tabs.later.owner() == nil)
        #expect(try await tabs.browser.user() == nil)
        #expect(
            try await stack.count("select count(*) from held_arrivals where subject = \(tabs.later.subject)") == 0
        )
    }

    @Test("P-2 the form of the later tab works, and a program is told which is which")
    func present() async throws {
        let tabs = try await tabs()
        let headers = [
            "Origin": "@own", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json",
            "Accept": "application/json",
        ]
        let members = ["password": tabs.second.password, "link": tabs.drawn]
        let refused = try await tabs.browser.send(
            "POST",
            "/v1/confirm/password",
            headers: headers,
            body: Array(try JSONSerialization.data(withJSONObject: members))
        )
        #expect(refused.status == 409 && refused.text.contains("\"other_link_waits\""))
        #expect(try await tabs.browser.get("/v1/confirm").text.contains("\"link\":\"\(tabs.present)\""))
        let odd = try await tabs.browser.post("/confirm/password", form: [("link", "x"), ("password", "y")])
        #expect(odd.status == 400)
        let form = [("link", tabs.present), ("password", tabs.second.password)]
        let answer = try await tabs.browser.post("/confirm/password", form: form)
        #expect(answer.status == 303, "\(answer.sentence)")
        #expect(try await tabs.later.owner() == tabs.second.id)
        #expect(try await tabs.earlier.owner() == nil)
    }
}
