"""A person signs in, sees who they are, and signs out: the main job, with each provider."""

from __future__ import annotations

import re
import secrets

from selenium.webdriver.common.by import By

from node import ROOT
from page_quality import observe
from people import PROVIDERS
from report import Suite, contains, equal, lacks
from world import FLOW_COOKIE, SESSION_COOKIE, World

suite: Suite[World] = Suite()


def _logo(provider: str) -> str:
    """The outline that is particular to a brand's mark."""
    file = {"twitter": "x"}.get(provider, provider)
    text = (ROOT / "templates" / "pages" / "logos" / f"{file}.mustache").read_text()
    return re.search(r' d="([^"]+)"', text)[1]  # type: ignore[index]


@suite.cases("a person signs in with {}, sees who they are, and signs out", list(PROVIDERS))
def whole_way(world: World, provider: str) -> None:
    person = world.invent(provider)
    world.open("/sign-in")
    observe(world, "sign-in")
    world.press(f"Sign in with {PROVIDERS[provider]}")
    world.expect_consent_page(provider)
    world.consent(person)

    world.expect_path("/account")
    equal(world.heading, person.name, "the heading")
    contains(world.text, person.email or "", "the account page")
    methods = world.methods()
    equal([method["provider"] for method in methods], [PROVIDERS[provider]], "the ways to sign in")
    contains(methods[0]["logo"], _logo(provider), "the mark beside the way to sign in")
    if provider != "google":  # Google's people have no user name.
        equal(methods[0]["handle"], f"@{person.username}", "the handle")
    contains(world.browser.find_element(By.CSS_SELECTOR, "[aria-labelledby=session]").text, PROVIDERS[provider])
    contains(world.text, f"when you first signed in with {PROVIDERS[provider]}", "the recent activity")
    observe(world, f"account-{provider}")

    token = world.session_token
    shown = world.whoami_in_page()
    equal(shown, world.whoami(), "/v1/session in the browser and behind it")
    equal(shown["user"]["name"], person.name, "the name")
    equal(shown["user"]["email"], person.email, "the address")
    equal(shown["user"]["email_verified"], True, "whether the address is verified")
    equal(shown["provider"], provider, "the provider")
    equal(shown["amr"], ["federated"] if "federated" in shown["amr"] else shown["amr"], "amr")

    world.sign_out()
    equal(world.heading, "You are signed out", "the heading")
    observe(world, "signed-out")
    equal(world.session_token, None, "the session cookie after signing out")
    equal(world.session_behind(token), None, "the session behind the old cookie (H06)")
    world.open("/account")
    world.expect_path("/sign-in")


@suite.cases("a person types who they are at {}", list(PROVIDERS))
def typed(world: World, provider: str) -> None:
    person = world.invent(provider)
    world.begin_at(provider)
    world.browser.find_element(By.CSS_SELECTOR, "input[name=person][value='']").click()
    world.browser.find_element(By.TAG_NAME, "summary").click()
    for name in ("subject", "name", "username", "email"):
        box = world.browser.find_element(By.NAME, name)
        box.clear()
        box.send_keys(str(getattr(person, name)))
    world.press("Allow")
    world.expect_path("/account")
    equal(world.heading, person.name, "the heading")


@suite.check("K01 signing out asks nothing of the provider")
def local_sign_out(world: World) -> None:
    world.sign_in("google")
    before = world.stand_ins.control("GET", "/counters")
    world.sign_out()
    equal(world.stand_ins.control("GET", "/counters"), before, "the calls to providers")


@suite.check("a second sign-in comes back to the same account")
def same_account(world: World) -> None:
    person = world.sign_in("github")
    first = world.whoami()
    world.sign_out()
    world.sign_in("github", person)
    second = world.whoami()
    assert first and second
    equal(second["user"], first["user"], "the user")
    assert second["session"]["id"] != first["session"]["id"]


