"""The same pages in a browser that runs no scripts at all."""

from __future__ import annotations

from dataclasses import replace

from selenium.webdriver.common.by import By

from authenticator import Authenticator
from local_accounts import (
    ask_for_mail,
    fault_at,
    follow_mail,
    fresh_account,
    fresh_address,
    fresh_password,
    mailed_code,
    send_unchecked,
    sign_in,
    sign_up,
    type_into,
    type_sign_in,
)
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


@suite.check("without scripts: sign up, confirm, sign in, change the password, change the address")
def local_account(world: World) -> None:
    world.tolerated.append("status of 40[01]")
    account = fresh_account(world)
    world.open("/sign-up")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", "short")
    send_unchecked(world, "Create account")
    contains(fault_at(world, "Password"), "15", "the sentence at the field")
    sign_up(world, account)
    world.press("Sign out")
    type_sign_in(world, replace(account, password=fresh_password(world)))
    contains(world.text, "The address or the password is not right", "the page")
    sign_in(world, account)
    world.press("Change (Password)")
    type_into(world, "Current password", account.password)
    account.password = fresh_password(world)
    type_into(world, "New password", account.password)
    world.press("Change the password")
    contains(world.text, "Your password is saved", "the account page")
    world.press("Change (E-mail address)")
    new = fresh_address()
    type_into(world, "New e-mail address", new)
    world.press("Send the mail")
    follow_mail(world, new, "Confirm your new address")
    world.press("Use the new address")
    equal((world.whoami() or {})["user"]["email"], new, "the address")
    follow_mail(world, account.email, "was changed")
    world.press("Undo the change")
    world.press("Choose a new password")
    type_into(world, "E-mail address", account.email)
    world.press("Send the mail")
    follow_mail(world, account.email, "Set a new password")
    account.password = fresh_password(world)
    type_into(world, "New password", account.password)
    world.press("Set the new password")
    sign_in(world, account)


@suite.check("without scripts: a second step, a recovery code, and off again")
def second_step(world: World) -> None:
    account = sign_up(world)
    world.press("Set up (Second step)")
    app = Authenticator(world.browser.find_element(By.CSS_SELECTOR, "code.secret").text)
    type_into(world, "Code", app.code())
    world.press("Turn it on")
    recovery = world.browser.find_element(By.CSS_SELECTOR, "ol.codes code").text
    world.press("I have saved them")
    world.press("Sign out")
    type_sign_in(world, account)
    type_into(world, "Code", app.code())
    world.press("Continue")
    world.expect_path("/account")
    world.press("Sign out")
    type_sign_in(world, account)
    world.browser.find_element(By.TAG_NAME, "summary").click()
    type_into(world, "Recovery code", recovery)
    world.press("Use this recovery code")
    world.expect_path("/account")
    world.press("Turn off (Second step)")
    type_into(world, "Code", app.code())
    world.press("Turn it off")
    contains(world.text, "The second step is off", "the account page")


@suite.check("without scripts: a code and a link by mail")
def by_mail(world: World) -> None:
    account = sign_up(world)
    for way in ("code", "link"):
        world.open("/account")
        world.press("Sign out")
        ask_for_mail(world, account.email)
        if way == "code":
            type_into(world, "Code from the mail", mailed_code(world, account))
        else:
            follow_mail(world, account.email, "Sign in to")
        world.press("Sign in")
        world.expect_path("/account")


@suite.check("without scripts: a first password beside a provider, and away with it")
def first_password(world: World) -> None:
    world.sign_in("google")
    world.press("Set a password (Password)")
    type_into(world, "New password", fresh_password(world))
    world.press("Set the password")
    world.press("Remove (Password)")
    world.press("Remove the password")
    contains(world.text, "You sign in without a password", "the account page")
