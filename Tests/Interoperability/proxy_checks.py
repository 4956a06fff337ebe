"""A site behind a proxy that asks Latchkey about every request, with the very configurations of docs/forward-auth.md."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import proxies
from database import fresh_database
from node import Node, node
from other_providers import CLIENT_ID, CLIENT_SECRET, ProviderMock
from processes import free_port
from report import Suite, equal
from visitor import Answer, Visitor
from world import COOKIE, new_subject, settle

suite: Suite[Site] = Suite()
MADE_UP = {
    "X-Latchkey-User": "00000000-0000-7000-8000-000000000000",
    "X-Latchkey-Session": "made-up",
    "X-Latchkey-Email": "root@example.org",
    "X-Latchkey-Roles": "admin",
    "X-Latchkey-Amr": "mfa",
    "X-Latchkey-Acr": "urn:latchkey:acr:2",
    "X-Latchkey-Auth-Time": "9999999999",
    # Lower case, for a proxy that looks at letters.
    "x-latchkey-roles": "admin",
    # Underscores, for a site whose framework takes them for hyphens.
    "X_Latchkey_User": "00000000-0000-7000-8000-000000000000",
    "X-Latchkey_Roles": "admin",
    "x_latchkey-acr": "urn:latchkey:acr:2",
}


@dataclass
class Site:
    """A proxy, and what stands behind it."""

    node: Node
    # The one that people reach; Latchkey and the site are both behind it.
    origin: str
    mock: ProviderMock

    def person(self, verified: bool = True) -> tuple[Visitor, str]:
        """Somebody new who is signed in, and their address."""
        subject = new_subject()
        address = f"{subject}@people.example"
        self.mock.describe(subject, {"name": "Ada\r\nX-Latchkey-Roles: admin", "email": address, "email_verified": verified})
        visitor = Visitor()
        self.sign_in(visitor, visitor.get(f"{self.origin}/sign-in"), subject)
        return visitor, address

    def sign_in(self, visitor: Visitor, page: Answer, subject: str) -> Answer:
        """Presses the provider's button on a sign-in page, and goes wherever that leads."""
        form = next(form for form in page.forms if form.action == "/sign-in/oidc-example")
        begun = visitor.post(f"{self.origin}/sign-in/oidc-example", dict(form.fields))
        return settle(visitor, visitor.get(self.mock.consent(visitor, begun, subject)))


def _seen(answer: Answer) -> dict[str, Any]:
    """What reached the site."""
    equal(answer.status, 200, f"the status of {answer.url}: {answer.text[:200]}")
    found: dict[str, Any] = json.loads(answer.text)
    return found


def _values(seen: dict[str, Any], name: str) -> list[str]:
    return [value for key, value in seen["headers"] if key == name]


@suite.check("signed out, to the sign-in page, and back to the very page that was asked for")
def round_trip(world: Site) -> None:
    visitor, subject = Visitor(), new_subject()
    world.mock.describe(subject, {"name": "Ada", "email": f"{subject}@people.example", "email_verified": True})
    wanted = "/wiki/page?a=1&b=2&return_to=/x&c=%26"
    sent = visitor.get(world.origin + wanted)
    assert sent.status in (302, 303), f"{sent.status} {sent.text[:200]}"
    equal(urlsplit(sent.location)._replace(query="").geturl(), f"{world.origin}/sign-in", "where they are sent")
    equal(parse_qs(urlsplit(sent.location).query)["return_to"], [wanted], "where they come back to")
    page = visitor.follow(sent)
    equal(page.status, 200, "the sign-in page")
    answer = world.sign_in(visitor, page, subject)
    equal(answer.url, world.origin + wanted, "where they came back to")
    equal(_seen(answer)["path"], wanted, "what the site was asked for")
    equal(_values(_seen(answer), "x-latchkey-email"), [f"{subject}@people.example"], "who it is")


@suite.check("the site is told who it is, once, and what a client made up is gone")
def overwritten(world: Site) -> None:
    visitor, address = world.person()
    token = visitor.cookie(world.origin, COOKIE)
    direct = Visitor().get(
        f"http://localhost:{world.node.port}/v1/session", headers={"Authorization": f"Bearer {token}"}
    )
    session = json.loads(direct.text)
    for headers in ({}, MADE_UP):
        seen = _seen(visitor.get(f"{world.origin}/private", headers=headers))
        equal(_values(seen, "x-latchkey-user"), [session["user"]["id"]], "the user")
        equal(_values(seen, "x-latchkey-session"), [session["session"]["id"]], "the session")
        equal(_values(seen, "x-latchkey-email"), [address], "the address")
        equal([value for value in _values(seen, "x-latchkey-roles") if value], [], "the roles")
        equal(_values(seen, "x-latchkey-amr"), ["fed"], "the methods")
        equal(_values(seen, "x-latchkey-acr"), ["urn:latchkey:acr:1"], "the level")
        spelled = [key for key, _ in seen["headers"] if "latchkey" in key and "_" in key]
        equal(spelled, [], "other spellings of the headers")
        assert 1_700_000_000 < int(_values(seen, "x-latchkey-auth-time")[0]) < 9_999_999_999, seen


