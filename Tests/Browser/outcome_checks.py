"""What the linking policy can decide, each to its end: a proof, a claim, an administrator, an account apart."""

from __future__ import annotations

import re
import subprocess

from selenium.webdriver.common.by import By

from database import execute
from local_accounts import fault_at, find_mail, send_unchecked, sign_in, sign_up, type_into
from node import ROOT, executable
from page_quality import observe
from people import Person
from processes import clean_environment
from report import Suite, contains, equal, lacks
from world import World

suite: Suite[World] = Suite()


def _arrive(world: World, provider: str, person: Person) -> None:
    """To wherever the decision about a newcomer leads."""
    world.begin_at(provider)
    world.consent(person)


def _code(world: World, email: str, subject: str) -> str:
    """Reads the code from its mail, in another tab, and comes back."""
    page = world.browser.current_window_handle
    world.browser.switch_to.new_window("tab")
    words = find_mail(world, email, subject).find_element(By.TAG_NAME, "pre").text
    found = re.search(r"^ *([0-9]{4} ?[0-9]{4})$", words, re.MULTILINE)
    assert found, f"no code in {words!r}"
    world.secrets.add(found[1])
    world.browser.close()
    world.browser.switch_to.window(page)
    return found[1]


def _user(world: World) -> str:
    session = world.whoami()
    assert session, "nobody is signed in"
    return str(session["user"]["id"])


def _squatted(world: World, email: str) -> str:
    """An account that holds an address it never proved, as former releases and imports left them."""
    world.sign_in("github", world.invent("github", name="Mallory", email=email))
    squatter = _user(world)
    execute(world.database, f"UPDATE user_emails SET verified_at = NULL WHERE user_id = '{squatter}'")
    return squatter


@suite.check("link_after_proof: the account's password, and a wrong one first")
def by_password(world: World) -> None:
    world.tolerated.append("status of 4(01|22|03)")
    owner = sign_up(world)
    account = _user(world)
    world.sign_out()
    newcomer = world.invent("github", email=owner.email)
    _arrive(world, "github", newcomer)
    world.expect_path("/confirm")
    equal(world.heading, "Is this account yours?", "the heading")
    contains(world.text, newcomer.username, "what is joined")
    contains(world.text, owner.email, "to what")
    equal(world.whoami(), None, "the session")
    observe(world, "confirm-link")
    type_into(world, "Password of the account", "not the password at all")
    send_unchecked(world, "Confirm with the password")
    assert fault_at(world, "Password of the account"), "nothing is said at the field"
    observe(world, "confirm-link-wrong-password")
    equal(world.whoami(), None, "the session")
    type_into(world, "Password of the account", owner.password)
    world.press("Confirm with the password")
    world.expect_path("/account")
    equal(_user(world), account, "the user")
    equal([method["provider"] for method in world.methods()], ["GitHub"], "the ways to sign in")
    world.sign_out()
    world.sign_in("github", newcomer)
    equal(_user(world), account, "the user")


@suite.check("link_after_proof: a code from the mailbox")
def by_code(world: World) -> None:
    owner = sign_up(world)
    account = _user(world)
    world.sign_out()
    _arrive(world, "github", world.invent("github", email=owner.email))
    world.press("Mail me a code")
    contains(world.text, "on its way", "the page")
    observe(world, "confirm-link-code")
    code = _code(world, owner.email, "GitHub")
    type_into(world, "Code from the mail", code)
    world.press("Confirm with the code")
    world.expect_path("/account")
    equal(_user(world), account, "the user")


@suite.check("link_after_proof: an identity that is linked already, and not somebody else's")
def by_identity(world: World) -> None:
    world.tolerated.append("status of 4(03|09)")
    ada = world.sign_in("google")
    account = _user(world)
    world.sign_out()
    newcomer, stranger = world.invent("github", email=ada.email), world.invent("google")
    _arrive(world, "github", newcomer)
    world.press("Sign in with Google")
    world.consent(stranger)
    equal(world.whoami(), None, "the session")
    observe(world, "confirm-link-wrong-identity")
    # For this browser only: what waits is bound to it.
    assert world.browser.find_elements(By.CSS_SELECTOR, "main a[href$='/confirm']"), f"a dead end: {world.text[:200]!r}"
    world.open("/confirm")
    world.press("Sign in with Google")
    world.consent(ada)
    if world.path == "/confirm":
        equal(world.whoami(), None, "the session")
        observe(world, "confirm-link-finish")
        world.press("Add it to the account")
    world.expect_path("/account")
    equal(_user(world), account, "the user")
    equal(sorted(method["provider"] for method in world.methods()), ["GitHub", "Google"], "the ways to sign in")


