import Foundation
import TestSupport
import Testing

/// Something that a page of words offers to do next: one of its links or buttons.
struct Step: Sendable, Hashable {
    let label: String
    /// What it opens, or what its form is posted to.
    let target: String
    let isForm: Bool
    let returnTo: String?

    /// All that a page offers, in order.
    static func all(on page: HTTPExchange.Answer) -> [Step] {
        guard let begin = page.text.range(of: "<div class=\"steps\">"),
            let end = page.text[begin.upperBound...].range(of: "</div>")
        else { return [] }
        let part = String(page.text[begin.upperBound..<end.lowerBound])
        let links = part.matches(of: /<a class="button[^"]*" href="([^"]*)">([^<]*)<\/a>/).map {
            (place: $0.range.lowerBound, Step(label: plain($0.2), target: plain($0.1), isForm: false, returnTo: nil))
        }
        let forms = part.matches(of: /(?s)<form method="post" action="([^"]*)">(.*?)<button[^>]*>([^<]*)<\/button>/).map
        {
            let hidden = $0.2.firstMatch(of: /name="return_to" value="([^"]*)"/).map { plain($0.1) }
            return (
                place: $0.range.lowerBound,
                Step(label: plain($0.3), target: plain($0.1), isForm: true, returnTo: hidden)
            )
        }
        return (links + forms).sorted { $0.place < $1.place }.map(\.1)
    }

    private static func plain(_ text: Substring) -> String {
        text.replacing("&amp;", with: "&").replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Takes it as a browser does, through all redirects of ours; ends at a page of ours or at the way to a provider.
    @discardableResult
    func taken(by browser: Browser) async throws -> HTTPExchange.Answer {
        var answer =
            isForm
            ? try await browser.post(target, form: returnTo.map { [("return_to", $0)] } ?? [])
            : try await browser.get(target)
        for _ in 0..<5 {
            guard answer.status == 303, let next = answer.header("location"), next.hasPrefix("/") else { break }
            answer = try await browser.get(next)
        }
        return answer
    }
}

extension HTTPExchange.Answer {
    /// Whether it is a page that can be used, or the way to a provider.
    var leadsOn: Bool { status == 200 || (status == 303 && header("location")?.hasPrefix("http") == true) }
}
