"""schemathesis over openapi.yaml: what nobody thought of, sent to every operation, with credentials and without.

    contract_checks.py [CASES] [SEED]    as many cases as that, for longer than the suite has time; run by dev/schemathesis
"""

from __future__ import annotations

import base64
import collections
import contextlib
import hashlib
import itertools
import logging
import secrets
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "Outside")]

import hypothesis
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from app_checks import App, AppWorld, app_world
from client_checks import administer, registered
from database import execute
from node import ROOT
from report import Suite, equal

suite: Suite[AppWorld] = Suite()
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
]  # fmt: skip


def session_token() -> tuple[str, str]:
    body = "lks_" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    token = body + base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()[:3]).decode()
    return token, hashlib.sha256(token.encode()).hexdigest()


@dataclass
class Credentials:
    """Whoever asks: administrator, app, and people whose sessions end all the time."""

    world: AppWorld
    app: App
    users: list[str]
    access: str
    sessions: Iterator[tuple[str, str]] = field(default_factory=lambda: iter(()))
    session: tuple[str, str] = ("", "")

    def fresh_session(self) -> None:
        """The next of many sessions of one person, made a hundred at a time."""
        self.session = next(self.sessions, ("", ""))
        if self.session[0]:
            return
        made = [(token, hash_, str(uuid.uuid4())) for token, hash_ in (session_token() for _ in range(100))]
        values = ", ".join(
            f"('{id_}', '\\x{hash_}', '{self.users[0]}', '{{fed}}', now(), '1 day', now() + interval '1 day')"
            for _, hash_, id_ in made
        )
        execute(
            self.world.database,
            "insert into sessions (id, token_hash, user_id, methods, authenticated_at, idle_timeout, expires_at) values " + values,
        )
        self.sessions = iter([(token, id_) for token, _, id_ in made])
        self.session = next(self.sessions)

    def headers(self, path: str) -> dict[str, str]:
        """What the operation takes."""
        common = {"Origin": self.world.issuer, "Sec-Fetch-Site": "same-origin"}
        if path.startswith("/admin/"):
            return common | {"Authorization": f"Bearer {self.world.administration_key}"}
        if path in ("/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"):
            pair = base64.b64encode(f"{self.app.id}:{self.app.secret}".encode()).decode()
            return common | {"Authorization": f"Basic {pair}"}
        if path == "/oauth/userinfo":
            return common | {"Authorization": f"Bearer {self.access}"}
        if path.startswith("/v1/"):
            return common | {"Authorization": f"Bearer {self.session[0]}"}
        return common | {"Cookie": f"latchkey={self.session[0]}"}

    def known(self, path: str, name: str, turn: int) -> str | None:
        """Something that is there, so that not every path ends at 404."""
        if path.startswith("/admin/v1/users") and name == "id":
            return self.users[1 + turn % (len(self.users) - 1)]
        if path.startswith("/admin/v1/clients") and name == "id":
            return ("shop", "contract-victim", "spa")[turn % 3]
        if path == "/v1/sessions/{id}" or path == "/account/sessions/{id}/end":
            return self.session[1]
        return {"number": "1", "provider": "oidc-example"}.get(name)


