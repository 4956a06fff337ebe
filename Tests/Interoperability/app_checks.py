"""Apps that sign people in through Latchkey: OAuth and OpenID clients that nobody here wrote, and what they are held to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import json
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt

from apache import CALLBACK, GOODBYE, origin
from backchannel_receiver import Receiver, receiver
from client_secret import made_administration_key, made_secret
from database import execute, fresh_database
from node import Node, executable, node
from other_providers import CLIENT_ID, CLIENT_SECRET, ProviderMock, provider_mock
from processes import free_port
from report import Suite, equal
from visitor import Answer, Visitor
from world import new_subject, settle

REDIRECT = "https://shop.example/callback"
SCOPE = "openid profile email offline_access"


@dataclass
class App:
    """A registered app and what it knows."""

    id: str
    secret: str | None
    redirect_uri: str = REDIRECT
    # Private keys by id, for an app that proves itself with them.
    keys: dict[str, Any] = field(default_factory=dict)

    @property
    def auth(self) -> tuple[str, str] | None:
        return (self.id, self.secret) if self.secret else None


@dataclass
class AppWorld:
    """Two nodes with one issuer, a provider behind them, and the apps in front."""

    first: Node
    second: Node
    mock: ProviderMock
    database: str
    apps: dict[str, App]
    # Where a site of ours may listen; one of the apps is registered with it.
    apache_port: int
    # What the nodes were started with.
    client_folder: str
    providers: dict[str, dict[str, str]]
    settings: dict[str, Any]
    administration_key: str
    # Where three of the apps are told that sessions have ended.
    receiver: Receiver

    @property
    def issuer(self) -> str:
        return self.first.origin

    def endpoint(self, path: str, node: Node | None = None) -> str:
        return f"http://127.0.0.1:{(node or self.first).port}{path}"

    def call(self, method: str, path: str, node: Node | None = None, **more: Any) -> requests.Response:
        with requests.Session() as client:
            client.trust_env = False
            return client.request(method, self.endpoint(path, node), timeout=30, allow_redirects=False, **more)

    def token(self, app: App, node: Node | None = None, auth: bool = True, **form: str) -> requests.Response:
        if app.auth is None:
            form["client_id"] = app.id
        return self.call("POST", "/oauth/token", node, data=form, auth=app.auth if auth else None)

    # A person on the way to an app.

    def authorize_url(self, app: App, **parameters: str) -> tuple[str, str]:
        """A request and the verifier that goes with it; an empty value leaves a parameter out."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        values = {
            "response_type": "code",
            "client_id": app.id,
            "redirect_uri": app.redirect_uri,
            "scope": SCOPE,
            "state": "state-" + secrets.token_hex(4),
            "nonce": "nonce-" + secrets.token_hex(4),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | parameters
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{self.issuer}/oauth/authorize?{query}", verifier

    def signed_in(self, visitor: Visitor, url: str, subject: str | None = None) -> Answer:
        """Opens an authorization request and signs in wherever that leads; the answer is the redirect to the app, or a page."""
        answer = until_outside(visitor, visitor.get(url), self.issuer)
        if answer.status == 200 and "/sign-in/oidc-example" in answer.text:
            subject = subject or self.person()
            return_to = parse_qs(urlsplit(answer.url).query)["return_to"][0]
            begun = visitor.post(f"{self.issuer}/sign-in/oidc-example", {"return_to": return_to})
            answer = until_outside(visitor, visitor.get(self.mock.consent(visitor, begun, subject)), self.issuer)
        return answer

    def person(self) -> str:
        subject = new_subject()
        self.mock.describe(
            subject, {"name": "Ada App", "email": f"{subject}@people.example", "email_verified": True}
        )
        return subject

    def code(self, app: App, visitor: Visitor | None = None, **parameters: str) -> tuple[str, str]:
        """A code and its verifier."""
        url, verifier = self.authorize_url(app, **parameters)
        return answered(self.signed_in(visitor or Visitor(), url), app.redirect_uri)["code"], verifier

    def redeemed(self, app: App, visitor: Visitor | None = None, **parameters: str) -> dict[str, Any]:
        """All tokens."""
        code, verifier = self.code(app, visitor, **parameters)
        answer = self.token(
            app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=app.redirect_uri
        )
        equal(answer.status_code, 200, f"the token answer {answer.text}")
        tokens: dict[str, Any] = answer.json()
        return tokens

    def active(self, token: str, app: App, node: Node | None = None) -> bool:
        answer = self.call("POST", "/oauth/introspect", node, data={"token": token}, auth=app.auth)
        equal(answer.status_code, 200, "the introspection")
        return bool(answer.json()["active"])

    def keys(self) -> Any:
        return JsonWebKey.import_key_set(self.call("GET", "/oauth/jwks").json())


def until_outside(visitor: Visitor, answer: Answer, origin: str) -> Answer:
    """Follows redirects and passing pages of Latchkey, and stops before anything else."""
    for _ in range(8):
        if 300 <= answer.status < 400:
            if not answer.location.startswith(origin + "/"):
                return answer
            answer = visitor.get(answer.location)
            continue
        element = re.search(r'<meta http-equiv="refresh" content="0; ?url=([^"]+)"', answer.text)
        target = element[1] if element else (answer.header("refresh") or "").partition("url=")[2]
        if not target:
            return answer
        answer = visitor.get(urljoin(answer.url, target.replace("&amp;", "&")))
    return answer


def answered(answer: Answer, redirect_uri: str = REDIRECT) -> dict[str, str]:
    """The parameters an app got at its redirect URI."""
    assert 300 <= answer.status < 400, f"{answer.status} {answer.url}: {answer.text[:600]}"
    assert answer.location.startswith(redirect_uri), answer.location
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}


