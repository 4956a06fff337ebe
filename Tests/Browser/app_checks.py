"""People on their way to an app and back: what they see, and what the app learns."""

from __future__ import annotations

from page_quality import observe
from people import PROVIDERS
from report import Suite, contains, equal
from world import World

suite: Suite[World] = Suite()


def _to_app(world: World, query: str = "") -> None:
    world.app.claims = {}
    world.browser.get(f"{world.app.origin}/login{query}")


def _expect_app(world: World, text: str) -> None:
    world.wait(lambda: world.browser.current_url.startswith(world.app.origin), "at the app")
    contains(world.text, text, "the app's page")


@suite.check("an app: sign in with Google, its page knows the name; a second visit asks nothing; signing out leads back")
def round_trip(world: World) -> None:
    person = world.invent("google", name="Ada of the Shop")
    _to_app(world)
    world.expect_path("/sign-in")
    contains(world.text, "Sign in to go on to The shop.", "the page")
    observe(world, "sign-in-for-app")
    world.press("Sign in with Google")
    world.consent(person)
    _expect_app(world, "Hello Ada of the Shop")
    equal(world.app.claims["email_verified"], True, "whether the address is proven")
    _to_app(world)
    _expect_app(world, "Hello Ada of the Shop")
    assert world.app.is_active()
    world.browser.get(f"{world.app.origin}/logout")
    _expect_app(world, "Hello stranger")
    equal(world.whoami(), None, "the session")


@suite.check("an app that names a provider: nobody sees our page")
def straight_to_provider(world: World) -> None:
    person = world.invent("github", name="Grace of the Shop")
    _to_app(world, "?provider=github")
    world.expect_consent_page("github")
    world.consent(person)
    _expect_app(world, "Hello Grace of the Shop")


@suite.check("somebody else's app: the question, no, and yes")
def consent(world: World) -> None:
    world.sign_in("google", world.invent("google", name="Katherine"))
    _to_app(world, "?app=foreign")
    world.expect_path("/oauth/authorize")
    equal(world.heading, "Somebody's app asks for access", "the heading")
    observe(world, "app-consent")
    world.press("Do not allow")
    _expect_app(world, "No: access_denied")
    _to_app(world, "?app=foreign")
    world.press("Allow Somebody's app")
    _expect_app(world, "Hello Katherine")
    _to_app(world, "?app=foreign")
    _expect_app(world, "Hello Katherine")


@suite.check("an app that takes people of one provider says so, and signing in there leads on to it")
def other_provider(world: World) -> None:
    world.tolerated.append("status of 403")
    world.sign_in("github")
    person = world.invent("google", name="Emmy of the Club")
    _to_app(world, "?app=google-people")
    equal(world.heading, "Sign in another way", "the heading")
    observe(world, "app-other-provider")
    world.press(f"Sign in with {PROVIDERS['google']}")
    world.consent(person)
    # Another person in this browser: said on a page that leads on.
    if not world.browser.current_url.startswith(world.app.origin):
        observe(world, "app-switched-account")
        world.press("Continue")
    _expect_app(world, "Hello Emmy of the Club")


@suite.check("a request that nobody can answer is a page with a way on, and so is a link that would sign people out")
def refused_requests(world: World) -> None:
    world.tolerated.append("status of 400")
    world.sign_in("google")
    world.open("/oauth/authorize?client_id=shop&redirect_uri=https%3A%2F%2Fevil.example%2F&response_type=code")
    contains(world.text, "redirect_uri is not one that this client registered", "the page")
    world.expect_way_forward()
    observe(world, "app-request-refused")
    world.open("/oauth/logout?client_id=shop")
    equal(world.heading, "Sign out?", "the heading")
    observe(world, "app-sign-out-question")
    assert world.whoami(), "signed out by a link"
    world.press("Sign out")
    equal(world.whoami(), None, "the session")
