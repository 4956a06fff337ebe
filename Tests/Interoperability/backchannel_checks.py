"""OpenID Connect Back-Channel Logout 1.0: an app hears of every end of a session, once, and of nothing else.

The conformance suite's plan for providers has two modules; both are here by their names.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from authlib.jose import JsonWebToken

from app_checks import REDIRECT, App, AppWorld, answered
from conformance_checks import header_of
from database import execute
from node import ROOT, executable
from processes import awaited, clean_environment
from report import Suite, equal
from visitor import Visitor

EVENT = "http://schemas.openid.net/event/backchannel-logout"

suite: Suite[AppWorld] = Suite()


def waiting(world: AppWorld) -> int:
    """Notices of this world's apps that are stored and neither delivered nor given up."""
    apps = ", ".join(f"'{name}'" for name in world.apps)
    return int(
        execute(
            world.database,
            f"select count(*) from jobs where queue = 'logout' and died_at is null and kind in ({apps})",
        )
    )


def settled(world: AppWorld) -> None:
    awaited(lambda: waiting(world) == 0, "no notice waits")


def validated(world: AppWorld, app: App, token: str, algorithm: str) -> dict[str, Any]:
    """Section 2.6, every step an app takes, with Authlib."""
    equal(header_of(token)["typ"], "logout+jwt", "typ")
    claims = JsonWebToken([algorithm]).decode(
        token,
        world.keys(),
        claims_options={
            "iss": {"essential": True, "value": world.issuer},
            "aud": {"essential": True, "value": app.id},
            "iat": {"essential": True},
            "exp": {"essential": True},
            "jti": {"essential": True},
            "sub": {"essential": True},
            "sid": {"essential": True},
        },
    )
    claims.validate()
    equal(claims["events"], {EVENT: {}}, "events")
    assert "nonce" not in claims, "a nonce"
    equal(claims["exp"] - claims["iat"] <= 120, True, "exp within two minutes")
    equal(set(claims), {"iss", "aud", "iat", "exp", "jti", "sub", "sid", "events"}, "the claims")
    return dict(claims)


def claims_of(world: AppWorld, tokens: dict[str, Any]) -> dict[str, Any]:
    return dict(JsonWebToken(["RS256", "ES256"]).decode(tokens["id_token"], world.keys()))


def told(world: AppWorld, name: str, sessions: list[dict[str, Any]]) -> None:
    """An app was told of exactly these sessions, each once, as its ID tokens named them."""
    tokens = world.receiver.arrived(f"/{name}", len(sessions))
    settled(world)
    tokens = world.receiver.tokens(f"/{name}")
    algorithm = "ES256" if name == "told-too" else "RS256"
    found = [validated(world, world.apps[name], token, algorithm) for token in tokens]
    equal(len({claims["jti"] for claims in found}), len(found), "the number of ids")
    equal(sorted((one["sub"], one["sid"]) for one in found), sorted((one["sub"], one["sid"]) for one in sessions), name)