def at_once(count: int, work: Any) -> list[Any]:
    """Runs the same thing many times at the same time."""
    results: list[Any] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        gate.wait()
        results.append(work(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


suite: Suite[AppWorld] = Suite()


# Libraries that nobody here wrote.


@suite.check("Authlib signs in, reads the ID token, refreshes, and revokes")
def authlib_client(world: AppWorld) -> None:
    app = world.apps["shop"]
    metadata = world.call("GET", "/.well-known/openid-configuration").json()
    equal(metadata["issuer"], world.issuer, "the issuer")
    for algorithm_app in (app, world.apps["small"]):
        client = OAuth2Session(
            algorithm_app.id,
            algorithm_app.secret,
            scope=SCOPE,
            redirect_uri=REDIRECT,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",
        )
        client.trust_env = False
        verifier = secrets.token_urlsafe(48)
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce="a-nonce"
        )
        answer = world.signed_in(Visitor(), url)
        equal(answered(answer)["iss"], world.issuer, "RFC 9207: iss")
        tokens = client.fetch_token(
            world.endpoint("/oauth/token"), authorization_response=answer.location, state=state, code_verifier=verifier
        )
        claims = jwt.decode(
            tokens["id_token"],
            world.keys(),
            claims_options={
                "iss": {"essential": True, "value": world.issuer},
                "aud": {"essential": True, "value": algorithm_app.id},
                "nonce": {"essential": True, "value": "a-nonce"},
            },
        )
        claims.validate()
        half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        equal(claims["at_hash"], base64.urlsafe_b64encode(half).decode().rstrip("="), "at_hash")
        info = client.get(world.endpoint("/oauth/userinfo")).json()
        equal(info["sub"], claims["sub"], "the subject")
        equal(info["name"], "Ada App", "the name")
        equal(info["email_verified"], True, "whether the address is proven")
        refreshed = client.refresh_token(world.endpoint("/oauth/token"), refresh_token=tokens["refresh_token"])
        assert refreshed["refresh_token"] != tokens["refresh_token"], "not rotated"
        again = jwt.decode(refreshed["id_token"], world.keys())
        equal(again["auth_time"], claims["auth_time"], "auth_time after a refresh")
        assert "nonce" not in again, "a nonce after a refresh"
        client.revoke_token(world.endpoint("/oauth/revoke"), token=refreshed["refresh_token"])
        assert not world.active(refreshed["access_token"], algorithm_app), "alive after a revocation"


@suite.check("single sign-on: a second app gets its code without a page, for the same person")
def single_sign_on(world: AppWorld) -> None:
    visitor = Visitor()
    first = world.redeemed(world.apps["shop"], visitor)
    url, verifier = world.authorize_url(world.apps["small"], prompt="none")
    code = answered(visitor.get(url))["code"]
    second = world.token(
        world.apps["small"], grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT
    ).json()
    subjects = {jwt.decode(tokens["id_token"], world.keys())["sub"] for tokens in (first, second)}
    equal(len(subjects), 1, "the number of people")


# The authorization endpoint.


@suite.check("J01 a redirect URI is registered character by character, or nobody is redirected")
def redirect_uris(world: AppWorld) -> None:
    app = world.apps["shop"]
    for uri in (
        REDIRECT + "/", REDIRECT + "?x=1", REDIRECT.upper(), "https://shop.example:443/callback",
        "https://shop.example/callback/../callback", "https://shop.example/%63allback", "http://shop.example/callback",
        "https://shop.example.evil.example/callback", "https://evil.example/https://shop.example/callback",
        "https://shop.example@evil.example/callback", "https://shop.example\\@evil.example/callback", "javascript:alert(1)",
        "https://shop.example/callback#", "http://127.0.0.1:4000/callback", "",
    ):  # fmt: skip
        url, _ = world.authorize_url(app, redirect_uri=uri)
        answer = Visitor().get(url)
        equal(answer.status, 400, f"the status with {uri!r}")
        assert answer.header("location") is None, f"redirected with {uri!r}"
    native = world.apps["native"]
    for port in ("", ":1", ":49152"):
        url, _ = world.authorize_url(native, redirect_uri=f"http://127.0.0.1{port}/callback", prompt="none")
        found = answered(Visitor().get(url), f"http://127.0.0.1{port}/callback")
        equal(found["error"], "login_required", "the answer on loopback")
    # RFC 8252 section 8.6: nothing goes to a port or a scheme that anybody may have without the person.
    visitor = Visitor()
    world.redeemed(app, visitor)
    for uri in ("http://127.0.0.1:4000/callback", "com.example.app:/cb"):
        url, verifier = world.authorize_url(native, redirect_uri=uri, prompt="none")
        equal(answered(visitor.get(url), uri)["error"], "consent_required", f"the silent answer at {uri}")
        url, verifier = world.authorize_url(native, redirect_uri=uri)
        code = answered(visitor.submit(visitor.get(url), "Go on to Native"), uri)["code"]
        tokens = world.token(
            native, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=uri
        )
        equal(tokens.status_code, 200, f"a public client's tokens: {tokens.text}")
        url, _ = world.authorize_url(native, redirect_uri=uri)
        equal(visitor.get(url).status, 200, "asked again")
    for uri in ("http://127.0.0.1:1/other", "http://127.0.0.2:1/callback", "http://localhost:1/callback",
                "https://127.0.0.1:1/callback", "http://127.0.0.1:99999/callback"):  # fmt: skip
        url, _ = world.authorize_url(native, redirect_uri=uri)
        equal(Visitor().get(url).status, 400, f"the status with {uri}")


@suite.check("J03 J04 J06 what is wrong with a request is said at the redirect URI, with iss and state")
def authorization_errors(world: AppWorld) -> None:
    app = world.apps["shop"]
    wrong: list[tuple[dict[str, str], str]] = [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"scope": 'openid "quoted"'}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "sometimes"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://evil.example/request"}, "request_uri_not_supported"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"provider": "nobody"}, "login_required"),
        ({"id_token_hint": "e30.e30.e30"}, "invalid_request"),
    ]
    for parameters, error in wrong:
        url, _ = world.authorize_url(app, **({"prompt": "none", "state": "s"} | parameters))
        found = answered(Visitor().get(url))
        equal(found["error"], error, f"the error with {parameters}")
        equal(found["iss"], world.issuer, f"iss with {parameters}")
        equal(found["state"], "s", f"state with {parameters}")
        assert "code" not in found
    url, _ = world.authorize_url(app)
    equal(Visitor().get(url + "&scope=openid").status, 400, "the status of a parameter that comes twice")
    equal(Visitor().get(url.replace("client_id=shop", "client_id=nobody")).status, 400, "an unknown client")


