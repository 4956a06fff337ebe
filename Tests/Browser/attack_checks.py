"""An attacker's pages in the victim's own browser, from another site and from the same site's next port."""

from __future__ import annotations

from selenium.webdriver.common.by import By

from people import Person
from report import Suite, contains, equal
from visitor import Answer, Visitor
from world import FLOW_COOKIE, World

suite: Suite[World] = Suite()
FROM = ["cross-site", "same-site"]


def _lure(world: World, origin: str, path: str) -> None:
    """The victim opens an attacker's page."""
    world.browser.get(world.attacker.origins[origin] + path)


def _visits(world: World) -> int:
    return sum(world.stand_ins.calls(name, "authorize") for name in ("google", "github", "x"))


def _expect_refused_post(world: World, origin: str, action: str, fields: dict[str, str] | None = None) -> None:
    """A page that posts on its own is refused with a page that says so, and nothing has changed."""
    world.tolerated.append("status of 403")
    before, visits = world.whoami(), _visits(world)
    flow = world.browser.cookies_of(world.node.origin).get(FLOW_COOKIE)
    for encoding in ("", "text/plain"):
        _lure(world, origin, world.attacker.posting(world.node.origin + action, fields, encoding))
        world.wait(lambda: world.browser.current_url.startswith(world.node.origin), "at the victim's service")
        contains(world.text, "This request came from another site, so nothing was done.", "the page")
        world.expect_way_forward()
    equal(world.whoami(), before, "the session")
    equal(_visits(world), visits, "visits to providers")
    equal(world.browser.cookies_of(world.node.origin).get(FLOW_COOKIE), flow, "the sign-in cookie")


@suite.cases("A14 a page from elsewhere cannot start a sign-in: {}", FROM)
def start_sign_in(world: World, origin: str) -> None:
    _expect_refused_post(world, origin, "/sign-in/google")
    equal(world.whoami(), None, "the session")


@suite.cases("A14 H11 a page from elsewhere cannot start a sign-in over somebody's session: {}", FROM)
def start_over_session(world: World, origin: str) -> None:
    world.sign_in("google")
    _expect_refused_post(world, origin, "/sign-in/github")


@suite.cases("K02 a page from elsewhere cannot sign anybody out: {}", FROM)
def sign_out(world: World, origin: str) -> None:
    world.sign_in("google")
    _expect_refused_post(world, origin, "/sign-out")
    _expect_refused_post(world, origin, "/sign-out", {"everywhere": "1"})
    assert world.whoami() is not None


@suite.cases("A15 L-16 a page from elsewhere cannot begin to add a way in: {}", FROM)
def start_link(world: World, origin: str) -> None:
    world.sign_in("google")
    _expect_refused_post(world, origin, "/account/link/github", {"return_to": "/account"})


@suite.cases("F-1 K02 nothing happens through images, frames, scripts, links and fetches: {}", FROM)
def embeds(world: World, origin: str) -> None:
    world.tolerated.append(".")  # The browser complains about each of these, and it should.
    world.sign_in("google")
    before, visits = world.whoami(), _visits(world)
    paths = ["/sign-in/google", "/account/link/github", "/sign-out", "/callback/google?code=x&state=y", "/v1/session"]
    urls = [world.node.origin + path for path in paths]
    page = world.attacker.page(
        "".join(
            f'<img src="{url}"><iframe src="{url}"></iframe><script src="{url}"></script>'
            f'<link rel="stylesheet" href="{url}"><link rel="prefetch" href="{url}">'
            for url in urls
        )
        + """<script>
        const attempts = URLS.flatMap(url => [
            fetch(url, {credentials: 'include'}).then(answer => answer.text()),
            fetch(url, {method: 'POST', mode: 'no-cors', credentials: 'include'}).then(() => ''),
            fetch(url, {method: 'DELETE', credentials: 'include'}).then(answer => answer.text()),
        ]);
        const loaded = new Promise(resolve => addEventListener('load', resolve));
        Promise.allSettled([...attempts, loaded]).then(results => {
            window.read = results.filter(result => result.value && result.value.length).length;
            document.title = 'done';
        });
        </script>""".replace("URLS", str(urls))
    )
    _lure(world, origin, page)
    world.wait(lambda: world.browser.title == "done", "through with the attack")
    equal(world.run("return window.read"), 0, "answers that the attacker could read (H12)")
    equal(world.whoami(), before, "the session")
    equal(_visits(world), visits, "visits to providers")


@suite.cases("M07 M08 no page lets itself be framed: {}", FROM)
def framing(world: World, origin: str) -> None:
    world.tolerated.append(".")
    world.sign_in("google")
    control = world.attacker.page("<h1>harmless</h1>")
    for path in ("/sign-in", "/account", "/no-such-page", "/v1/session"):
        _lure(
            world,
            origin,
            world.attacker.page(f'<iframe src="{control}"></iframe><iframe src="{world.node.origin}{path}"></iframe>'),
        )
        frames = world.browser.find_elements(By.TAG_NAME, "iframe")
        shown = []
        for frame in frames:
            world.browser.switch_to.frame(frame)
            shown.append(str(world.run("return location.href")))
            world.browser.switch_to.default_content()
        assert control in shown[0], "the attacker's own page can be framed, or this check proves nothing"
        contains(shown[1], "chrome-error:", f"the frame with {path}")


