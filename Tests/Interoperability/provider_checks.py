"""OpenID Providers that nobody here wrote sign a person in through providers/oidc-example.yaml."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import other_providers
from report import Suite, contains, equal
from visitor import Answer, Visitor
from world import World, new_subject

suite: Suite[World] = Suite()

# Every spelling of `email_verified` a provider may come up with; only the first one counts (L-10, D20).
SPELLINGS: dict[str, object] = {
    "true": True,
    '"true"': "true",
    '"false"': "false",
    "1": 1,
    '"1"': "1",
    "[true]": [True],
    "false": False,
    "null": None,
    "absent": ...,
}


def _claims(address: str, spelling: str) -> dict[str, object]:
    claims: dict[str, object] = {"name": "Ada Claimed", "preferred_username": "ada.claimed", "email": address}
    if SPELLINGS[spelling] is not ...:
        claims["email_verified"] = SPELLINGS[spelling]
    return claims


def _expect_page(answer: Answer, status: int, *words: str) -> None:
    """A page for a person, with the right status, and with a way forward."""
    equal(answer.status, status, f"the status of {answer.url}")
    contains(answer.header("content-type") or "", "text/html", "the type")
    for word in words:
        contains(answer.text, word, "the page")
    main = answer.text.partition("<main")[2]
    assert re.search(r'<a [^>]*href="/|<form [^>]*action="/', main), "a dead end"


# oidc-provider-mock


@suite.check("oidc-provider-mock signs a person in, again to the same account, and out")
def mock_walk(world: World) -> None:
    subject = new_subject()
    world.mock.describe(subject, _claims(f"{subject}@people.example", "true"))
    visitor, page = world.through_mock(subject)
    equal(urlsplit(page.url).path, "/account", "where one ends")
    for word in ("Ada Claimed", "ada.claimed", f"{subject}@people.example", "OpenID Connect"):
        contains(page.text, word, "the account page")
    first = world.whoami(visitor)
    assert first
    equal(first["user"]["name"], "Ada Claimed", "the name")
    equal(first["provider"], "oidc-example", "the provider")

    _, again = world.through_mock(subject, other := Visitor())
    equal(again.status, 200, "the status")
    equal((world.whoami(other) or {})["user"], first["user"], "the user")

    out = visitor.submit(page, "Sign out")
    equal(out.status, 200, "the status of signing out")
    equal(world.whoami(visitor), None, "the session")
    assert world.whoami(other) is not None, "the other browser is still signed in"


@suite.check("A06 the provider that insists on a nonce gets one, and refuses a request without it")
def nonce_required(world: World) -> None:
    visitor = Visitor()
    begun = world.begin(visitor, "oidc-example")
    equal(visitor.get(begun.location).status, 200, "the status with our nonce")
    stripped = re.sub(r"[?&]nonce=[^&]*", "", begun.location)
    assert stripped != begun.location, "no nonce was sent"
    refused = visitor.get(stripped)
    assert refused.status >= 400 or "error=" in (refused.header("location") or ""), "the control: a nonce is not needed"


@suite.check("A01 A04 A06 A16 every authorization request is fresh and complete")
def requests_are_fresh(world: World) -> None:
    seen: list[dict[str, list[str]]] = []
    for _ in range(3):
        query = parse_qs(urlsplit(world.begin(Visitor(), "oidc-example").location).query)
        equal(query["response_type"], ["code"], "response_type")
        equal(query["code_challenge_method"], ["S256"], "code_challenge_method")
        equal(query["scope"], ["openid email profile"], "scope")
        equal(query["redirect_uri"], [f"{world.node.origin}/callback/oidc-example"], "redirect_uri")
        assert query["nonce"] != query["state"]
        seen.append(query)
    for name in ("state", "nonce", "code_challenge"):
        equal(len({query[name][0] for query in seen}), 3, f"different values of {name}")


@suite.cases("L-10 D20 a newcomer's address with email_verified {}", list(SPELLINGS))
def spelling_of_newcomer(world: World, spelling: str) -> None:
    subject = new_subject()
    address = f"{subject}@people.example"
    world.mock.describe(subject, _claims(address, spelling))
    visitor, page = world.through_mock(subject)
    equal(page.status, 200, "the status")
    user = (world.whoami(visitor) or {})["user"]
    equal(user["email_verified"], spelling == "true", "whether the address counts as verified")


@suite.cases("L-10 L-5 somebody else's address with email_verified {} opens nobody's account", list(SPELLINGS))
def spelling_of_stranger(world: World, spelling: str) -> None:
    owner_subject, stranger = new_subject(), new_subject()
    address = f"{owner_subject}@people.example"
    world.mock.describe(owner_subject, _claims(address, "true"))
    owner, _ = world.through_mock(owner_subject)
    user = (world.whoami(owner) or {})["user"]

    world.mock.describe(stranger, _claims(address, spelling))
    visitor, page = world.through_mock(stranger)
    if spelling == "true":
        # Verified by another subject of the same issuer: a recycled mailbox, never silent (L-18).
        # Asked for a proof, at a page that anybody may open.
        equal((page.status, page.url.partition("?")[0].endswith("/confirm")), (200, True), f"the page at {page.url}")
        equal(world.whoami(visitor), None, "the stranger's session")
    else:
        found = (world.whoami(visitor) or {})["user"]
        assert found["id"] != user["id"], "the stranger is in somebody else's account"
        equal((found["email"], found["email_verified"]), (None, False), "the stranger's address")
    equal((world.whoami(owner) or {})["user"], user, "the owner's account")


@suite.check("a person without any claim but the subject is an ordinary user")
def bare(world: World) -> None:
    subject = new_subject()
    world.mock.describe(subject, {})
    visitor, page = world.through_mock(subject)
    equal(page.status, 200, "the status")
    user = (world.whoami(visitor) or {})["user"]
    equal((user["name"], user["email"], user["email_verified"]), (None, None, False), "what is known")


@suite.check("claims of the wrong type are a clear refusal or are left out, never a crash")
def wrong_types(world: World) -> None:
    odd: list[object] = [
        1,
        True,
        None,
        [],
        {},
        ["a@b.example"],
        "x" * 5000,
        "two@a.example,two@b.example",
        "a@b@c.example",
    ]
    for value in odd:
        subject = new_subject()
        world.mock.describe(subject, {"name": value, "email": value, "email_verified": True, "picture": value})
        visitor, page = world.through_mock(subject)
        if page.status == 200:
            user = (world.whoami(visitor) or {})["user"]
            equal((user["email"], user["email_verified"]), (None, False), f"the address from {value!r}")
        else:
            _expect_page(page, 502 if page.status == 502 else 403)


@suite.check("a denial without a state is refused with a way forward, and the sign-in itself still completes")
def mock_denial(world: World) -> None:
    visitor = Visitor()
    begun = world.begin(visitor, "oidc-example")
    # This provider forgets the state when somebody declines, so the answer cannot be told from a forged one.
    denied = visitor.get(world.mock.deny(visitor, begun))
    _expect_page(denied, 400)
    callback = world.mock.consent(visitor, begun, new_subject())
    equal(world.come_back(visitor, callback).status, 200, "the status")


@suite.check("A08 B01 the provider's answer is good once")
def replay(world: World) -> None:
    visitor = Visitor()
    callback = world.mock.consent(visitor, world.begin(visitor, "oidc-example"), new_subject())
    equal(world.come_back(visitor, callback).status, 200, "the status of the first time")
    first = world.whoami(visitor)
    _expect_page(visitor.get(callback), 400, "already used")
    equal(world.whoami(visitor), first, "the session")


@suite.check("B16 a code that belongs to another sign-in is refused")
def injected_code(world: World) -> None:
    victim, attacker = Visitor(), Visitor()
    stolen = world.mock.consent(victim, world.begin(victim, "oidc-example"), new_subject())
    own = world.mock.consent(attacker, world.begin(attacker, "oidc-example"), new_subject())
    code = re.search(r"code=([^&]+)", stolen)
    assert code
    # oidc-provider-mock knows no PKCE: only the nonce in the ID token gives the stolen code away.
    answer = attacker.get(re.sub(r"code=[^&]+", f"code={code[1]}", own))
    assert answer.status in (400, 502), answer.status
    equal(world.whoami(attacker), None, "the attacker's session")


@suite.check("A07 B15 F-3 the provider's answer is good in the browser that asked only")
def other_browser(world: World) -> None:
    visitor, stranger = Visitor(), Visitor()
    callback = world.mock.consent(visitor, world.begin(visitor, "oidc-example"), new_subject())
    _expect_page(stranger.get(callback), 400)
    world.begin(stranger, "oidc-example")
    _expect_page(stranger.get(callback), 400)
    equal(world.whoami(stranger), None, "the stranger's session")


@suite.check("E the provider changes its keys, and people still get in")
def new_keys(world: World) -> None:
    port = urlsplit(world.restarting.issuer).port or 0
    for _ in range(2):
        # Each start makes new keys.
        with other_providers.provider_mock(port=port) as mock:
            visitor = Visitor()
            begun = world.begin(visitor, "restarting")
            page = world.come_back(visitor, mock.consent(visitor, begun, new_subject()))
            equal(page.status, 200, f"the status ({' '.join(page.text.split())[-300:]})")
    # And while it is away: said in a sentence, as a page, with a time to come back.
    visitor = Visitor()
    begun = world.begin(visitor, "restarting")
    answer = (
        begun
        if begun.status != 303
        else visitor.get(f"{world.node.origin}/callback/restarting?code=x&state={_state(begun)}")
    )
    _expect_page(answer, 503)
    assert answer.header("retry-after"), "no Retry-After"


def _state(begun: Answer) -> str:
    return parse_qs(urlsplit(begun.location).query)["state"][0]


@suite.check("D an ID token that has expired already is refused")
def expired(world: World) -> None:
    visitor = Visitor()
    callback = world.stale.consent(visitor, world.begin(visitor, "stale"), new_subject())
    _expect_page(visitor.get(callback), 502)
    equal(world.whoami(visitor), None, "the session")


# django-oauth-toolkit


@suite.check("django-oauth-toolkit signs a person in, with PKCE, claims behind userinfo, and an issuer with a path")
def django_walk(world: World) -> None:
    visitor, page = world.through_django("erika", "correct horse")
    equal(urlsplit(page.url).path, "/account", "where one ends")
    contains(page.text, "Erika Mustermann", "the account page")
    contains(page.text, "Staff login", "the account page")
    first = world.whoami(visitor)
    assert first
    user = first["user"]
    equal((user["email"], user["email_verified"]), ("erika@staff.example", True), "the address")
    _, _ = world.through_django("erika", "correct horse", again := Visitor())
    equal((world.whoami(again) or {})["user"], user, "the user the second time")


@suite.check("django-oauth-toolkit does not vouch for an address, so Latchkey does not either")
def django_unverified(world: World) -> None:
    visitor, _ = world.through_django("max", "battery staple")
    user = (world.whoami(visitor) or {})["user"]
    equal(user["email_verified"], False, "whether the address counts as verified")


@suite.check("a denial at django-oauth-toolkit leads to a page with a way forward")
def django_denial(world: World) -> None:
    visitor = Visitor()
    callback = world.django.deny(visitor, world.begin(visitor, "django"), "erika", "correct horse")
    contains(callback, "error=access_denied", "the callback")
    _expect_page(visitor.get(callback), 400, "You cancelled signing in at Staff login")
    equal(world.whoami(visitor), None, "the session")


@suite.check("A10 B09 F-2 the answer of one provider is refused at the callback of another")
def mix_up(world: World) -> None:
    visitor = Visitor()
    callback = world.mock.consent(visitor, world.begin(visitor, "oidc-example"), new_subject())
    _expect_page(visitor.get(callback.replace("/callback/oidc-example", "/callback/django")), 400)
    equal(world.whoami(visitor), None, "the session")


@suite.check("the same subject at two issuers is two people")
def same_subject(world: World) -> None:
    visitor, _ = world.through_django("erika", "correct horse")
    subject = "1"  # Django's own identifier of its first user.
    world.mock.describe(subject, {"name": "Mallory"})
    other, _ = world.through_mock(subject)
    first, second = world.whoami(visitor), world.whoami(other)
    assert first and second and first["user"]["id"] != second["user"]["id"]


# Discovery


@suite.cases("X-1 E metadata of another issuer is refused: {}", ["other-issuer", "trailing-slash", "redirected"])
def wrong_metadata(world: World, provider: str) -> None:
    visitor = Visitor()
    begun = world.begin(visitor, provider)
    assert begun.status in (502, 503), f"{begun.status} to {begun.header('location')}"
    _expect_page(begun, begun.status)
    # The bad neighbour changes nothing for the others.
    equal(world.begin(visitor, "oidc-example").status, 303, "the status at another provider")


@suite.check("an issuer where nobody listens is said in a sentence, soon, and does not stop the others")
def nobody(world: World) -> None:
    visitor = Visitor()
    begun = world.begin(visitor, "nobody")
    _expect_page(begun, 503, "not answering")
    assert begun.header("retry-after"), "no Retry-After"
    equal(world.begin(visitor, "oidc-example").status, 303, "the status at another provider")