@suite.check("prompt=login and max_age ask for a new sign-in, and take it")
def new_sign_in(world: AppWorld) -> None:
    app, visitor, subject = world.apps["shop"], Visitor(), world.person()
    url, verifier = world.authorize_url(app)
    answered(world.signed_in(visitor, url, subject))
    for parameters in ({"prompt": "login"}, {"max_age": "0"}, {"prompt": "select_account"}):
        url, verifier = world.authorize_url(app, **parameters)
        page = until_outside(visitor, visitor.get(url), world.issuer)
        equal(page.status, 200, f"the page with {parameters}")
        before = time.time() - 1
        code = answered(world.signed_in(visitor, url, subject))["code"]
        tokens = world.token(
            app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT
        ).json()
        claims = jwt.decode(tokens["id_token"], world.keys())
        assert claims["auth_time"] >= int(before) - 1, f"an old sign-in with {parameters}"
    url, _ = world.authorize_url(app, max_age="10000")
    assert "code" in answered(visitor.get(url)), "a young sign-in was not taken"
    url, _ = world.authorize_url(app, prompt="none", max_age="0")
    equal(answered(visitor.get(url))["error"], "login_required", "prompt=none with an old sign-in")


@suite.check("acr_values ask for a second step, lead to where it is set up, and acr says what was reached")
def two_factors(world: AppWorld) -> None:
    app, visitor, subject = world.apps["shop"], Visitor(), world.person()
    answered(world.signed_in(visitor, world.authorize_url(app)[0], subject))
    url, verifier = world.authorize_url(app, acr_values="urn:latchkey:acr:2")
    page = until_outside(visitor, visitor.get(url), world.issuer)
    equal(page.status, 403, "the status without a second step")
    assert 'href="/account/second-factor"' in page.text, "the page does not lead to where a second step is set up"
    go_on = html.unescape(re.search(r'href="(/oauth/authorize/resume[^"]*)"', page.text)[1])
    silent, _ = world.authorize_url(app, acr_values="urn:latchkey:acr:2", prompt="none")
    equal(answered(visitor.get(silent))["error"], "unmet_authentication_requirements", "the silent answer")
    owner = execute(
        world.database,
        f"update users set has_second_factor = true where id = (select user_id from federated_identities where subject = '{subject}')"
        " returning id",
    )
    url_of_step, _ = world.authorize_url(app, acr_values="urn:latchkey:acr:2")
    assert visitor.get(url_of_step).location.startswith(world.issuer + "/sign-in?"), "a second step that exists is not asked for"
    execute(world.database, f"update sessions set methods = methods || '{{otp,mfa}}' where user_id = '{owner}'")
    code = answered(visitor.get(world.issuer + go_on))["code"]
    tokens = world.token(
        app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT
    ).json()
    equal(jwt.decode(tokens["id_token"], world.keys())["acr"], "urn:latchkey:acr:2", "acr")


