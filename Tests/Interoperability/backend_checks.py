"""What a developer of an app's backend meets: GET and DELETE /v1/session with an ordinary HTTP client."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import requests

from report import Suite, contains, equal
from visitor import Visitor
from world import COOKIE, World

suite: Suite[World] = Suite()


def _expect_problem(answer: requests.Response, status: int, code: str) -> None:
    """A problem (RFC 9457) with a stable code and the request's id."""
    equal(answer.status_code, status, "the status")
    equal(answer.headers["Content-Type"], "application/problem+json", "the type")
    problem = answer.json()
    equal((problem["status"], problem["code"]), (status, code), "the problem")
    assert problem["title"] and problem["type"], problem
    equal(problem["request_id"], answer.headers["X-Request-Id"], "the request id")
    equal(answer.headers["Cache-Control"], "no-store", "Cache-Control")
    if status == 401:
        contains(answer.headers.get("WWW-Authenticate", ""), "Bearer", "WWW-Authenticate")


@suite.check("the cookie and the bearer are told the same")
def same_answer(world: World) -> None:
    _, token = world.somebody()
    bearer = world.session(token)
    cookie = world.ask("GET", cookies={COOKIE: token})
    equal(bearer.status_code, 200, "the status")
    equal(bearer.headers["Content-Type"], "application/json", "the type")
    equal(bearer.headers["Cache-Control"], "no-store", "Cache-Control")
    equal(cookie.json(), bearer.json(), "the answer to the cookie")
    session = bearer.json()
    equal(set(session), {"user", "session", "amr", "acr", "provider"}, "the members")
    members = {"id", "name", "email", "email_verified", "roles", "permissions", "metadata"}
    equal(set(session["user"]), members, "the members of user")
    for name in ("created_at", "authenticated_at", "expires_at", "idle_expires_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", session["session"][name]), session["session"]
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", session["user"]["id"])


@suite.check("RFC 9110 the scheme's name is not case sensitive")
def scheme(world: World) -> None:
    _, token = world.somebody()
    for spelled in ("Bearer", "bearer", "BEARER"):
        equal(world.ask("GET", headers={"Authorization": f"{spelled} {token}"}).status_code, 200, spelled)


@suite.check("HEAD says what GET says, without the body")
def head(world: World) -> None:
    _, token = world.somebody()
    answer = world.ask("HEAD", headers={"Authorization": f"Bearer {token}"})
    equal((answer.status_code, answer.text), (200, ""), "the answer to HEAD")


@suite.check("nobody: 401, a problem, and how to do it right")
def anonymous(world: World) -> None:
    _expect_problem(world.ask("GET"), 401, "unauthenticated")
    _expect_problem(world.ask("DELETE", headers={"Authorization": "Bearer nonsense"}), 401, "unauthenticated")


def _mutations(token: str) -> list[str]:
    other = {letter: "A" if letter != "A" else "B" for letter in token}
    flipped = [token[:place] + other[token[place]] + token[place + 1 :] for place in range(0, len(token), 5)]
    return [
        *flipped,
        token[:-1],
        token + "A",
        token[:-6],
        token + token,
        token.upper(),
        token.swapcase(),
        f" {token} x",
    ]


@suite.check("X-9 H10 any change to a token makes it nobody's")
def mutated(world: World) -> None:
    _, token = world.somebody()
    for changed in _mutations(token):
        equal(world.ask("GET", headers={"Authorization": f"Bearer {changed}"}).status_code, 401, changed[-12:])
        equal(world.ask("GET", headers={"Cookie": f"{COOKIE}={changed}"}).status_code, 401, changed[-12:])
    equal(world.session(token).status_code, 200, "the unchanged token")


@suite.check("H16 revoked, unknown, malformed and absent tokens get the same answer")
def indistinguishable(world: World) -> None:
    _, revoked = world.somebody()
    equal(world.ask("DELETE", headers={"Authorization": f"Bearer {revoked}"}).status_code, 204, "the status of DELETE")
    answers = [world.session(token) for token in (revoked, _mutations(revoked)[3], "x", "x" * 4000)]
    answers.append(world.ask("GET"))
    shapes = set()
    for answer in answers:
        problem = answer.json()
        problem.pop("request_id")
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("X-Request-Id", "Date", "Content-Length")
        }
        shapes.add((answer.status_code, str(problem), str(sorted(kept.items()))))
    equal(len(shapes), 1, "different answers")


@suite.check("F01 a token counts in the header or the cookie: not in the URL, the body, or another scheme")
def elsewhere(world: World) -> None:
    _, token = world.somebody()
    _expect_problem(world.ask("GET", f"/v1/session?access_token={token}"), 401, "unauthenticated")
    _expect_problem(world.ask("GET", data={"access_token": token}), 401, "unauthenticated")
    for scheme in ("Basic", "Token", "DPoP", "Bearer:", ""):
        _expect_problem(
            world.ask("GET", headers={"Authorization": f"{scheme} {token}".strip()}), 401, "unauthenticated"
        )


