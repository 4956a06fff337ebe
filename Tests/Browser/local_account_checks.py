"""An account with an address and a password begins: signing up, proving the address, signing in."""

from __future__ import annotations

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from local_accounts import (
    another_browser,
    begin_sign_up,
    fault_at,
    field,
    find_mail,
    follow_mail,
    fresh_account,
    fresh_password,
    send_unchecked,
    sign_up,
    type_into,
)
from page_quality import observe
from report import Suite, contains, equal
from world import World

suite: Suite[World] = Suite()


@suite.check("a person signs up, answers the mail in the same browser and is signed in")
def whole_way(world: World) -> None:
    account = fresh_account(world)
    world.open("/sign-in")
    world.press("Create an account")
    observe(world, "sign-up")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", account.password)
    world.press("Create account")
    equal(world.heading, "Check your mail", "the heading")
    contains(world.text, account.email, "the page")
    equal(world.whoami(), None, "the session before the mail is answered")
    observe(world, "check-mail")

    find_mail(world, account.email, "Confirm your address")
    observe(world, "mailbox")
    follow_mail(world, account.email, "Confirm your address")
    equal(world.heading, "Confirm your address", "the heading")
    equal(world.whoami(), None, "the session after the link was opened (P-1)")
    equal(len(world.browser.find_elements(By.CSS_SELECTOR, "input[type=password]")), 0, "passwords asked for")
    observe(world, "verify")
    world.press("Confirm this address")

    world.expect_path("/account")
    contains(world.text, account.email, "the account page")
    contains(world.text, "Verified", "the account page")
    session = world.whoami()
    assert session
    equal(session["user"]["email"], account.email, "the address")
    equal(session["user"]["email_verified"], True, "whether the address is verified")
    observe(world, "account-password")
    world.sign_out()
    equal(world.whoami(), None, "the session after signing out")


@suite.check("a password that is too short comes back at its field, with the address kept")
def too_short(world: World) -> None:
    world.tolerated.append("status of 400")
    account = fresh_account(world)
    world.open("/sign-up")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", "short")
    world.control("Create account").click()
    equal(world.run("return document.querySelector('input[type=password]').validity.tooShort"), True, "tooShort")
    equal(world.heading, "Create an account", "the heading when the browser itself minds")

    send_unchecked(world, "Create account")
    contains(fault_at(world, "Password"), "15", "the sentence at the field")
    equal(fault_at(world, "E-mail address"), "", "the sentence at the address")
    equal(field(world, "E-mail address").get_attribute("value"), account.email, "the address")
    equal(field(world, "Password").get_attribute("value"), "", "the password, which never comes back")
    equal(world.browser.switch_to.active_element, field(world, "Password"), "what has the focus")
    observe(world, "sign-up-refused")

    # The summary above the form leads to the field.
    link = world.browser.find_element(By.CSS_SELECTOR, "[role=alert] a")
    equal(link.text, fault_at(world, "Password"), "the summary")
    link.send_keys(Keys.ENTER)
    equal(world.browser.switch_to.active_element, field(world, "Password"), "what has the focus after the summary")

    type_into(world, "Password", account.password)
    world.press("Create account")
    equal(world.heading, "Check your mail", "the heading")


@suite.check("P-10 a password that everybody tries first is refused, whatever its length")
def common(world: World) -> None:
    world.tolerated.append("status of 400")
    account = fresh_account(world)
    world.open("/sign-up")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", account.email)
    world.press("Create account")
    assert fault_at(world, "Password"), f"nothing said at the field: {world.text[:300]!r}"


@suite.check("what is no address comes back at its field")
def no_address(world: World) -> None:
    world.tolerated.append("status of 400")
    account = fresh_account(world)
    world.open("/sign-up")
    type_into(world, "E-mail address", "grace at people")
    type_into(world, "Password", account.password)
    send_unchecked(world, "Create account")
    assert fault_at(world, "E-mail address"), f"nothing said at the field: {world.text[:300]!r}"
    equal(field(world, "E-mail address").get_attribute("value"), "grace at people", "what was typed")


