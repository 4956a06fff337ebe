"""Providers' tokens for apps: what is kept of a sign-in, who gets it, and that it is refreshed once, whoever asks."""

from __future__ import annotations

import base64
import contextlib
import secrets
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from app_checks import App, AppWorld, answered, at_once, until_outside
from backchannel_receiver import receiver
from client_secret import made_secret
from database import execute, fresh_database
from node import ROOT, Node, executable, node
from other_providers import ProviderMock
from processes import awaited
from report import Suite, contains, equal, lacks
from stand_ins import StandIns, stand_ins
from visitor import Answer, Visitor
from world import new_subject

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
# Which stand-in plays which provider.
PLAYS = {"google": "google", "github": "github", "twitter": "x"}
SCOPES = {
    "google": ["openid", "email", "profile"],
    "github": ["user:email", "repo"],
    "twitter": ["tweet.read", "users.read", "users.email"],
}


@dataclass
class UpstreamWorld(AppWorld):
    """Two nodes that keep tokens, and the providers that give them."""

    providers: StandIns
    sealing: list[str]
    settings: dict[str, Any]

    def newcomer(self, provider: str, subject: str | None = None, **more: object) -> str:
        """Somebody with an account at the provider."""
        name = subject or new_subject()
        described = {"subject": str(secrets.randbelow(10**15) + 10**15), "email": f"{name}@people.example", **more}
        self.providers.control("PUT", f"/people/{PLAYS[provider]}/{name}", described)
        return name

    def with_provider(self, visitor: Visitor, provider: str, person: str, url: str) -> Answer:
        """Opens an authorization request and signs in with the provider wherever that leads."""
        answer = until_outside(visitor, visitor.get(url), self.issuer)
        if answer.status == 200 and f"/sign-in/{provider}" in answer.text:
            return_to = parse_qs(urlsplit(answer.url).query)["return_to"][0]
            begun = visitor.post(f"{self.issuer}/sign-in/{provider}", {"return_to": return_to})
            back = visitor.get(begun.location, {"mock-person": person})
            answer = until_outside(visitor, visitor.get(back.location), self.issuer)
        return answer

    def tokens(self, app: App, provider: str, person: str, visitor: Visitor | None = None) -> dict[str, Any]:
        """Our tokens, after a sign-in with the provider."""
        url, verifier = self.authorize_url(app, scope="openid email offline_access", prompt="login")
        code = answered(self.with_provider(visitor or Visitor(), provider, person, url))["code"]
        answer = self.token(
            app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=app.redirect_uri
        )
        equal(answer.status_code, 200, f"the token answer {answer.text}")
        found: dict[str, Any] = answer.json()
        return found

    def upstream(
        self, app: App, subject: str, provider: str, node: Node | None = None, **more: str
    ) -> requests.Response:
        """Asks for the provider's token."""
        form = {
            "grant_type": EXCHANGE,
            "subject_token": subject,
            "subject_token_type": ACCESS_TOKEN,
            "requested_token_type": ACCESS_TOKEN,
            "audience": provider,
        } | more
        return self.token(app, node, **{name: value for name, value in form.items() if value})

    def expire(self, provider: str) -> None:
        """Every stored token of the provider ends now."""
        execute(
            self.database,
            "update upstream_tokens t set expires_at = now() from federated_identities f "
            f"where f.id = t.identity_id and f.provider = '{provider}'",
        )

    def refreshes(self, provider: str) -> int:
        return self.providers.calls(PLAYS[provider], "token_refreshed")

    def misbehave(self, provider: str, what: str, count: int = 1) -> None:
        self.providers.control("PUT", f"/misbehave/{PLAYS[provider]}", {"token": what, "count": count})


suite: Suite[UpstreamWorld] = Suite()


