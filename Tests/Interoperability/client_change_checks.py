"""What is left of an app, and what is written down, when it is registered, changed, removed or described by a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from authlib.jose import JsonWebKey

from app_checks import REDIRECT, App, AppWorld
from client_checks import administer, definition, expect_problem, is_known, registered
from client_secret import made_secret
from database import execute
from node import node
from processes import awaited
from report import Suite, contains, equal

suite: Suite[AppWorld] = Suite()

CHALLENGE = "a" * 43


def held(world: AppWorld, id_: str) -> tuple[int, ...]:
    """How many sessions, codes, pushed requests, consents and notices there are of an app."""
    tables = ("sessions where client_id", "authorization_codes where client_id", "pushed_requests where client_id",
              "consents where client_id", "jobs where queue = 'logout' and kind")  # fmt: skip
    return tuple(int(execute(world.database, f"select count(*) from {table} = '{id_}'")) for table in tables)


def give(world: AppWorld, id_: str) -> None:
    """One of each, as a node would that has not heard of anything."""
    if execute(world.database, "select count(*) from users") == "0":
        world.redeemed(world.apps["shop"])
    user = execute(world.database, "select id from users order by created_at limit 1")
    execute(
        world.database,
        f"""insert into sessions (id, token_hash, user_id, methods, idle_timeout, expires_at, client_id, logout_notice)
            values (gen_random_uuid(), sha256(gen_random_uuid()::text::bytea), '{user}', '{{fed}}', interval '1 day',
                    now() + interval '1 day', '{id_}', true);
            insert into authorization_codes (code_hash, client_id, redirect_uri, user_id, scope, code_challenge, expires_at)
            values (sha256(gen_random_uuid()::text::bytea), '{id_}', '', '{user}', '{{}}', '{CHALLENGE}', now() + interval '1 hour');
            insert into pushed_requests values (sha256(gen_random_uuid()::text::bytea), '{id_}', 'x', now() + interval '1 hour');
            insert into consents (user_id, client_id, scope) values ('{user}', '{id_}', '{{openid}}') on conflict do nothing;
            insert into jobs (id, queue, kind, payload, due_at)
            values (gen_random_uuid(), 'logout', '{id_}', '{{}}', now() + interval '1 day')""",
    )


def told(world: AppWorld, id_: str) -> list[dict[str, Any]]:
    """The events of an app, oldest first."""
    rows = execute(
        world.database,
        f"""select kind, payload->>'by', payload->>'version', payload->'members', payload->'secrets_made', payload->'secrets_removed'
            from app_events where payload->>'client_id' = '{id_}' order by sequence""",
    )
    names = ("kind", "by", "version", "members", "made", "removed")
    return [dict(zip(names, row.split("|"), strict=True)) for row in rows.splitlines()]


@suite.check("a registered app with keys is refused at every endpoint when it only says its name, and its pages read nothing")
def keyed(world: AppWorld) -> None:
    key = JsonWebKey.generate_key("EC", "P-256", is_private=True)
    public = key.as_dict(is_private=False) | {"kid": "one"}
    answer = administer(world, "POST", "", json=definition("key-holder", jwks={"keys": [public]}, redirect_uris=["https://keys.example/"]))
    equal(answer.status_code, 201, f"the status of registering: {answer.text}")
    assert "secret" not in answer.json(), "a secret beside a key"
    awaited(lambda: world.call("GET", "/oauth/authorize", world.second, params={"client_id": "key-holder"}).status_code == 400, "there")
    form = {"client_id": "key-holder", "token": "x", "grant_type": "refresh_token", "refresh_token": "x", "response_type": "code"}
    for path in ("/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par", "/v1/nonces"):
        found = world.call("POST", path, data=form, headers={"Origin": "https://keys.example"})
        equal((found.status_code, found.json().get("error")), (401, "invalid_client"), f"at {path}")
        assert "Access-Control-Allow-Origin" not in found.headers, f"CORS at {path}"


@suite.check("whoever gets an id finds nothing of the one before, and is told of none of its sessions")
def inheritance(world: AppWorld) -> None:
    give(world, "heirloom")
    equal(held(world, "heirloom"), (1, 1, 1, 1, 1), "control")
    registered(world, "heirloom")
    equal(held(world, "heirloom"), (0, 0, 0, 0, 0), "after registering")
    give(world, "heirloom")
    equal(administer(world, "DELETE", "/heirloom").status_code, 204, "the status of removing")
    equal(held(world, "heirloom"), (0, 0, 0, 0, 0), "after removing")
    user = execute(world.database, "select id from users limit 1")
    try:
        execute(world.database, f"insert into consents (user_id, client_id, scope) values ('{user}', 'heirloom', '{{}}')")
    except Exception as error:
        contains(str(error), "the app was removed", "why a late consent is refused")
    else:
        raise AssertionError("a consent for an app that was removed")


@suite.check("M02 every change of an app is written down: who, what, fingerprints, and never a secret")
def record(world: AppWorld) -> None:
    app = registered(world, "recorded")
    first = administer(world, "GET", "/recorded").json()["secrets"][0]
    second = administer(world, "POST", "/recorded/secrets")
    made = [each for each in administer(world, "GET", "/recorded").json()["secrets"] if each != first][0]
    administer(world, "DELETE", f"/recorded/secrets/{first}")
    answer = administer(world, "PUT", "/recorded", json=definition("recorded", name="Other"), headers={"If-Match": "*"})
    equal(answer.status_code, 200, f"the status of changing: {answer.text}")
    administer(world, "DELETE", "/recorded")
    registered(world, "recorded", public=True)
    events = told(world, "recorded")
    equal(
        [(each["kind"], each["by"], each["version"]) for each in events],
        [("client.created", "tester", "1"), ("client.changed", "tester", "2"), ("client.changed", "tester", "3"),
         ("client.changed", "tester", "4"), ("client.removed", "tester", "5"), ("client.created", "tester", "6")],
        "the events",
    )  # fmt: skip
    assert first in events[0]["made"] and made in events[1]["made"] and first in events[2]["removed"], events
    assert made in events[4]["removed"] and '"name"' in events[3]["members"] and "scopes" not in events[3]["members"], events
    whole = execute(world.database, "select string_agg(payload::text, ' ') from app_events")
    for secret in (app.secret, second.json()["secret"]):
        assert secret and secret not in whole, "a secret in an event"
    shown = world.call(
        "GET", "/admin/v1/events?limit=100", headers={"Authorization": f"Bearer {world.administration_key}"}
    )
    equal(shown.status_code, 200, "the status of reading events")


@suite.check("requests that are under way end with the rules they were made by, and not with a secret")
def requests_under_way(world: AppWorld) -> None:
    app = registered(world, "narrowing")
    code, verifier = world.code(app)
    give(world, "narrowing")
    assert administer(world, "POST", "/narrowing/secrets").status_code == 201
    equal(held(world, "narrowing")[1:3], (2, 1), "codes and pushed requests after another secret")
    body = definition("narrowing", redirect_uris=["https://elsewhere.example/"])
    equal(administer(world, "PUT", "/narrowing", json=body, headers={"If-Match": "*"}).status_code, 200, "the status of changing")
    equal(held(world, "narrowing")[:3], (1, 0, 0), "sessions, codes and pushed requests afterwards")
    answer = world.token(app, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT)
    equal((answer.status_code, answer.json()["error"]), (400, "invalid_grant"), "the code")


@suite.check("a file ends an app of the database for good; removing what is left of that takes nothing from the file's app")
def superseded(world: AppWorld) -> None:
    app = registered(world, "overtaken")
    awaited(lambda: is_known(world, app, world.second), "the other node knows the app")
    give(world, "overtaken")
    secret, hash_ = made_secret()
    file = Path(world.client_folder) / "overtaken.yaml"
    file.write_text(f"id: overtaken\nname: Of a file\nfirst_party: true\nsecret_hashes: ['{hash_}']\nredirect_uris: [{REDIRECT}]\n")
    try:
        with node(world.database, world.providers, public_url=world.issuer, **world.settings) as third:
            equal(held(world, "overtaken"), (0, 0, 0, 0, 0), "what the file's app finds")
            for each in (world.first, world.second):
                awaited(lambda: not is_known(world, app, each), "a node without the file lets go of the app")
            give(world, "overtaken")
            # A node that has no file of it.
            expect_problem(administer(world, "PUT", "/overtaken", json=definition("overtaken"), headers={"If-Match": "*"}),
                           409, "client_in_file")  # fmt: skip
            equal(administer(world, "DELETE", "/overtaken").status_code, 204, "the status of removing the row")
            equal(held(world, "overtaken"), (1, 1, 1, 1, 1), "what the file's app has")
            # Nothing refuses the file's app anything.
            give(world, "overtaken")
            assert is_known(world, App("overtaken", secret), third)
            expect_problem(administer(world, "DELETE", "/overtaken", third), 409, "client_in_file")
            # Registered by somebody who does not know of the file: over at once, with everything.
            again = registered(world, "overtaken")
            awaited(lambda: not is_known(world, again, world.first), "the file counts again")
            give(world, "overtaken")
            equal(administer(world, "DELETE", "/overtaken", third).status_code, 204, "the status of removing it where the file is")
            equal(held(world, "overtaken")[0], 1, "the sessions of the file's app")
            versions = [int(each["version"]) for each in told(world, "overtaken")]
            equal(versions, sorted(set(versions)), "versions, each once")
            registered(world, "overtaken")
            awaited(lambda: administer(world, "GET", "/overtaken").json()["faults"] != [], "the app is overtaken")
            give(world, "overtaken")
    finally:
        file.unlink()
    assert not is_known(world, app, world.first), "the app came back with the end of the file"
    new = registered(world, "overtaken")
    assert is_known(world, new, world.first), "registered anew"
    equal(held(world, "overtaken"), (0, 0, 0, 0, 0), "what it finds of the file's app")
    kinds = {each["kind"] for each in told(world, "overtaken")}
    equal(kinds, {"client.created", "client.removed", "client.superseded"}, "the kinds of events")


@suite.check("a row that cannot be read stops nobody, and is said")
def unreadable(world: AppWorld) -> None:
    execute(
        world.database,
        "insert into clients (id, definition, created_by, changed_by) values ('NOT AN ID', '{}', 'x', 'x'), ('no-json', '{', 'x', 'x')",
    )
    try:
        app = registered(world, "beside-faulty")
        awaited(lambda: is_known(world, app, world.second), "the other node knows the app")
        details = world.call("GET", "/readyz").json()
        equal(details["checks"]["apps"], True, "whether the node is ready")
        contains(details["details"]["apps"], "left out", "what the health page says")
        equal(world.first.log.count("an app's row cannot be read and is left out"), 1, "lines about it")
    finally:
        execute(world.database, "delete from clients where id in ('NOT AN ID', 'no-json')")


@suite.check("names that hide something, too many addresses and too many faults are refused, with their place")
def bounds(world: AppWorld) -> None:
    for name in ("", "x" * 101, "a\nb", "pay\u202eemos", "zero\u200bwidth", "\u3164", "   "):
        problem = expect_problem(administer(world, "POST", "", json=definition("named", name=name)), 422, "client_faulty")
        assert problem["details"][0].startswith("/name: "), problem
    many = definition("many", redirect_uris=[f"https://a.example/{number}" for number in range(33)])
    problem = expect_problem(administer(world, "POST", "", json=many), 422, "client_faulty")
    assert problem["details"][0].startswith("/redirect_uris: "), problem
    silly = definition("silly") | {f"member-{number}-" + "y" * 300: 1 for number in range(120)}
    problem = expect_problem(administer(world, "POST", "", json=silly), 422, "client_faulty")
    equal((len(problem["details"]), problem["details"][-1]), (51, "and 70 more"), "the faults")
    assert max(len(fault) for fault in problem["details"]) < 200, "names come back whole"