@suite.check("G03 an address that nobody has proven is not told, and a made-up one does not take its place")
def unproven(world: Site) -> None:
    visitor, _ = world.person(verified=False)
    seen = _seen(visitor.get(f"{world.origin}/private", headers=MADE_UP))
    equal([value for value in _values(seen, "x-latchkey-email") if value], [], "the address")
    assert _values(seen, "x-latchkey-user") != [MADE_UP["X-Latchkey-User"]], seen


@suite.check("the session's cookie does not reach the site, wherever it stands; the site's own cookies do")
def cookies(world: Site) -> None:
    visitor, _ = world.person()
    mine = {name: value for (_, name), value in visitor.cookies.items() if name.startswith("latchkey")}
    assert COOKIE in mine and len(mine) >= 2, mine
    ours = [f"{name}={value}" for name, value in mine.items()]
    for place in range(len(ours) + 2):
        jar = ["theme=dark", "notlatchkey=1"]
        for offset, cookie in enumerate(ours):
            jar.insert(min(place + offset, len(jar)), cookie)
        seen = _seen(visitor.get(f"{world.origin}/private", headers={"Cookie": "; ".join(jar)}))
        kept = "; ".join(_values(seen, "cookie"))
        for value in mine.values():
            assert value not in kept, f"{place}: {kept}"
        equal({part.strip() for part in kept.split(";") if part.strip()}, {"theme=dark", "notlatchkey=1"}, f"{place}")


@suite.check("a second cookie of the same name hides none from the proxy, and a session in a header does not reach the site")
def hidden_sessions(world: Site) -> None:
    visitor, _ = world.person()
    token = visitor.cookie(world.origin, COOKIE) or ""
    jar = f"{COOKIE}={token}; theme=dark; __Host-{COOKIE}={token}"
    for headers in ({"Cookie": jar}, {"Authorization": f"Bearer {token}", "Cookie": "theme=dark"}):
        answer = visitor.get(f"{world.origin}/private", headers=headers)
        assert token not in answer.text, f"the site has the session: {list(headers)}"
        if "Authorization" in headers:
            _seen(answer)


@suite.check("H06 a session that was ended is out with the next request")
def revoked(world: Site) -> None:
    visitor, _ = world.person()
    _seen(visitor.get(f"{world.origin}/private"))
    other = Visitor()
    other.cookies = dict(visitor.cookies)
    ended = visitor.post(f"{world.origin}/sign-out")
    equal(ended.status, 200, "signing out")
    sent = other.get(f"{world.origin}/private")
    assert sent.status in (302, 303) and sent.location.startswith(f"{world.origin}/sign-in"), sent.status


@suite.check("programs are told 401, not a page: another method, no wish for HTML, a script's fetch")
def programs(world: Site) -> None:
    for method, headers in (
        ("POST", {}),
        ("DELETE", {}),
        ("GET", {"Accept": "application/json"}),
        ("GET", {"Sec-Fetch-Mode": "cors"}),
    ):
        answer = Visitor().request(method, f"{world.origin}/api", headers=headers)
        equal((answer.status, answer.header("location")), (401, None), f"{method} {headers}")
    visitor, _ = world.person()
    seen = _seen(visitor.request("POST", f"{world.origin}/api", "hello", {"Content-Type": "text/plain"}))
    equal((seen["method"], seen["body"]), ("POST", "hello"), "what the site got")
    token = visitor.cookie(world.origin, COOKIE)
    bearer = Visitor().get(f"{world.origin}/api", headers={"Authorization": f"Bearer {token}"})
    equal(_values(_seen(bearer), "x-latchkey-amr"), ["fed"], "a bearer")


@suite.check("nobody gets through with a session that is none, or with forged forwarding headers")
def strangers(world: Site) -> None:
    for headers in (
        {"Cookie": f"{COOKIE}=lks_{'A' * 47}"},
        {"Authorization": "Bearer x"},
        dict(MADE_UP),
        {"X-Forwarded-Uri": "/v1/session", "X-Original-URI": "/public"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Uri": "//evil.example/"},
    ):
        answer = Visitor().get(f"{world.origin}/private", headers=headers)
        assert answer.status in (302, 303), f"{headers}: {answer.status}"
        equal(urlsplit(answer.location).netloc, urlsplit(world.origin).netloc, f"where {headers} leads")
        back = parse_qs(urlsplit(answer.location).query).get("return_to", ["/private"])
        equal(back, ["/private"], f"where {headers} comes back to")


@suite.check("the check itself cannot be asked from outside for what is behind it")
def internal(world: Site) -> None:
    answer = Visitor().get(f"{world.origin}/.latchkey/check")
    assert answer.status in (302, 303, 404), answer.status


def run(mock: ProviderMock, folder: Path, only: str) -> tuple[int, int]:
    """Every check behind every proxy."""
    passed = failed = 0
    for kind, start in proxies.PROXIES.items():
        port = free_port()
        origin = f"http://localhost:{port}"
        settings = {
            "oidc-example": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "issuer": mock.issuer},
        }
        with contextlib.ExitStack() as stack:
            database = stack.enter_context(fresh_database(f"behind_{kind}"))
            behind = stack.enter_context(proxies.site())
            latchkey = stack.enter_context(
                node(database, settings, folder, public_url=origin)
            )
            stack.enter_context(start(port, latchkey.port, behind))
            print(f"-- behind {kind}")
            ok, bad = suite.run(Site(latchkey, origin, mock), only=only)
            passed, failed = passed + ok, failed + bad
    return passed, failed
