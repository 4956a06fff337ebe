"""What happens when a sign-in does not go straight: denials, reloads, the back button, two tabs."""

from __future__ import annotations

from people import PROVIDERS
from page_quality import observe
from report import Suite, contains, equal, lacks
from world import World

suite: Suite[World] = Suite()


@suite.cases("denying at {} leads to a page with a way forward", list(PROVIDERS))
def denial(world: World, provider: str) -> None:
    world.tolerated.append("status of 400")
    world.begin_at(provider)
    world.press("Deny")
    equal(world.heading, "Sign-in cancelled", "the heading")
    contains(world.text, f"You cancelled signing in at {PROVIDERS[provider]}", "the page")
    observe(world, "denied")
    equal(world.whoami(), None, "the session")
    world.press("Choose another way to sign in")
    world.expect_path("/sign-in")
    # Nothing is lost: the very next attempt works.
    world.sign_in(provider)


@suite.check("denying leaves a person who is signed in as they were")
def denial_keeps_session(world: World) -> None:
    world.tolerated.append("status of 400")
    world.sign_in("google")
    before = world.whoami()
    world.begin_at("github")
    world.press("Deny")
    equal(world.whoami(), before, "the session")


@suite.check("a provider that is down is said in a sentence, and the next attempt works")
def provider_down(world: World) -> None:
    world.tolerated.append("status of 50[23]")
    person = world.invent("github")
    world.begin_at("github")
    world.stand_ins.control("PUT", "/misbehave/github", {"token": "status-500"})
    world.consent(person)
    contains(world.text, "GitHub", "the page")
    observe(world, "provider-down")
    world.expect_way_forward()
    world.stand_ins.control("DELETE", "/misbehave")
    world.sign_in("github", person)


@suite.check("B12 the callback's address with its code is not where a signed-in person ends, nor one step back")
def no_code_in_history(world: World) -> None:
    world.sign_in("google")
    lacks(world.browser.current_url, "code=", "the address")
    world.browser.back()
    lacks(world.browser.current_url, "code=", "the address one step back")


@suite.check("reloading the callback signs nobody in twice and nobody out")
def reload_callback(world: World) -> None:
    world.tolerated.append("status of 400")
    world.sign_in("github")
    callback = next(url for url in world.note_urls() if "/callback/github?" in url)
    before, exchanges = world.whoami(), world.stand_ins.calls("github", "token")
    for _ in range(2):
        world.browser.get(callback)
        contains(world.text, "already used", "the page")
        observe(world, "callback-reloaded")
        world.expect_way_forward()
        equal(world.whoami(), before, "the session")
    world.browser.refresh()
    equal(world.whoami(), before, "the session")
    equal(world.stand_ins.calls("github", "token"), exchanges, "code exchanges")


@suite.check("after signing out, the back button shows nothing private")
def back_after_sign_out(world: World) -> None:
    world.tolerated.append("/v1/session.*status of 401")
    person = world.sign_in("google")
    world.press("Sign out")
    for _ in range(3):
        world.browser.back()
        source = world.browser.page_source if world.browser.current_url.startswith(world.node.origin) else ""
        for private in (person.name, person.email or "", person.subject):
            lacks(source, private, f"the page at {world.browser.current_url}")
    world.begin()
    world.tolerated.append("/v1/session.*status of 401")
    person = world.sign_in("google")
    world.open("/v1/session")
    world.sign_out()
    world.browser.back()
    world.browser.back()
    lacks(world.browser.page_source, person.email or "", f"the page at {world.browser.current_url}")


@suite.check("reloading the page that follows a sign-out is harmless")
def reload_sign_out(world: World) -> None:
    world.sign_in("google")
    world.press("Sign out")
    world.browser.refresh()
    equal(world.heading, "You are signed out", "the heading")


@suite.cases(
    "S17 two tabs start two sign-ins and both complete: {}", ["first come first served", "the other way round"]
)
def two_tabs(world: World, order: str) -> None:
    person = world.invent("google")
    world.begin_at("google")
    first = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    world.begin_at("google")
    second = world.browser.current_window_handle
    tabs = [first, second] if order.startswith("first") else [second, first]
    for tab in tabs:
        world.browser.switch_to.window(tab)
        world.consent(person)
        world.expect_path("/account")
        equal(world.heading, person.name, "the heading")
    assert world.whoami() is not None
    world.browser.switch_to.window(tabs[0])
    world.browser.refresh()
    world.expect_path("/account")


@suite.check("S17 two tabs at two providers: the one that finishes last is who one is, and that is said")
def two_providers(world: World) -> None:
    ada, bob = world.invent("google"), world.invent("github", name="Bob Builder")
    world.begin_at("google")
    first = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    world.begin_at("github")
    world.consent(bob)
    world.expect_path("/account")
    world.browser.switch_to.window(first)
    world.consent(ada)
    contains(world.heading, "another account", "the heading")
    world.press("Continue")
    equal(world.heading, ada.name, "the heading")


@suite.check("a sign-in that began before signing out is refused: the next person here may be another (F-5)")
def sign_out_meanwhile(world: World) -> None:
    ada = world.sign_in("google")
    world.begin_at("google")
    first = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    world.sign_out()
    world.browser.switch_to.window(first)
    world.tolerated += ["status of 400", "/v1/session.*status of 401"]
    world.consent(ada)
    equal(world.whoami(), None, "the session")
