"""The modules of the OpenID Foundation's conformance suite for signing out, by their names: the plan RP-Initiated Logout OP.

The two modules of its back-channel plan are in `backchannel_checks`.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

from app_checks import AppWorld, answered
from conformance_checks import unsigned_object
from report import Suite, equal
from visitor import Answer, Visitor

THERE = "https://shop.example/bye"

suite: Suite[AppWorld] = Suite()


def left(world: AppWorld, visitor: Visitor, parameters: dict[str, str]) -> Answer:
    return visitor.get(f"{world.issuer}/oauth/logout?{urlencode(parameters)}")


def is_signed_in(world: AppWorld, visitor: Visitor) -> bool:
    url, _ = world.authorize_url(world.apps["shop"], prompt="none")
    return "code" in answered(visitor.get(url))


def signed_in(world: AppWorld) -> tuple[Visitor, str]:
    """Somebody and their ID token."""
    visitor = Visitor()
    hint: str = world.redeemed(world.apps["shop"], visitor)["id_token"]
    return visitor, hint


STATES = {"oidcc-rp-initiated-logout": {"state": "a state"}, "oidcc-rp-initiated-logout-no-state": dict[str, str]()}


@suite.cases("{}: signed out, and back with the state there was", list(STATES))
def logout(world: AppWorld, module: str) -> None:
    visitor, hint = signed_in(world)
    answer = left(world, visitor, {"id_token_hint": hint, "post_logout_redirect_uri": THERE} | STATES[module])
    base, _, query = answer.location.partition("?")
    equal(base, THERE, "the way back")
    equal({name: values[0] for name, values in parse_qs(query).items()}, STATES[module], "what comes with it")
    assert not is_signed_in(world, visitor), "still signed in"


ELSEWHERE = {
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": {"post_logout_redirect_uri": "https://shop.example/unregistered"},
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": {"post_logout_redirect_uri": THERE + "?foo=bar"},
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": dict[str, str](),
}


@suite.cases("{}: signed out, and nobody is sent anywhere", list(ELSEWHERE))
def logout_elsewhere(world: AppWorld, module: str) -> None:
    visitor, hint = signed_in(world)
    answer = left(world, visitor, {"id_token_hint": hint, "state": "s"} | ELSEWHERE[module])
    equal((answer.status, answer.header("location")), (200, None), "the page")
    assert not is_signed_in(world, visitor), "still signed in"


@suite.cases(
    "oidcc-rp-initiated-logout-{}: nobody is sent anywhere, and only the page's button signs out",
    ["modified-id-token-hint", "bad-id-token-hint", "no-id-token-hint", "no-params", "only-state"],
)
def logout_question(world: AppWorld, module: str) -> None:
    visitor, hint = signed_in(world)
    header, payload, signature = hint.split(".")
    # The suite's "modified" one has the claims of a good one and the algorithm `none`.
    hints = {
        "modified-id-token-hint": [f"{unsigned_object().split('.')[0]}.{payload}."],
        "bad-id-token-hint": ["not.a.token", f"{header}.{payload}.{'A' * len(signature)}"],
    }
    back = {"post_logout_redirect_uri": THERE, "state": "s"}
    sent = [{"id_token_hint": hint} | back for hint in hints.get(module, [])]
    sent = sent or [{"no-params": {}, "only-state": {"state": "s"}}.get(module, back)]
    for parameters in sent:
        page = left(world, visitor, parameters)
        equal((page.status, page.header("location")), (200, None), "the page")
        assert is_signed_in(world, visitor), "signed out without being asked"
    visitor.submit(page, "Sign out")
    assert not is_signed_in(world, visitor), "signed in after pressing the button"


@suite.check("oidcc-rp-initiated-logout-discovery-endpoint-verification")
def logout_discovery(world: AppWorld) -> None:
    found = world.call("GET", "/.well-known/openid-configuration").json()
    url = urlsplit(found["end_session_endpoint"])
    assert url.scheme in ("http", "https") and url.netloc and not url.fragment, found["end_session_endpoint"]
    assert not any(name.startswith("frontchannel_logout") for name in found), "more than there is"
