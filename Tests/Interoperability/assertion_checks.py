"""Apps that prove themselves with a key of their own: `private_key_jwt`, as Authlib does it, and everything it must not be."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, RSAKey

from app_checks import REDIRECT, SCOPE, App, AppWorld, answered, at_once
from database import execute
from report import Suite, equal
from visitor import Visitor

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

suite: Suite[AppWorld] = Suite()


def assertion(world: AppWorld, app: App, key: str = "ec", **claims: Any) -> dict[str, str]:
    """The form parameters; a claim that is None is left out."""
    algorithm = "ES256" if key == "ec" else "PS256"
    every = {
        "iss": app.id, "sub": app.id, "aud": world.issuer, "exp": int(time.time()) + 60, "jti": secrets.token_urlsafe(16),
    } | claims  # fmt: skip
    kept = {name: value for name, value in every.items() if value is not None}
    token = jwt.encode({"alg": algorithm, "kid": key}, kept, app.keys[key]).decode()
    return {"client_assertion_type": TYPE, "client_assertion": token}


def ask(world: AppWorld, form: dict[str, str], path: str = "/oauth/introspect", **more: Any) -> requests.Response:
    return world.call("POST", path, data={"token": "junk"} | form, **more)


@suite.check("private_key_jwt: Authlib signs in, refreshes and revokes, with either of two keys")
def authlib_client(world: AppWorld) -> None:
    app = world.apps["keyed"]
    metadata = world.call("GET", "/.well-known/openid-configuration").json()
    for endpoint in ("token", "revocation", "introspection"):
        assert "private_key_jwt" in metadata[f"{endpoint}_endpoint_auth_methods_supported"], endpoint
    for key, algorithm, kind in (("ec", "ES256", ECKey), ("rsa", "PS256", RSAKey), ("rsa", "RS256", RSAKey)):
        assert algorithm in metadata["token_endpoint_auth_signing_alg_values_supported"], algorithm
        method = PrivateKeyJWT(metadata["token_endpoint"], headers={"kid": key}, alg=algorithm)
        client = OAuth2Session(
            app.id,
            kind.import_key(app.keys[key].as_pem(is_private=True)),
            scope=SCOPE,
            redirect_uri=REDIRECT,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
        )
        client.trust_env = False
        verifier = secrets.token_urlsafe(48)
        url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier, nonce="n")
        answer = world.signed_in(Visitor(), url)
        tokens = client.fetch_token(
            world.endpoint("/oauth/token"), authorization_response=answer.location, state=state, code_verifier=verifier
        )
        equal(jwt.decode(tokens["id_token"], world.keys())["aud"], app.id, "aud")
        refreshed = client.refresh_token(world.endpoint("/oauth/token"), refresh_token=tokens["refresh_token"])
        asked = client.introspect_token(world.endpoint("/oauth/introspect"), token=refreshed["access_token"]).json()
        equal(asked["active"], True, "introspection")
        revoked = client.revoke_token(world.endpoint("/oauth/revoke"), token=refreshed["refresh_token"])
        equal(revoked.status_code, 200, f"the revocation {revoked.text}")
        asked = client.introspect_token(world.endpoint("/oauth/introspect"), token=refreshed["access_token"]).json()
        equal(asked, {"active": False}, "after the revocation")


@suite.check("private_key_jwt at every endpoint, with the issuer or the endpoint as its audience")
def endpoints(world: AppWorld) -> None:
    app = world.apps["keyed"]
    for path in ("/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"):
        for audience in (world.issuer, world.issuer + "/oauth/token", world.issuer + path, [world.issuer]):
            answer = ask(world, assertion(world, app, aud=audience) | {"grant_type": "password"}, path)
            assert answer.status_code != 401, f"{path} with {audience}: {answer.text}"
        for audience in (world.issuer + "/", world.issuer + "/oauth/authorize", "https://evil.example",
                         [world.issuer, "https://evil.example"], [world.issuer, world.issuer + path], None):  # fmt: skip
            answer = ask(world, assertion(world, app, aud=audience), path)
            equal((answer.status_code, answer.json()["error"]), (401, "invalid_client"), f"{path} with {audience}")
    equal(ask(world, assertion(world, app, aud=world.issuer + "/oauth/par")).status_code, 401, "another endpoint's")
    # RFC 9126: what is kept of a pushed request has nothing of the assertion in it.
    url, _ = world.authorize_url(app)
    form = dict(parse_qsl(urlsplit(url).query))
    pushed = world.call("POST", "/oauth/par", data=form | assertion(world, app))
    equal(pushed.status_code, 201, pushed.text)
    stored = execute(world.database, "select string_agg(request, ' ') from pushed_requests where client_id = 'keyed'")
    assert stored and "client_assertion" not in stored, "an assertion is kept"
    code = answered(
        world.signed_in(
            Visitor(), f"{world.issuer}/oauth/authorize?client_id=keyed&request_uri={pushed.json()['request_uri']}"
        )
    )
    assert "code" in code


@suite.check("an assertion is good once: of 32 uses at once on two nodes one counts, and none after it")
def replays(world: AppWorld) -> None:
    app = world.apps["keyed"]
    form = assertion(world, app)
    nodes = (world.first, world.second)
    found = at_once(32, lambda number: ask(world, form, node=nodes[number % 2]).status_code)
    equal(sorted(found), [200] + [401] * 31, "the answers")
    for path in ("/oauth/introspect", "/oauth/token", "/oauth/par"):
        equal(ask(world, form, path, node=world.second).status_code, 401, f"a second use at {path}")
    # Signed anew with the same jti.
    first = assertion(world, app, jti="the same")
    equal(ask(world, first).status_code, 200, "control")
    equal(ask(world, assertion(world, app, jti="the same", exp=int(time.time()) + 120)).status_code, 401, "the same jti")
    # What was refused for another reason is not used up by that.
    equal(ask(world, assertion(world, app, jti="later", aud="https://evil.example")).status_code, 401, "aud")
    equal(ask(world, assertion(world, app, jti="later")).status_code, 200, "the same jti, for us")


@suite.check("what an assertion has to say: who, until when, and which one it is")
def claims(world: AppWorld) -> None:
    app, now = world.apps["keyed"], int(time.time())
    for wrong in ({"iss": "shop"}, {"sub": "shop"}, {"iss": None}, {"exp": None}, {"exp": now - 90}, {"exp": now + 4000},
                  {"nbf": now + 300}, {"iat": now + 300}, {"jti": None}, {"jti": ""}, {"jti": "j" * 256}, {"sub": None}):  # fmt: skip
        answer = ask(world, assertion(world, app, **wrong))
        equal((answer.status_code, answer.json()["error"]), (401, "invalid_client"), f"with {wrong}")
    equal(ask(world, assertion(world, app)).status_code, 200, "control")


@suite.check("one way to prove oneself: no secret for an app with keys, no assertion for an app with a secret, never both")
def methods(world: AppWorld) -> None:
    app, shop, spa = world.apps["keyed"], world.apps["shop"], world.apps["spa"]
    form = {"token": "junk"}
    equal(ask(world, {"client_id": "keyed"}).status_code, 401, "by its name")
    equal(ask(world, {"client_id": "keyed", "client_secret": shop.secret or ""}).status_code, 401, "by a secret")
    equal(ask(world, form, auth=("keyed", shop.secret)).status_code, 401, "by a secret in the header")
    equal(ask(world, assertion(world, app), auth=shop.auth).json()["error"], "invalid_request", "with a header")
    both = assertion(world, app) | {"client_secret": shop.secret or ""}
    equal(ask(world, both).json()["error"], "invalid_request", "with a secret")
    equal(ask(world, assertion(world, app) | {"client_id": "shop"}).json()["error"], "invalid_request", "another name")
    equal(ask(world, assertion(world, app) | {"client_id": "keyed"}).status_code, 200, "its own name")
    equal(ask(world, assertion(world, app) | {"client_assertion_type": TYPE + "2"}).status_code, 401, "another type")
    for other in (shop, spa, App("nobody", None)):
        other.keys = app.keys
        equal(ask(world, assertion(world, other)).status_code, 401, f"an assertion for {other.id}")
    # Somebody's own key, under a name that is registered.
    app_ = App("keyed", None)
    app_.keys = {"ec": JsonWebKey.generate_key("EC", "P-256", is_private=True)}
    equal(ask(world, assertion(world, app_)).status_code, 401, "another key")