@suite.check("M07 a window opened by another site is out of its reach")
def opener(world: World) -> None:
    world.sign_in("google")
    page = world.attacker.page(
        f"<button onclick=\"window.victim = window.open('{world.node.origin}/account')\">Look</button>"
    )
    _lure(world, "same-site", page)
    attacker = world.browser.current_window_handle
    world.control("Look").click()
    world.wait(lambda: len(world.browser.window_handles) == 2, "a second window")
    world.browser.switch_to.window(next(one for one in world.browser.window_handles if one != attacker))
    world.wait(lambda: world.path == "/account", "at the account page")
    equal(world.run("return window.opener"), None, "the opener")
    world.browser.switch_to.window(attacker)
    world.wait(lambda: world.run("return window.victim.closed"), "cut off from the window")


# Login CSRF: the attacker brings their own callback into the victim's browser.


def _attackers_callback(world: World, provider: str = "google") -> tuple[Visitor, str, Person]:
    """An attacker signs in up to the provider's answer and keeps it."""
    mallory = world.invent(provider, name="Mallory")
    visitor = Visitor()
    page = visitor.get(f"{world.node.origin}/sign-in")
    begun = visitor.submit(page, "Sign in with Google")
    callback = _answer_of_provider(visitor, begun, mallory)
    contains(callback, "code=", "the attacker's callback")
    return visitor, callback, mallory


def _answer_of_provider(visitor: Visitor, begun: Answer, person: Person) -> str:
    consent = visitor.get(begun.location)
    return visitor.submit(consent, "Allow", {"person": person.id}).location


def _deliver(world: World, callback: str) -> None:
    world.tolerated.append("status of 400")
    _lure(world, "cross-site", world.attacker.page(f'<a id="prize" href="{callback}">Claim your prize</a>'))
    world.press("Claim your prize")


@suite.check("B15 F-3 an attacker's callback does not sign a victim in")
def login_csrf(world: World) -> None:
    attacker, callback, _ = _attackers_callback(world)
    exchanges = world.stand_ins.calls("google", "token")
    _deliver(world, callback)
    equal(world.heading, "That did not work", "the heading")
    world.expect_way_forward()
    equal(world.whoami(), None, "the victim's session")
    equal(world.stand_ins.calls("google", "token"), exchanges, "code exchanges")
    # The same callback is good in the browser that it belongs to, or this check proves nothing.
    equal(attacker.follow(attacker.get(callback)).status, 200, "the attacker's own way")


@suite.check("B15 F-3 an attacker's callback does not hijack a sign-in that the victim has begun")
def login_csrf_midway(world: World) -> None:
    _, callback, _ = _attackers_callback(world)
    ada = world.invent("google")
    world.begin_at("google")
    first = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    _deliver(world, callback)
    equal(world.whoami(), None, "the victim's session")
    world.browser.switch_to.window(first)
    world.consent(ada)
    world.expect_path("/account")
    equal(world.heading, ada.name, "the heading")


@suite.check("B15 an attacker's callback does not replace the session of a victim who is signed in")
def login_csrf_signed_in(world: World) -> None:
    _, callback, _ = _attackers_callback(world)
    world.sign_in("google")
    before = world.whoami()
    _deliver(world, callback)
    equal(world.whoami(), before, "the victim's session")


@suite.check("L-16 F-3 an attacker's callback adds no way in to the victim's account")
def link_csrf(world: World) -> None:
    _, callback, _ = _attackers_callback(world)
    world.sign_in("github")
    world.press("Add Google")
    world.expect_consent_page("google")
    _deliver(world, callback)
    world.open("/account")
    equal([method["provider"] for method in world.methods()], ["GitHub"], "the ways to sign in")


@suite.check("A18 F-5 a sign-in begun by an attacker ends nowhere in the victim's browser")
def fixation(world: World) -> None:
    world.tolerated.append("status of 400")
    attacker = Visitor()
    begun = attacker.submit(attacker.get(f"{world.node.origin}/sign-in"), "Sign in with Google")
    ada = world.invent("google")
    _lure(world, "cross-site", world.attacker.page(f'<a href="{begun.location}">Continue</a>'))
    world.press("Continue")
    world.consent(ada)
    equal(world.heading, "That did not work", "the heading")
    equal(world.whoami(), None, "the victim's session")


@suite.check("A10 B09 F-2 a code from Google is refused at GitHub's callback")
def mix_up(world: World) -> None:
    _, callback, _ = _attackers_callback(world)
    exchanges = world.stand_ins.calls("github", "token")
    attacker, callback, _ = _attackers_callback(world)
    answer = attacker.get(callback.replace("/callback/google", "/callback/github"))
    equal(answer.status, 400, "the status")
    equal(world.stand_ins.calls("github", "token"), exchanges, "code exchanges at GitHub")