@suite.check("a request by form is the same request; unknown parameters are ignored")
def by_form(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"], display="popup", ui_locales="fr", extra="foobar", prompt="none")
    answer = Visitor().request(
        "POST", f"{world.issuer}/oauth/authorize", urlsplit(url).query,
        {"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://shop.example",
         "Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip
    equal(answer.status, 303, "the status")
    equal(answered(Visitor().get(answer.location))["error"], "login_required", "the answer")


@suite.check("provider= goes straight to that provider")
def straight_away(world: AppWorld) -> None:
    visitor = Visitor()
    url, _ = world.authorize_url(world.apps["shop"], provider="oidc-example")
    begun = visitor.get(url)
    assert begun.location.startswith(world.mock.issuer), begun.location
    answer = until_outside(visitor, visitor.get(world.mock.consent(visitor, begun, world.person())), world.issuer)
    assert "code" in answered(answer)


@suite.check("S-4 an app takes people of its providers only, and a refresh asks again")
def provider_restriction(world: AppWorld) -> None:
    app, visitor = world.apps["google-only"], Visitor()
    world.redeemed(world.apps["shop"], visitor)
    url, _ = world.authorize_url(app)
    page = visitor.get(url)
    equal(page.status, 403, "the status for somebody of another provider")
    assert "Google" in page.text and "/sign-in/google" in page.text, "no way forward"
    url, _ = world.authorize_url(app, prompt="none")
    equal(answered(visitor.get(url))["error"], "login_required", "the silent answer")
    url, _ = world.authorize_url(app, provider="oidc-example")
    equal(answered(visitor.get(url))["error"], "invalid_request", "a provider that the app does not take")


@suite.check("the linking policy knows the app: what it decided about a sign-in says for which")
def linking_context(world: AppWorld) -> None:
    world.redeemed(world.apps["small"])
    latest = "select coalesce(app, 'none') from linking_decisions order by decided_at desc, id desc limit 1"
    equal(execute(world.database, latest), "small", "the app of a sign-in for an app")
    visitor, subject = Visitor(), world.person()
    begun = visitor.post(f"{world.issuer}/sign-in/oidc-example", {"return_to": "/oauth/authorize/resume?request=small"})
    until_outside(visitor, visitor.get(world.mock.consent(visitor, begun, subject)), world.issuer)
    equal(execute(world.database, latest), "none", "an address that nobody sealed")


@suite.check("J14 an app of somebody else asks once; no is an answer")
def consent(world: AppWorld) -> None:
    app, visitor, subject = world.apps["foreign"], Visitor(), world.person()
    url, verifier = world.authorize_url(app)
    page = world.signed_in(visitor, url, subject)
    equal(page.status, 200, "the page")
    nothing, _ = world.authorize_url(app, prompt="none", scope="")
    equal(answered(visitor.get(nothing))["error"], "consent_required", "a request that asks for nothing")
    silent, _ = world.authorize_url(app, prompt="none")
    equal(answered(visitor.get(silent))["error"], "consent_required", "the silent answer before")
    refused = visitor.submit(page, "Do not allow")
    equal(answered(refused)["error"], "access_denied", "the answer to no")
    page = visitor.get(url)
    stranger = Visitor()
    world.redeemed(world.apps["shop"], stranger)
    other = stranger.submit(page, "Allow Foreign app")
    equal(other.location.split("?")[0], f"{world.issuer}/oauth/authorize/resume", "another person's answer")
    assert "code" in answered(visitor.submit(page, "Allow Foreign app"))
    assert "code" in answered(visitor.get(silent)), "asked twice"
    more, _ = world.authorize_url(app, prompt="consent")
    equal(visitor.get(more).status, 200, "the page when it is asked for")


@suite.check("a sealed request that was changed, or is somebody's invention, leads nowhere")
def sealed_requests(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"])
    page = until_outside(Visitor(), Visitor().get(url), world.issuer)
    resume = parse_qs(urlsplit(page.url).query)["return_to"][0]
    sealed = parse_qs(urlsplit(resume).query)["request"][0]
    middle = len(sealed) // 2
    for broken in ("", "x", sealed[:-2], sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]):
        answer = Visitor().get(f"{world.issuer}/oauth/authorize/resume?{urlencode({'request': broken})}")
        equal(answer.status, 400, "the status")


@suite.check("RFC 9126 a pushed request is used once, by its own client")
def pushed(world: AppWorld) -> None:
    app = world.apps["shop"]
    url, verifier = world.authorize_url(app)
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    equal(world.call("POST", "/oauth/par", data=form).status_code, 401, "without a secret")
    answer = world.call("POST", "/oauth/par", data=form, auth=app.auth)
    equal(answer.status_code, 201, f"the status: {answer.text}")
    handle = answer.json()["request_uri"]
    with_handle = f"{world.issuer}/oauth/authorize?" + urlencode({"client_id": app.id, "request_uri": handle})
    foreign = with_handle.replace("client_id=shop", "client_id=small")
    equal(Visitor().get(foreign).status, 400, "another client's handle")
    visitor = Visitor()
    code = answered(world.signed_in(visitor, with_handle))["code"]
    equal(
        world.token(
            app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT
        ).status_code,
        200,
        "the token answer",
    )
    equal(visitor.get(with_handle).status, 400, "a handle used twice")
    wrong = world.call("POST", "/oauth/par", data=form | {"redirect_uri": "https://evil.example"}, auth=app.auth)
    equal((wrong.status_code, wrong.json()["error"]), (400, "invalid_request"), "a wrong request")


# The token endpoint.


@suite.check("X-7 J02 a code is good for its client, redirect URI and verifier, and for nobody else")
def code_binding(world: AppWorld) -> None:
    app, small = world.apps["shop"], world.apps["small"]
    code, verifier = world.code(app)
    good = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": REDIRECT}
    other_verifier = secrets.token_urlsafe(48)
    for who, change in (
        (small, {}), (app, {"redirect_uri": "https://shop.example/other"}), (app, {"code_verifier": other_verifier}),
        (small, {"code_verifier": other_verifier}), (app, {"code_verifier": "short"}), (app, {"code": code[:-1]}),
        (app, {"code": code[:-1] + ("A" if code[-1] != "A" else "B")}), (app, {"code": "lkr_" + code[4:]}),
    ):  # fmt: skip
        answer = world.token(who, **(good | change))
        equal((answer.status_code, answer.json()["error"]), (400, "invalid_grant"), f"{who.id} with {list(change)}")
        equal(answer.headers["Cache-Control"], "no-store", "J12: caching")
    for left_out in ("code", "code_verifier", "redirect_uri"):
        answer = world.token(app, **{name: value for name, value in good.items() if name != left_out})
        equal((answer.status_code, answer.json()["error"]), (400, "invalid_request"), f"without {left_out}")
    equal(world.token(app, **good).status_code, 200, "the right request")
    execute(world.database, "update authorization_codes set expires_at = now() - interval '1 second'")
    late, verifier = world.code(app)
    execute(world.database, "update authorization_codes set expires_at = now() - interval '1 second'")
    answer = world.token(app, **(good | {"code": late, "code_verifier": verifier}))
    equal(answer.json()["error"], "invalid_grant", "an expired code")


@suite.check("J02 X-8 one code redeemed 64 times at once over two nodes: one success, and nothing of it is left")
def code_race(world: AppWorld) -> None:
    app = world.apps["shop"]
    code, verifier = world.code(app)

    def redeem(number: int) -> requests.Response:
        return world.token(
            app, world.second if number % 2 else world.first,
            grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT,
        )  # fmt: skip

    answers = at_once(64, redeem)
    good = [answer for answer in answers if answer.status_code == 200]
    equal(len(good), 1, "the number of successes")
    equal({answer.json()["error"] for answer in answers if answer.status_code != 200}, {"invalid_grant"}, "the others")
    tokens = good[0].json()
    assert not world.active(tokens["access_token"], app), "the access token lives"
    again = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    equal(again.json()["error"], "invalid_grant", "the refresh token")


@suite.check("J05 X-8 one refresh token used 64 times at once: one successor, and nobody is logged out")
def refresh_race(world: AppWorld) -> None:
    app = world.apps["shop"]
    tokens = world.redeemed(app)

    def refresh(number: int) -> requests.Response:
        return world.token(
            app, world.second if number % 2 else world.first,
            grant_type="refresh_token", refresh_token=tokens["refresh_token"],
        )  # fmt: skip

    answers = at_once(64, refresh)
    equal({answer.status_code for answer in answers}, {200}, "the status")
    equal(len({answer.json()["refresh_token"] for answer in answers}), 1, "the number of successors")
    equal(len({answer.json()["access_token"] for answer in answers}), 1, "the number of access tokens")
    successor = answers[0].json()
    assert world.active(successor["access_token"], app), "the access token"
    # A lost answer: the parent again, inside the window.
    equal(refresh(0).json()["refresh_token"], successor["refresh_token"], "the repetition")
    equal(
        world.token(app, grant_type="refresh_token", refresh_token=successor["refresh_token"]).status_code,
        200,
        "the successor's use",
    )


@suite.check("J05 a refresh token that was replaced ends everything when it comes back, and the owner is told")
def refresh_replay(world: AppWorld) -> None:
    app = world.apps["shop"]
    for late in (True, False):
        visitor = Visitor()
        tokens = world.redeemed(app, visitor)
        used = tokens["refresh_token"]
        successor = world.token(app, grant_type="refresh_token", refresh_token=used).json()
        if late:
            digest = hashlib.sha256(used.encode()).hexdigest()
            execute(
                world.database,
                "update refresh_tokens set used_at = used_at - interval '1 hour'"
                f" where token_hash = decode('{digest}', 'hex')",
            )
            newest = successor
        else:
            # Inside the window as well, once the successor itself was used: the parent of the live token is another one.
            newest = world.token(app, grant_type="refresh_token", refresh_token=successor["refresh_token"]).json()
        assert world.active(newest["access_token"], app), "alive before"
        replay = world.token(app, world.second, grant_type="refresh_token", refresh_token=used)
        equal((replay.status_code, replay.json()["error"]), (400, "invalid_grant"), "the replay")
        assert not world.active(newest["access_token"], app), "the access token lives"
        dead = world.token(app, grant_type="refresh_token", refresh_token=newest["refresh_token"])
        equal(dead.json()["error"], "invalid_grant", "the live token after a replay")
        page = visitor.get(f"{world.issuer}/account")
        assert "An app was signed out" in page.text, "nothing on the account page"
    mails = execute(world.database, "select count(*) from jobs where payload->>'event' = 'app-signed-out'")
    caught = execute(world.database, "select count(*) from caught_mails where subject like '%was signed out%'")
    assert int(mails) + int(caught) == 2, "not told twice"


@suite.check("a refresh token is its client's; a smaller scope stays smaller for that token only")
def refresh_binding(world: AppWorld) -> None:
    app = world.apps["shop"]
    tokens = world.redeemed(app)
    foreign = world.token(world.apps["small"], grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    equal(foreign.json()["error"], "invalid_grant", "another client")
    more = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="openid admin")
    equal(more.json()["error"], "invalid_scope", "more than was granted")
    small = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"], scope="openid").json()
    equal(small["scope"], "openid", "the scope")
    bearer = {"Authorization": "Bearer " + small["access_token"]}
    equal(set(world.call("GET", "/oauth/userinfo", headers=bearer).json()), {"sub"}, "what it lets one know")
    full = world.token(app, grant_type="refresh_token", refresh_token=small["refresh_token"]).json()
    equal(full["scope"], SCOPE, "the scope afterwards")


@suite.check("X-6 no kind of token passes for another")
def token_kinds(world: AppWorld) -> None:
    app, visitor = world.apps["shop"], Visitor()
    tokens = world.redeemed(app, visitor)
    code, verifier = world.code(app, visitor)
    session = visitor.cookie(world.issuer, "latchkey") or ""
    every = {
        "access": tokens["access_token"], "refresh": tokens["refresh_token"], "id": tokens["id_token"], "code": code,
        "session": session, "secret": app.secret or "",
    }  # fmt: skip
    for name, token in every.items():
        bearer = {"Authorization": f"Bearer {token}"}
        equal(world.call("GET", "/oauth/userinfo", headers=bearer).status_code, 200 if name == "access" else 401, name)
        equal(world.active(token, app), name in ("access", "refresh"), f"introspection of {name}")
        if name != "refresh":
            answer = world.token(app, grant_type="refresh_token", refresh_token=token)
            equal(answer.json()["error"], "invalid_grant", f"refresh with {name}")
        if name != "code":
            answer = world.token(
                app, grant_type="authorization_code", code=token, code_verifier=verifier, redirect_uri=REDIRECT
            )
            equal(answer.json()["error"], "invalid_grant", f"redeeming {name}")


@suite.check("X-9 any change to a token makes it nothing")
def mutated_tokens(world: AppWorld) -> None:
    app = world.apps["shop"]
    token = world.redeemed(app)["access_token"]
    broken = [token[:-1], token + "A", token[1:], token.upper(), token[:20] + token[21:], " " + token, token + "="]
    broken += [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(4, len(token), 3)]
    for changed in broken:
        assert not world.active(changed, app), "a changed token is active"
    assert world.active(token, app), "control"


@suite.check("J04 grants and clients: nothing else, for nobody else")
def grants(world: AppWorld) -> None:
    app = world.apps["shop"]
    for grant in ("password", "client_credentials", "implicit", "urn:ietf:params:oauth:grant-type:device_code"):
        equal(world.token(app, grant_type=grant).json()["error"], "unsupported_grant_type", grant)
    answer = world.token(world.apps["once"], grant_type="refresh_token", refresh_token="x")
    equal(answer.json()["error"], "unauthorized_client", "a grant that this client may not use")
    once = world.redeemed(world.apps["once"])
    assert "refresh_token" not in once, "a refresh token for a client that may not refresh"
    for auth in (None, ("shop", ""), ("shop", made_secret()[0]), ("nobody", app.secret), ("small", app.secret)):
        answer = world.call("POST", "/oauth/token", data={"grant_type": "refresh_token"}, auth=auth)
        equal((answer.status_code, answer.json()["error"]), (401, "invalid_client"), f"{auth and auth[0]}")
        assert "Basic" in answer.headers["WWW-Authenticate"]
    both = world.call(
        "POST", "/oauth/token", data={"client_id": app.id, "client_secret": app.secret, "grant_type": "x"}, auth=app.auth
    )
    equal(both.json()["error"], "invalid_request", "two ways to authenticate at once")
    form = {"client_id": app.id, "client_secret": app.secret, "grant_type": "refresh_token", "refresh_token": "x"}
    equal(world.call("POST", "/oauth/token", data=form).json()["error"], "invalid_grant", "a secret in the form")
    second = world.call("POST", "/oauth/token", data=form | {"client_id": "small", "client_secret": world.apps["small 2"].secret})
    equal(second.json()["error"], "invalid_grant", "the other of two secrets")


# What is behind a token.


@suite.check("J07 a JWT access token follows RFC 9068, and asking tells whether it still lives")
def jwt_access_token(world: AppWorld) -> None:
    app = world.apps["small"]
    tokens = world.redeemed(app)
    header = json.loads(base64.urlsafe_b64decode(tokens["access_token"].split(".")[0] + "=="))
    equal((header["typ"], header["alg"]), ("at+jwt", "ES256"), "the header")
    claims = jwt.decode(tokens["access_token"], world.keys())
    for name in ("iss", "sub", "aud", "client_id", "exp", "iat", "jti", "scope"):
        assert name in claims, f"no {name}"
    equal(claims["aud"], app.id, "the audience")
    assert world.active(tokens["access_token"], app, world.second), "introspection"
    assert not world.active(tokens["access_token"], world.apps["shop"]), "another client's question"
    assert not world.active(tokens["id_token"], app), "an ID token is no access token"
    world.call("POST", "/oauth/revoke", data={"token": tokens["access_token"]}, auth=app.auth)
    assert not world.active(tokens["access_token"], app), "alive after a revocation"


@suite.check("introspection says the same through the router and ahead of it, field by field")
def introspection_ways(world: AppWorld) -> None:
    app, small = world.apps["shop"], world.apps["small"]
    tokens = world.redeemed(app)
    for asking, token in ((app, tokens["access_token"]), (small, tokens["access_token"]), (app, "lkt_" + "A" * 43)):
        # A parameter of the media type is more than the short way reads.
        plain, routed = (
            world.call("POST", "/oauth/introspect", data={"token": token}, auth=asking.auth, headers={"Content-Type": kind})
            for kind in ("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8")
        )
        equal(plain.json(), routed.json(), "the answer")
        equal(plain.status_code, routed.status_code, "the status")
        first, second = (
            {name.lower(): value for name, value in answer.headers.items() if name.lower() not in ("date", "x-request-id")}
            for answer in (plain, routed)
        )
        equal(first, second, "the fields")
        assert plain.headers["X-Request-Id"] != routed.headers["X-Request-Id"], "two requests with one id"


@suite.check("J09 J10 introspection and revocation: proven clients, own tokens, one answer for all others")
def introspection(world: AppWorld) -> None:
    app, small = world.apps["shop"], world.apps["small"]
    tokens = world.redeemed(app)
    equal(world.call("POST", "/oauth/introspect", data={"token": tokens["access_token"]}).status_code, 401, "nobody")
    public = {"token": tokens["access_token"], "client_id": "native"}
    equal(world.call("POST", "/oauth/introspect", data=public).status_code, 401, "a public client")
    for token in (tokens["access_token"], "junk", "lkt_junk", "e30.e30.e30"):
        answer = world.call("POST", "/oauth/introspect", data={"token": token}, auth=small.auth)
        equal(answer.json(), {"active": False}, "another client's question")
    for token in (tokens["access_token"], tokens["refresh_token"], "junk"):
        equal(world.call("POST", "/oauth/revoke", data={"token": token}, auth=small.auth).status_code, 200, "revoking")
    assert world.active(tokens["access_token"], app), "another client ended it"
    equal(world.call("POST", "/oauth/revoke", data={"token": tokens["access_token"]}, auth=app.auth).status_code, 200)
    # S-3: the family, whichever of its tokens was named, one that is used up included.
    other = world.redeemed(app)
    newer = world.token(app, grant_type="refresh_token", refresh_token=other["refresh_token"]).json()
    world.call("POST", "/oauth/revoke", data={"token": other["refresh_token"]}, auth=app.auth)
    assert not world.active(newer["access_token"], app), "alive after its parent was revoked"
    dead = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    equal(dead.json()["error"], "invalid_grant", "the refresh token after its access token was revoked")


@suite.check("H06 S-2 what ends the session ends what apps hold; offline access outlives signing out only")
def ends(world: AppWorld) -> None:
    app, small = world.apps["shop"], world.apps["small"]
    visitor = Visitor()
    offline = world.redeemed(app, visitor)
    online = world.redeemed(small, visitor, scope="openid")
    visitor.post(f"{world.issuer}/sign-out")
    assert not world.active(online["access_token"], small, world.second), "an online grant outlives signing out"
    assert world.active(offline["access_token"], app, world.second), "offline access ends with the browser"
    user = jwt.decode(offline["id_token"], world.keys())["sub"]
    execute(world.database, f"update users set disabled_at = now() where id = '{user}'")
    assert not world.active(offline["access_token"], app), "a disabled user's token"
    dead = world.token(app, grant_type="refresh_token", refresh_token=offline["refresh_token"])
    equal(dead.json()["error"], "invalid_grant", "a disabled user's refresh token")
    execute(world.database, f"update users set disabled_at = null where id = '{user}'")
    assert world.active(offline["access_token"], app), "control"
    visitor = Visitor()
    tokens = world.redeemed(app, visitor)
    visitor.post(f"{world.issuer}/sign-out", {"everywhere": "1"})
    assert not world.active(tokens["access_token"], app), "signing out everywhere"


@suite.check("H05 an app brings no session back whose time is over, and does not outlive it")
def idle_sessions(world: AppWorld) -> None:
    small, visitor = world.apps["small"], Visitor()
    tokens = world.redeemed(small, visitor, scope="openid")
    user = jwt.decode(tokens["id_token"], world.keys())["sub"]
    execute(
        world.database,
        f"update sessions set last_seen_at = now() - idle_timeout where user_id = '{user}' and client_id is null",
    )
    assert not world.active(tokens["access_token"], small), "an app's grant under a session that is over"
    dead = world.token(small, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    equal(dead.json()["error"], "invalid_grant", "a refresh under a session that is over")
    equal(visitor.get(f"{world.issuer}/account").status, 303, "the session is back")


@suite.check("H08 L-2 a code that somebody took along is worth nothing after the owner ended the other sessions")
def stolen_codes(world: AppWorld) -> None:
    app, visitor = world.apps["shop"], Visitor()
    world.redeemed(app, visitor)
    url, verifier = world.authorize_url(app)
    code = answered(visitor.get(url))["code"]
    control, control_verifier = world.code(app, visitor)
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    equal(world.token(app, code=control, code_verifier=control_verifier, **form).status_code, 200, "control")
    ended = visitor.post(f"{world.issuer}/account/sessions/end-others")
    assert ended.status < 400, f"{ended.status}: {ended.text[:200]}"
    answer = world.token(app, code=code, code_verifier=verifier, **form)
    equal(answer.json()["error"], "invalid_grant", "a code from before")


@suite.check("what the operator takes from an app is in no new token, and no old one tells it")
def narrowed_registration(world: AppWorld) -> None:
    app = world.apps["shop"]
    tokens = world.redeemed(app, scope="openid email offline_access")
    execute(world.database, "update access_tokens set scope = scope || '{admin}'")
    bearer = {"token": tokens["access_token"]}
    answer = world.call("POST", "/oauth/introspect", data=bearer, auth=app.auth).json()
    equal(answer["scope"], "openid email offline_access", "the scope of a token that has more than its app")


@suite.check("parameters without a value count as left out, HEAD uses nothing up")
def odd_requests(world: AppWorld) -> None:
    app, visitor = world.apps["shop"], Visitor()
    world.redeemed(app, visitor)
    url, _ = world.authorize_url(app)
    empty = "&" + "&".join(f"{name}=" for name in ("max_age", "provider", "id_token_hint", "request", "request_uri", "prompt"))
    assert "code" in answered(visitor.get(url + empty))
    head = visitor.request("HEAD", url)
    equal((head.status, head.header("location")), (405, None), "HEAD")


@suite.check("H09 what an app holds is on the account page, and ends there")
def listed(world: AppWorld) -> None:
    app, visitor = world.apps["shop"], Visitor()
    tokens = world.redeemed(app, visitor)
    page = visitor.get(f"{world.issuer}/account")
    assert "Shop, begun in" in page.text, "not on the account page"
    bearer = {"Authorization": f"Bearer {visitor.cookie(world.issuer, 'latchkey')}"}
    found = [one for one in world.call("GET", "/v1/sessions", headers=bearer).json()["sessions"] if one["client"] == "shop"]
    equal(len(found), 1, "the number of the app's sessions")
    ended = visitor.post(f"{world.issuer}/account/sessions/{found[0]['id']}/end")
    assert ended.status < 400, f"{ended.status}: {ended.text[:200]}"
    assert not world.active(tokens["access_token"], app), "alive after it was ended"


@suite.check("signing in again in the same browser keeps what apps hold")
def reauthentication(world: AppWorld) -> None:
    small, visitor, subject = world.apps["small"], Visitor(), world.person()
    url, verifier = world.authorize_url(small, scope="openid")
    code = answered(world.signed_in(visitor, url, subject))["code"]
    tokens = world.token(
        small, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT
    ).json()
    url, _ = world.authorize_url(small, prompt="login")
    answered(world.signed_in(visitor, url, subject))
    assert world.active(tokens["access_token"], small), "the same person's"
    url, _ = world.authorize_url(small, prompt="login")
    # Another person in this browser: a page says so, and what was the first one's is over.
    equal(world.signed_in(visitor, url, world.person()).status, 200, "the page")
    assert not world.active(tokens["access_token"], small), "another person's"


@suite.check("K05 an app's logout: with its ID token at once and back, without it only after a question, never elsewhere")
def logout(world: AppWorld) -> None:
    app = world.apps["shop"]
    there = "https://shop.example/bye"

    def leave(visitor: Visitor, **parameters: str) -> Answer:
        return visitor.get(f"{world.issuer}/oauth/logout?{urlencode(parameters)}")

    visitor = Visitor()
    tokens = world.redeemed(app, visitor)
    hint = tokens["id_token"]
    asked = leave(visitor, post_logout_redirect_uri=there, client_id="shop")
    equal(asked.status, 200, "without a hint")
    assert "Sign out?" in asked.text
    forged = hint.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for bad in (f"{none}.{forged[1]}.", hint[:-4] + "AAAA", "x"):
        equal(leave(visitor, id_token_hint=bad, post_logout_redirect_uri=there).status, 200, "a bad hint")
    stranger = Visitor()
    other = world.redeemed(app, stranger)["id_token"]
    assert "Sign out?" in leave(visitor, id_token_hint=other, post_logout_redirect_uri=there).text, "another's hint"
    equal(visitor.get(f"{world.issuer}/account").status, 200, "still signed in")
    for uri in (there + "/", there + "?x=1", "https://evil.example/", "https://shop.example/callback"):
        found = Visitor()
        hinted = world.redeemed(app, found)["id_token"]
        answer = leave(found, id_token_hint=hinted, post_logout_redirect_uri=uri)
        equal(answer.status, 200, f"the status with {uri}")
        equal(found.get(f"{world.issuer}/account").status, 303, "signed out all the same")
    left = leave(visitor, id_token_hint=hint, post_logout_redirect_uri=there, state="s 1")
    equal(left.location, there + "?state=s%201", "the way back")
    equal(visitor.get(f"{world.issuer}/account").status, 303, "signed out")
    equal(leave(visitor, id_token_hint=hint, post_logout_redirect_uri=there).location, there, "signed out before")


@suite.check("J11 metadata says what works, and nothing else")
def metadata(world: AppWorld) -> None:
    found = world.call("GET", "/.well-known/openid-configuration").json()
    equal(world.call("GET", "/.well-known/oauth-authorization-server").json(), found, "both documents")
    for name, value in found.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert value.startswith(world.issuer + "/oauth/"), value
            status = world.call("GET", urlsplit(value).path).status_code
            assert status != 404, f"{name}: {status}"
    equal(found["code_challenge_methods_supported"], ["S256"], "challenge methods")
    assert "none" not in found["id_token_signing_alg_values_supported"]
    equal(found["authorization_response_iss_parameter_supported"], True, "iss")


@suite.check("H12 a page of a public app may read the endpoints' answers, any other page may not")
def cross_origin(world: AppWorld) -> None:
    for origin, allowed in (("https://spa.example", True), ("https://shop.example", False), ("null", False),
                            ("https://spa.example.evil.example", False), ("http://spa.example", False)):  # fmt: skip
        answer = world.call("POST", "/oauth/token", data={"client_id": "spa"}, headers={"Origin": origin})
        equal(answer.headers.get("Access-Control-Allow-Origin"), origin if allowed else None, origin)
        assert "Access-Control-Allow-Credentials" not in answer.headers
        preflight = world.call("OPTIONS", "/oauth/userinfo", headers={"Origin": origin})
        equal("Access-Control-Allow-Headers" in preflight.headers, allowed, f"the preflight of {origin}")


@suite.check("no token, code or secret of an app in any log line")
def logs(world: AppWorld) -> None:
    app = world.apps["shop"]
    tokens = world.redeemed(app)
    for node_ in (world.first, world.second):
        for secret in (app.secret or "", tokens["access_token"], tokens["refresh_token"], tokens["id_token"]):
            assert secret not in node_.log, "a secret in the log"
        assert not re.search(r"lk[crtk]_[A-Za-z0-9_-]{20}", node_.log), "something like a token in the log"


# The world.


def client_files(folder: Path, apache_port: int, told: str) -> dict[str, App]:
    """Files of apps, as an operator writes them."""
    apps: dict[str, App] = {}

    def write(name: str, *lines: str, secrets_: int = 1, keys: dict[str, Any] | None = None) -> None:
        made = [made_secret() for _ in range(0 if keys else secrets_)]
        text = [f"id: {name}", *lines]
        if keys:
            public = [{**key.as_dict(is_private=False), "kid": kid} for kid, key in keys.items()]
            text += [f"jwks: {json.dumps({'keys': public})}"]
        else:
            text += ["public: true"] if not made else ["secret_hashes:"] + [f"  - {hash_}" for _, hash_ in made]
        (folder / f"{name}.yaml").write_text("\n".join(text) + "\n")
        apps[name] = App(name, made[0][0] if made else None, keys=keys or {})
        if len(made) > 1:
            apps[f"{name} 2"] = App(name, made[1][0])

    uri = f"redirect_uris: [{REDIRECT}]"
    full = "scopes: [openid, profile, email, roles, offline_access]"
    write("shop", "name: Shop", uri, full, "first_party: true", "post_logout_redirect_uris: [https://shop.example/bye]")
    write(
        "small", "name: Small", uri, full, "first_party: true", "access_tokens: jwt", "id_token_algorithm: ES256",
        secrets_=2,
    )  # fmt: skip
    write("foreign", "name: Foreign app", uri, full, "first_party: false")
    write("google-only", "name: Google people", uri, "first_party: true", "providers: [google]")
    write("once", "name: Once", uri, "first_party: true", "grants: [authorization_code]")
    write("native", "name: Native", "redirect_uris: ['http://127.0.0.1/callback', 'com.example.app:/cb']",
          "first_party: true", secrets_=0)  # fmt: skip
    write("apache", "name: Members", f"redirect_uris: ['http://127.0.0.1{CALLBACK}']", full, "first_party: true",
          f"post_logout_redirect_uris: ['{origin(apache_port)}{GOODBYE}']")  # fmt: skip
    back = "post_logout_redirect_uris: [https://shop.example/bye]"
    write("told", "name: Told", uri, full, "first_party: true", back, f"backchannel_logout_uri: '{told}/told'",
          "backchannel_logout_session_required: true")  # fmt: skip
    write("told-too", "name: Told too", uri, full, "first_party: true", "id_token_algorithm: ES256",
          f"backchannel_logout_uri: '{told}/told-too'")  # fmt: skip
    write("slow", "name: Slow", uri, full, "first_party: true", f"backchannel_logout_uri: '{told}/slow'")
    write("mapped", "name: Mapped", uri, "first_party: true", "access_tokens: jwt",
          "scopes: [openid, profile, email, roles, billing, offline_access]",
          "claims:",
          "  plan: {from: metadata.plan}",
          "  https://mapped.example/seats: {from: metadata.billing.seats, scope: billing, in: [access_token]}")  # fmt: skip
    own = {"ec": JsonWebKey.generate_key("EC", "P-256", is_private=True),
           "rsa": JsonWebKey.generate_key("RSA", 2048, is_private=True)}  # fmt: skip
    write("keyed", "name: Keyed", uri, full, "first_party: true", keys=own)
    write("spa", "name: Page", "redirect_uris: ['https://spa.example/']", "first_party: true", secrets_=0)
    return apps


@contextlib.contextmanager
def app_world() -> Iterator[AppWorld]:
    """Starts everything."""
    with (
        tempfile.TemporaryDirectory(prefix="latchkey-clients-") as folder,
        fresh_database("apps") as database,
        provider_mock("--require-nonce", "true") as mock,
        receiver() as told,
    ):
        apache_port = free_port()
        apps = client_files(Path(folder), apache_port, told.origin)
        providers = {
            "oidc-example": {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "issuer": mock.issuer},
            "google": {"client_id": "google-client", "client_secret": "google-secret"},
        }
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        administration_key, hash_ = made_administration_key()
        more: dict[str, Any] = {
            "clients": {"directory": folder},
            "administration": {"keys": [f"tester:{hash_}"]},
            "encryption": {"keys": [f"k1:{key}"]},
            "mail": {"catch": True, "from": "login@latchkey.example"},
            "roles": {"permissions": ["editor=articles.write", "editor=articles.read", "admin=users.ban"]},
            "throttle": {"starts_per_client": 1_000_000},
        }
        with node(database, providers, **more) as first, node(database, providers, public_url=first.origin, **more) as second:
            yield AppWorld(
                first, second, mock, database, apps, apache_port, folder, providers, more, administration_key,
                told,
            )
