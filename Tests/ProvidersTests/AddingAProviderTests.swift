import Foundation
import Providers
import Testing
import YAML

@Suite("docs/adding-a-provider.md")
struct AddingAProviderTests {
    @Test("the worked example loads, and its examples come out as they say")
    func workedExample() throws {
        let document = try String(
            contentsOfFile: ProviderFiles.directory + "/../docs/adding-a-provider.md",
            encoding: .utf8
        )
        let yaml = try #require(document.components(separatedBy: "```yaml\n").dropFirst().first)
        let text = try #require(yaml.components(separatedBy: "```").first)
        let (catalog, diagnostics) = ProviderCatalog.load(files: [(name: "gitlab.yaml", text: text)])
        #expect(diagnostics.map(\.description) == [])
        let provider = try #require(catalog.providers.first)
        #expect(provider.examples.compactMap { $0.failure(with: provider) } == [])
        #expect(provider.button.label == "Sign in with GitLab")
    }
}