@suite.check("H02 a new session at every sign-in, the old one is dead")
def rotation(world: World) -> None:
    person = world.sign_in("google")
    old = world.session_token
    world.sign_in("google", person)
    assert world.session_token not in (None, old)
    equal(world.session_behind(old), None, "the session behind the old cookie")


@suite.check("H03 H04 the browser keeps the cookies as they are meant")
def cookies(world: World) -> None:
    person = world.invent("google")
    world.begin_at("google")
    flow = world.browser.cookies_of(world.node.origin)[FLOW_COOKIE]
    world.consent(person)
    session = world.browser.cookies_of(world.node.origin)[SESSION_COOKIE]
    for cookie in (flow, session):
        found = {key: cookie.get(key) for key in ("httpOnly", "sameSite", "path", "domain", "session")}
        wanted = {"httpOnly": True, "sameSite": "Lax", "path": "/", "domain": "localhost", "session": False}
        equal(found, wanted, f"the cookie {cookie['name']}")
    equal(world.run("return document.cookie"), "", "document.cookie")
    now = world.run("return Date.now() / 1000")
    assert 0 < flow["expires"] - now <= 600, "the sign-in cookie lives at most ten minutes"
    assert 0 < session["expires"] - now <= 30 * 86_400, "the session cookie lives as long as the session"


@suite.check("G22 an address that nobody proved does not become the account's, and is shown beside its provider only")
def unverified(world: World) -> None:
    person = world.sign_in("google", world.invent("google", verified=False))
    contains(world.text, "No e-mail address", "the account page")
    contains(world.browser.find_element(By.CSS_SELECTOR, ".methods").text, person.email or "", "the way to sign in")
    observe(world, "account-unverified")
    user = (world.whoami() or {})["user"]
    equal((user["email"], user["email_verified"]), (None, False), "the address and whether it is verified")


@suite.check("a person without an address is an ordinary user")
def no_address(world: World) -> None:
    world.sign_in("twitter", world.invent("twitter", email=None))
    contains(world.text, "No e-mail address", "the account page")
    observe(world, "account-without-address")
    equal((world.whoami() or {})["user"]["email"], None, "the address")


@suite.check("a hostile name is shown as text, and long ones do not break the page")
def hostile_name(world: World) -> None:
    name = "<img src=x onerror=alert(1)>" + "W" * 60
    person = world.invent(
        "twitter",
        name=name,
        email=f"{'long.' * 10}{secrets.token_hex(4)}@people-with-a-{'rather-' * 5}long-domain.example",
    )
    world.sign_in("twitter", person)
    contains(world.text, person.email or "", "the account page")
    contains(world.heading, "<img src=x onerror=alert(1)>", "the heading")
    equal(world.run("return document.querySelectorAll('main img').length"), 0, "images in the page")
    observe(world, "account-hostile-name")


@suite.check("a hostile name in right-to-left script does not turn the page around")
def right_to_left(world: World) -> None:
    world.sign_in("github", world.invent("github", name="\u202eevil \u05d0\u05d3\u05d4"))
    lacks(world.heading, "\u202e", "the heading")
    equal(world.run("return getComputedStyle(document.body).direction"), "ltr", "the page's direction")


@suite.check("the sign-in page says who is signed in already")
def already(world: World) -> None:
    person = world.sign_in("google")
    world.open("/sign-in")
    contains(world.text, person.name, "the sign-in page")
    observe(world, "sign-in-while-signed-in")
    world.press("Go to your account")
    world.expect_path("/account")


@suite.check("a sign-in returns to the path it began for")
def return_to(world: World) -> None:
    person = world.invent("google")
    world.open("/sign-in?return_to=%2Faccount%3Ftab%3Dsecurity")
    world.press("Sign in with Google")
    world.consent(person)
    equal(world.browser.current_url, f"{world.node.origin}/account?tab=security", "the address")


@suite.check("an unknown address is answered with a page and a way forward")
def unknown_page(world: World) -> None:
    world.tolerated.append("status of 404")
    world.open("/no-such-page")
    equal(world.heading, "Not found", "the heading")
    world.expect_way_forward()
    observe(world, "not-found")
