"""What apps are told about people: roles, what these allow, and parts of their metadata."""

from __future__ import annotations

import json
from typing import Any

from authlib.jose import jwt

from app_checks import App, AppWorld
from backchannel_checks import command
from database import execute
from report import Suite, equal
from visitor import Visitor

FULL = "openid profile email roles billing offline_access"

suite: Suite[AppWorld] = Suite()


def told(world: AppWorld, app: App, tokens: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Everything an app can learn from its tokens."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    found = {
        "id_token": dict(jwt.decode(tokens["id_token"], world.keys())),
        "userinfo": world.call("GET", "/oauth/userinfo", headers=bearer).json(),
        "introspection": world.call("POST", "/oauth/introspect", data={"token": tokens["access_token"]}, auth=app.auth).json(),
    }
    if tokens["access_token"].count(".") == 2:
        found["access_token"] = dict(jwt.decode(tokens["access_token"], world.keys()))
    return found


@suite.check("roles, permissions and claims of an app's own: where its file says, under the scope that was granted")
def claims(world: AppWorld) -> None:
    app, visitor = world.apps["mapped"], Visitor()
    first = world.redeemed(app, visitor, scope=FULL)
    nothing = told(world, app, first)
    for place, found in nothing.items():
        equal((found["roles"], found["permissions"]), ([], []), f"the roles in {place}")
        assert not {"plan", "https://mapped.example/seats"} & set(found), f"a claim from nowhere in {place}"
    user = nothing["id_token"]["sub"]
    metadata = {"plan": "paid", "billing": {"seats": 12}, "other": "kept back"}
    command(world, "users", "metadata", user, "--public", json.dumps(metadata), "--private", '{"plan": "private"}')
    command(world, "users", "roles", user, "--to", "editor,guest")
    found = told(world, app, world.redeemed(app, visitor, scope=FULL))
    equal(set(found), {"id_token", "userinfo", "introspection", "access_token"}, "the places")
    for place, claims in found.items():
        equal(claims["roles"], ["editor", "guest"], f"the roles in {place}")
        equal(claims["permissions"], ["articles.read", "articles.write"], f"the permissions in {place}")
        equal(claims.get("plan"), "paid" if place in ("id_token", "userinfo") else None, f"the plan in {place}")
        seats = 12 if place in ("access_token", "introspection") else None
        equal(claims.get("https://mapped.example/seats"), seats, f"the seats in {place}")
        assert "kept back" not in str(claims) and "private" not in str(claims), f"more than was asked for in {place}"
    # What was there before is answered from what is there now; an opaque or a new token says the same.
    assert world.call("GET", "/oauth/userinfo", headers={"Authorization": f"Bearer {first['access_token']}"}).json()["plan"] == "paid"
    refreshed = world.token(app, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    equal(jwt.decode(refreshed["id_token"], world.keys())["plan"], "paid", "after a refresh")
    # Less was granted, so less is told.
    for place, claims in told(world, app, world.redeemed(app, visitor, scope="openid email")).items():
        assert not {"plan", "https://mapped.example/seats", "roles", "permissions"} & set(claims), place
    # An app that maps nothing.
    for place, claims in told(world, world.apps["shop"], world.redeemed(world.apps["shop"], visitor)).items():
        assert "plan" not in claims, place
    bearer = {"Authorization": f"Bearer {visitor.cookie(world.issuer, 'latchkey')}"}
    session = world.call("GET", "/v1/session", headers=bearer).json()["user"]
    equal((session["roles"], session["permissions"]), (["editor", "guest"], ["articles.read", "articles.write"]), "the session")
    # As much metadata as there may be: what does not fit is left out, and the tokens stay good.
    large = json.dumps({"plan": "x" * 2040, "billing": {"seats": "y" * 1900}})
    execute(world.database, f"update users set public_metadata = '{large}' where id = '{user}'")
    found = told(world, app, world.redeemed(app, visitor, scope=FULL))
    equal(found["introspection"]["active"], True, "a large token")
    equal(len(found["access_token"]["https://mapped.example/seats"]), 1900, "the seats")
