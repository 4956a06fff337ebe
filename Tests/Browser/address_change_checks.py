"""Another address for an account: the new mailbox proves itself, the old one is told and can take it back."""

from __future__ import annotations

from local_accounts import (
    another_browser,
    find_mail,
    follow_mail,
    fresh_address,
    fresh_password,
    sign_in,
    sign_up,
    type_into,
    type_sign_in,
)
from page_quality import observe
from report import Suite, contains, equal, lacks
from world import World

suite: Suite[World] = Suite()


def _ask_for(world: World, email: str) -> None:
    world.open("/account")
    world.press("Change (E-mail address)")
    type_into(world, "New e-mail address", email)
    world.press("Send the mail")
    equal(world.heading, "Check your mail", "the heading")


@suite.check("an address changes when its new mailbox says so; the old one takes it back from a browser of its own")
def whole_way(world: World) -> None:
    world.tolerated.append("status of 401")
    account = sign_up(world)
    old, new = account.email, fresh_address()
    world.press("Change (E-mail address)")
    observe(world, "change-email")
    type_into(world, "New e-mail address", new)
    world.press("Send the mail")
    equal(world.heading, "Check your mail", "the heading")
    observe(world, "change-email-check-mail")
    world.press("Back to your account")
    contains(world.text, new, "the account page while the change waits")
    equal((world.whoami() or {})["user"]["email"], old, "the address while the change waits")
    observe(world, "account-pending-change")

    follow_mail(world, new, "Confirm your new address")
    observe(world, "confirm-new-email")
    equal((world.whoami() or {})["user"]["email"], old, "the address after the link was opened (P-1)")
    world.press("Use the new address")
    world.expect_path("/account")
    contains(world.text, "Your address is changed", "the account page")
    equal((world.whoami() or {})["user"]["email"], new, "the address")
    observe(world, "account-email-changed")

    with another_browser(world) as other:
        follow_mail(other, old, "was changed")
        observe(other, "undo-email-change")
        assert world.whoami() is not None, "opening the link ends nothing yet (P-1)"
        other.press("Undo the change")
        equal(other.heading, "Your old address is back", "the heading")
        observe(other, "email-change-undone")
        equal(world.whoami(), None, "the session that changed the address")
        type_sign_in(other, account)
        contains(other.text, "The address or the password is not right", "the page after the old password")
        other.press("Forgot your password?")
        type_into(other, "E-mail address", old)
        other.press("Send the mail")
        follow_mail(other, old, "Set a new password")
        account.password = fresh_password(world)
        type_into(other, "New password", account.password)
        other.press("Set the new password")
        sign_in(other, account)
        equal((other.whoami() or {})["user"]["email"], old, "the address")


@suite.check("a change of address that waits can be cancelled; its link is void then")
def cancelled(world: World) -> None:
    world.tolerated.append("status of 400")
    account = sign_up(world)
    new = fresh_address()
    _ask_for(world, new)
    world.press("Back to your account")
    world.press("Cancel this change")
    contains(world.text, "The change of address is cancelled", "the account page")
    lacks(world.text, new, "the account page")
    follow_mail(world, new, "Confirm your new address")
    contains(world.text, "This link was used already, or it is too old", "the page of the void link")
    world.expect_way_forward()
    equal((world.whoami() or {})["user"]["email"], account.email, "the address")


@suite.check("P-6 the link to a new address does nothing in a browser that is not signed in")
def other_browser(world: World) -> None:
    world.tolerated.append("status of 403")
    account = sign_up(world)
    new = fresh_address()
    _ask_for(world, new)
    with another_browser(world) as other:
        follow_mail(other, new, "Confirm your new address")
        equal(other.heading, "Sign in, then open the link again", "the heading")
        observe(other, "confirm-new-email-signed-out")
        sign_in(other, account)
        follow_mail(other, new, "Confirm your new address")
        other.press("Use the new address")
        equal((other.whoami() or {})["user"]["email"], new, "the address")


@suite.check("P-3 an address that is somebody else's is asked for like any other, and stays theirs")
def somebody_elses(world: World) -> None:
    owner = sign_up(world)
    world.browser.forget()
    account = sign_up(world)
    _ask_for(world, owner.email)
    find_mail(world, owner.email, "already has an account")
    equal((world.whoami() or {})["user"]["email"], account.email, "the address")
