"""Ways to sign in that go and come back: removing, taking back, blocking, allowing; and two accounts that become one."""

from __future__ import annotations

from selenium.webdriver.common.by import By

from authenticator import Authenticator
from database import execute
from local_accounts import (
    Account,
    another_browser,
    fault_at,
    find_mail,
    follow_mail,
    fresh_password,
    let_sign_in_grow_old,
    send_unchecked,
    sign_in,
    sign_up,
    type_into,
    type_sign_in,
)
from page_quality import observe
from people import Person
from report import Suite, contains, equal, lacks
from world import World

suite: Suite[World] = Suite()


def _user(world: World) -> str:
    session = world.whoami()
    assert session, "nobody is signed in"
    return str(session["user"]["id"])


def _add(world: World, provider: str, name: str) -> Person:
    """Adds a way in from the account page."""
    person = world.invent(provider)
    world.open("/account")
    world.press(f"Add {name}")
    world.consent(person)
    world.expect_path("/account")
    return person


def _providers(world: World) -> list[str]:
    return sorted(method["provider"] for method in world.methods())


def _nothing_to_undo(world: World, user: str) -> None:
    """Time passes, until nothing of the account can be undone any more."""
    execute(world.database, f"UPDATE identity_changes SET undo_until = now() WHERE user_id = '{user}'")


@suite.check("G17 a way in is removed: the page asks, the session stays, the account says how to bring it back")
def remove(world: World) -> None:
    owner = sign_up(world)
    _add(world, "github", "GitHub")
    token = world.session_token
    observe(world, "account-identity-linked")
    world.press("Remove GitHub")
    equal(world.heading, "Remove GitHub?", "the heading")
    observe(world, "identity-remove")
    equal(world.session_behind(token) is not None, True, "opening the page changes nothing (F-1)")
    world.press("Remove GitHub")
    world.expect_path("/account")
    contains(world.text, "It is removed", "the account page")
    equal(_providers(world), [], "the ways to sign in")
    assert world.session_token != token, "the session's token stayed (H02)"
    observe(world, "account-identity-removed")
    contains(find_mail(world, owner.email, "cannot sign in").text, "bring it back", "the mail")


@suite.check("G14 the only way in cannot be removed, and the page says what to do first")
def last_way_in(world: World) -> None:
    world.tolerated.append("status of 409")
    world.sign_in("google")
    execute(world.database, f"UPDATE user_emails SET verified_at = NULL WHERE user_id = '{_user(world)}'")
    world.open("/account")
    contains(world.text, "This is your only way to sign in.", "the account page")
    equal([link.text for link in world.browser.find_elements(By.CSS_SELECTOR, ".method-removal a")], [], "ways to remove it")
    observe(world, "account-last-way-in")


@suite.check("H15 a removal that meets an old sign-in goes on after it")
def remove_after_confirming(world: World) -> None:
    owner = sign_up(world)
    _add(world, "github", "GitHub")
    let_sign_in_grow_old(world)
    world.open("/account")
    world.press("Remove GitHub")
    if world.heading == "Remove GitHub?":
        world.press("Remove GitHub")
    equal(world.heading, "For your safety, sign in again", "the heading")
    type_into(world, "Password", owner.password)
    world.press("Continue")
    equal(world.heading, "Remove GitHub?", "the heading")
    world.press("Remove GitHub")
    world.expect_path("/account")
    equal(_providers(world), [], "the ways to sign in")


@suite.check("G15 what was removed is brought back on the account page")
def bring_back(world: World) -> None:
    owner = sign_up(world)
    account = _user(world)
    github = _add(world, "github", "GitHub")
    world.press("Remove GitHub")
    world.press("Remove GitHub")
    world.press("Bring it back")
    equal(world.heading, "Bring GitHub back?", "the heading")
    observe(world, "identity-bring-back")
    world.press("Bring it back")
    world.expect_path("/account")
    contains(world.text, "It is back", "the account page")
    equal(_providers(world), ["GitHub"], "the ways to sign in")
    world.sign_out()
    world.sign_in("github", github)
    equal(_user(world), account, "the user")
    equal((world.whoami() or {})["user"]["email"], owner.email, "the address")


@suite.check("H08 G15 what was added is taken back on the account page: blocked, refused, and allowed again")
def block_and_allow(world: World) -> None:
    world.tolerated.append("status of 4(03|09)")
    sign_up(world)
    github = _add(world, "github", "GitHub")
    world.press("That was not me")
    equal(world.heading, "Take GitHub back?", "the heading")
    observe(world, "identity-take-back")
    world.press("Remove and block it")
    world.expect_path("/account")
    contains(world.text, "It is removed and blocked.", "the account page")
    contains(world.text, "cannot be added to your account", "the account page")
    observe(world, "account-identity-blocked")
    world.press("Add GitHub")
    world.consent(github)
    contains(world.text, "has blocked this sign-in method", "the page")
    observe(world, "identity-blocked-refused")
    world.press("Go to your account")
    world.press("Allow it again")
    equal(world.heading, "Allow GitHub again?", "the heading")
    observe(world, "identity-allow")
    world.press("Allow it again")
    world.expect_path("/account")
    equal(_providers(world), [], "the ways to sign in")
    lacks(world.text, "cannot be added to your account", "the account page")
    world.press("Add GitHub")
    world.consent(github)
    world.expect_path("/account")
    equal(_providers(world), ["GitHub"], "the ways to sign in")


