"""Apps that administrators register while the nodes run, over the administration interface and the command line."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

import requests

from app_checks import REDIRECT, App, AppWorld, answered, at_once
from client_secret import made_secret
from database import execute
from node import ROOT, Node, executable, node
from processes import awaited, clean_environment
from report import Suite, contains, equal
from visitor import Visitor

suite: Suite[AppWorld] = Suite()


def administer(world: AppWorld, method: str, path: str, at: Node | None = None, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {world.administration_key}"} | more.pop("headers", {})
    return world.call(method, f"/admin/v1/clients{path}", at, headers=headers, **more)


def definition(id_: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_, "name": f"App {id_}", "first_party": True, "redirect_uris": [REDIRECT],
        "scopes": ["openid", "profile", "email", "offline_access"],
    } | more  # fmt: skip


def registered(world: AppWorld, id_: str, **more: Any) -> App:
    """An app that the first node has registered."""
    answer = administer(world, "POST", "", json=definition(id_, **more))
    equal(answer.status_code, 201, f"the status of registering: {answer.text}")
    return App(id_, answer.json().get("secret"))


def shown_secret(output: str) -> str:
    found = re.search(r"^secret: (lkk_\S+)$", output, re.MULTILINE)
    assert found, output
    return found[1]


def is_known(world: AppWorld, app: App, at: Node) -> bool:
    """Whether a node takes the app's credentials."""
    return world.call("POST", "/oauth/introspect", at, data={"token": "x"}, auth=app.auth).status_code == 200


def expect_problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    equal((answer.status_code, answer.json().get("code")), (status, code), "the problem")
    problem: dict[str, Any] = answer.json()
    return problem


@suite.check("an app registered on one node signs people in on both")
def everywhere(world: AppWorld) -> None:
    app = registered(world, "new-shop")
    assert is_known(world, app, world.first), "unknown where it was registered"
    awaited(lambda: is_known(world, app, world.second), "the other node knows the app")
    tokens = world.redeemed(app)
    assert world.active(tokens["access_token"], app, world.second)
    listed = administer(world, "GET", "", world.second).json()["clients"]
    found = {client["id"]: client for client in listed}
    equal((found["new-shop"]["source"], found["new-shop"]["version"]), ("api", 1), "the app in the list")
    equal((found["shop"]["source"], found["shop"]["version"]), ("file", None), "an app of a file in the list")
    equal(found["new-shop"]["created_by"], "tester", "who registered it")
    assert app.secret and app.secret not in administer(world, "GET", "/new-shop").text, "the secret is kept"


