"""Token exchange: an app hands over what a provider gave somebody, and what nobody gets in with that way."""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.jose import jwt

from app_checks import App, AppWorld, answered, at_once, until_outside
from backchannel_receiver import receiver
from client_secret import made_secret
from database import execute, fresh_database
from node import ROOT, executable, node
from other_providers import provider_mock
from processes import awaited, free_port
from report import Suite, equal
from stand_ins import StandIns, stand_ins
from visitor import Visitor

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
REDIRECT = "https://shop.example/callback"


@dataclass
class ExchangeWorld(AppWorld):
    """Two nodes of one service, and stand-ins that mint what a native app would hold."""

    stand_ins: StandIns

    def nonce(self, app: App, **form: str) -> str:
        answer = self.asked_nonce(app, **form)
        equal(answer.status_code, 201, f"the status for a nonce: {answer.text}")
        equal(answer.json()["expires_in"], 600, "how long it is good for")
        return str(answer.json()["nonce"])

    def asked_nonce(self, app: App, **form: str) -> requests.Response:
        if app.auth is None:
            form["client_id"] = app.id
        return self.call("POST", "/v1/nonces", data=form, auth=app.auth)

    def minted(self, provider: str = "google", **more: Any) -> dict[str, Any]:
        """Tokens of a provider for somebody."""
        found: dict[str, Any] = self.stand_ins.control("POST", f"/mint/{provider}", {"person": somebody()} | more)
        return found

    def exchanged(
        self, app: App, token: str, provider: str = "google", kind: str = ID_TOKEN, **form: str
    ) -> requests.Response:
        values = {"grant_type": GRANT, "subject_token": token, "subject_token_type": kind, "subject_issuer": provider}
        return self.token(app, **{name: value for name, value in (values | form).items() if value})

    def signed_in_with_google(self, app: App, person: Any = None, **form: str) -> requests.Response:
        token = self.minted(person=person or somebody(), nonce=self.nonce(app))["id_token"]
        return self.exchanged(app, token, **form)

    def github_code(self, app: App, visitor: Visitor, person: dict[str, Any] | None = None) -> tuple[str, str]:
        """A code and its verifier, by way of a browser and GitHub."""
        person = person or somebody()
        self.stand_ins.control("PUT", f"/people/github/{person['id']}", person)
        self.stand_ins.control("PUT", "/auto/github", {"mode": "fixed", "person": person["id"]})
        url, verifier = self.authorize_url(app, scope="openid")
        page = until_outside(visitor, visitor.get(url), self.issuer)
        return_to = parse_qs(urlsplit(page.url).query)["return_to"][0]
        begun = visitor.post(f"{self.issuer}/sign-in/github", {"return_to": return_to})
        callback = visitor.get(begun.location).location
        return answered(until_outside(visitor, visitor.get(callback), self.issuer))["code"], verifier

    def number(self, statement: str) -> int:
        return int(execute(self.database, statement))

    def everything(self) -> tuple[int, ...]:
        """What must not change when somebody is refused."""
        return tuple(
            self.number(f"select count(*) from {table}") for table in ("users", "sessions", "linking_decisions")
        )


def somebody(**more: Any) -> dict[str, Any]:
    number = str(secrets.randbits(48) + 1)
    return {
        "id": number,
        "subject": number,
        "name": "Ada Native",
        "username": "ada",
        "email": f"ada{number}@people.example",
        "email_verified": True,
    } | more


def refused(answer: requests.Response, error: str, reason: str | None = None, what: str = "") -> dict[str, Any]:
    """Checks a refusal's shape (RFC 6749 section 5.2)."""
    equal(answer.status_code, 400, f"the status {what} {answer.text[:200]}")
    equal(answer.headers["Cache-Control"], "no-store", f"Cache-Control {what}")
    found: dict[str, Any] = answer.json()
    equal(found["error"], error, f"the error {what} {found}")
    if reason is not None:
        equal(found.get("reason"), reason, f"the reason {what} {found}")
    return found


suite: Suite[ExchangeWorld] = Suite()


@suite.check("housekeeping: what is over waits to be removed")
def leave_behind(world: ExchangeWorld) -> None:
    execute(
        world.database,
        "insert into exchange_nonces values (sha256('over'), 'shop', null, now() - interval '1 second');"
        "insert into exchanged_tokens values ('over', sha256('over'), now() - interval '1 second')",
    )