@suite.check("P-1 G15 the mail about a way in takes it back from any browser: everybody is out, and the owner in by a new password")
def take_back_by_mail(world: World) -> None:
    world.tolerated.append("status of 4(0[013]|09)")
    owner = sign_up(world)
    _add(world, "github", "GitHub")
    intruder = world.session_token
    with another_browser(world) as other:
        other.tolerated.append("status of 400")
        follow_mail(other, owner.email, "can now sign in")
        equal(other.heading, "Was GitHub not added by you?", "the heading")
        observe(other, "identity-undo-mail")
        equal(world.session_behind(intruder) is not None, True, "opening the link changes nothing")
        other.press("It was not me: take it back")
        observe(other, "identity-undone-mail")
        equal(world.session_behind(intruder), None, "the intruder's session")
        other.expect_way_forward()
        follow_mail(other, owner.email, "can now sign in")
        observe(other, "identity-undo-used")
        other.expect_way_forward()
        # The password is void: a new one by mail.
        other.open("/reset")
        type_into(other, "E-mail address", owner.email)
        other.press("Send the mail")
        follow_mail(other, owner.email, "Set a new password")
        password = fresh_password(world)
        type_into(other, "New password", password)
        other.press("Set the new password")
        sign_in(other, Account(owner.email, password))
        equal(_providers(other), [], "the ways to sign in")
        contains(other.text, "cannot be added to your account", "the account page")
    world.open("/account")
    equal(world.whoami(), None, "the intruder's session")


@suite.check("P-1 the mail about a removal brings the way in back")
def bring_back_by_mail(world: World) -> None:
    owner = sign_up(world)
    account = _user(world)
    github = _add(world, "github", "GitHub")
    world.press("Remove GitHub")
    world.press("Remove GitHub")
    follow_mail(world, owner.email, "cannot sign in")
    equal(world.heading, "Was GitHub not removed by you?", "the heading")
    observe(world, "identity-restore-mail")
    world.press("It was not me: take it back")
    observe(world, "identity-restored-mail")
    world.sign_in("github", github)
    equal(_user(world), account, "the user")


@suite.check("merge: another account is proven, shown, and joined; both addresses are told")
def merge(world: World) -> None:
    world.tolerated.append("status of 4(01|09|22)")
    other = sign_up(world)
    github = _add(world, "github", "GitHub")
    gone = _user(world)
    world.sign_out()
    owner = sign_up(world)
    account = _user(world)
    world.press("Merge another account of mine into this one")
    equal(world.heading, "Merge another account", "the heading")
    observe(world, "merge")
    type_into(world, "E-mail address of the other account", other.email)
    type_into(world, "Its password", "not the password at all")
    send_unchecked(world, "Go on")
    observe(world, "merge-wrong-password")
    # While its owner can still take the link back there is no merge.
    type_into(world, "E-mail address of the other account", other.email)
    type_into(world, "Its password", other.password)
    world.press("Go on")
    contains(world.text, "cannot be merged now", "the page")
    observe(world, "merge-refused")
    world.expect_way_forward()

    _nothing_to_undo(world, gone)
    _prove(world, other)
    equal(world.heading, "Merge the two accounts?", "the heading")
    for word in (other.email, "GitHub", "cannot be undone"):
        contains(world.text, word, "what would happen")
    observe(world, "merge-confirm")
    world.press("Do not merge")
    world.expect_path("/account")
    contains(world.text, "Nothing was merged", "the account page")
    _prove(world, other)
    world.press("Merge the accounts")
    world.expect_path("/account")
    equal(_providers(world), ["GitHub"], "the ways to sign in")
    observe(world, "account-merged")
    for email in (owner.email, other.email):
        contains(find_mail(world, email, "merged").text, "one account", "the mail")
    world.open("/account")
    world.sign_out()
    world.sign_in("github", github)
    equal(_user(world), account, "the user")


def _prove(world: World, other: Account) -> None:
    world.open("/account/merge")
    type_into(world, "E-mail address of the other account", other.email)
    type_into(world, "Its password", other.password)
    world.press("Go on")


@suite.check("P-12 merge: the other account's second step comes before anything of it is shown")
def merge_with_second_step(world: World) -> None:
    world.tolerated.append("status of 401")
    other = sign_up(world)
    world.press("Set up (Second step)")
    secret = str(world.browser.find_element(By.CSS_SELECTOR, "code.secret").text)
    world.secrets.update({secret, secret.replace(" ", "")})
    app = Authenticator(secret)
    type_into(world, "Code", app.code())
    world.press("Turn it on")
    codes = [code.text for code in world.browser.find_elements(By.CSS_SELECTOR, "ol.codes code")]
    world.secrets.update(codes)
    world.press("I have saved them")
    world.sign_out()
    owner = sign_up(world)
    _prove(world, other)
    equal(world.heading, "The other account's second step", "the heading")
    lacks(world.text, other.email, "the page")
    observe(world, "merge-second-step")
    type_into(world, "Code", "000000")
    send_unchecked(world, "Go on")
    assert fault_at(world, "Code"), "nothing is said at the field"
    observe(world, "merge-second-step-wrong")
    type_into(world, "Code", codes[0])
    send_unchecked(world, "Go on")
    equal(world.heading, "Merge the two accounts?", "the heading")
    contains(world.text, "second step protects this one", "what would happen")
    world.press("Merge the accounts")
    world.expect_path("/account")
    world.sign_out()
    type_sign_in(world, owner)
    world.expect_path("/sign-in/second-factor")