@suite.check("a removed app is dead on both nodes at once, and leaves nothing to one that gets its id")
def removal(world: AppWorld) -> None:
    app = registered(world, "leaving")
    awaited(lambda: is_known(world, app, world.second), "the other node knows the app")
    visitor = Visitor()
    tokens = world.redeemed(app, visitor)
    code, verifier = world.code(app, visitor)
    assert world.call("GET", "/oauth/userinfo", world.second, headers={"Authorization": f"Bearer {tokens['access_token']}"}).ok
    equal(administer(world, "DELETE", "/leaving").status_code, 204, "the status of removing")
    for each in (world.second, world.first):
        answer = world.call("GET", "/oauth/userinfo", each, headers={"Authorization": f"Bearer {tokens['access_token']}"})
        equal(answer.status_code, 401, "the access token afterwards")
        answer = world.token(app, each, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert answer.status_code in (400, 401), f"refreshed: {answer.text}"
        answer = world.token(app, each, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT)
        assert answer.status_code in (400, 401), f"redeemed: {answer.text}"
    expect_problem(administer(world, "GET", "/leaving"), 404, "unknown_client")
    # What a node does that has not heard of it.
    late = """insert into authorization_codes (code_hash, client_id, redirect_uri, user_id, scope, code_challenge, expires_at)
              select sha256('late'), 'leaving', '', id, '{}', repeat('a', 43), now() from users limit 1"""
    try:
        execute(world.database, late)
    except Exception as error:
        contains(str(error), "the app was removed", "why a late code is refused")
    else:
        raise AssertionError("a code for an app that was removed")
    again = registered(world, "leaving")
    awaited(lambda: is_known(world, again, world.second), "the other node knows the new app")
    assert not is_known(world, app, world.first) and not is_known(world, app, world.second), "the old secret"
    assert not world.active(tokens["access_token"], again), "the old tokens"
    equal(administer(world, "GET", "/leaving").json()["version"], 3, "the version of an app that came back")


@suite.check("nothing is given to an app while it is being removed, whichever node is asked")
def removal_race(world: AppWorld) -> None:
    app = registered(world, "racing")
    awaited(lambda: is_known(world, app, world.second), "the other node knows the app")
    visitor = Visitor()
    codes = [world.code(app, visitor) for _ in range(8)]
    answers: list[dict[str, Any]] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        if number == len(codes):
            equal(administer(world, "DELETE", "/racing").status_code, 204, "the status of removing")
            return
        code, verifier = codes[number]
        each = (world.first, world.second)[number % 2]
        answer = world.token(app, each, grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=REDIRECT)
        assert answer.status_code in (200, 400, 401), answer.text
        if answer.status_code == 200:
            with lock:
                answers.append(answer.json())

    at_once(len(codes) + 1, work)
    for tokens in answers:
        for each in (world.first, world.second):
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            equal(world.call("GET", "/oauth/userinfo", each, headers=bearer).status_code, 401, "a token that got through")


@suite.check("two secrets overlap while one replaces the other")
def rotation(world: AppWorld) -> None:
    app = registered(world, "rotating")
    old = administer(world, "GET", "/rotating").json()["secrets"][0]
    expect_problem(administer(world, "DELETE", f"/rotating/secrets/{old}"), 409, "last_client_secret")
    made = administer(world, "POST", "/rotating/secrets")
    equal(made.status_code, 201, "the status of making a secret")
    new = App("rotating", made.json()["secret"])
    for each in (app, new):
        assert is_known(world, each, world.first)
        awaited(lambda: is_known(world, each, world.second), "the other node knows the secret")
    expect_problem(administer(world, "POST", "/rotating/secrets"), 409, "client_secrets_full")
    expect_problem(administer(world, "DELETE", "/rotating/secrets/0123456789abcdef"), 404, "unknown_client_secret")
    equal(administer(world, "DELETE", f"/rotating/secrets/{old}").status_code, 200, "the status of taking it away")
    assert is_known(world, new, world.first) and not is_known(world, app, world.first)
    awaited(lambda: not is_known(world, app, world.second), "the old secret is gone from the other node")
    registered(world, "keyless", public=True)
    expect_problem(administer(world, "POST", "/keyless/secrets"), 409, "public_client")


@suite.check("every fault at once, with its place; an unknown member is one")
def faults(world: AppWorld) -> None:
    wrong = definition("Bad Id", redirect_uris=["http://shop.example/"], first_party="yes", providers=["nobody"], colour="red")
    problem = expect_problem(administer(world, "POST", "", json=wrong), 422, "client_faulty")
    for pointer in ("/id", "/redirect_uris/0", "/first_party", "/colour"):
        assert any(fault.startswith(pointer + ": ") for fault in problem["details"]), problem
    unknown = expect_problem(administer(world, "POST", "", json=definition("p", providers=["nobody"])), 422, "client_faulty")
    assert "/providers" in unknown["details"][0], unknown
    expect_problem(administer(world, "POST", "", json=definition("shop")), 409, "client_in_file")
    for method, path in (("PUT", "/shop"), ("DELETE", "/shop"), ("POST", "/shop/secrets"), ("DELETE", "/shop/secrets/00")):
        expect_problem(administer(world, method, path, json=None if method != "PUT" else definition("shop")), 409, "client_in_file")
    registered(world, "there-already")
    expect_problem(administer(world, "POST", "", json=definition("there-already")), 409, "client_exists")
    for path in ("/nobody", "/NOBODY", "/%00"):
        expect_problem(administer(world, "GET", path), 404, "unknown_client")
    equal(world.call("GET", "/admin/v1/clients").status_code, 401, "the status without a key")
    equal(administer(world, "POST", "", data="{", headers={"Content-Type": "application/json"}).status_code, 400, "half of JSON")
    equal(administer(world, "POST", "", data="{}", headers={"Content-Type": "text/plain"}).status_code, 415, "another type")


@suite.check("of two changes to one version one is made, and the other is told")
def concurrency(world: AppWorld) -> None:
    app = registered(world, "contended")
    read = administer(world, "GET", "/contended")
    equal(read.headers["ETag"], '"1"', "ETag")
    body = definition("contended", name="Changed")
    expect_problem(administer(world, "PUT", "/contended", json=body), 428, "client_version_missing")

    def work(number: int) -> int:
        each = (world.first, world.second)[number % 2]
        return administer(world, "PUT", "/contended", each, json=body | {"name": f"By {number}"}, headers={"If-Match": '"1"'}).status_code

    statuses: list[int] = at_once(12, work)
    equal(sorted(set(statuses)), [200, 412], "the statuses")
    equal(statuses.count(200), 1, "how many changed it")
    now = administer(world, "GET", "/contended", world.second)
    equal((now.json()["version"], now.headers["ETag"]), (2, '"2"'), "the version")
    assert is_known(world, app, world.first), "the secret went with a change that did not name it"
    for tag, status in (('"1"', 412), ('W/"2"', 400), ("2", 400), ('"2"', 204)):
        answer = administer(world, "DELETE", "/contended", headers={"If-Match": tag})
        equal(answer.status_code, status, f"the status of removing with {tag}")
    ids = at_once(8, lambda number: administer(
        world, "POST", "", (world.first, world.second)[number % 2], json=definition("contended")).status_code)  # fmt: skip
    equal(sorted(ids), [201] + [409] * 7, "registering one id many times at once")


@suite.check("a change counts at once: addresses, scopes, origins of pages")
def changes(world: AppWorld) -> None:
    registered(world, "moving", public=True, redirect_uris=["https://moving.example/"])
    app = App("moving", None, "https://moving.example/")
    origin = {"Origin": "https://moving.example"}
    found = world.call("POST", "/oauth/token", data={"client_id": "moving"}, headers=origin)
    equal(found.headers.get("Access-Control-Allow-Origin"), "https://moving.example", "the page's origin")
    tokens = world.redeemed(app)
    moved = definition("moving", public=True, redirect_uris=["https://moved.example/", "com.example.moved:/cb"], scopes=["openid"])
    answer = administer(world, "PUT", "/moving", json=moved, headers={"If-Match": "*"})
    equal(answer.status_code, 200, f"the status of changing: {answer.text}")
    found = world.call("POST", "/oauth/token", data={"client_id": "moving"}, headers=origin)
    assert "Access-Control-Allow-Origin" not in found.headers, "the old origin"
    url, _ = world.authorize_url(app)
    equal(Visitor().get(url).status, 400, "the old address")
    assert "com.example.moved:" in (Visitor().get(f"{world.issuer}/sign-in").header("content-security-policy") or "")
    url, _ = world.authorize_url(App("moving", None, "https://moved.example/"), prompt="none")
    equal(answered(Visitor().get(url), "https://moved.example/")["error"], "login_required", "the new address")
    refreshed = world.token(app, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    equal(refreshed["scope"], "openid", "what is left of the scope")


@suite.check("the command line does the same, and running nodes follow")
def command_line(world: AppWorld) -> None:
    def latchkey(*arguments: str, status: int = 0) -> str:
        ran = subprocess.run(
            [str(executable("latchkey")), "clients", *arguments, "--config", str(world.first.configuration)],
            cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        equal(ran.returncode, status, f"the exit code of {arguments}: {ran.stderr}")
        return ran.stderr if status else ran.stdout

    with tempfile.TemporaryDirectory(prefix="latchkey-client-") as folder:
        file = Path(folder) / "anything.yaml"
        file.write_text(f"id: typed\nname: 'By hand: 007'\nfirst_party: true\nredirect_uris: [{REDIRECT}]\n")
        added = latchkey("add", str(file), "--by", "ada")
        app = App("typed", shown_secret(added))
        for each in (world.first, world.second):
            awaited(lambda: is_known(world, app, each), "a node knows the app")
        shown = json.loads(latchkey("show", "typed"))
        equal((shown["definition"]["name"], shown["created_by"]), ("By hand: 007", "ada"), "what is shown")
        assert "typed" in latchkey("list") and "file" in latchkey("list")
        secret, hash_ = made_secret()
        file.write_text(json.dumps(definition("typed", secret_hashes=[hash_])))
        latchkey("set", "typed", str(file), "--version", "1")
        assert "Meanwhile" in latchkey("set", "typed", str(file), "--version", "1", status=1)
        awaited(lambda: is_known(world, App("typed", secret), world.second), "the other node knows the secret")
        made = shown_secret(latchkey("secret", "typed"))
        awaited(lambda: is_known(world, App("typed", made), world.second), "the other node knows the second secret")
        latchkey("secret", "typed", "--remove", hash_.removeprefix("sha256:")[:16])
        awaited(lambda: not is_known(world, App("typed", secret), world.second), "the first secret is gone")
        file.write_text("id: typed\nname: x\ncolour: red\n")
        assert "/colour" in latchkey("set", "typed", str(file), status=1)
        latchkey("remove", "typed", "--yes")
        awaited(lambda: not is_known(world, App("typed", made), world.second), "the app is gone")
        assert "hash:" in latchkey("secret")


@suite.check("a file shadows an app of the database, which is said at the start")
def shadowed(world: AppWorld) -> None:
    app = registered(world, "shadow")
    folder = Path(world.client_folder)
    secret, hash_ = made_secret()
    file = folder / "shadow.yaml"
    file.write_text(f"id: shadow\nname: Of a file\nfirst_party: true\nsecret_hashes: ['{hash_}']\nredirect_uris: [{REDIRECT}]\n")
    try:
        with node(world.database, world.providers, public_url=world.issuer, **world.settings) as third:
            assert is_known(world, App("shadow", secret), third) and not is_known(world, app, third)
            assert "registered in a file as well" in third.log, "nothing was said"
            entries = [c for c in administer(world, "GET", "", third).json()["clients"] if c["id"] == "shadow"]
            equal([(c["source"], bool(c["faults"])) for c in entries], [("file", False), ("api", True)], "both")
    finally:
        file.unlink()
    awaited(lambda: not is_known(world, app, world.first), "a node without the file lets go of the app")
