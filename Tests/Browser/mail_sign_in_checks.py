"""A code or a link by mail as a way in: only in the browser that asked for it."""

from __future__ import annotations

from authenticator import Authenticator
from local_accounts import (
    another_browser,
    ask_for_mail,
    fault_at,
    follow_mail,
    fresh_address,
    mailed_code,
    sign_up,
    type_into,
)
from page_quality import observe
from report import Suite, contains, equal
from world import World

suite: Suite[World] = Suite()


@suite.check("a person signs in with a code by mail")
def by_code(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    world.sign_out()
    world.open("/sign-in")
    world.press("Sign in with a code by mail")
    observe(world, "sign-in-by-mail")
    type_into(world, "E-mail address", account.email)
    world.press("Send the code")
    observe(world, "mailed-code")
    code = mailed_code(world, account)
    type_into(world, "Code from the mail", f"{(int(code.replace(' ', '')) + 1) % 10**8:08}")
    world.press("Sign in")
    assert fault_at(world, "Code from the mail"), "nothing said about the wrong code"
    equal(world.whoami(), None, "the session after a wrong code")
    observe(world, "mailed-code-refused")
    type_into(world, "Code from the mail", code)
    world.press("Sign in")
    world.expect_path("/account")
    equal((world.whoami() or {})["user"]["email"], account.email, "who is signed in")


@suite.check("a person signs in with a link by mail, in the browser that asked; it works once")
def by_link(world: World) -> None:
    world.tolerated.append("status of 400")
    account = sign_up(world)
    world.sign_out()
    ask_for_mail(world, account.email)
    follow_mail(world, account.email, "Sign in to")
    link = world.browser.current_url
    equal(world.whoami(), None, "the session after the link was opened (P-1)")
    observe(world, "mailed-link")
    world.press("Sign in")
    world.expect_path("/account")
    equal((world.whoami() or {})["user"]["email"], account.email, "who is signed in")
    world.sign_out()
    world.browser.get(link)
    equal(world.whoami(), None, "the session after the used link")
    world.expect_way_forward()


@suite.check("a sign-in by mail returns to the path it began for")
def return_to(world: World) -> None:
    account = sign_up(world)
    for way in ("code", "link"):
        world.sign_out()
        world.open("/sign-in?return_to=%2Faccount%3Ftab%3Dsecurity")
        world.press("Sign in with a code by mail")
        type_into(world, "E-mail address", account.email)
        world.press("Send the code")
        if way == "code":
            type_into(world, "Code from the mail", mailed_code(world, account))
        else:
            follow_mail(world, account.email, "Sign in to")
        world.press("Sign in")
        equal(world.browser.current_url, f"{world.node.origin}/account?tab=security", f"the address after the {way}")


@suite.check("P-6 a link or code to sign in does nothing in another browser")
def other_browser(world: World) -> None:
    world.tolerated.append("status of 40[01]")
    account = sign_up(world)
    world.sign_out()
    ask_for_mail(world, account.email)
    code = mailed_code(world, account)
    with another_browser(world) as other:
        follow_mail(other, account.email, "Sign in to")
        contains(other.text, "only in the browser in which you asked for it", "the page")
        observe(other, "mailed-link-other-browser")
        other.expect_way_forward()
        ask_for_mail(other, fresh_address())
        type_into(other, "Code from the mail", code)
        other.press("Sign in")
        equal((other.whoami(), world.whoami()), (None, None), "the sessions")


@suite.check("S-1 after a mail to the address, the second step is still asked for")
def second_step(world: World) -> None:
    account = sign_up(world)
    world.press("Set up (Second step)")
    app = Authenticator(world.browser.find_element("css selector", "code.secret").text)
    type_into(world, "Code", app.code())
    world.press("Turn it on")
    world.press("I have saved them")
    world.sign_out()
    ask_for_mail(world, account.email)
    type_into(world, "Code from the mail", mailed_code(world, account))
    world.press("Sign in")
    world.expect_path("/sign-in/second-factor")
    equal(world.whoami(), None, "the session before the second step")
    type_into(world, "Code", app.code())
    world.press("Continue")
    world.expect_path("/account")


@suite.check("P-3 asking for a mail for an address that nobody has looks the same")
def nobody(world: World) -> None:
    account = sign_up(world)
    pages = []
    for email in (account.email, fresh_address()):
        world.browser.forget()
        ask_for_mail(world, email)
        pages.append(world.browser.page_source.replace(email, "somebody"))
    equal(pages[1], pages[0], "the page for an unknown address")