def refused(answer: requests.Response, status: int, error: str, **members: str) -> None:
    """An error as the RFCs have it, never stored anywhere."""
    equal((answer.status_code, answer.json().get("error")), (status, error), f"the refusal {answer.text}")
    equal(answer.headers["Cache-Control"], "no-store", "Cache-Control")
    for name, value in members.items():
        equal(answer.json().get(name), value, name)


def handed(answer: requests.Response) -> dict[str, Any]:
    equal(answer.status_code, 200, f"the answer {answer.text}")
    found: dict[str, Any] = answer.json()
    return found


@suite.cases("an app gets the person's token at {}, and nothing that would renew it", list(PLAYS))
def handed_out(world: UpstreamWorld, provider: str) -> None:
    app, person = world.apps["desk"], world.newcomer(provider)
    ours = world.tokens(app, provider, person)
    answer = world.upstream(app, ours["access_token"], provider)
    found = handed(answer)
    equal(found["issued_token_type"], ACCESS_TOKEN, "issued_token_type")
    equal(found["token_type"], "Bearer", "token_type")
    equal(sorted(found["scope"].split()), sorted(SCOPES[provider]), "the scope")
    equal(answer.headers["Cache-Control"], "no-store", "Cache-Control")
    equal(set(found) - {"expires_in"}, {"access_token", "issued_token_type", "token_type", "scope"}, "the members")
    # GitHub's tokens have no end unless the app's owner wants one.
    equal("expires_in" in found, provider != "github", "expires_in")
    profile = {
        "google": ("google", "/v1/userinfo"),
        "github": ("github", "/user"),
        "twitter": ("x", "/2/users/me"),
    }[provider]
    with requests.Session() as client:
        client.trust_env = False
        url = world.providers.origin(profile[0]) + profile[1]
        bearer = {"Authorization": "Bearer " + found["access_token"], "User-Agent": "checks"}
        equal(client.get(url, headers=bearer, timeout=30).status_code, 200, "what the provider says to it")


@suite.check("C13 A11 without keep_tokens nothing is kept, and no refresh token is asked for")
def off_by_default(world: UpstreamWorld) -> None:
    person = world.newcomer("google")
    settings = {name: value for name, value in world.settings.items() if name not in ("public_url", "clients")}
    google = {"google": {"client_id": "google-client", "client_secret": "google-secret"}}
    with fresh_database("upstream") as database, node(database, google, **settings) as plain:
        visitor = Visitor()
        begun = visitor.post(f"{plain.origin}/sign-in/google", {"return_to": "/account"})
        lacks(begun.location, "access_type", "the authorization request")
        back = visitor.get(begun.location, {"mock-person": person})
        equal(until_outside(visitor, visitor.get(back.location), plain.origin).status, 200, "the account page")
        equal(execute(database, "select count(*) from federated_identities"), "1", "identities")
        equal(execute(database, "select count(*) from upstream_tokens"), "0", "rows of kept tokens")
        # What was kept before the operator switched it off goes as well.
        execute(database, "insert into upstream_tokens (identity_id, sealed_access_token, scope) "
                          "select id, 'x', '{}' from federated_identities")  # fmt: skip
        awaited(lambda: execute(database, "select count(*) from upstream_tokens") == "0", "the house is kept")