@suite.check("a wrong password is answered on the same page, with the address kept; then the right one signs in")
def wrong_then_right(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    world.sign_out()
    world.open("/sign-in")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", fresh_password(world))
    world.press("Sign in")
    contains(world.text, "The address or the password is not right", "the page")
    equal(field(world, "E-mail address").get_attribute("value"), account.email, "the address")
    equal(field(world, "Password").get_attribute("value"), "", "the password, which never comes back")
    equal(world.browser.switch_to.active_element, field(world, "Password"), "what has the focus")
    equal(world.whoami(), None, "the session")
    observe(world, "sign-in-refused")
    type_into(world, "Password", account.password)
    world.press("Sign in")
    world.expect_path("/account")
    equal((world.whoami() or {})["user"]["email"], account.email, "who is signed in")


@suite.check("a sign-in with a password returns to the path it began for, also after a wrong one")
def return_to(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    world.sign_out()
    world.open("/sign-in?return_to=%2Faccount%3Ftab%3Dsecurity")
    for password in (fresh_password(world), account.password):
        type_into(world, "E-mail address", account.email)
        type_into(world, "Password", password)
        world.press("Sign in")
    equal(world.browser.current_url, f"{world.node.origin}/account?tab=security", "the address")


@suite.check("a sign-up returns to the path the sign-in began for")
def sign_up_returns(world: World) -> None:
    account = fresh_account(world)
    world.open("/sign-in?return_to=%2Faccount%3Ftab%3Dsecurity")
    world.press("Create an account")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", account.password)
    world.press("Create account")
    follow_mail(world, account.email, "Confirm your address")
    world.press("Confirm this address")
    equal(world.browser.current_url, f"{world.node.origin}/account?tab=security", "the address")


@suite.check("P-6 the link of a sign-up opened in another browser signs in nobody without the password")
def other_browser(world: World) -> None:
    world.tolerated.append("status of 40[01]")
    account = fresh_account(world)
    begin_sign_up(world, account)
    with another_browser(world) as other:
        follow_mail(other, account.email, "Confirm your address")
        contains(other.text, "another browser", "the page")
        observe(other, "verify-other-browser")
        send_unchecked(other, "Confirm this address")
        equal((other.whoami(), world.whoami()), (None, None), "the sessions without a password")
        type_into(other, "Password you chose at sign-up", fresh_password(world))
        other.press("Confirm this address")
        contains(fault_at(other, "Password you chose at sign-up"), "not the right password", "the sentence")
        equal((other.whoami(), world.whoami()), (None, None), "the sessions after a wrong password")
        type_into(other, "Password you chose at sign-up", account.password)
        other.press("Confirm this address")
        other.expect_path("/account")
        equal((other.whoami() or {})["user"]["email"], account.email, "who is signed in")
        equal(world.whoami(), None, "the session of the browser that only asked")


@suite.check("I10 every password can be pasted, and none is cut")
def pasting(world: World) -> None:
    account = fresh_account(world)
    account.password = "a long way down to the river and back again " * 5 + fresh_password(world)
    world.secrets.add(account.password)
    begin_sign_up(world, account)
    follow_mail(world, account.email, "Confirm your address")
    world.press("Confirm this address")
    world.sign_out()
    world.open("/sign-in")
    source, target = field(world, "E-mail address"), field(world, "Password")
    # The clipboard is filled by copying from a field that shows what is in it.
    world.run("arguments[0].type = 'text'", source)
    source.send_keys(account.password)
    keys = ActionChains(world.browser)
    for element, key in ((source, "a"), (source, "c"), (target, "v")):
        keys = keys.click(element).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL)
    keys.perform()
    equal(target.get_attribute("value"), account.password, "what was pasted")
    type_into(world, "E-mail address", account.email)
    world.press("Sign in")
    world.expect_path("/account")


@suite.check("I10 password stores are told what each field is")
def password_stores(world: World) -> None:
    def fields(selector: str = "form.fields") -> list[tuple[str, str]]:
        return [
            (str(box.get_attribute("name")), str(box.get_attribute("autocomplete")))
            for box in world.browser.find_elements(By.CSS_SELECTOR, f"{selector} input[autocomplete]")
        ]

    world.open("/sign-in")
    equal(fields(), [("email", "username"), ("password", "current-password")], "the fields of the sign-in page")
    world.open("/sign-up")
    equal(fields(), [("email", "username"), ("password", "new-password")], "the fields of the sign-up page")
    account = sign_up(world)
    world.press("Change (Password)")
    wanted = [("username", "username"), ("current_password", "current-password"), ("new_password", "new-password")]
    equal(fields(), wanted, "the fields of the page that changes a password")
    # Password stores look at text fields only; this one is not shown.
    name = world.browser.find_element(By.NAME, "username")
    found = (name.get_attribute("type"), name.get_attribute("value"), name.is_displayed())
    equal(found, ("text", account.email, False), "the field that says whose password it is")
    limits = world.run("return [...document.querySelectorAll('input[type=password]')].map(box => box.maxLength)")
    equal(limits, [-1, -1], "limits on the length of passwords")
