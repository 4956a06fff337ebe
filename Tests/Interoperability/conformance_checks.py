"""The modules of the OpenID Foundation's conformance suite for providers, by their names: the plans Basic OP and Config OP.

Each check does what the module of that name does. One is not there, because the suite itself leaves it out: oidcc-idtoken-unsigned
needs a client that is registered for `none`, and nobody can register for that.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.jose import jwt

from app_checks import REDIRECT, SCOPE, App, AppWorld, answered, until_outside
from database import execute
from report import Suite, contains, equal
from visitor import Visitor

suite: Suite[AppWorld] = Suite()


def claims_of(world: AppWorld, tokens: dict[str, Any]) -> dict[str, Any]:
    """The claims of an ID token whose signature is right."""
    claims: dict[str, Any] = jwt.decode(tokens["id_token"], world.keys())
    return claims


def header_of(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    return header


def redeem(world: AppWorld, app: App, code: str, verifier: str) -> requests.Response:
    return world.token(
        app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=app.redirect_uri
    )


def silently(world: AppWorld, visitor: Visitor, **parameters: str) -> dict[str, Any]:
    """Tokens for somebody who is signed in: the code comes at once, without a page."""
    app = world.apps["shop"]
    url, verifier = world.authorize_url(app, **parameters)
    answer = redeem(world, app, answered(visitor.get(url))["code"], verifier)
    equal(answer.status_code, 200, "the token answer")
    tokens: dict[str, Any] = answer.json()
    return tokens


def user_info(world: AppWorld, token: str) -> requests.Response:
    return world.call("GET", "/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})


def unsigned_object(**claims: str) -> str:
    """A request object without a signature."""
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


# Basic OP.


@suite.check("oidcc-server")
def server(world: AppWorld) -> None:
    app = world.apps["shop"]
    url, verifier = world.authorize_url(app, state="a state", nonce="a nonce")
    found = answered(world.signed_in(Visitor(), url))
    equal((found["state"], found["iss"]), ("a state", world.issuer), "state and iss")
    answer = redeem(world, app, found["code"], verifier)
    equal(answer.headers["Content-Type"].partition(";")[0], "application/json", "the type")
    equal(answer.headers["Cache-Control"], "no-store", "caching")
    tokens = answer.json()
    equal(tokens["token_type"].lower(), "bearer", "token_type")
    claims, now = claims_of(world, tokens), time.time()
    equal((claims["iss"], claims["aud"], claims["nonce"]), (world.issuer, app.id, "a nonce"), "iss, aud, nonce")
    assert claims["exp"] > now and now - 300 < claims["iat"] < now + 300, "exp and iat"
    assert 0 < len(claims["sub"]) <= 255 and claims["sub"].isascii(), "sub"
    equal(claims.get("azp", app.id), app.id, "azp")
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    equal(claims["at_hash"], base64.urlsafe_b64encode(half).decode().rstrip("="), "at_hash")


@suite.check("oidcc-response-type-missing")
def response_type_missing(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"], response_type="")
    found = answered(Visitor().get(url))
    equal(found["error"], "invalid_request", "the error")
    assert "code" not in found


@suite.check("oidcc-idtoken-signature")
def id_token_signature(world: AppWorld) -> None:
    token = world.redeemed(world.apps["shop"])["id_token"]
    header = header_of(token)
    equal(header["alg"], "RS256", "the algorithm where nothing else was registered")
    keys = {key["kid"]: key for key in world.call("GET", "/oauth/jwks").json()["keys"]}
    equal((keys[header["kid"]]["kty"], keys[header["kid"]]["use"]), ("RSA", "sig"), "the key")
    equal(jwt.decode(token, keys[header["kid"]])["iss"], world.issuer, "verified with that key alone")


@suite.cases("oidcc-userinfo-{}", ["get", "post-header", "post-body"])
def userinfo(world: AppWorld, way: str) -> None:
    tokens = world.redeemed(world.apps["shop"])
    token = tokens["access_token"]
    if way == "post-body":
        answer = world.call("POST", "/oauth/userinfo", data={"access_token": token})
    else:
        method = "GET" if way == "get" else "POST"
        answer = world.call(method, "/oauth/userinfo", headers={"Authorization": f"Bearer {token}"})
    equal(answer.status_code, 200, f"the status: {answer.text}")
    equal(answer.headers["Content-Type"].partition(";")[0], "application/json", "the type")
    equal(answer.json()["sub"], claims_of(world, tokens)["sub"], "sub")


@suite.check("oidcc-ensure-request-without-nonce-succeeds-for-code-flow")
def without_nonce(world: AppWorld) -> None:
    tokens = world.redeemed(world.apps["shop"], nonce="")
    assert "nonce" not in claims_of(world, tokens), "a nonce that nobody sent"


# What userinfo says besides `sub`. Nothing is known of addresses and telephones, which the metadata does not name: those scopes
# are left out, and the answer says so.
SCOPES = {
    "oidcc-scope-profile": ("profile", {"name"}),
    "oidcc-scope-email": ("email", {"email", "email_verified"}),
    "oidcc-scope-address": ("address", set[str]()),
    "oidcc-scope-phone": ("phone", set[str]()),
    "oidcc-scope-all": ("profile email address phone", {"name", "email", "email_verified"}),
}


@suite.cases("{}: what was granted, and no more", list(SCOPES))
def scopes(world: AppWorld, module: str) -> None:
    scope, names = SCOPES[module]
    named = world.call("GET", "/.well-known/openid-configuration").json()["scopes_supported"]
    tokens = world.redeemed(world.apps["shop"], scope="openid " + scope)
    granted = ["openid"] + [word for word in scope.split() if word in named]
    equal(tokens["scope"].split(), granted, "what was granted")
    found = user_info(world, tokens["access_token"]).json()
    equal(set(found), {"sub"} | names, "the claims")


@suite.check("oidcc-alternate-happy-flow")
def alternate(world: AppWorld) -> None:
    url, verifier = world.authorize_url(world.apps["shop"], scope="email offline_access profile openid")
    base, _, query = url.partition("?")
    backwards = base + "?" + "&".join(reversed(query.split("&")))
    code = answered(world.signed_in(Visitor(), backwards))["code"]
    answer = redeem(world, world.apps["shop"], code, verifier)
    equal(answer.status_code, 200, "the token answer")
    equal(set(answer.json()["scope"].split()), set(SCOPE.split()), "the scopes")


# What a request may carry besides, each in a way that has to succeed.
ACCEPTED = {
    "oidcc-display-page": {"display": "page"},
    "oidcc-display-popup": {"display": "popup"},
    "oidcc-ensure-request-with-unknown-parameter-succeeds": {"extra": "foobar"},
    "oidcc-login-hint": {"login_hint": "buffy@example.com"},
    "oidcc-ui-locales": {"ui_locales": "se"},
    "oidcc-claims-locales": {"claims_locales": "se"},
    "oidcc-ensure-request-with-acr-values-succeeds": {"acr_values": "1 2"},
    "oidcc-claims-essential": {"claims": '{"userinfo":{"name":{"essential":true}}}'},
    "oidcc-ensure-request-with-valid-pkce-succeeds": {"code_challenge_method": "S256"},
}


@suite.cases("{}", list(ACCEPTED))
def accepted(world: AppWorld, module: str) -> None:
    tokens = world.redeemed(world.apps["shop"], **ACCEPTED[module])
    assert claims_of(world, tokens)["sub"]


AGAIN = {"oidcc-prompt-login": {"prompt": "login"}, "oidcc-max-age-1": {"max_age": "1"}}


@suite.cases("{}: who signed in a minute ago has to sign in anew, and the ID token says so", list(AGAIN))
def again(world: AppWorld, module: str) -> None:
    parameters = AGAIN[module]
    app, visitor, subject = world.apps["shop"], Visitor(), world.person()
    first = claims_of(world, redeem(world, app, *code_of(world, visitor, subject)).json())
    execute(
        world.database,
        f"update sessions set authenticated_at = authenticated_at - interval '1 minute' where user_id = '{first['sub']}'",
    )
    url, _ = world.authorize_url(app, **parameters)
    page = until_outside(visitor, visitor.get(url), world.issuer)
    equal(page.status, 200, "the sign-in page")
    contains(page.text, "/sign-in/oidc-example", "the page")
    second = claims_of(world, redeem(world, app, *code_of(world, visitor, subject, **parameters)).json())
    equal(second["sub"], first["sub"], "sub")
    # The first sign-in was moved back by a minute after it was told: only a new one is not before that.
    assert second["auth_time"] >= first["auth_time"], "auth_time of the sign-in before"


def code_of(world: AppWorld, visitor: Visitor, subject: str, **parameters: str) -> tuple[str, str]:
    url, verifier = world.authorize_url(world.apps["shop"], **parameters)
    return answered(world.signed_in(visitor, url, subject))["code"], verifier


@suite.check("oidcc-max-age-10000")
def max_age_10000(world: AppWorld) -> None:
    visitor = Visitor()
    first = claims_of(world, world.redeemed(world.apps["shop"], visitor, max_age="15000"))
    second = claims_of(world, silently(world, visitor, max_age="10000"))
    equal((second["sub"], second["auth_time"]), (first["sub"], first["auth_time"]), "sub and auth_time")


@suite.check("oidcc-prompt-none-not-logged-in")
def prompt_none_nobody(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"], prompt="none", state="s")
    found = answered(Visitor().get(url))
    equal((found["error"], found["state"]), ("login_required", "s"), "the answer")


@suite.cases("{}", ["oidcc-prompt-none-logged-in", "oidcc-id-token-hint"])
def prompt_none_somebody(world: AppWorld, module: str) -> None:
    visitor = Visitor()
    tokens = world.redeemed(world.apps["shop"], visitor)
    hint = {"id_token_hint": tokens["id_token"]} if module == "oidcc-id-token-hint" else {}
    first, second = (
        claims_of(world, found) for found in (tokens, silently(world, visitor, prompt="none", nonce="another", **hint))
    )
    equal((second["sub"], second["auth_time"]), (first["sub"], first["auth_time"]), "sub and auth_time")
    equal(second["nonce"], "another", "the nonce")
    other = world.redeemed(world.apps["shop"])["id_token"]
    url, _ = world.authorize_url(world.apps["shop"], prompt="none", id_token_hint=other)
    equal(answered(visitor.get(url))["error"], "login_required", "the answer to another person's hint")


REUSE = {"oidcc-codereuse": 0, "oidcc-codereuse-30seconds": 30}


@suite.cases("{}", list(REUSE))
def code_reuse(world: AppWorld, module: str) -> None:
    code, verifier = world.code(world.apps["shop"])
    token = redeem(world, world.apps["shop"], code, verifier).json()["access_token"]
    equal(user_info(world, token).status_code, 200, "userinfo before")
    digest, ago = hashlib.sha256(code.encode()).hexdigest(), f"interval '{REUSE[module]} seconds'"
    execute(
        world.database,
        f"update authorization_codes set redeemed_at = redeemed_at - {ago}, created_at = created_at - {ago},"
        f" expires_at = expires_at - {ago} where code_hash = decode('{digest}', 'hex')",
    )
    second = redeem(world, world.apps["shop"], code, verifier)
    equal((second.status_code, second.json()["error"]), (400, "invalid_grant"), "the second use")
    equal(user_info(world, token).status_code, 401, "what the first use got")


@suite.check("oidcc-ensure-registered-redirect-uri")
def registered_redirect_uri(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"], redirect_uri=REDIRECT + "/unregistered")
    page = Visitor().get(url)
    equal((page.status, page.header("location")), (400, None), "the page")


@suite.check("oidcc-ensure-post-request-succeeds")
def post_request(world: AppWorld) -> None:
    visitor = Visitor()
    url, verifier = world.authorize_url(world.apps["shop"])
    base, _, query = url.partition("?")
    sent = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": "https://shop.example",
        "Sec-Fetch-Site": "cross-site",
    }
    answer = visitor.request("POST", base, query, sent)
    code = answered(world.signed_in(visitor, answer.location))["code"]
    equal(redeem(world, world.apps["shop"], code, verifier).status_code, 200, "the token answer")


@suite.check("oidcc-server-client-secret-post")
def secret_post(world: AppWorld) -> None:
    app = world.apps["shop"]
    code, verifier = world.code(app)
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": REDIRECT}
    answer = world.token(app, auth=False, client_id=app.id, client_secret=app.secret or "", **form)
    equal(answer.status_code, 200, f"the token answer {answer.text}")
    equal(claims_of(world, answer.json())["aud"], app.id, "the audience")


@suite.check("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported")
def request_uri(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"], request_uri="https://shop.example/request.jwt")
    equal(answered(Visitor().get(url))["error"], "request_uri_not_supported", "the error")


@suite.check("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")
def request_object(world: AppWorld) -> None:
    url, _ = world.authorize_url(world.apps["shop"], request=unsigned_object(state="s"))
    equal(answered(Visitor().get(url))["error"], "request_not_supported", "the error")


@suite.check("oidcc-ensure-request-object-with-redirect-uri: an object changes nothing about where the answer goes")
def request_object_with_redirect_uri(world: AppWorld) -> None:
    evil = "https://evil.example/"
    url, _ = world.authorize_url(world.apps["shop"], request=unsigned_object(redirect_uri=evil))
    equal(answered(Visitor().get(url))["error"], "request_not_supported", "the error")
    url, _ = world.authorize_url(world.apps["shop"], redirect_uri=evil, request=unsigned_object(redirect_uri=REDIRECT))
    page = Visitor().get(url)
    equal((page.status, page.header("location")), (400, None), "the page")


@suite.check("oidcc-refresh-token")
def refresh_token(world: AppWorld) -> None:
    app = world.apps["shop"]
    tokens = world.redeemed(app)
    foreign = world.token(world.apps["small"], grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    equal((foreign.status_code, foreign.json()["error"]), (400, "invalid_grant"), "another client")
    answer = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    equal(answer.status_code, 200, "the token answer")
    before, after = claims_of(world, tokens), claims_of(world, answer.json())
    for name in ("iss", "sub", "aud", "auth_time"):
        equal(after[name], before[name], name)
    assert after["iat"] >= before["iat"], "iat"
    equal(user_info(world, answer.json()["access_token"]).json()["sub"], before["sub"], "userinfo")


# Config OP.


@suite.check("oidcc-discovery-endpoint-verification")
def discovery(world: AppWorld) -> None:
    answer = world.call("GET", "/.well-known/openid-configuration")
    equal(answer.headers["Content-Type"].partition(";")[0], "application/json", "the type")
    found = answer.json()
    equal(found["issuer"], world.issuer, "the issuer")
    for name in ("authorization", "token", "userinfo"):
        url = urlsplit(found[f"{name}_endpoint"])
        assert url.scheme in ("http", "https") and url.netloc and not url.fragment, name
    assert "code" in found["response_types_supported"] and "openid" in found["scopes_supported"]
    assert set(found["subject_types_supported"]) <= {"public", "pairwise"}
    assert "RS256" in found["id_token_signing_alg_values_supported"]
    assert {"client_secret_basic", "client_secret_post"} <= set(found["token_endpoint_auth_methods_supported"])
    assert "sub" in found["claims_supported"]
    for name in ("request_parameter_supported", "request_uri_parameter_supported", "claims_parameter_supported"):
        equal(found[name], False, name)
    keys = world.call("GET", urlsplit(found["jwks_uri"]).path).json()["keys"]
    equal(len({key["kid"] for key in keys}), len(keys), "the number of key IDs")
    for key in keys:
        equal(set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"}, set(), "private members")
        assert key["kty"] in ("RSA", "EC"), key["kty"]