@suite.check("C13 what is kept is sealed: no token in a dump of the database")
def sealed(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("twitter")
    ours = world.tokens(app, "twitter", person)
    found = handed(world.upstream(app, ours["access_token"], "twitter"))["access_token"]
    rows = execute(world.database, "select row_to_json(t) from upstream_tokens t")
    for text in (found, found.encode().hex(), base64.b64encode(found.encode()).decode()):
        lacks(rows, text, "the table")
    equal(execute(world.database, "select count(*) from upstream_tokens where sealed_access_token is null"), "0", "empty rows")


@suite.check("C13 a row that is moved to somebody else does not open, nor a refresh token in an access token's place")
def bound(world: UpstreamWorld) -> None:
    app = world.apps["desk"]
    first = world.tokens(app, "google", world.newcomer("google"))
    second = world.tokens(app, "google", world.newcomer("google"))
    swap = (
        "update upstream_tokens a set sealed_access_token = {} from upstream_tokens b "
        "where a.identity_id <> b.identity_id and a.identity_id = (select identity_id from sessions where id = '{}') "
        "and b.identity_id = (select identity_id from sessions where id = '{}')"
    )
    ids = [introspected(world, app, one["access_token"])["sid"] for one in (first, second)]
    execute(world.database, swap.format("b.sealed_access_token", ids[0], ids[1]))
    refused(world.upstream(app, first["access_token"], "google"), 400, "interaction_required")
    handed(world.upstream(app, second["access_token"], "google"))
    execute(world.database, swap.format("a.sealed_refresh_token", ids[1], ids[0]))
    refused(world.upstream(app, second["access_token"], "google"), 400, "interaction_required")


def introspected(world: UpstreamWorld, app: App, token: str) -> dict[str, Any]:
    found: dict[str, Any] = world.call("POST", "/oauth/introspect", data={"token": token}, auth=app.auth).json()
    return found


@suite.cases("C14 32 at once over two nodes want an expired token of {}: one refresh, one same token for all", list(PLAYS))
def single_flight(world: UpstreamWorld, provider: str) -> None:
    app, person = world.apps["desk"], world.newcomer(provider)
    if provider == "github":
        world.providers.control("PUT", "/settings/github", {"expiring_tokens": True})
    ours = world.tokens(app, provider, person)["access_token"]
    old = handed(world.upstream(app, ours, provider))["access_token"]
    world.expire(provider)
    before = world.refreshes(provider)
    # Long enough for all of them to come while it is under way.
    world.misbehave(provider, "slow=1500")
    nodes = [world.first, world.second]
    answers = at_once(32, lambda number: world.upstream(app, ours, provider, nodes[number % 2]))
    equal({answer.status_code for answer in answers}, {200}, "the statuses")
    equal(len({answer.json()["access_token"] for answer in answers}), 1, "the number of tokens")
    equal(world.refreshes(provider) - before, 1, "the number of refreshes")
    assert answers[0].json()["access_token"] != old, "the old token"
    # And once more, with what the refresh gave.
    world.expire(provider)
    handed(world.upstream(app, ours, provider))
    equal(world.refreshes(provider) - before, 2, "the number of refreshes")
    equal(world.providers.calls(PLAYS[provider], "refresh_refused"), 0, "refresh tokens used twice")


@suite.check("a token with a minute left is refreshed, one with more is not")
def margin(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("google")
    ours = world.tokens(app, "google", person)["access_token"]
    for left, renewed in (("50 seconds", 1), ("10 minutes", 0)):
        execute(world.database, f"update upstream_tokens set expires_at = now() + interval '{left}'")
        before = world.refreshes("google")
        handed(world.upstream(app, ours, "google"))
        equal(world.refreshes("google") - before, renewed, f"refreshes with {left} left")


@suite.cases("a refresh token that {} no longer takes is dead: the person is sent to sign in again, which mends it", list(PLAYS))
def dead(world: UpstreamWorld, provider: str) -> None:
    app, person, visitor = world.apps["desk"], world.newcomer(provider), Visitor()
    if provider == "github":
        world.providers.control("PUT", "/settings/github", {"expiring_tokens": True})
    ours = world.tokens(app, provider, person, visitor)["access_token"]
    world.expire(provider)
    world.misbehave(provider, "error=invalid_request" if provider == "twitter" else "error=invalid_grant")
    answer = world.upstream(app, ours, provider)
    refused(answer, 400, "interaction_required", reason="sign_in_again", interaction_uri=f"{world.issuer}/sign-in")
    calls = world.providers.calls(PLAYS[provider], "token")
    refused(world.upstream(app, ours, provider, world.second), 400, "interaction_required")
    equal(world.providers.calls(PLAYS[provider], "token"), calls, "a dead token is not tried again")
    equal(execute(world.database, "select count(*) from upstream_tokens where refused_at is not null and "
                  "coalesce(sealed_access_token, sealed_refresh_token) is null"), "1", "dead rows, empty")  # fmt: skip
    world.tokens(app, provider, person, visitor)
    handed(world.upstream(app, ours, provider))
    execute(world.database, "delete from upstream_tokens where refused_at is not null")


# What a provider in trouble says, in place of everything it would do.
TROUBLES: dict[str, dict[str, object]] = {
    "500": {"status": 500, "body": "{}"},
    "503": {"status": 503, "json": {"error": "temporarily_unavailable"}, "headers": {"retry-after": "7"}},
    "429": {"status": 429, "json": {"title": "Too Many Requests"}},
    "a reset": {"delivery": "reset"},
    "half an answer": {"json": {"access_token": "x", "token_type": "bearer"}, "delivery": "truncated"},
    "a page": {"content_type": "text/html", "body": "<p>Welcome to the guest network</p>"},
    "no JSON": {"body": '{"access_token'},
    "our secret refused": {"status": 401, "json": {"error": "invalid_client"}},
    "no token": {"json": {"token_type": "bearer"}},
    "another type of token": {"json": {"access_token": "x", "token_type": "mac"}},
    "no answer": {"delay_ms": 60_000},
}


@suite.cases("a provider in trouble ({}) costs nothing but time: nobody gets anything, and later it works", list(TROUBLES))
def trouble(world: UpstreamWorld, what: str) -> None:
    app, person = world.apps["desk"], world.newcomer("twitter")
    ours = world.tokens(app, "twitter", person)["access_token"]
    world.expire("twitter")
    calls = world.providers.calls("x", "token")
    # Late enough for all of them to come while it is under way.
    world.providers.control("PUT", "/override/x/token", {"delay_ms": 1500} | TROUBLES[what])
    nodes = [world.first, world.second]
    answers = at_once(16, lambda number: world.upstream(app, ours, "twitter", nodes[number % 2]))
    for answer in answers:
        refused(answer, 503, "temporarily_unavailable")
    assert world.providers.calls("x", "token") - calls < 16, "everybody asked the provider"
    world.providers.control("DELETE", "/override/x/token")
    # The refresh token is what it was, and each node's circuit to the provider closes again.
    for number, recovering in enumerate(nodes):
        handed(world.upstream(app, ours, "twitter", recovering))
        equal(world.providers.calls("x", "refresh_refused"), 0, f"refused refreshes ({number})")
        world.expire("twitter")


@suite.check("C14 a node that dies while it refreshes blocks nobody for longer than its lease")
def dying_node(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("twitter")
    ours = world.tokens(app, "twitter", person)["access_token"]
    world.expire("twitter")
    world.providers.control("PUT", "/override/x/token", {"delay_ms": 60_000})
    leased = "select count(*) from upstream_tokens where refreshing_until > now()"
    with node(world.database, kept_providers(), **world.settings) as dying:
        threading.Thread(target=lambda: quietly(lambda: world.upstream(app, ours, "twitter", dying))).start()
        awaited(lambda: execute(world.database, leased) == "1", "the lease is taken")
        dying.child.kill()
    world.providers.control("DELETE", "/override/x/token")
    equal(execute(world.database, leased), "1", "leases of a dead node")
    execute(world.database, "update upstream_tokens set refreshing_until = now() where refreshing_until > now()")
    handed(world.upstream(app, ours, "twitter"))


def quietly(work: Any) -> None:
    with contextlib.suppress(requests.RequestException):
        work()


@suite.check("C14 what a sign-in brings while a refresh is under way stays: the late answer is dropped")
def overtaken(world: UpstreamWorld) -> None:
    app, person, visitor = world.apps["desk"], world.newcomer("twitter"), Visitor()
    tokens = world.tokens(app, "twitter", person, visitor)
    ours, session = tokens["access_token"], introspected(world, app, tokens["access_token"])["sid"]
    row = f"from upstream_tokens where identity_id = (select identity_id from sessions where id = '{session}')"
    world.expire("twitter")
    world.misbehave("twitter", "slow=4000")
    answers: list[requests.Response] = []
    asking = threading.Thread(target=lambda: answers.append(world.upstream(app, ours, "twitter", world.second)))
    asking.start()
    awaited(lambda: execute(world.database, f"select count(*) {row} and refreshing_until > now()") == "1", "the lease is taken")
    awaited(lambda: world.providers.control("GET", "/misbehave/x") == [], "the provider works on it")
    world.tokens(app, "twitter", person, visitor)
    asking.join()
    equal(execute(world.database, f"select version {row}"), "2", "what was stored: the first sign-in's, then the second's")
    equal(handed(answers[0])["access_token"], handed(world.upstream(app, ours, "twitter"))["access_token"], "the token")
    world.expire("twitter")
    handed(world.upstream(app, ours, "twitter"))
    equal(world.providers.calls("x", "refresh_refused"), 0, "refused refreshes")


@suite.check("Google's refresh token from before goes on when a sign-in brings none")
def refresh_token_stays(world: UpstreamWorld) -> None:
    app, person, visitor = world.apps["desk"], world.newcomer("google"), Visitor()
    ours = world.tokens(app, "google", person, visitor)["access_token"]
    # As Google answers without prompt=consent from the second time on.
    world.misbehave("google", "missing-refresh-token")
    world.tokens(app, "google", person, visitor)
    world.expire("google")
    handed(world.upstream(app, ours, "google"))


@suite.check("C15 a refresh whose ID token is about somebody else hands out nothing")
def other_subject(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("google")
    ours = world.tokens(app, "google", person)["access_token"]
    for what in ("other-sub", "wrong-issuer"):
        world.expire("google")
        world.providers.control("PUT", "/misbehave/google", {"id_token": what, "count": 1})
        refused(world.upstream(app, ours, "google"), 400, "interaction_required", reason="sign_in_again")
        ours = world.tokens(app, "google", person)["access_token"]


# Who may have what.


@suite.check("C16 J08 only an app that may have the provider's tokens gets one, and only with its own live token")
def who_may(world: UpstreamWorld) -> None:
    desk, person = world.apps["desk"], world.newcomer("github")
    ours = world.tokens(desk, "github", person)["access_token"]
    theirs = world.tokens(world.apps["other"], "github", person)["access_token"]
    handed(world.upstream(desk, ours, "github"))
    refused(world.upstream(desk, theirs, "github"), 400, "invalid_request")
    refused(world.upstream(world.apps["other"], ours, "github"), 400, "invalid_request")
    refused(world.upstream(world.apps["other"], theirs, "google"), 400, "invalid_target")
    refused(world.upstream(world.apps["shop"], ours, "github"), 400, "unauthorized_client")
    refused(world.upstream(world.apps["spa"], ours, "github"), 400, "unauthorized_client")
    refused(world.upstream(desk, ours, "nobody"), 400, "invalid_target")
    refused(world.upstream(desk, ours[:-2] + "zz", "github"), 400, "invalid_request")
    refused(world.upstream(desk, "", "github", subject_token="lkt_x"), 400, "invalid_request")
    refused(world.upstream(desk, ours, "google"), 400, "interaction_required", reason="no_identity")
    refused(world.upstream(App("desk", "wrong"), ours, "github"), 401, "invalid_client")


@suite.check("a JWT of the app counts as long as its grant lives, and a session token for an app of ours")
def subject_tokens(world: UpstreamWorld) -> None:
    jot, desk, visitor, person = world.apps["jot"], world.apps["desk"], Visitor(), world.newcomer("github")
    tokens = world.tokens(jot, "github", person, visitor)
    handed(world.upstream(jot, tokens["access_token"], "github"))
    session = visitor.cookie(world.issuer, "latchkey") or ""
    handed(world.upstream(desk, session, "github"))
    # Not good for anybody whose people come from elsewhere.
    refused(world.upstream(world.apps["google-only"], session, "google"), 400, "invalid_request")
    world.call("POST", "/oauth/revoke", data={"token": tokens["refresh_token"]}, auth=jot.auth)
    refused(world.upstream(jot, tokens["access_token"], "github"), 400, "invalid_request")
    visitor.post(f"{world.issuer}/sign-out")
    refused(world.upstream(desk, session, "github"), 400, "invalid_request")


@suite.check("J08 a token that can do more than the app may is not handed out, and says so; scope asks for no more")
def scopes(world: UpstreamWorld) -> None:
    person = world.newcomer("github")
    narrow = world.tokens(world.apps["narrow"], "github", person)["access_token"]
    answer = world.upstream(world.apps["narrow"], narrow, "github")
    refused(answer, 400, "invalid_scope")
    contains(answer.json()["error_description"], "repo", "the description")
    desk = world.apps["desk"]
    ours = world.tokens(desk, "github", person)["access_token"]
    handed(world.upstream(desk, ours, "github", scope="repo"))
    refused(world.upstream(desk, ours, "github", scope="admin:org"), 400, "invalid_scope")
    refused(world.upstream(desk, ours, "github", scope="read:org"), 400, "invalid_scope", reason="scope_not_granted")
    # Wider than asked for: what the provider really granted counts.
    world.misbehave("github", "scope=repo,user:email,admin:org")
    wide = world.tokens(desk, "github", world.newcomer("github"))["access_token"]
    refused(world.upstream(desk, wide, "github"), 400, "invalid_scope")


@suite.check("a disabled account's token, an unlinked and a blocked identity's, a lapsed one's: never")
def not_any_more(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("github")
    tokens = world.tokens(app, "github", person)
    ours, user = tokens["access_token"], introspected(world, app, tokens["access_token"])["sub"]
    count = (
        "select count(*) from upstream_tokens t join federated_identities f on f.id = t.identity_id "
        f"where user_id = '{user}'"
    )
    seen = f"update federated_identities set last_sign_in_at = now() - interval '{{}} days' where user_id = '{user}'"
    execute(world.database, f"update users set disabled_at = now() where id = '{user}'")
    refused(world.upstream(app, ours, "github"), 400, "invalid_request")
    execute(world.database, f"update users set disabled_at = null where id = '{user}'")
    handed(world.upstream(app, ours, "github"))
    block = (
        "insert into blocked_identities (user_id, issuer, subject, provider) select user_id, issuer, subject, provider "
        f"from federated_identities where user_id = '{user}'"
    )
    execute(world.database, block)
    refused(world.upstream(app, ours, "github"), 400, "interaction_required", reason="no_identity")
    execute(world.database, f"delete from blocked_identities where user_id = '{user}'")
    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "linking-policy.yaml"
        text = (ROOT / "providers" / "linking-policy.yaml").read_text()
        policy.write_text(text.replace("link_lapses_after: never", "link_lapses_after: 90d"))
        execute(world.database, seen.format(91))
        with node(world.database, kept_providers(), linking={"policy_file": str(policy)}, **world.settings) as strict:
            awaited(
                lambda: world.upstream(app, ours, "github", strict).status_code == 400, "the policy is in force"
            )
            refused(world.upstream(app, ours, "github", strict), 400, "interaction_required", reason="no_identity")
            execute(world.database, seen.format(0))
            handed(world.upstream(app, ours, "github", strict))
    equal(execute(world.database, count), "1", "rows before the identity goes")
    execute(world.database, f"update sessions set identity_id = null where user_id = '{user}'; "
                            f"delete from federated_identities where user_id = '{user}'")  # fmt: skip
    refused(world.upstream(app, ours, "github"), 400, "interaction_required", reason="no_identity")
    equal(execute(world.database, count), "0", "rows after")


@suite.check("a grant that is revoked while its app waits for a refresh gets nothing")
def revoked_meanwhile(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("google")
    tokens = world.tokens(app, "google", person)
    world.expire("google")
    world.misbehave("google", "slow=3000")
    answers: list[requests.Response] = []
    asking = threading.Thread(target=lambda: answers.append(world.upstream(app, tokens["access_token"], "google")))
    asking.start()
    leased = "select count(*) from upstream_tokens where refreshing_until > now()"
    awaited(lambda: execute(world.database, leased) == "1", "the lease is taken")
    world.call("POST", "/oauth/revoke", data={"token": tokens["refresh_token"]}, auth=app.auth)
    asking.join()
    equal(answers[0].status_code, 400, answers[0].text)


# What remains of it.


@suite.check("M02 every hand-out is written down, with the app and the provider; the owner reads it in a sentence, once a day")
def audited(world: UpstreamWorld) -> None:
    app, visitor, person = world.apps["desk"], Visitor(), world.newcomer("github")
    tokens = world.tokens(app, "github", person, visitor)
    user = introspected(world, app, tokens["access_token"])["sub"]
    for _ in range(3):
        handed(world.upstream(app, tokens["access_token"], "github"))
    refused(world.upstream(app, tokens["access_token"], "github", scope="admin:org"), 400, "invalid_scope")
    events = execute(
        world.database,
        "select client_id, provider, count(*), count(request_id) from account_events "
        f"where user_id = '{user}' and kind = 'upstream_token_handed_out' group by 1, 2",
    )
    equal(events, "desk|github|3|3", "the events")
    page = visitor.get(f"{world.issuer}/account").text
    equal(page.count("Front desk was given access to your GitHub account."), 1, "sentences on the account page")


@suite.check("an older encryption key still opens what it sealed, and a refresh seals with the new one")
def rotated_key(world: UpstreamWorld) -> None:
    app, person = world.apps["desk"], world.newcomer("google")
    tokens = world.tokens(app, "google", person)
    ours, session = tokens["access_token"], introspected(world, app, tokens["access_token"])["sid"]
    key_id = (
        "select convert_from(substring(sealed_access_token from 3 for 2), 'UTF8') from upstream_tokens "
        f"where identity_id = (select identity_id from sessions where id = '{session}')"
    )
    fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    keys = {"keys": [f"k2:{fresh}", *world.sealing]}
    with node(world.database, kept_providers(), **(world.settings | {"encryption": keys})) as newer:
        handed(world.upstream(app, ours, "google", newer))
        equal(execute(world.database, key_id), "k1", "the key that sealed it")
        world.expire("google")
        handed(world.upstream(app, ours, "google", newer))
        equal(execute(world.database, key_id), "k2", "the key that sealed it")
    # A node without the new key cannot open it, and says what a person can do.
    refused(world.upstream(app, ours, "google"), 400, "interaction_required", reason="sign_in_again")


@suite.check("M01 no token of a provider in any log line")
def logs(world: UpstreamWorld) -> None:
    app = world.apps["desk"]
    found = []
    for provider in PLAYS:
        ours = world.tokens(app, provider, world.newcomer(provider))["access_token"]
        found.append(handed(world.upstream(app, ours, provider))["access_token"])
        if provider != "github":
            world.expire(provider)
            found.append(handed(world.upstream(app, ours, provider))["access_token"])
    for node_ in (world.first, world.second):
        for token in found:
            lacks(node_.log, token, "the log")


@suite.check("faulty files of apps: every fault at once")
def faulty_files(world: UpstreamWorld) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bad.yaml").write_text(
            "id: bad\nname: Bad\nredirect_uris: [https://bad.example/]\nfirst_party: false\npublic: true\nproviders: [google]\n"
            "upstream_tokens: {github: [repo], 'No Provider': [x], google: ['a b']}\n"
        )
        try:
            with node(world.database, kept_providers(), **(world.settings | {"clients": {"directory": folder}})):
                raise AssertionError("it started")
        except RuntimeError as error:
            for part in ("needs the grant", "public client", "first_party: true", "1 to 32 characters", "a provider's scope",
                         "does not have"):  # fmt: skip
                contains(str(error), part, "the faults")


# The world.


def kept_providers() -> Mapping[str, Mapping[str, Any]]:
    """All three, kept."""
    return {
        "google": {"client_id": "google-client", "client_secret": "google-secret", "keep_tokens": True},
        "github": {"client_id": "github-client", "client_secret": "github-secret", "keep_tokens": True,
                   "additional_scopes": ["repo"]},
        "twitter": {"client_id": "x-client", "client_secret": "x-secret", "keep_tokens": True},
    }  # fmt: skip


def client_files(folder: Path) -> dict[str, App]:
    """Files of apps, as an operator writes them."""
    apps: dict[str, App] = {}

    def write(name: str, shown: str, *lines: str, exchange: bool = True, public: bool = False) -> None:
        secret, hash_ = made_secret()
        text = [f"id: {name}", f"name: {shown}", "redirect_uris: [https://shop.example/callback]", "first_party: true"]
        text.append("scopes: [openid, profile, email, offline_access]")
        grants = ["authorization_code", "refresh_token", *([EXCHANGE] if exchange else [])]
        text.append("grants: [" + ", ".join(f"'{grant}'" for grant in grants) + "]")
        text += ["public: true"] if public else ["secret_hashes:", f"  - {hash_}"]
        (folder / f"{name}.yaml").write_text("\n".join([*text, *lines]) + "\n")
        apps[name] = App(name, None if public else secret)

    every = (
        "upstream_tokens:",
        "  google: [openid, email, profile]",
        "  github: ['user:email', repo, 'read:org']",
        "  twitter: [tweet.read, users.read, users.email]",
    )
    write("desk", "Front desk", *every)
    write("jot", "Jot", "access_tokens: jwt", *every)
    write("other", "Other", "upstream_tokens: {github: ['user:email', repo]}")
    write("narrow", "Narrow", "upstream_tokens: {github: ['user:email']}")
    write("google-only", "Google people", "providers: [google]", "upstream_tokens: {google: [openid, email, profile]}")
    write("shop", "Shop", exchange=False)
    write("spa", "Page", public=True)
    return apps


@contextlib.contextmanager
def upstream_world() -> Iterator[UpstreamWorld]:
    """Starts everything."""
    with (
        tempfile.TemporaryDirectory(prefix="latchkey-clients-") as folder,
        fresh_database("upstream") as database,
        stand_ins(executable("mock-provider"), ROOT) as providers,
        receiver() as told,
    ):
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        keys = [f"k1:{key}"]
        more: dict[str, Any] = {
            "clients": {"directory": folder},
            "encryption": {"keys": keys},
            "development": {"origins": providers.substitutions},
            "throttle": {"starts_per_client": 1_000_000},
        }
        apps = client_files(Path(folder))
        with (
            node(database, kept_providers(), **more) as first,
            node(database, kept_providers(), public_url=first.origin, **more) as second,
        ):
            settings = more | {"public_url": first.origin}
            yield UpstreamWorld(
                first=first,
                second=second,
                mock=ProviderMock(providers.origin("oidc")),
                database=database,
                apps=apps,
                apache_port=0,
                receiver=told,
                providers=providers,
                sealing=keys,
                settings=settings,
            )


def before(world: UpstreamWorld) -> None:
    """Well-behaved providers, nothing left of the check before."""
    world.providers.reset()


def run(only: str) -> tuple[int, int]:
    """All of them, in a world of their own."""
    with upstream_world() as world:
        return suite.run(world, before=before, only=only)