@suite.check("link_after_proof: leaving it joins nothing and leaves nothing behind")
def leaving(world: World) -> None:
    world.tolerated.append("status of 4(00|04|09|10)")
    owner = sign_up(world)
    world.sign_out()
    _arrive(world, "github", world.invent("github", email=owner.email))
    world.press("Leave it")
    world.expect_path("/sign-in")
    world.open("/confirm")
    world.expect_way_forward()
    sign_in(world, owner)
    equal(world.methods(), [], "the ways to sign in")


@suite.check("P-1 the mail says what would be joined, and holds no link that does it")
def mail_asks(world: World) -> None:
    owner = sign_up(world)
    world.sign_out()
    newcomer = world.invent("github", email=owner.email)
    _arrive(world, "github", newcomer)
    world.press("Mail me a code")
    mail = find_mail(world, owner.email, "GitHub")
    contains(mail.text, newcomer.username, "the mail")
    equal(mail.find_elements(By.CSS_SELECTOR, "pre a[href*='token=']"), [], "links with a proof in the mail")


@suite.check("claim: the mailbox's operator vouches; the owner gets an account apart and a receipt")
def claim(world: World) -> None:
    email = world.invent("google").email or ""
    email = email.replace("@people.example", "@gmail.com")
    squatter = _squatted(world, email)
    left_behind = world.session_token
    world.browser.forget()
    owner = world.invent("google", email=email)
    _arrive(world, "google", owner)
    contains(world.path, "/account/receipts/", "the address")
    contains(world.text.lower(), "github", "what was removed")
    observe(world, "claim-receipt")
    world.press("Go to your account")
    world.expect_path("/account")
    assert _user(world) != squatter, "the squatter's account was handed over"
    equal((world.whoami() or {})["user"]["email"], email, "the address")
    equal(world.session_behind(left_behind), None, "the squatter's session")
    contains(find_mail(world, email, "is yours").text, "removed", "the mail")


@suite.check("claim_after_proof: second-hand evidence, a code from the mailbox, a receipt")
def claim_after_proof(world: World) -> None:
    email = f"grace.{world.invent('google').subject}@people.example"
    squatter = _squatted(world, email)
    world.browser.forget()
    _arrive(world, "google", world.invent("google", email=email))
    equal(world.heading, "Is this address yours?", "the heading")
    observe(world, "confirm-claim")
    world.press("Mail me a code")
    type_into(world, "Code from the mail", _code(world, email, "Google"))
    world.press("Confirm with the code")
    contains(world.path, "/account/receipts/", "the address")
    assert _user(world) != squatter, "the squatter's account was handed over"


@suite.check("hold: an administrator is asked, agrees, and the next sign-in leads to the account")
def hold(world: World) -> None:
    world.tolerated.append("status of 4(03|09)")
    owner = sign_up(world)
    account = _user(world)
    world.sign_out()
    newcomer = world.invent("github", email=owner.email)
    _arrive(world, "github", newcomer)
    world.browser.find_element(By.CSS_SELECTOR, "details > summary").click()
    world.press("Ask an administrator")
    contains(world.text.lower(), "administrator", "the page")
    observe(world, "held")
    equal(world.whoami(), None, "the session")
    _arrive(world, "github", newcomer)
    held = execute(world.database, f"SELECT id FROM held_arrivals WHERE subject = '{newcomer.subject}'").strip()
    equal(len(held.splitlines()), 1, "the number of rows that wait")
    latchkey(world, "holds", "approve", held, "--link", account)
    world.sign_in("github", newcomer)
    equal(_user(world), account, "the user")


@suite.check("create_separate: an address nobody vouches for makes an account apart, and says nothing of the other")
def separate(world: World) -> None:
    ada = world.sign_in("google")
    owner = _user(world)
    world.sign_out()
    world.sign_in("github", world.invent("github", name="Mallory", email=ada.email, verified=False))
    assert _user(world) != owner
    lacks(world.text, "already", "the account page")
    equal((world.whoami() or {})["user"]["email"], None, "the address")


def latchkey(world: World, *arguments: str) -> str:
    """A command of the operator's, over the same database."""
    done = subprocess.run(
        [str(executable("latchkey")), *arguments, "--config", str(world.node.configuration)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=180,
    )
    equal(done.returncode, 0, f"the status of {' '.join(arguments)}: {done.stderr[-300:]}")
    return done.stdout