def command(world: AppWorld, *arguments: str) -> str:
    """One of Latchkey's own commands."""
    result = subprocess.run(
        [str(executable("latchkey")), *arguments, "--config", str(world.first.configuration)],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    equal(result.returncode, 0, result.stderr.strip())
    return result.stdout


class Ending:
    """Somebody with a browser's session and what two apps got of it: one outlives signing out, the other does not."""

    def __init__(self, world: AppWorld, has_password: bool = False) -> None:
        settled(world)
        world.receiver.forget()
        self.world = world
        self.visitor = Visitor()
        subject = world.person()
        self.address = f"{subject}@people.example"
        # An app that did not ask hears nothing, whatever happens.
        url, _ = world.authorize_url(world.apps["shop"])
        answered(world.signed_in(self.visitor, url, subject))
        if has_password:
            changed = self.visitor.post(f"{world.issuer}/account/password", {"new_password": "a first passphrase for anybody"})
            assert changed.status < 400, f"{changed.status}: {changed.text[:600]}"
        code, verifier = world.code(world.apps["told"], self.visitor)
        self.code = {
            "grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": REDIRECT,
        }  # fmt: skip
        self.offline = world.token(world.apps["told"], **self.code).json()
        self.online = world.redeemed(world.apps["told-too"], self.visitor, scope="openid email")
        world.redeemed(world.apps["shop"], self.visitor)
        self.session, self.session_too = claims_of(world, self.offline), claims_of(world, self.online)
        self.user = self.session["sub"]


def sign_out(it: Ending) -> None:
    it.visitor.post(f"{it.world.issuer}/sign-out")


def sign_out_everywhere(it: Ending) -> None:
    it.visitor.post(f"{it.world.issuer}/sign-out", {"everywhere": "1"})


def banned(it: Ending) -> None:
    command(it.world, "users", "ban", it.user)


def deleted(it: Ending) -> None:
    command(it.world, "users", "delete", it.user, "--yes")


def password_reset(it: Ending) -> None:
    world = it.world
    Visitor().post(f"{world.issuer}/reset", {"email": it.address})
    query = f"select text_body from caught_mails where recipient = '{it.address}' and text_body like '%/reset/confirm%'"
    awaited(lambda: execute(world.database, query) != "", "the mail")
    link = re.search(r"token=([\w-]+)", execute(world.database, query))
    assert link, "no link in the mail"
    form = {"token": link[1], "password": "a long enough passphrase for anybody"}
    equal(Visitor().post(f"{world.issuer}/reset/confirm", form).status, 200, "the reset")


def left_by_another_app(it: Ending) -> None:
    """RP-initiated logout of an app that is not told itself."""
    hint = it.world.redeemed(it.world.apps["shop"], it.visitor)["id_token"]
    answer = it.visitor.get(f"{it.world.issuer}/oauth/logout?{urlencode({'id_token_hint': hint})}")
    equal(answer.status, 200, "signing out")


ENDINGS: dict[str, Callable[[Ending], None]] = {
    "signing out": sign_out,
    "signing out everywhere": sign_out_everywhere,
    "a ban": banned,
    "deleting the account": deleted,
    "a new password": password_reset,
    "another app's logout": left_by_another_app,
}


@suite.cases("K04 {}: each app is told once, by a token that Authlib finds good", list(ENDINGS))
def endings(world: AppWorld, name: str) -> None:
    it = Ending(world, has_password=name == "a new password")
    ENDINGS[name](it)
    told(world, "told", [it.session])
    told(world, "told-too", [it.session_too])


@suite.check("K04 one device ended, of many: its apps are told, nobody else's")
def one_device(world: AppWorld) -> None:
    it, other = Ending(world), Visitor()
    url, verifier = world.authorize_url(world.apps["told-too"], scope="openid")
    code = answered(world.signed_in(other, url, it.address.partition("@")[0]))["code"]
    form = {"code": code, "code_verifier": verifier, "redirect_uri": REDIRECT}
    there = claims_of(world, world.token(world.apps["told-too"], grant_type="authorization_code", **form).json())
    equal(there["sub"], it.user, "the person")
    device = execute(
        world.database,
        f"select id from sessions where user_id = '{it.user}' and client_id is null and id <> "
        f"(select told_of from sessions where id = '{it.session['sid']}')",
    )
    ended = it.visitor.post(f"{world.issuer}/account/sessions/{device}/end")
    assert ended.status < 400, f"{ended.status}: {ended.text[:200]}"
    told(world, "told-too", [there])
    told(world, "told", [])
    # An app's own session, from the same list.
    it.visitor.post(f"{world.issuer}/account/sessions/{it.session['sid']}/end")
    told(world, "told", [it.session])


@suite.check("J02 J05 a code or a refresh token that comes twice: the app is told that its session is over")
def replays(world: AppWorld) -> None:
    it = Ending(world)
    equal(world.token(world.apps["told"], **it.code).status_code, 400, "the second use")
    told(world, "told", [it.session])
    it = Ending(world)
    app, refresh = world.apps["told"], it.offline["refresh_token"]
    for _ in range(2):
        newer = world.token(app, grant_type="refresh_token", refresh_token=refresh).json()["refresh_token"]
        refresh, used = newer, refresh
    equal(world.token(app, grant_type="refresh_token", refresh_token=it.offline["refresh_token"]).status_code, 400, used[:4])
    told(world, "told", [it.session])


@suite.check("an app that gives its own grant up needs no notice of that, and gets none")
def given_up(world: AppWorld) -> None:
    it = Ending(world)
    app = world.apps["told"]
    world.call("POST", "/oauth/revoke", data={"token": it.offline["refresh_token"]}, auth=app.auth)
    assert not world.active(it.offline["access_token"], app), "alive after it was revoked"
    sign_out(it)
    told(world, "told-too", [it.session_too])
    told(world, "told", [])


@suite.check("signing in again in the same browser ends nothing, and what was begun before is still told of")
def reauthentication(world: AppWorld) -> None:
    it = Ending(world)
    url, _ = world.authorize_url(world.apps["told"], prompt="login")
    answered(world.signed_in(it.visitor, url, it.address.partition("@")[0]))
    told(world, "told", [])
    told(world, "told-too", [])
    sign_out(it)
    told(world, "told", [it.session])
    told(world, "told-too", [it.session_too])


@suite.check("S-1 while a second step is to come nothing under that session opens; if it never comes, its apps are told")
def abandoned(world: AppWorld) -> None:
    it = Ending(world)
    session = f"user_id = '{it.user}' and client_id is null"

    def online() -> bool:
        return bool(world.active(it.online["access_token"], world.apps["told-too"]))

    assert online(), "control"
    execute(world.database, f"update sessions set awaits_second_factor = true where {session}")
    assert not online(), "a token opens what a second step guards"
    execute(world.database, f"update sessions set awaits_second_factor = false where {session}")
    assert online(), "control: the step came"
    execute(
        world.database,
        f"update sessions set awaits_second_factor = true, expires_at = now() - interval '1 second' where {session}",
    )
    told(world, "told", [it.session])
    told(world, "told-too", [it.session_too])


@suite.check("S-1 whoever signs in after a session has lapsed does not bring back what stood under it")
def lapsed(world: AppWorld) -> None:
    it = Ending(world)
    execute(
        world.database,
        f"update sessions set last_seen_at = now() - interval '400 days' where user_id = '{it.user}' and client_id is null",
    )
    answered(world.signed_in(it.visitor, world.authorize_url(world.apps["shop"])[0], it.address.partition("@")[0]))
    assert not world.active(it.online["access_token"], world.apps["told-too"]), "a lapsed session's token is good again"
    answer = world.token(world.apps["told-too"], grant_type="refresh_token", refresh_token=it.online.get("refresh_token", ""))
    equal(answer.status_code, 400, "the refresh")
    told(world, "told-too", [it.session_too])
    told(world, "told", [])
    assert world.active(it.offline["access_token"], world.apps["told"]), "control: offline access outlives it"


@suite.check("time ends sessions without a word, and what is taken back never happened")
def silence(world: AppWorld) -> None:
    it = Ending(world)
    user = f"user_id = '{it.user}'"
    execute(world.database, f"begin; delete from sessions where {user}; rollback")
    assert world.active(it.online["access_token"], world.apps["told-too"]), "control"
    # The browser's session and the app's own that outlives it; what stands under the browser's session goes with that.
    execute(
        world.database,
        f"update sessions set expires_at = now() - interval '1 second' where {user} and parent_id is null",
    )
    awaited(lambda: execute(world.database, f"select count(*) from sessions where {user}") == "0", "housekeeping")
    equal(waiting(world), 0, "notices")
    told(world, "told", [])
    told(world, "told-too", [])


@suite.check("500 and a redirect are tried again, 204 is as good as 200, 400 is given up with its reason")
def answers(world: AppWorld) -> None:
    it = Ending(world)
    world.receiver.answer("/told", 500, 302, 204)
    world.receiver.answer("/told-too", 400)
    sign_out_everywhere(it)
    tokens = world.receiver.arrived("/told", 3)
    settled(world)
    equal(world.receiver.tokens("/elsewhere"), [], "followed a redirect")
    equal(len(world.receiver.tokens("/told")), 3, "the number of attempts")
    found = [validated(world, world.apps["told"], token, "RS256") for token in tokens]
    equal({one["sid"] for one in found}, {it.session["sid"]}, "sid")
    equal(len({one["jti"] for one in found}), 3, "a token is made for each attempt")
    equal(len(world.receiver.tokens("/told-too")), 1, "tried again after 400")
    listed = command(world, "jobs", "list", "--queue", "logout")
    assert re.search(r"logout  told-too  1 attempts  status_400", listed), listed
    execute(world.database, "delete from jobs where queue = 'logout'")


@suite.check("an app that does not answer delays neither other apps' notices nor mails")
def slow(world: AppWorld) -> None:
    it = Ending(world)
    app = world.apps["slow"]
    # More than there are places for notices at a time, on either node.
    for _ in range(6):
        world.redeemed(app, it.visitor)
    execute(
        world.database,
        "insert into jobs (id, queue, kind, payload, due_at) select gen_random_uuid(), 'logout', 'slow', payload, "
        "now() - interval '1 minute' from (select json_build_object('sid', id, 'sub', user_id) as payload from sessions "
        "where client_id = 'slow' limit 1) one, generate_series(1, 200)",
    )
    # Half of them are on their way and unanswered: what comes now comes after them.
    world.receiver.arrived("/slow", 8)
    sign_out_everywhere(it)
    told_at = world.receiver.arrived("/told", 1)
    assert not world.receiver.answer_slow.is_set() and len(told_at) == 1
    Visitor().post(f"{world.issuer}/reset", {"email": it.address})
    query = f"select count(*) from caught_mails where recipient = '{it.address}' and text_body like '%asked for a new password%'"
    awaited(lambda: execute(world.database, query) == "1", "the mail")
    assert len(world.receiver.tokens("/slow")) < 200, "the app was not slow"
    world.receiver.answer_slow.set()
    execute(world.database, "delete from jobs where kind = 'slow'")


@suite.check("a notice is made when it leaves, and none is sent for an app that does not want it any more")
def late(world: AppWorld) -> None:
    it = Ending(world)
    payload = f"""json_build_object('sid', '{it.session["sid"]}', 'sub', '{it.user}')"""
    execute(
        world.database,
        "insert into jobs (id, queue, kind, payload, created_at) select gen_random_uuid(), 'logout', kind, "
        f"{payload}, now() - interval '1 day' from (values ('told'), ('shop'), ('nobody')) apps (kind)",
    )
    token = world.receiver.arrived("/told", 1)[0]
    claims = validated(world, world.apps["told"], token, "RS256")
    assert abs(claims["iat"] - time.time()) < 120, "an old token"
    settled(world)
    equal(execute(world.database, "select count(*) from jobs where queue = 'logout'"), "0", "what is left")


@suite.check("oidcc-backchannel-rp-initiated-logout: the app that begins it is told as well")
def initiated(world: AppWorld) -> None:
    it = Ending(world)
    hint = {"id_token_hint": it.offline["id_token"], "post_logout_redirect_uri": "https://shop.example/bye"}
    answer = it.visitor.get(f"{world.issuer}/oauth/logout?{urlencode(hint)}")
    equal(answer.location, "https://shop.example/bye", "the way back")
    told(world, "told", [it.session])
    told(world, "told-too", [it.session_too])


@suite.check("oidcc-backchannel-logout-discovery-endpoint-verification")
def discovery(world: AppWorld) -> None:
    found = world.call("GET", "/.well-known/openid-configuration").json()
    equal(found["backchannel_logout_supported"], True, "supported")
    equal(found["backchannel_logout_session_supported"], True, "with sid")
