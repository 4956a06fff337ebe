"""The same pages in a browser that runs no scripts at all."""

from __future__ import annotations

from people import PROVIDERS
from report import Suite, contains, equal
from world import World

suite: Suite[World] = Suite()


@suite.check("this browser really runs no scripts")
def control(world: World) -> None:
    page = world.attacker.page("<h1>off</h1><script>document.querySelector('h1').textContent = 'on'</script>")
    world.browser.get(world.attacker.origins["cross-site"] + page)
    equal(world.heading, "off", "the heading")


@suite.cases("without scripts: sign in with {}, add another way, sign out", list(PROVIDERS))
def whole_way(world: World, provider: str) -> None:
    person = world.sign_in(provider)
    equal(world.heading, person.name, "the heading")
    other = "github" if provider == "google" else "google"
    second = world.invent(other)
    world.press(f"Add {PROVIDERS[other]}")
    world.consent(second)
    equal(len(world.methods()), 2, "the number of ways to sign in")
    world.press("Sign out")
    equal(world.heading, "You are signed out", "the heading")
    equal(world.whoami(), None, "the session")
    world.press("Sign in again")
    world.expect_path("/sign-in")


@suite.check("without scripts: a denial and the way forward")
def denial(world: World) -> None:
    world.tolerated.append("status of 400")
    world.begin_at("twitter")
    world.press("Deny")
    contains(world.text, "cancelled", "the page")
    world.press("Choose another way to sign in")
    world.expect_path("/sign-in")