@dataclass
class Run:
    """What came out."""

    cases: int = 0
    statuses: collections.Counter[int] = field(default_factory=collections.Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def fault(self, operation: str, sentence: str, detail: str = "") -> None:
        self.faults.setdefault(f"{operation}: {sentence}", detail)


def prepared(world: AppWorld) -> Credentials:
    app = registered(world, "contract-" + secrets.token_hex(3))
    people = [world.redeemed(app) for _ in range(6)]
    users = execute(world.database, f"select string_agg(distinct user_id::text, ' ') from sessions where client_id = '{app.id}'").split()
    equal(len(users), 6, "how many people")
    first = execute(world.database, f"select encode(a.token_hash, 'hex') || ' ' || s.user_id from access_tokens a join sessions s on s.id = a.session_id where s.client_id = '{app.id}'")  # fmt: skip
    owner = dict(line.split() for line in first.splitlines())
    access = next(t["access_token"] for t in people if owner.get(hashlib.sha256(t["access_token"].encode()).hexdigest()) == users[0])
    found = Credentials(world, app, users, access)
    found.fresh_session()
    return found


def judged(run: Run, whose: Credentials, operation: Any, case: Any, client: requests.Session) -> None:
    """One case, and what follows from its answer."""
    label, path = operation.label, operation.path
    for name in list(case.path_parameters or {}):
        known = whose.known(path, name, run.cases)
        if run.cases % 2 and known is not None:
            case.path_parameters[name] = known
    headers = whose.headers(path)
    for name in list(case.headers or {}):
        if name.lower() in {key.lower() for key in headers}:
            del case.headers[name]
    case.cookies = {}
    run.cases += 1
    response = case.call(session=client, headers=headers, allow_redirects=False, timeout=120)
    status = response.status_code
    run.statuses[status] += 1
    if status == 400 and "X-Request-Id" not in response.headers:
        # It was no HTTP: the server's parser has closed the connection before anything of ours was asked.
        return
    try:
        case.validate_response(response, checks=schemathesis.checks.CHECKS.get_by_names(CHECKS), headers=headers)
    except BaseExceptionGroup as group:
        for failure in group.exceptions:
            run.fault(label, f"{type(failure).__name__} {getattr(failure, 'title', '')} at {status}", str(failure)[:700])
    if 200 <= status < 300 and operation.definition.raw.get("security") and {} not in operation.definition.raw["security"]:
        bare = {name: value for name, value in headers.items() if name not in ("Authorization", "Cookie")}
        for other in (bare, bare | {"Authorization": "Bearer nothing"}):
            again = case.call(session=client, headers=other, allow_redirects=False, timeout=120)
            if again.status_code < 300:
                run.fault(label, f"{again.status_code} without credentials")
    if case.method != "GET":
        after_a_change(run, whose, label, path, status)


def after_a_change(run: Run, whose: Credentials, label: str, path: str, status: int) -> None:
    """A session that may have ended: where the answer says so, it is dead on the other node."""
    token, id_ = whose.session
    ended = status == 204 and label in ("DELETE /v1/session", "DELETE /v1/sessions/{id}")
    alive = whose.world.call("GET", "/v1/session", whose.world.second, headers={"Authorization": f"Bearer {token}"}).ok
    there = execute(whose.world.database, f"select count(*) from sessions where id = '{id_}'") if ended or not alive else "1"
    if alive and (ended and there == "0" or label == "DELETE /v1/session" and status == 204):
        run.fault(label, "a session is used after it was ended")
    if not alive:
        whose.fresh_session()


def each_case(operation: Any, mode: GenerationMode, count: int, seed: int) -> Callable[[Callable[[Any], None]], None]:
    """Calls something with so many cases of an operation."""

    def run(judge: Callable[[Any], None]) -> None:
        @hypothesis.seed(seed)
        @settings(
            max_examples=count, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            judge(case)

        # Some operations have nothing that can be wrong.
        with contextlib.suppress(hypothesis.errors.Unsatisfiable):
            one()

    return run


def fuzz(world: AppWorld, cases: int, seed: int) -> Run:
    run, whose = Run(), prepared(world)
    administer(world, "POST", "", json={"id": "contract-victim", "name": "V", "first_party": True, "public": True,
                                        "redirect_uris": ["https://victim.example/"]})  # fmt: skip
    schema = schemathesis.openapi.from_path(str(ROOT / "openapi.yaml"))
    schema.config.update(base_url=world.endpoint(""))
    operations = [result.ok() for result in schema.get_all_operations()]
    each = max(1, round(cases / len(operations) / 2))
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    with requests.Session() as client:
        client.trust_env = False
        for operation, mode in itertools.product(operations, (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)):
            each_case(operation, mode, each, seed)(lambda case, of=operation: judged(run, whose, of, case, client))
    return run


@suite.check("no operation of openapi.yaml breaks its contract")
def contract(world: AppWorld) -> None:
    run = fuzz(world, cases=400, seed=1)
    assert run.cases >= 300, f"{run.cases} cases"
    assert not run.faults, "\n".join(f"{fault}\n    {detail}" for fault, detail in sorted(run.faults.items()))


def main(cases: int, seed: int) -> int:
    with app_world() as world:
        run = fuzz(world, cases, seed)
    for fault, detail in sorted(run.faults.items()):
        print(f"FAILED {fault}\n    {detail}")
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(run.statuses.items()))
    print(f"{run.cases} cases with seed {seed}; answers {answers}")
    print(f"{len(run.faults)} fault(s)")
    return 1 if run.faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