@suite.check("an ID token becomes an app's session: tokens, userinfo, refresh, end, one decision each, and no browser's session")
def id_token(world: ExchangeWorld) -> None:
    for app in (world.apps["shop"], world.apps["jwt"], world.apps["native"]):
        person = somebody()
        answer = world.signed_in_with_google(app, person)
        equal(answer.status_code, 200, f"the status: {answer.text}")
        equal(answer.headers["Cache-Control"], "no-store", "Cache-Control")
        tokens = answer.json()
        equal(tokens["issued_token_type"], ACCESS_TOKEN, "issued_token_type")
        equal((tokens["token_type"], tokens["scope"]), ("Bearer", "email openid profile"), "type and scope")
        claims = jwt.decode(tokens["id_token"], world.keys())
        equal((claims["aud"], claims["amr"]), (app.id, ["fed"]), "the ID token")
        info = world.call("GET", "/oauth/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
        equal((info["sub"], info["email"]), (claims["sub"], person["email"]), "userinfo")
        user = claims["sub"]
        rows = execute(
            world.database,
            f"select client_id, parent_id is null, provider from sessions where user_id = '{user}'",
        )
        equal(rows, f"{app.id}|t|google", "the sessions")
        equal(
            execute(world.database, f"select outcome, app, request_id from linking_decisions where user_id = '{user}'"),
            f"create|{app.id}|{answer.headers['X-Request-Id']}",
            "the decisions",
        )
        again = world.signed_in_with_google(app, person, scope="openid")
        equal((again.status_code, again.json()["scope"]), (200, "openid"), "the second time, for less")
        equal(jwt.decode(again.json()["id_token"], world.keys())["sub"], user, "the same person")
        equal(
            execute(world.database, f"select outcome from linking_decisions where user_id = '{user}' order by decided_at"),
            "create\nsign_in",
            "the decisions of both times",
        )
        refreshed = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        equal(refreshed.status_code, 200, f"a refresh: {refreshed.text}")
        form = {"token": refreshed.json()["refresh_token"]} | ({} if app.auth else {"client_id": app.id})
        equal(world.call("POST", "/oauth/revoke", data=form, auth=app.auth).status_code, 200, "revoked")
        bearer = {"Authorization": f"Bearer {refreshed.json()['access_token']}"}
        equal(world.call("GET", "/oauth/userinfo", headers=bearer).status_code, 401, "userinfo after the end")


@suite.check("an app that was removed elsewhere is no client any more; one of a file is let go as soon as the node looks")
def removed_elsewhere(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    removed = """insert into clients (id, created_by, changed_by) values ('shop', 'x', 'x')
                 on conflict (id) do update set in_file = false"""

    def answer() -> tuple[int, str | None]:
        found = world.signed_in_with_google(app)
        return found.status_code, found.json().get("error")

    def unheard() -> bool:
        # As for a node that has heard nothing. It looks now and then by itself.
        execute(world.database, removed)
        return answer() == (401, "invalid_client")

    awaited(unheard, "a removed app is refused as one that is not known")
    execute(world.database, "select pg_notify('latchkey_clients', 'shop')")
    awaited(lambda: answer() == (200, None), "the node has looked: the app is that of its file")


@suite.check("S-2 the owner sees the app's session in a browser and ends it; banned or ended, its tokens are nothing at once")
def ended(world: ExchangeWorld) -> None:
    app, person, visitor = world.apps["shop"], somebody(), Visitor()
    world.github_code(world.apps["jwt"], visitor, person)

    def begun() -> dict[str, Any]:
        token = world.minted("github", person=person)["access_token"]
        found: dict[str, Any] = world.exchanged(app, token, "github", ACCESS_TOKEN).json()
        assert world.active(found["access_token"], app, world.second), "control"
        return found

    def over(tokens: dict[str, Any], what: str) -> None:
        assert not world.active(tokens["access_token"], app, world.second), f"active: {what}"
        answer = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        equal((answer.status_code, answer.json()["error"]), (400, "invalid_grant"), f"a refresh: {what}")

    tokens = begun()
    bearer = {"Authorization": f"Bearer {visitor.cookie(world.issuer, 'latchkey')}"}
    listed = world.call("GET", "/v1/sessions", headers=bearer).json()["sessions"]
    found = [one for one in listed if one["client"] == "shop"]
    equal(len(found), 1, f"the app's sessions of {listed}")
    page = visitor.get(f"{world.issuer}/account").text
    assert "The shop app" in page and "The shop app, begun in" not in page, "how the account page names it"
    answer = visitor.post(f"{world.issuer}/account/sessions/{found[0]['id']}/end")
    assert answer.status < 400, f"{answer.status}: {answer.text[:200]}"
    over(tokens, "ended by the owner")
    tokens = begun()
    visitor.post(f"{world.issuer}/sign-out")
    assert world.active(tokens["access_token"], app), "a browser's end is not the app's: it was not begun there"
    user = jwt.decode(tokens["id_token"], world.keys())["sub"]
    execute(world.database, f"update users set disabled_at = now() where id = '{user}'")
    over(tokens, "banned")


@suite.check("I09 the owner is told once about an app, and not at each exchange")
def new_device(world: ExchangeWorld) -> None:
    app, person = world.apps["shop"], somebody()
    user = jwt.decode(world.signed_in_with_google(app, person).json()["id_token"], world.keys())["sub"]
    for other in (app, world.apps["jwt"], world.apps["jwt"]):
        equal(world.signed_in_with_google(other, person).status_code, 200, "the status")
    equal(world.number(f"select count(*) from known_devices where user_id = '{user}'"), 2, "devices: one for each app")


@suite.check("X-5 D13 a nonce is ours, this app's, this provider's, in time, and good once")
def nonces(world: ExchangeWorld) -> None:
    app, other = world.apps["shop"], world.apps["jwt"]
    before = world.everything()
    for nonce, what in (
        (None, "none"), ("made-up", "made up"), ("lkn_" + secrets.token_urlsafe(35)[:47], "its form alone"),
        (world.nonce(other), "another app's"), (world.nonce(app, provider="github"), "another provider's"),
        (world.nonce(app)[:-1] + "x", "changed"), (world.nonce(app).upper(), "in capitals"),
    ):  # fmt: skip
        token = world.minted(**({"nonce": nonce} if nonce else {}))["id_token"]
        refused(world.exchanged(app, token), "invalid_request", "nonce_refused", what)
    late = world.nonce(app)
    execute(world.database, "update exchange_nonces set expires_at = now()")
    refused(world.exchanged(app, world.minted(nonce=late)["id_token"]), "invalid_request", "nonce_refused", "late")
    equal(world.everything(), before, "what is stored")
    theirs = world.minted(nonce=world.nonce(other))["id_token"]
    refused(world.exchanged(app, theirs), "invalid_request", "nonce_refused", "another app's, once more")
    equal(world.exchanged(other, theirs).status_code, 200, "who is refused uses up neither nonce nor token")
    nonce = world.nonce(app, provider="google")
    equal(world.exchanged(app, world.minted(nonce=nonce)["id_token"]).status_code, 200, "control")
    refused(world.exchanged(app, world.minted(nonce=nonce)["id_token"]), "invalid_request", "nonce_refused", "used")
    # A refused token leaves the nonce for the right one.
    nonce = world.nonce(app)
    spoilt = world.minted(nonce=nonce, misbehave=["expired"])["id_token"]
    refused(world.exchanged(app, spoilt), "invalid_request", "id_token_refused", "expired")
    equal(world.exchanged(app, world.minted(nonce=nonce)["id_token"]).status_code, 200, "the right one afterwards")


@suite.check("X-5 an app that does without a nonce: any of ours still counts, and a token is good once all the same")
def optional_nonce(world: ExchangeWorld) -> None:
    app = world.apps["no-nonce"]
    for nonce in (None, "a-library's-own"):
        token = world.minted(**({"nonce": nonce} if nonce else {}))["id_token"]
        equal(world.exchanged(app, token).status_code, 200, f"with {nonce}")
        refused(world.exchanged(app, token), "invalid_request", "token_replayed", f"again with {nonce}")
    stolen = world.minted(nonce=world.nonce(world.apps["shop"]))["id_token"]
    refused(world.exchanged(app, stolen), "invalid_request", "nonce_refused", "a nonce of another app")


@suite.check("X-3 X-4 an ID token is accepted once, by one of many at once, at two nodes")
def replay(world: ExchangeWorld) -> None:
    for app, reasons in (
        (world.apps["shop"], {"nonce_refused"}),
        (world.apps["no-nonce"], {"token_replayed"}),
    ):
        token = world.minted(nonce=world.nonce(app))["id_token"] if app.id == "shop" else world.minted()["id_token"]
        form = {
            "grant_type": GRANT, "subject_token": token, "subject_token_type": ID_TOKEN, "subject_issuer": "google",
        }  # fmt: skip
        answers = at_once(
            12, lambda number, form=form, app=app: world.token(app, (world.first, world.second)[number % 2], **form)
        )
        equal(sorted(answer.status_code for answer in answers), [200] + [400] * 11, "the statuses")
        equal({answer.json()["reason"] for answer in answers if answer.status_code == 400}, reasons, "the reasons")


# What a genuine token may look like, or what says another thing than who somebody is.
HARMLESS = {
    "other-issuer-spelling", "audience-array", "missing-azp", "sub-255", "exp-fraction", "nbf-past", "fresh-auth-time",
    "stale-auth-time", "typ-missing", "missing-at-hash", "wrong-at-hash", "other-sub", "sub-case", "exp-max", "claim", "typ",
}  # fmt: skip


@suite.check("X-1 X-2 X-12 D18 every forged, foreign, spoilt or other token is refused, and nothing is written")
def forged(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    known = world.stand_ins.control("GET", "/misbehaviours")["id_token"]
    # These are about the nonce, which has a check of its own, or about the address, which is the policy's.
    tried = [name for name in known if name not in HARMLESS and not name.startswith(("email-", "missing-nonce", "wrong-nonce"))]
    assert len(tried) > 70, len(tried)
    before = world.everything()
    nonce = world.nonce(app)
    for name in tried:
        token = world.minted(nonce=nonce, misbehave=[name])["id_token"]
        answer = world.exchanged(app, token)
        if name == "huge":
            equal(answer.status_code, 413, "the status of a request that is too large")
            continue
        found = refused(answer, "invalid_request", what=name)
        assert found.get("reason") in (None, "id_token_refused", "identity_unusable", "nonce_refused"), f"{name}: {found}"
    equal(world.everything(), before, "what is stored")
    for name in sorted(HARMLESS - {"claim", "typ", "exp-max", "sub-case", "other-sub", "stale-auth-time"}):
        token = world.minted(nonce=world.nonce(app), misbehave=[name])["id_token"]
        equal(world.exchanged(app, token).status_code, 200, f"the status of {name}, which is a good token")


@suite.check("X-1 an attacker's issuer is never asked for keys, whatever the token says about itself")
def attackers_issuer(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    token = world.stand_ins.control(
        "POST",
        "/mint/oidc",
        {"person": somebody(), "nonce": world.nonce(app), "client_id": "google-client"},
    )["id_token"]
    calls = world.stand_ins.calls("oidc", "keys")
    for provider in ("google", "github", "twitter", "nobody", "OIDC", "https://accounts.google.com"):
        refused(world.exchanged(app, token, provider), "invalid_request", what=provider)
    equal(world.stand_ins.calls("oidc", "keys"), calls, "calls to the other issuer")


@suite.check("X-2 D02 D03 D04 the audience is one of the ids that the app lists: another app's are not its own")
def audience(world: ExchangeWorld) -> None:
    mixed = 'claim=azp:"google-ios"'
    for app, good, strangers in (
        (world.apps["shop"], ("google-client",), ("google-ios", "google-android", "github-client")),
        (world.apps["ios"], ("google-client", "google-ios"), ("google-android", "elsewhere")),
        (world.apps["elsewhere"], (), ("google-client", "google-ios", "elsewhere")),
    ):
        for client in (*good, *strangers):
            token = world.minted(nonce=world.nonce(app), client_id=client)["id_token"]
            answer = world.exchanged(app, token)
            if client in good:
                equal(answer.status_code, 200, f"{app.id} for {client}: {answer.text}")
            else:
                refused(answer, "invalid_request", "id_token_refused", f"{app.id} for {client}")
        token = world.minted(nonce=world.nonce(app), misbehave=[mixed])["id_token"]
        equal(world.exchanged(app, token).status_code, 200 if app.id == "ios" else 400, f"{app.id}: azp of a native app")
        token = world.minted("github")["access_token"]
        answer = world.exchanged(app, token, "github", ACCESS_TOKEN)
        equal(answer.status_code, 200 if app.id == "shop" else 400, f"{app.id}: a token that GitHub gave to our own id")
    app = world.apps["ios"]
    for client in ("google-other", "google-iOS", "google-ios ", "shop"):
        token = world.minted(nonce=world.nonce(app), client_id=client)["id_token"]
        refused(world.exchanged(app, token), "invalid_request", "id_token_refused", client)
    for change in (
        'claim=azp:"evil"', 'claim=aud:["google-client","evil"]', 'claim=aud:["google-ios","google-other"]', "claim=aud:[]",
    ):  # fmt: skip
        token = world.minted(nonce=world.nonce(app), misbehave=[change])["id_token"]
        refused(world.exchanged(app, token), "invalid_request", "id_token_refused", change)


@suite.check("X-6 no token passes for one of another kind, here or anywhere else")
def crossed(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    tokens = world.signed_in_with_google(app).json()
    visitor = Visitor()
    code, _ = world.github_code(app, visitor)
    session = visitor.cookie(world.issuer, "latchkey") or ""
    assert session, "nobody was signed in"
    google = world.minted(nonce=world.nonce(app))
    github = world.minted("github")
    ours = [tokens["access_token"], tokens["refresh_token"], tokens["id_token"], code, session, app.secret or ""]
    before = world.everything()
    for token in [*ours, google["access_token"], github["access_token"], world.nonce(app)]:
        refused(world.exchanged(app, token), "invalid_request", "id_token_refused", token[:8])
    for token in [*ours, google["access_token"], google["id_token"], world.nonce(app)]:
        refused(world.exchanged(app, token, "github", ACCESS_TOKEN), "invalid_request", "token_refused", token[:8])
    equal(world.everything(), before, "what is stored")
    for nonce in ours:
        token = world.minted(nonce=nonce)["id_token"]
        refused(world.exchanged(app, token), "invalid_request", "nonce_refused", nonce[:8])
    nonce = world.nonce(app)
    for path in ("/oauth/userinfo", "/v1/session"):
        equal(world.call("GET", path, headers={"Authorization": f"Bearer {nonce}"}).status_code, 401, f"a nonce at {path}")
    equal(world.token(app, grant_type="refresh_token", refresh_token=nonce).status_code, 400, "a nonce as refresh token")


@suite.check("X-9 any change to an ID token makes it nothing")
def mutated(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    nonce = world.nonce(app)
    token = world.minted(nonce=nonce)["id_token"]
    broken = [token[:-1], token + "A", token[1:], " " + token, token + "=", token + ".", token.rpartition(".")[0] + "."]
    broken += [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(0, len(token), 23)]
    for changed in broken:
        refused(world.exchanged(app, changed), "invalid_request", what="a changed token")
    equal(world.exchanged(app, token).status_code, 200, "control")


@suite.check("L-15 X-10 S-4 J04 J15 clients by providers: at the exchange, at the code, at the nonce, at the refresh")
def matrix(world: ExchangeWorld) -> None:
    for name, google, github in (("shop", True, True), ("google-only", True, False), ("github-only", False, True)):
        app = world.apps[name]
        for provider, allowed in (("google", google), ("github", github)):
            what = f"{name} with {provider}"
            if provider == "google":
                token, kind = world.minted(nonce=world.nonce(app))["id_token"], ID_TOKEN
            else:
                token, kind = world.minted("github")["access_token"], ACCESS_TOKEN
            before = world.everything()
            answer = world.exchanged(app, token, provider, kind)
            equal(world.asked_nonce(app, provider=provider).status_code, 201 if allowed else 400, f"a nonce: {what}")
            url, _ = world.authorize_url(app, provider=provider, scope="openid", prompt="none")
            known = answered(Visitor().get(url))["error"]
            equal(known, "login_required" if allowed else "invalid_request", f"the code: {what}")
            if not allowed:
                refused(answer, "invalid_request", what=what)
                equal(world.everything(), before, f"what is stored: {what}")
                continue
            equal(answer.status_code, 200, f"the exchange: {what} {answer.text}")
            # Had the operator closed this way in since, a refresh would end the grant.
            other = "github" if provider == "google" else "google"
            user = jwt.decode(answer.json()["id_token"], world.keys())["sub"]
            execute(world.database, f"update sessions set provider = '{other}' where user_id = '{user}'")
            refreshed = world.token(app, grant_type="refresh_token", refresh_token=answer.json()["refresh_token"])
            equal(refreshed.status_code, 200 if google and github else 400, f"a refresh: {what}")


@suite.check("D16 an exchange says when somebody proved who they are, and never that it was just now")
def proven_when(world: ExchangeWorld) -> None:
    def times(app: App, tokens: dict[str, Any]) -> set[Any]:
        seen = world.call("POST", "/oauth/introspect", data={"token": tokens["access_token"]}, auth=app.auth).json()
        assert seen["active"], seen
        return {jwt.decode(tokens["id_token"], world.keys()).get("auth_time"), seen.get("auth_time")}

    for app in (world.apps["shop"], world.apps["jwt"]):
        for misbehave in ([], ["stale-auth-time"], ["fresh-auth-time"]):
            token = world.minted(nonce=world.nonce(app), misbehave=misbehave)["id_token"]
            payload = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            tokens = world.exchanged(app, token).json()
            equal(times(app, tokens), {int(payload.get("auth_time", payload["iat"]))}, f"auth_time after {misbehave}")
        tokens = world.exchanged(app, world.minted("github")["access_token"], "github", ACCESS_TOKEN).json()
        equal(times(app, tokens), {None}, "auth_time of an access token")
        user = jwt.decode(tokens["id_token"], world.keys())["sub"]
        equal(execute(world.database, f"select authenticated_at is null from sessions where user_id = '{user}'"), "t", "stored")
        again = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
        equal(times(app, again), {None}, "auth_time after a refresh")


@suite.check("H13 sessions that begin with an exchange do not pile up, and end with the access token where nothing renews it")
def piling_up(world: ExchangeWorld) -> None:
    person, app, other = somebody(), world.apps["shop"], world.apps["jwt"]
    first = world.signed_in_with_google(app, person).json()
    user = jwt.decode(first["id_token"], world.keys())["sub"]
    kept = world.signed_in_with_google(other, person).json()
    second = world.signed_in_with_google(app, person).json()
    # What began in a browser is in no such number.
    execute(
        world.database,
        "insert into sessions (id, token_hash, user_id, methods, idle_timeout, expires_at, client_id, last_seen_at) "
        f"select gen_random_uuid(), sha256('{user}'), '{user}', '{{fed}}', '1 day', now() + interval '1 day', 'shop', "
        "now() - interval '1 hour'",
    )
    for _ in range(19):
        equal(world.signed_in_with_google(app, person).status_code, 200, "one more")
    counted = f"select count(*) from sessions where user_id = '{user}' and client_id = "
    equal((world.number(counted + "'shop'"), world.number(counted + "'jwt'")), (21, 1), "sessions")
    for tokens, of, status in ((first, app, 400), (second, app, 200), (kept, other, 200)):
        answer = world.token(of, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        equal(answer.status_code, status, f"a refresh of {of.id}")
    short = world.signed_in_with_google(world.apps["short"], person).json()
    assert "refresh_token" not in short and short["expires_in"] <= 600, short
    lived = "select extract(epoch from max(greatest(expires_at - created_at, idle_timeout)))::int from sessions "
    equal(world.number(lived + f"where user_id = '{user}' and client_id = 'short'"), 600, "how long it lives")


@suite.check("what fails after a token was used up says to begin again; what was not used up may be tried again")
def begin_again(world: ExchangeWorld) -> None:
    app = world.apps["spoilt"]
    execute(
        world.database,
        "create function spoil() returns trigger language plpgsql as $$ begin "
        "raise exception 'spoilt' using errcode = 'unique_violation'; end $$; "
        "create trigger spoilt before insert on sessions for each row when (new.client_id = 'spoilt') execute function spoil()",
    )
    try:
        answer = world.signed_in_with_google(app)
        equal((answer.status_code, answer.json()["error"]), (500, "server_error"), "an ID token")
        equal(answer.json()["reason"], "contention", "the reason")
        assert "begin again" in answer.json()["error_description"] and "Retry-After" not in answer.headers, answer.text
        token = world.minted("github")["access_token"]
        answer = world.exchanged(app, token, "github", ACCESS_TOKEN)
        equal((answer.status_code, answer.json()["error"]), (503, "temporarily_unavailable"), "an access token")
        assert int(answer.headers["Retry-After"]) > 0, "when to try again"
    finally:
        execute(world.database, "drop trigger spoilt on sessions; drop function spoil()")
    equal(world.exchanged(app, token, "github", ACCESS_TOKEN).status_code, 200, "the same access token")


@suite.check("M02 M04 each exchange leaves one line with its outcome or its fault, and no token in any")
def log_lines(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    good, bad = world.minted(nonce=world.nonce(app))["id_token"], world.minted()["id_token"]
    for token, words in ((good, ("outcome", "signed_in")), (bad, ("accept_token", "nonce_refused", "missing"))):
        answer = world.exchanged(app, token)
        request = answer.headers["X-Request-Id"]

        def lines(request: str = request) -> list[str]:
            return [line for line in world.first.log.splitlines() if request in line and "token exchange" in line]

        awaited(lambda lines=lines: len(lines()) == 1, "one line")
        for word in (*words, "shop", "google", "network"):
            assert word in lines()[0], (word, lines())
        assert token not in world.first.log and token.split(".")[1] not in world.first.log, "a token in the log"


@suite.check("a backend's network is not the person's; a public client's is")
def networks(world: ExchangeWorld) -> None:
    for name, known in (("shop", "f"), ("native", "t")):
        tokens = world.signed_in_with_google(world.apps[name]).json()
        user = jwt.decode(tokens["id_token"], world.keys())["sub"]
        stored = execute(world.database, f"select network is not null from sessions where user_id = '{user}'")
        equal(stored, known, f"the network of {name}")


@suite.check("S-4 a session of a provider that an app does not take gives it no code")
def single_sign_on(world: ExchangeWorld) -> None:
    visitor = Visitor()
    world.github_code(world.apps["shop"], visitor)
    url, _ = world.authorize_url(world.apps["google-only"], scope="openid", prompt="none")
    assert "code" not in answered(visitor.get(url)), "a code for somebody of another provider"


@suite.check("J04 J08 who may exchange what: grants, public clients, and apps of others")
def permissions(world: ExchangeWorld) -> None:
    plain, native, foreign = world.apps["plain"], world.apps["native"], world.apps["foreign"]
    token = world.minted(nonce=world.nonce(world.apps["shop"]))["id_token"]
    github = world.minted("github")["access_token"]
    before = world.everything()
    refused(world.exchanged(plain, token), "unauthorized_client", what="without the grant")
    refused(world.asked_nonce(plain), "unauthorized_client", what="a nonce without the grant")
    refused(world.exchanged(native, github, "github", ACCESS_TOKEN), "unauthorized_client", what="a public client")
    form = {"audience": "github", "requested_token_type": ACCESS_TOKEN}
    refused(
        world.exchanged(native, "lkt_x", "", ACCESS_TOKEN, **form), "unauthorized_client", what="upstream, a public client"
    )
    refused(world.exchanged(foreign, token), "unauthorized_client", what="somebody else's app")
    for path, data in (("/oauth/token", {"grant_type": GRANT}), ("/v1/nonces", {})):
        for auth in (None, ("shop", "wrong"), ("shop", made_secret()[0]), ("nobody", made_secret()[0])):
            answer = world.call("POST", path, data={"client_id": "shop"} | data if auth is None else data, auth=auth)
            equal((answer.status_code, answer.json()["error"]), (401, "invalid_client"), f"{path} as {auth}")
    equal(world.everything(), before, "what is stored")
    refused(world.exchanged(world.apps["shop"], token, scope="openid admin"), "invalid_scope", what="more scope")
    equal(world.exchanged(world.apps["shop"], token).status_code, 200, "control")


@suite.check("J08 the request's shape: RFC 8693 sections 2.1 and 2.2.2")
def shapes(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    token = world.minted(nonce=world.nonce(app))["id_token"]
    own = world.signed_in_with_google(app).json()["access_token"]
    for changes, error in (
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token_type": ""}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:saml2"}, "invalid_request"),
        ({"subject_token_type": "id_token"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"requested_token_type": ID_TOKEN}, "invalid_request"),
        ({"actor_token": own, "actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"actor_token_type": ACCESS_TOKEN}, "invalid_request"),
        ({"resource": "https://api.example"}, "invalid_target"),
        ({"audience": "google"}, "invalid_request"),
        ({"subject_issuer": ""}, "invalid_request"),
        ({"subject_issuer": "", "audience": "github"}, "invalid_request"),
        ({"scope": 'openid "quoted"'}, "invalid_scope"),
    ):
        refused(world.exchanged(app, token, **changes), error, what=f"{changes}")
    body = f"grant_type={GRANT}&subject_token={token}&subject_token={token}&subject_token_type={ID_TOKEN}&subject_issuer=google"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    twice = world.call("POST", "/oauth/token", data=body, headers=headers, auth=app.auth)
    refused(twice, "invalid_request", what="a parameter twice")
    equal(world.exchanged(app, token, requested_token_type=ACCESS_TOKEN).status_code, 200, "control")


@suite.check("X-2 an access token of GitHub counts if it was given to our app, and names the same person twice")
def github_token(world: ExchangeWorld) -> None:
    app, person = world.apps["shop"], somebody()
    world.stand_ins.control("PUT", f"/people/github/{person['id']}", person)
    first = world.exchanged(app, world.minted("github", person=person)["access_token"], "github", ACCESS_TOKEN)
    equal(first.status_code, 200, f"the status: {first.text}")
    user = jwt.decode(first.json()["id_token"], world.keys())["sub"]
    again = world.exchanged(app, world.minted("github", person=person)["access_token"], "github", ACCESS_TOKEN)
    equal(jwt.decode(again.json()["id_token"], world.keys())["sub"], user, "the same person")
    profiles = world.stand_ins.calls("github", "profile")
    before = world.everything()
    for token, what in (
        (world.minted("github", client_id="another-app")["access_token"], "another app's"),
        ("gho_" + secrets.token_hex(18), "unknown"),
        ("gho_\u00e9", "not ASCII"),
        ("gho_x y", "with a space"),
        ("gho_x\r\nX-Evil: 1", "with a line"),
        ("x" * 5000, "too long"),
    ):
        refused(world.exchanged(app, token, "github", ACCESS_TOKEN), "invalid_request", "token_refused", what)
    equal(world.stand_ins.calls("github", "profile"), profiles, "profiles that were asked for all the same")
    mine = world.minted("github", person=person)["access_token"]
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"json": {"app": {"client_id": "another-app"}, "user": {"id": int(person["id"])}}}, 400, "invalid_request"),
        ({"json": {"app": {"client_id": "github-client"}, "user": {"id": 7}}}, 400, "invalid_request"),
        ({"json": {"app": {"client_id": "github-client"}, "user": {"id": person["id"]}}}, 503, "temporarily_unavailable"),
        ({"json": {"app": {"client_id": "github-client"}}}, 503, "temporarily_unavailable"),
        ({"json": {"user": {"id": int(person["id"])}}}, 503, "temporarily_unavailable"),
        ({"json": []}, 503, "temporarily_unavailable"),
        ({"body": "<html>", "content_type": "text/html"}, 503, "temporarily_unavailable"),
        ({"status": 302, "json": {}}, 503, "temporarily_unavailable"),
        ({"status": 401, "json": {}}, 500, "server_error"),
        ({"status": 403, "json": {}}, 503, "temporarily_unavailable"),
        ({"status": 429, "json": {}}, 503, "temporarily_unavailable"),
        ({"status": 404, "json": {}}, 400, "invalid_request"),
        ({"status": 422, "json": {}}, 400, "invalid_request"),
    ]
    try:
        for override, status, error in wrong:
            world.stand_ins.control("DELETE", "/override")
            world.stand_ins.control("PUT", "/override/github/check", override)
            answer = world.exchanged(app, mine, "github", ACCESS_TOKEN)
            equal((answer.status_code, answer.json().get("error")), (status, error), f"{override}: {answer.text}")
    finally:
        world.stand_ins.control("DELETE", "/override")
    equal(world.everything(), before, "what is stored")
    equal(world.exchanged(app, mine, "github", ACCESS_TOKEN).status_code, 200, "control")
    path = "/applications/github-client/token"
    entries = world.stand_ins.control("GET", "/log?provider=github&endpoint=check")
    assert all(mine not in str(entry.get("path", "")) for entry in entries), "a token in an address"
    assert any(path in str(entry) for entry in entries), "the call GitHub documents"


@suite.check("a provider that cannot say whose app a token was given to is refused, with the way that works")
def not_exchangeable(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    for provider, kind, token in (
        ("twitter", ACCESS_TOKEN, world.minted("x")["access_token"]),
        ("twitter", ID_TOKEN, world.minted(nonce=world.nonce(app))["id_token"]),
        ("google", ACCESS_TOKEN, world.minted()["access_token"]),
        ("github", ID_TOKEN, world.minted(nonce=world.nonce(app))["id_token"]),
        # Its name and address are behind userinfo, which an ID token does not open.
        ("oidc-example", ID_TOKEN, world.minted(nonce=world.nonce(app))["id_token"]),
    ):
        found = refused(world.exchanged(app, token, provider, kind), "invalid_request", "token_not_exchangeable", provider)
        equal(found["interaction_uri"], f"{world.issuer}/sign-in", "where to go")
    equal(world.stand_ins.calls("x", "profile"), 0, "calls to X")


@suite.check("what needs a person says so, names the page, signs nobody in, and leaves one decision")
def interaction(world: ExchangeWorld) -> None:
    app = world.apps["shop"]

    def stopped(person: dict[str, Any], reason: str, outcome: str, provider: str = "github") -> None:
        before = world.everything()
        if provider == "github":
            answer = world.exchanged(app, world.minted("github", person=person)["access_token"], "github", ACCESS_TOKEN)
        else:
            answer = world.signed_in_with_google(app, person)
        found = refused(answer, "interaction_required", reason)
        equal(found["interaction_uri"], f"{world.issuer}/sign-in", "where to go")
        users, sessions, decisions = before
        equal(world.everything(), (users, sessions, decisions + 1), f"what is stored after {reason}")
        equal(
            execute(
                world.database,
                f"select outcome from linking_decisions where request_id = '{answer.headers['X-Request-Id']}'",
            ),
            outcome,
            "the decision",
        )

    # GitHub's word does not link into an account that is proven.
    person = somebody()
    equal(world.signed_in_with_google(app, person).status_code, 200, "an account")
    taken = somebody(email=person["email"])
    world.stand_ins.control("PUT", f"/people/github/{taken['id']}", taken)
    stopped(taken, "link_after_proof", "link_after_proof:email_code,linked_identity,password")
    equal(world.number(f"select count(*) from federated_identities where subject = '{taken['subject']}'"), 0, "linked")
    # A disabled user.
    disabled = somebody()
    user = jwt.decode(world.signed_in_with_google(app, disabled).json()["id_token"], world.keys())["sub"]
    execute(world.database, f"update users set disabled_at = now() where id = '{user}'")
    stopped(disabled, "refuse", "refuse:user_disabled", "google")
    # A second step is due: neither a session of the app nor one that waits.
    strong = somebody()
    user = jwt.decode(world.signed_in_with_google(app, strong).json()["id_token"], world.keys())["sub"]
    execute(world.database, f"update users set has_second_factor = true where id = '{user}'")
    known = (
        "select u.last_sign_in_at, f.last_sign_in_at, f.username, f.display_name, f.email "
        f"from users u join federated_identities f on f.user_id = u.id where u.id = '{user}'"
    )
    before = execute(world.database, known)
    stopped(strong | {"name": "Somebody Else", "email": None}, "second_factor", "sign_in", "google")
    equal(execute(world.database, known), before, "what is known of somebody who was not let in")


@suite.check("a claim is carried out as in a browser: the squatter is out, and the receipt goes by mail")
def claim(world: ExchangeWorld) -> None:
    app = world.apps["shop"]
    address = f"ada{secrets.token_hex(6)}@gmail.com"
    squatter = world.minted("github", person=somebody(email=None, email_verified=False))["access_token"]
    tokens = world.exchanged(app, squatter, "github", ACCESS_TOKEN).json()
    user = jwt.decode(tokens["id_token"], world.keys())["sub"]
    execute(world.database, f"insert into user_emails (user_id, address) values ('{user}', '{address}')")
    owner = somebody(email=address)
    answer = world.signed_in_with_google(app, owner)
    equal(answer.status_code, 200, f"the status: {answer.text}")
    info = jwt.decode(answer.json()["id_token"], world.keys())
    assert info["sub"] != user, "signed in to the squatter's account"
    equal(
        execute(world.database, f"select outcome from linking_decisions where user_id = '{info['sub']}'"), "claim", "outcome"
    )
    equal(world.number(f"select count(*) from sessions where user_id = '{user}'"), 0, "the squatter's sessions")
    equal(world.number(f"select count(*) from claim_receipts where user_id = '{info['sub']}'"), 1, "receipts")


@suite.check("an app that asked for it is told when a session that began with an exchange has ended")
def told(world: ExchangeWorld) -> None:
    person = somebody()
    tokens = world.signed_in_with_google(world.apps["told"], person).json()
    claims = jwt.decode(tokens["id_token"], world.keys())
    execute(world.database, f"delete from sessions where user_id = '{claims['sub']}'")
    notice = jwt.decode(world.receiver.arrived("/told", 1)[-1], world.keys())
    equal((notice["sub"], notice["aud"]), (claims["sub"], "told"), "whom the notice is about")


@suite.check("J11 discovery names the grant; pages of public clients may ask, and no other page")
def discovery(world: ExchangeWorld) -> None:
    assert GRANT in world.call("GET", "/.well-known/openid-configuration").json()["grant_types_supported"]
    for origin, allowed in (("https://spa.example", "https://spa.example"), ("https://evil.example", None)):
        answer = world.call("OPTIONS", "/v1/nonces", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        equal(answer.headers.get("Access-Control-Allow-Origin"), allowed, f"a preflight from {origin}")


@suite.check("M06 an app without a secret begins no more than its share")
def limits(world: ExchangeWorld) -> None:
    limited = {"starts_per_client": 3}
    with node(
        world.database, registrations(), public_url=world.issuer, **world.settings | {"throttle": limited}
    ) as small:
        form = {"client_id": "native"}
        statuses = [world.call("POST", "/v1/nonces", small, data=form).status_code for _ in range(5)]
        equal(statuses, [201, 201, 201, 429, 429], "a public client")
        answer = world.call("POST", "/v1/nonces", small, data=form)
        equal(answer.json()["error"], "too_many_attempts", "the error")
        assert int(answer.headers["Retry-After"]) > 0, "how long to wait"
        begun = requests.post(
            f"http://127.0.0.1:{small.port}/sign-in/google",
            data={"return_to": "/account"},
            headers={"Origin": world.issuer, "Host": urlsplit(world.issuer).netloc},
            allow_redirects=False,
            timeout=60,
        )
        equal(begun.status_code, 303, f"apps use up what browsers may begin: {begun.text[:200]}")
        shop = world.apps["shop"].auth
        equal({world.call("POST", "/v1/nonces", small, auth=shop).status_code for _ in range(5)}, {201}, "one with a secret")
    with node(
        world.database, registrations(), public_url=world.issuer, **world.settings | {"throttle": limited}
    ) as small:
        wrong = {"client_id": "shop", "client_secret": made_secret()[0]}
        equal({world.call("POST", "/oauth/par", small, data=wrong).status_code for _ in range(5)}, {401}, "nobody's requests")
        url, _ = world.authorize_url(world.apps["native"])
        pushed = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        statuses = [world.call("POST", "/oauth/par", small, data=pushed).status_code for _ in range(5)]
        equal(statuses, [201, 201, 201, 429, 429], "pushed requests of a public client")


@suite.check("GitHub is asked about exchanges in a lane of their own: they do not hold up sign-ins")
def lanes(world: ExchangeWorld) -> None:
    port = free_port()
    with node(
        world.database, registrations(), public_url=world.issuer, **world.settings | {"metrics": {"port": port}}
    ) as measured:
        form = {
            "grant_type": GRANT, "subject_token": world.minted("github")["access_token"],
            "subject_token_type": ACCESS_TOKEN, "subject_issuer": "github",
        }  # fmt: skip
        equal(world.token(world.apps["shop"], measured, **form).status_code, 200, "the status")
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
        assert 'provider="github.exchange"' in text, "no lane of its own"
        outbound = [line for line in text.splitlines() if "latchkey_outbound" in line and 'provider="github"' in line]
        assert not outbound, outbound


@suite.check("housekeeping: what is over is removed")
def removed(world: ExchangeWorld) -> None:
    counted = "select count(*) from exchange_nonces n full join exchanged_tokens t on t.token_hash = n.nonce_hash "
    awaited(
        lambda: world.number(counted + "where sha256('over') in (n.nonce_hash, t.token_hash)") == 0,
        "what is over has been removed",
    )


def registrations() -> dict[str, Any]:
    """The clients that the stand-ins know."""
    return {
        "google": {
            "client_id": "google-client",
            "client_secret": "google-secret",
            "native_client_ids": ["google-ios", "google-android"],
        },
        "github": {"client_id": "github-client", "client_secret": "github-secret"},
        "twitter": {"client_id": "x-client", "client_secret": "x-secret"},
        "oidc-example": {"client_id": "google-client", "client_secret": "s", "issuer": "https://issuer.example"},
    }


def client_files(folder: Path, told: str) -> dict[str, App]:
    """Files of apps, as an operator writes them."""
    apps: dict[str, App] = {}

    def write(name: str, *lines: str, grants: str = f"grants: [authorization_code, refresh_token, '{GRANT}']",
              public: bool = False, first_party: bool = True) -> None:  # fmt: skip
        secret, hash_ = made_secret()
        text = [
            f"id: {name}", f"name: The {name} app", f"redirect_uris: [{REDIRECT}]", grants,
            f"first_party: {str(first_party).lower()}", *lines,
            "public: true" if public else f"secret_hashes: [{hash_}]",
        ]  # fmt: skip
        (folder / f"{name}.yaml").write_text("\n".join(line for line in text if line) + "\n")
        apps[name] = App(name, None if public else secret)

    write("shop")
    write("jwt", "access_tokens: jwt")
    write("native", public=True)
    write("spa", public=True)
    (folder / "spa.yaml").write_text((folder / "spa.yaml").read_text().replace(REDIRECT, "https://spa.example/"))
    write("ios", "exchange: {audiences: [google-client, google-ios]}")
    write("elsewhere", "exchange: {audiences: [elsewhere]}")
    write("spoilt")
    write("short", grants=f"grants: [authorization_code, '{GRANT}']")
    write("no-nonce", "exchange: {nonce: optional}")
    write("google-only", "providers: [google]")
    write("github-only", "providers: [github]")
    write("told", f"backchannel_logout_uri: '{told}/told'")
    write("plain", grants="")
    write("foreign", first_party=False)
    return apps


@contextlib.contextmanager
def exchange_world() -> Iterator[ExchangeWorld]:
    """Starts everything."""
    with (
        tempfile.TemporaryDirectory(prefix="latchkey-clients-") as folder,
        fresh_database("exchange") as database,
        provider_mock() as mock,
        stand_ins(executable("mock-provider"), ROOT) as ins,
        receiver() as told,
    ):
        apps = client_files(Path(folder), told.origin)
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        settings: dict[str, Any] = {
            "clients": {"directory": folder},
            "encryption": {"keys": [f"k1:{key}"]},
            "mail": {"catch": True, "from": "login@latchkey.example"},
            "throttle": {"starts_per_client": 1_000_000},
            "development": {"origins": ins.substitutions},
        }
        providers = registrations()
        with (
            node(database, providers, **settings) as first,
            node(database, providers, public_url=first.origin, **settings) as second,
        ):
            yield ExchangeWorld(first, second, mock, database, apps, 0, folder, providers, settings, "", told, ins)
