"""A password that is changed, lost, set for the first time or removed, and what is asked before that."""

from __future__ import annotations

from dataclasses import replace

from selenium.webdriver.common.by import By

from database import execute
from local_accounts import (
    another_browser,
    count_mails,
    fault_at,
    find_mail,
    follow_mail,
    fresh_account,
    fresh_address,
    fresh_password,
    let_sign_in_grow_old,
    sign_in,
    sign_up,
    type_into,
    type_sign_in,
)
from page_quality import observe
from report import Suite, contains, equal
from world import World

suite: Suite[World] = Suite()


@suite.check("a password is changed with the present one; every other browser is signed out")
def change_password(world: World) -> None:
    world.tolerated.append("status of 40[01]")
    account = sign_up(world)
    with another_browser(world) as other:
        sign_in(other, account)
        world.open("/account")
        world.press("Change (Password)")
        observe(world, "change-password")
        old, account.password = account.password, fresh_password(world)
        type_into(world, "Current password", fresh_password(world))
        type_into(world, "New password", account.password)
        world.press("Change the password")
        contains(fault_at(world, "Current password"), "not the right password", "the sentence at the field")
        observe(world, "change-password-refused")
        equal((other.whoami() or {}).get("user", {}).get("email"), account.email, "the other browser until now")

        before = world.session_token
        type_into(world, "Current password", old)
        type_into(world, "New password", account.password)
        world.press("Change the password")
        world.expect_path("/account")
        contains(world.text, "Your password is saved", "the account page")
        observe(world, "account-password-changed")
        assert world.whoami() is not None and world.session_token != before, "this browser stays, with a new token"
        equal(other.whoami(), None, "the session of the other browser")
        other.open("/account")
        other.expect_path("/sign-in")
    find_mail(world, account.email, "Your password")
    world.sign_out()
    type_sign_in(world, replace(account, password=old))
    contains(world.text, "The address or the password is not right", "the page after the old password")
    sign_in(world, account)


@suite.check("a forgotten password is replaced through the mailbox; the link works once and ends every session")
def forgotten(world: World) -> None:
    world.tolerated.append("status of 400")
    account = sign_up(world)
    with another_browser(world) as other:
        other.open("/sign-in")
        other.press("Forgot your password?")
        observe(other, "reset")
        type_into(other, "E-mail address", account.email)
        other.press("Send the mail")
        equal(other.heading, "Check your mail", "the heading")
        observe(other, "reset-check-mail")
        follow_mail(other, account.email, "Set a new password")
        link = other.browser.current_url
        observe(other, "reset-confirm")
        assert world.whoami() is not None, "opening the link ends nothing yet (P-1)"
        account.password = fresh_password(world)
        type_into(other, "New password", account.password)
        other.press("Set the new password")
        contains(other.heading, "password is changed", "the heading")
        observe(other, "reset-done")
        equal(other.whoami(), None, "a reset signs nobody in")
        equal(world.whoami(), None, "the session from before")
        other.press("Sign in")
        sign_in(other, account)
        other.browser.get(link)
        contains(other.text, "This link was used already", "the page of the used link")
        observe(other, "link-used")
        other.expect_way_forward()


@suite.check("a mail that does not come can be asked for again")
def again(world: World) -> None:
    account = sign_up(world)
    new = fresh_address()
    for path, label, email, subject in (
        ("/account/email", "New e-mail address", new, "Confirm your new address"),
        ("/reset", "E-mail address", account.email, "Set a new password"),
    ):
        world.open(path)
        type_into(world, label, email)
        world.press("Send the mail")
        world.press("Send it again")
        equal(world.heading, "Check your mail", "the heading")
        world.wait(lambda: count_mails(world, email, subject) == 2, f"two mails about {subject!r}")


@suite.check("P-3 asking for a password for an address that nobody has looks the same")
def nobodys_reset(world: World) -> None:
    account = sign_up(world)
    pages = []
    for email in (account.email, fresh_account(world).email):
        world.browser.forget()
        world.open("/reset")
        type_into(world, "E-mail address", email)
        world.press("Send the mail")
        pages.append(world.browser.page_source.replace(email, "somebody"))
    equal(pages[1], pages[0], "the page for an unknown address")


@suite.check("an account without a password sets a first one, signs in with it, and removes it")
def first_password(world: World) -> None:
    person = world.sign_in("google")
    owner = (world.whoami() or {})["user"]["id"]
    account = replace(fresh_account(world), email=person.email or "")
    world.press("Set a password (Password)")
    observe(world, "set-password")
    type_into(world, "New password", account.password)
    world.press("Set the password")
    contains(world.text, "Your password is saved", "the account page")
    observe(world, "account-provider-and-password")
    world.sign_out()
    sign_in(world, account)
    equal((world.whoami() or {})["user"]["id"], owner, "the user")
    world.press("Remove (Password)")
    observe(world, "remove-password")
    world.press("Remove the password")
    contains(world.text, "Your password is removed", "the account page")
    contains(world.text, "You sign in without a password", "the account page")
    world.sign_out()
    world.tolerated.append("status of 401")
    type_sign_in(world, account)
    contains(world.text, "The address or the password is not right", "the page")


@suite.check("L-6 the last way in is not removed, and the page says why and what to do first")
def last_way_in(world: World) -> None:
    world.tolerated.append("status of 409")
    # Without an address no mail can let this person in either.
    person = world.sign_in("twitter", world.invent("twitter", email=None))
    identity = execute(world.database, f"SELECT id FROM federated_identities WHERE subject = '{person.subject}'").strip()
    world.open(f"/account/identities/{identity}/remove")
    if "only way to sign in" not in world.text:
        world.follow(world.browser.find_element(By.CSS_SELECTOR, "main form button"))
    contains(world.text, "only way to sign in", "the page")
    observe(world, "last-way-in")
    world.expect_way_forward()
    world.sign_out()
    world.sign_in("twitter", person)


@suite.check("before something sensitive an old sign-in is asked to prove itself again, and then goes on")
def step_up(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    let_sign_in_grow_old(world)
    world.open("/account")
    world.press("Change (E-mail address)")
    world.expect_path("/account/confirm")
    observe(world, "step-up")
    type_into(world, "Password", fresh_password(world))
    world.press("Continue")
    contains(fault_at(world, "Password"), "not the right password", "the sentence at the field")
    observe(world, "step-up-refused")
    type_into(world, "Password", account.password)
    world.press("Continue")
    world.expect_path("/account/email")


@suite.check("an old sign-in with a provider is renewed at the provider, and then goes on")
def step_up_at_provider(world: World) -> None:
    person = world.sign_in("google")
    let_sign_in_grow_old(world)
    world.open("/account")
    world.press("Set a password (Password)")
    world.expect_path("/account/confirm")
    observe(world, "step-up-provider")
    world.press("Sign in with Google")
    world.consent(person)
    world.expect_path("/account/password")
    equal(world.heading, "Set a password", "the heading")
