"""More than one way in: adding one, meeting somebody else's, coming back as somebody else."""

from __future__ import annotations

from page_quality import observe
from report import Suite, contains, equal, lacks
from world import World

suite: Suite[World] = Suite()


def _add(world: World, provider: str) -> None:
    world.open("/account")
    world.press(f"Add {provider}")


@suite.check("a second way in, added from the account page, opens the same account")
def add_second(world: World) -> None:
    world.sign_in("google")
    before = world.whoami()
    token = world.session_token
    bob = world.invent("github", name="Somebody Else's Name")
    _add(world, "GitHub")
    world.expect_consent_page("github")
    world.consent(bob)
    world.expect_path("/account")
    equal(sorted(method["provider"] for method in world.methods()), ["GitHub", "Google"], "the ways to sign in")
    contains(world.text, "GitHub was added as a way to sign in", "the recent activity")
    for linked in ("Add GitHub", "Add Google"):
        lacks(world.text, linked, "the account page")
    observe(world, "account-two-ways")
    assert before and world.session_token != token, "linking rotates the session (H02)"
    equal(world.session_behind(token), None, "the session from before")

    world.sign_out()
    world.sign_in("github", bob)
    after = world.whoami()
    assert after
    equal(after["user"]["id"], before["user"]["id"], "the user")


@suite.check("three ways in, X's handle and mark among them")
def add_all(world: World) -> None:
    world.sign_in("google")
    ada, x = world.invent("github"), world.invent("twitter", email=None)
    _add(world, "GitHub")
    world.consent(ada)
    _add(world, "X")
    world.consent(x)
    equal(sorted(method["provider"] for method in world.methods()), ["GitHub", "Google", "X"], "the ways to sign in")
    contains(world.text, f"@{x.username}", "the account page")
    observe(world, "account-three-ways")


@suite.check("an identity that belongs to somebody else is not added (invariant 1)")
def not_somebody_elses(world: World) -> None:
    world.tolerated.append("status of 4(03|09)")
    bob = world.sign_in("github")
    owner = world.whoami()
    world.sign_out()
    world.sign_in("google")
    mine = world.whoami()
    _add(world, "GitHub")
    world.consent(bob)
    assert world.path.startswith("/callback/"), f"at {world.path}: {world.text[:200]!r}"
    observe(world, "link-refused")
    world.expect_way_forward()
    assert owner and mine
    equal((world.whoami() or {})["user"]["id"], mine["user"]["id"], "the user")
    world.open("/account")
    equal([method["provider"] for method in world.methods()], ["Google"], "the ways to sign in")


@suite.check("a way in that cannot be added is said as that: the person is signed in all along")
def refused_link_is_honest(world: World) -> None:
    world.tolerated.append("status of 4(03|09)")
    bob = world.sign_in("github")
    world.sign_out()
    world.sign_in("google")
    _add(world, "GitHub")
    world.consent(bob)
    assert world.whoami() is not None
    lacks(world.text, "not signed in", "the page")


@suite.check("denying while adding a way in changes nothing")
def deny_link(world: World) -> None:
    world.tolerated.append("status of 400")
    world.sign_in("google")
    _add(world, "X")
    world.press("Deny")
    world.expect_way_forward()
    world.open("/account")
    equal([method["provider"] for method in world.methods()], ["Google"], "the ways to sign in")


@suite.check("A15 adding a way in after signing out is refused")
def link_without_session(world: World) -> None:
    world.tolerated.append("status of 40[13]")
    world.sign_in("google")
    first = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    world.sign_out()
    world.browser.switch_to.window(first)
    calls = world.stand_ins.calls("github", "authorize")
    world.press("Add GitHub")
    equal(world.heading, "Sign in first", "the heading")
    observe(world, "sign-in-first")
    world.expect_way_forward()
    equal(world.stand_ins.calls("github", "authorize"), calls, "visits to the provider")


@suite.check("A15 L-16 a link that began before signing out links nothing")
def link_outlives_session(world: World) -> None:
    world.tolerated.append("status of 40[0139]")
    ada = world.sign_in("google")
    bob = world.invent("github")
    _add(world, "GitHub")
    first = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    world.sign_out()
    world.browser.switch_to.window(first)
    world.consent(bob)
    assert world.path.startswith("/callback/"), f"at {world.path}: {world.text[:200]!r}"
    equal(world.whoami(), None, "the session")
    world.expect_way_forward()
    world.sign_in("google", ada)
    equal([method["provider"] for method in world.methods()], ["Google"], "the ways to sign in")


@suite.check("B19 returning as another person is announced, and the first session is over")
def another_person(world: World) -> None:
    ada = world.sign_in("google")
    old = world.session_token
    bob = world.invent("github", name="Bob Builder")
    world.begin_at("github")
    world.consent(bob)
    contains(world.heading, "another account", "the heading")
    observe(world, "another-account")
    equal(world.session_behind(old), None, "the first session")
    world.press("Continue")
    world.expect_path("/account")
    equal(world.heading, bob.name, "the heading")
    lacks(world.browser.page_source, ada.email or "", "the account page")
    equal([method["provider"] for method in world.methods()], ["GitHub"], "the ways to sign in")


@suite.check("B19 reloading the announcement keeps the new session")
def reload_announcement(world: World) -> None:
    world.tolerated.append("status of 400")
    world.sign_in("google")
    bob = world.invent("github")
    world.begin_at("github")
    world.consent(bob)
    before = world.whoami()
    world.browser.refresh()
    equal(world.whoami(), before, "the session")
    world.expect_way_forward()


@suite.check("B12 the announcement of another account is not shown at the callback's address")
def announcement_without_code(world: World) -> None:
    world.sign_in("google")
    bob = world.invent("github")
    world.begin_at("github")
    world.consent(bob)
    contains(world.heading, "another account", "the heading")
    lacks(world.browser.current_url, "code=", "the address")


@suite.check("an address that has an account, vouched for by somebody who does not run the mailbox: nothing is joined")
def needs_proof(world: World) -> None:
    ada = world.sign_in("google")
    owner = world.whoami()
    world.sign_out()
    stranger = world.invent("github", email=ada.email)
    world.begin_at("github")
    world.consent(stranger)
    equal(world.heading, "Is this account yours?", "the heading")
    observe(world, "proof-needed")
    equal(world.whoami(), None, "the session")
    world.expect_way_forward()
    world.sign_in("google", ada)
    equal([method["provider"] for method in world.methods()], ["Google"], "the ways to sign in")
    contains(world.text, "not let in without proof", "the recent activity")
    assert owner
    equal((world.whoami() or {})["user"]["id"], owner["user"]["id"], "the user")


@suite.check("L-5 an address the provider does not vouch for never opens somebody's account")
def unproven_stranger(world: World) -> None:
    ada = world.sign_in("google")
    owner = world.whoami()
    world.sign_out()
    world.sign_in("github", world.invent("github", name="Mallory", email=ada.email, verified=False))
    stranger = world.whoami()
    assert owner and stranger and stranger["user"]["id"] != owner["user"]["id"]
    equal(stranger["user"]["email"], None, "the stranger's address")
    equal(world.text.count("Verified"), 0, "verified addresses on the stranger's account page")