@suite.check("a bad bearer is not rescued by a good cookie")
def no_fallback(world: World) -> None:
    _, token = world.somebody()
    answer = world.ask("GET", headers={"Authorization": "Bearer nonsense"}, cookies={COOKIE: token})
    _expect_problem(answer, 401, "unauthenticated")


@suite.check("two cookies of the same name are nobody (cookie tossing)")
def tossed(world: World) -> None:
    (_, mine), (_, other) = world.somebody(), world.somebody()
    for pair in ((mine, other), (other, mine), (mine, mine), ("", mine), (mine, "")):
        answer = world.ask("GET", headers={"Cookie": f"{COOKIE}={pair[0]}; {COOKIE}={pair[1]}"})
        equal(answer.status_code, 401, "the status")


@suite.check("DELETE ends the session: at once, for cookie and bearer, and only once")
def delete(world: World) -> None:
    visitor, token = world.somebody()
    answer = world.ask("DELETE", headers={"Authorization": f"Bearer {token}"})
    equal((answer.status_code, answer.content), (204, b""), "the answer")
    _expect_problem(world.session(token), 401, "unauthenticated")
    _expect_problem(world.ask("GET", cookies={COOKIE: token}), 401, "unauthenticated")
    _expect_problem(world.ask("DELETE", headers={"Authorization": f"Bearer {token}"}), 401, "unauthenticated")
    equal(
        visitor.get(f"{world.node.origin}/account").location, f"{world.node.origin}/sign-in", "where the browser goes"
    )


@suite.check("H11 DELETE with a cookie needs the word of a browser that it is no other site's doing")
def delete_by_cookie(world: World) -> None:
    _, token = world.somebody()
    for headers in (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": world.node.origin + ".evil.example"},
        {"Origin": world.node.origin, "Sec-Fetch-Site": "cross-site"},
        {"Authorization": "Basic eA=="},
    ):
        answer = world.ask("DELETE", headers=headers, cookies={COOKIE: token})
        assert answer.status_code in (401, 403), f"{answer.status_code} with {headers}"
        equal(world.session(token).status_code, 200, f"the session after {headers}")
    answer = world.ask("DELETE", headers={"Sec-Fetch-Site": "same-origin"}, cookies={COOKIE: token})
    equal(answer.status_code, 204, "the status from our own page")
    contains(answer.headers["Set-Cookie"], "Max-Age=0", "Set-Cookie")


@suite.check("H06 ended on one node is ended on the other, at once")
def other_node(world: World) -> None:
    _, token = world.somebody()
    equal(world.session(token, world.second_node).status_code, 200, "the status on the second node")
    world.ask("DELETE", headers={"Authorization": f"Bearer {token}"})
    _expect_problem(world.session(token, world.second_node), 401, "unauthenticated")


@suite.check("signing out everywhere ends every session of the person, and nobody else's")
def everywhere(world: World) -> None:
    subject = "everywhere-" + world.somebody()[1][-6:]
    browsers = [world.through_mock(subject)[0] for _ in range(3)]
    stranger = world.somebody()[1]
    tokens = [world.token(browser) or "" for browser in browsers]
    answer = browsers[0].post(f"{world.node.origin}/sign-out", {"everywhere": "1"})
    equal(answer.status, 200, "the status")
    for token in tokens:
        equal(world.session(token).status_code, 401, "the status of a session of this person")
    equal(world.session(stranger).status_code, 200, "the status of somebody else's session")


@suite.check("H12 no origin is let in: there is no Access-Control header, whoever asks")
def cors(world: World) -> None:
    _, token = world.somebody()
    for origin in ("http://evil.example", "null", world.node.origin, world.node.origin + ".evil.example"):
        for method in ("GET", "OPTIONS"):
            headers = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
            answer = world.ask(method, headers=headers, cookies={COOKIE: token})
            equal([name for name in answer.headers if name.lower().startswith("access-control")], [], origin)


@suite.check("405 names the methods, 404 is a problem, and programs are never sent pages")
def shapes(world: World) -> None:
    headers = {"Authorization": "Bearer x", "Accept": "application/json"}
    for method in ("POST", "PUT", "PATCH"):
        answer = world.ask(method, headers=headers)
        _expect_problem(answer, 405, "method_not_allowed")
        equal(answer.headers["Allow"], "DELETE, GET, HEAD", "Allow")
    _expect_problem(world.ask("GET", "/v1/nothing", headers={"Accept": "text/html"}), 404, "not_found")
    _expect_problem(world.ask("GET", "/nothing", headers=headers), 404, "not_found")
    _expect_problem(world.ask("POST", "/sign-in/nobody-at-all", headers=headers | _own(world)), 404, "unknown_provider")
    answer = world.ask("GET", "/sign-out", headers=headers)
    _expect_problem(answer, 405, "method_not_allowed")
    equal(answer.headers["Allow"], "POST", "Allow")


def _own(world: World) -> dict[str, str]:
    return {"Origin": world.node.origin, "Sec-Fetch-Site": "same-origin"}


