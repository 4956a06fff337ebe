"""The steps of people with an address and a password: forms, mails, sign-up and sign-in."""

from __future__ import annotations

import contextlib
import itertools
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from chromium import chromium
from database import execute
from node import ROOT
from report import equal
from world import World

_numbers = itertools.count(1)


@dataclass
class Account:
    """Somebody with an address and a password of their own."""

    email: str
    password: str


def fresh_address() -> str:
    """An address that nobody has used."""
    return f"grace.{secrets.token_hex(3)}{next(_numbers)}@people.example"


def fresh_password(world: World) -> str:
    """A password that keeps the rules; the log must never show it."""
    password = f"{secrets.token_hex(4)} walks over {secrets.token_hex(4)}"
    world.secrets.add(password)
    return password


def fresh_account(world: World) -> Account:
    """Somebody who has not signed up yet."""
    return Account(fresh_address(), fresh_password(world))


# Forms.


def field(world: World, label: str) -> WebElement:
    """The field with this label."""
    for element in world.browser.find_elements(By.CSS_SELECTOR, "input:not([type=hidden])"):
        if element.accessible_name.strip() == label:
            return element
    raise AssertionError(f"no field {label!r} at {world.browser.current_url}: {world.text[:300]!r}")


def type_into(world: World, label: str, text: str) -> None:
    """Replaces what stands in a field."""
    box = field(world, label)
    box.clear()
    box.send_keys(text)


def fault_at(world: World, label: str) -> str:
    """The sentence that the field itself is explained with; empty when nothing is wrong with it."""
    box = field(world, label)
    if box.get_attribute("aria-invalid") != "true":
        return ""
    ids = (box.get_attribute("aria-describedby") or "").split()
    faults = [world.browser.find_element(By.ID, part) for part in ids if part.endswith("-error")]
    return " ".join(fault.text for fault in faults)


def send_unchecked(world: World, button: str) -> None:
    """Presses a button of a browser that leaves every check to the server."""
    world.run("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    world.press(button)


# Mail.


def _mails(world: World, to: str, subject: str) -> list[WebElement]:
    """The caught mails to somebody about something, the newest first."""
    world.open("/development/mail")
    return [
        mail
        for mail in world.browser.find_elements(By.CSS_SELECTOR, "article")
        if f"To {to}" in mail.text and subject in mail.find_element(By.TAG_NAME, "h2").text
    ]


def count_mails(world: World, to: str, subject: str) -> int:
    """How many mails to somebody about something there are so far."""
    return len(_mails(world, to, subject))


def find_mail(world: World, to: str, subject: str) -> WebElement:
    """Opens the page with caught mails and waits for one to somebody about something, the newest."""
    found: list[WebElement] = world.wait(lambda: _mails(world, to, subject), f"shown a mail about {subject!r}")
    return found[0]


def follow_mail(world: World, to: str, subject: str) -> None:
    """Opens the link in a mail by clicking on it."""
    links = find_mail(world, to, subject).find_elements(By.CSS_SELECTOR, "pre a[href*='token=']")
    equal(len(links), 1, f"the number of links with a proof in the mail about {subject!r}")
    world.follow(links[0])
    world.note_urls()


def mailed_code(world: World, account: Account) -> str:
    """Reads the code to sign in from its mail, in another tab, and comes back to the page that asks for it."""
    page = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    words = find_mail(world, account.email, "Sign in to").find_element(By.TAG_NAME, "pre").text
    found = re.search(r"^ *([0-9]{4} ?[0-9]{4})$", words, re.MULTILINE)
    assert found, f"no code in {words!r}"
    world.secrets.add(found[1])
    world.browser.close()
    world.browser.switch_to.window(page)
    return found[1]


# Sign-up and sign-in.


def begin_sign_up(world: World, account: Account) -> None:
    """Fills in the sign-up page; ends at "Check your mail"."""
    world.open("/sign-in")
    world.press("Create an account")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", account.password)
    world.press("Create account")
    equal(world.heading, "Check your mail", "the heading")


def sign_up(world: World, account: Account | None = None) -> Account:
    """The whole way to the account page."""
    account = account or fresh_account(world)
    begin_sign_up(world, account)
    follow_mail(world, account.email, "Confirm your address")
    world.press("Confirm this address")
    world.expect_path("/account")
    return account


def type_sign_in(world: World, account: Account) -> None:
    """Address and password on the sign-in page; where that leads depends."""
    world.open("/sign-in")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", account.password)
    world.press("Sign in")


def sign_in(world: World, account: Account) -> None:
    """With a password, to the account page."""
    type_sign_in(world, account)
    world.expect_path("/account")


def ask_for_mail(world: World, email: str) -> None:
    """Asks for a code and a link to sign in; ends at the page for the code."""
    world.open("/sign-in")
    world.press("Sign in with a code by mail")
    type_into(world, "E-mail address", email)
    world.press("Send the code")


def let_sign_in_grow_old(world: World) -> None:
    """Makes the present session's sign-in an hour old, which asks for a new one before anything sensitive."""
    session = (world.whoami() or {})["session"]["id"]
    execute(world.database, f"UPDATE sessions SET authenticated_at = now() - interval '1 hour' WHERE id = '{session}'")


@contextlib.contextmanager
def another_browser(world: World) -> Iterator[World]:
    """The same world, seen from a browser of its own."""
    with chromium(ROOT) as browser:
        other = replace(world, browser=browser)
        yield other
        other.end()
