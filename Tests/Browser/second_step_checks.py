"""The second step: an authenticator app, recovery codes, and turning it off."""

from __future__ import annotations

from selenium.webdriver.common.by import By

from authenticator import Authenticator
from local_accounts import Account, fault_at, find_mail, sign_up, type_into, type_sign_in
from page_quality import observe
from report import Suite, contains, equal, lacks
from world import World

suite: Suite[World] = Suite()


def _secret(world: World) -> str:
    return str(world.browser.find_element(By.CSS_SELECTOR, "code.secret").text)


def _turn_on(world: World) -> tuple[Authenticator, list[str]]:
    """From the account page and back to it."""
    world.press("Set up (Second step)")
    app = Authenticator(_secret(world))
    type_into(world, "Code", app.code())
    world.press("Turn it on")
    codes = _recovery_codes(world)
    world.press("I have saved them")
    return app, codes


def _recovery_codes(world: World) -> list[str]:
    equal(world.heading, "Your recovery codes", "the heading")
    codes = [code.text for code in world.browser.find_elements(By.CSS_SELECTOR, "ol.codes code")]
    assert len(set(codes)) >= 8, f"{len(codes)} recovery codes"
    world.secrets.update(codes)
    return codes


def _sign_in_to_second_step(world: World, account: Account) -> None:
    type_sign_in(world, account)
    world.expect_path("/sign-in/second-factor")
    equal(world.whoami(), None, "the session before the second step")


def _use_recovery_code(world: World, code: str) -> None:
    if not world.browser.find_element(By.CSS_SELECTOR, "details").get_attribute("open"):
        world.browser.find_element(By.TAG_NAME, "summary").click()
    type_into(world, "Recovery code", code)
    world.press("Use this recovery code")


@suite.check("a second step is set up from the picture's key, asked for at the next sign-in, and turned off")
def whole_way(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    world.press("Set up (Second step)")
    picture = world.browser.find_element(By.CSS_SELECTOR, "img.qr")
    world.wait(lambda: world.run("return arguments[0].complete && arguments[0].naturalWidth > 0", picture), "drawn")
    secret = _secret(world)
    world.secrets.update({secret, secret.replace(" ", "")})
    opener = world.control("Open an authenticator app on this device").get_attribute("href") or ""
    contains(opener, f"secret={secret.replace(' ', '')}", "the link for an app on this device")
    observe(world, "second-step-set-up")
    app = Authenticator(secret)
    type_into(world, "Code", app.wrong_code())
    world.press("Turn it on")
    assert fault_at(world, "Code"), "nothing said about the wrong code"
    equal(_secret(world), secret, "the key after a wrong code")
    observe(world, "second-step-set-up-refused")
    before = world.session_token
    type_into(world, "Code", app.code())
    world.press("Turn it on")
    codes = _recovery_codes(world)
    observe(world, "recovery-codes")
    equal(world.session_behind(before), None, "the session's token from before")
    world.press("I have saved them")
    contains(world.text, f"Recovery codes left\n{len(codes)}", "the account page")
    observe(world, "account-second-step")

    # Shown once: neither a page that is opened again nor one that is asked for shows them.
    world.press("New recovery codes (Second step)")
    observe(world, "renew-recovery-codes")
    for code in codes:
        lacks(world.browser.page_source, code, "the page that asks before it makes new codes")

    world.sign_out()
    _sign_in_to_second_step(world, account)
    observe(world, "second-step")
    world.open("/account")
    world.expect_path("/sign-in")
    _sign_in_to_second_step(world, account)
    type_into(world, "Code", app.wrong_code())
    world.press("Continue")
    assert fault_at(world, "Code"), "nothing said about the wrong code"
    equal(world.whoami(), None, "the session after a wrong code")
    observe(world, "second-step-refused")
    type_into(world, "Code", app.code())
    world.press("Continue")
    world.expect_path("/account")
    equal((world.whoami() or {})["user"]["email"], account.email, "who is signed in")

    world.press("Turn off (Second step)")
    observe(world, "second-step-turn-off")
    type_into(world, "Code", app.wrong_code())
    world.press("Turn it off")
    assert fault_at(world, "Code"), "nothing said about the wrong code"
    type_into(world, "Code", app.code())
    world.press("Turn it off")
    contains(world.text, "The second step is off", "the account page")
    find_mail(world, account.email, "Two-step sign-in is off")
    world.sign_out()
    type_sign_in(world, account)
    world.expect_path("/account")


@suite.check("a recovery code stands in for the app once")
def recovery_code(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    _, codes = _turn_on(world)
    world.sign_out()
    _sign_in_to_second_step(world, account)
    world.browser.find_element(By.TAG_NAME, "summary").click()
    observe(world, "second-step-recovery")
    _use_recovery_code(world, codes[0])
    world.expect_path("/account")
    contains(world.text, f"Recovery codes left\n{len(codes) - 1}", "the account page")
    find_mail(world, account.email, "A recovery code was used")
    world.open("/account")
    world.sign_out()
    _sign_in_to_second_step(world, account)
    _use_recovery_code(world, codes[0])
    assert fault_at(world, "Recovery code"), "nothing said about the used code"
    equal(world.whoami(), None, "the session after a used code")
    observe(world, "second-step-recovery-refused")
    _use_recovery_code(world, codes[1].lower())
    world.expect_path("/account")


@suite.check("new recovery codes replace the old ones, and a recovery code turns the second step off")
def renewed(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    _, old = _turn_on(world)
    world.press("New recovery codes (Second step)")
    world.press("Make new codes")
    new = _recovery_codes(world)
    equal(set(old) & set(new), set(), "codes that are in both sets")
    world.press("I have saved them")
    world.sign_out()
    _sign_in_to_second_step(world, account)
    _use_recovery_code(world, old[0])
    assert fault_at(world, "Recovery code"), "nothing said about the void code"
    _use_recovery_code(world, new[0])
    world.expect_path("/account")
    world.press("Turn off (Second step)")
    type_into(world, "Code", new[1])
    world.press("Turn it off")
    contains(world.text, "The second step is off", "the account page")


@suite.check("a second step that waits remembers where the sign-in was going")
def return_to(world: World) -> None:
    account = sign_up(world)
    app, _ = _turn_on(world)
    world.sign_out()
    world.open("/sign-in?return_to=%2Faccount%3Ftab%3Dsecurity")
    type_into(world, "E-mail address", account.email)
    type_into(world, "Password", account.password)
    world.press("Sign in")
    type_into(world, "Code", app.code())
    world.press("Continue")
    equal(world.browser.current_url, f"{world.node.origin}/account?tab=security", "the address")


@suite.check("O-5 without a proven address a second step is not offered, and the page says what to do first")
def not_without_address(world: World) -> None:
    world.sign_in("twitter", world.invent("twitter", email=None))
    contains(world.text, "A second step needs a proven e-mail address", "the account page")
    links = [link.accessible_name for link in world.browser.find_elements(By.CSS_SELECTOR, "main a")]
    lacks(str(links), "Set up", "the links of the account page")
    observe(world, "account-nothing-proven")