def _form(world: World, data: bytes | str, kind: str = "application/x-www-form-urlencoded") -> requests.Response:
    headers = {**_own(world), "Content-Type": kind, "Accept": "application/json"}
    return world.ask("POST", "/sign-in/oidc-example", headers=headers, data=data)


@suite.check("bad input gets a problem with the right status: oversize, doubled, not UTF-8, another media type")
def bad_input(world: World) -> None:
    _expect_problem(_form(world, "return_to=" + "x" * 100_000), 413, "too_large")
    _expect_problem(_form(world, "return_to=/a&return_to=/b"), 400, "malformed_request")
    _expect_problem(_form(world, b"return_to=%FF%FE"), 400, "malformed_request")
    _expect_problem(_form(world, b"return_to=\xff\xfe"), 400, "malformed_request")
    _expect_problem(_form(world, '{"return_to": "/account"}', "application/json"), 415, "unsupported_media_type")
    _expect_problem(_form(world, "return_to=/account", "text/plain"), 415, "unsupported_media_type")
    equal(_form(world, "return_to=/account").status_code, 303, "the status of a good one")


@suite.cases(
    "A13 F-8 a return address that leads elsewhere is refused: {}",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example",
        "https:evil.example",
        "///evil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/account\r\nSet-Cookie: a=b",
        "/account\tx",
        "http://localhost@evil.example",
        "javascript:alert(1)",
        "/\u3002evil.example",
        "account",
        " /account",
    ],
)
def return_to(world: World, target: str) -> None:
    answer = _form(world, urlencode({"return_to": target}))
    _expect_problem(answer, 400, "return_address_refused")
    page = Visitor().get(f"{world.node.origin}/sign-in?{urlencode({'return_to': target})}")
    assert page.status in (200, 400), page.status
    assert 'name="return_to"' not in page.text, "the sign-in page passes the address on"


@suite.check("M07 every kind of answer carries the headers that keep browsers out of trouble")
def header_sweep(world: World) -> None:
    visitor, _ = world.somebody()
    origin = world.node.origin
    pages = [
        "/",
        "/sign-in",
        "/account",
        "/nothing",
        "/callback/oidc-example?code=x&state=y",
        "/v1/session",
        "/healthz",
    ]
    pages += ["/readyz", "/robots.txt", "/favicon.ico"]
    style = re.search(r'href="(/[^"]+\.css)"', visitor.get(f"{origin}/sign-in").text)
    assert style, "no stylesheet"
    for path in [*pages, style[1]]:
        answer = visitor.get(origin + path)
        wanted = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        for name, value in wanted.items():
            equal(answer.header(name), value, f"{name} of {path}")
        contains(answer.header("Content-Security-Policy") or "", "frame-ancestors 'none'", f"the policy of {path}")
        contains(answer.header("Content-Security-Policy") or "", "default-src 'none'", f"the policy of {path}")
        assert "unsafe" not in (answer.header("Content-Security-Policy") or ""), path
        assert answer.header("Referrer-Policy") in ("same-origin", "no-referrer"), path
        assert answer.header("Server") is None, f"{path} names the server"
        assert answer.header("X-Request-Id"), path
        if not (path.endswith(".css") or path in ("/robots.txt", "/favicon.ico")):
            equal(answer.header("Cache-Control"), "no-store", f"Cache-Control of {path}")
    failed = visitor.get(f"{origin}/callback/oidc-example?code=x&state=y")
    equal(failed.header("Referrer-Policy"), "no-referrer", "Referrer-Policy of a failed callback (B12)")


@suite.check("O-6 odd headers are answered, never with a 5xx")
def odd_headers(world: World) -> None:
    for name, value in [
        ("Authorization", "Bearer"),
        ("Authorization", "Bearer "),
        ("Authorization", "Bearer \t"),
        ("Authorization", "=" * 8000),
        ("Authorization", "Basic ====="),
        ("Cookie", ";;;=;=;" * 50),
        ("Cookie", f"{COOKIE}"),
        ("Cookie", f"{COOKIE}=" + "%00" * 100),
        ("Cookie", "a=b; " * 1000),
        ("X-Forwarded-For", "1.2.3.4, " * 200),
        ("X-Forwarded-For", "::ffff:999.1.1.1"),
        ("Accept", "," * 1000),
        ("Origin", "\x7f"),
        ("X-Long", "x" * 20_000),
    ]:
        answer = world.ask("GET", headers={name: value})
        assert 400 <= answer.status_code < 500, f"{answer.status_code} for {name}: {value[:20]}"


@suite.check("M01 the logs of both nodes hold no token, and no line says error")
def logs(world: World) -> None:
    assert len(world.secrets) > 10, "too few tokens for this to prove anything"
    for node in (world.node, world.second_node):
        leaked = [secret for secret in world.secrets if secret in node.log]
        equal(len(leaked), 0, "tokens in the log")
        assert "unexpected error" not in node.log
