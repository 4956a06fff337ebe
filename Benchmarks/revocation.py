"""The load of `dev/bench revocation`: ends something at one node and asks another about it all the while.

The latency of a revocation is the time from the answer of the revoking call to the first refusal of the other node, as its caller
sees it; 0 if that refusal came first. A check that began after the answer and was still granted would be a stale one: there is none.
Prints a table for people and one line of JSON.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path


class Node:
    """One keep-alive connection to a node."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def call(self, method: str, path: str, headers: dict[str, str], body: str | None = None) -> tuple[int, bytes]:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


class Apps:
    """Calls of an app's backend and of a person."""

    def __init__(self, authorization: str) -> None:
        self.form = {"Authorization": authorization, "Content-Type": "application/x-www-form-urlencoded"}

    def sign_out(self, node: Node, token: str) -> None:
        status, _ = node.call("DELETE", "/v1/session", {"Authorization": f"Bearer {token}"})
        assert status == 204, f"signing out: {status}"

    def is_signed_in(self, node: Node, token: str) -> bool:
        status, _ = node.call("GET", "/v1/session", {"Authorization": f"Bearer {token}"})
        assert status in (200, 401), f"the session check: {status}"
        return status == 200

    def revoke(self, node: Node, token: str) -> None:
        status, _ = node.call("POST", "/oauth/revoke", self.form, f"token={token}")
        assert status == 200, f"revoking: {status}"

    def is_active(self, node: Node, token: str) -> bool:
        status, body = node.call("POST", "/oauth/introspect", self.form, f"token={token}")
        assert status == 200, f"introspection: {status}"
        return bool(json.loads(body)["active"])


def seen_after(revoke: Callable[[], None], check: Callable[[], bool]) -> tuple[float, int]:
    """Milliseconds from the answer of `revoke` to the first refusal, and how many checks were stale."""
    assert check(), "it is not good to begin with"
    checks: list[tuple[float, float, bool]] = []
    watching = threading.Event()

    def watch() -> None:
        while True:
            began = time.perf_counter()
            granted = check()
            checks.append((began, time.perf_counter(), granted))
            watching.set()
            if not granted:
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    watching.wait()
    revoke()
    answered = time.perf_counter()
    watcher.join(timeout=60)
    assert not watcher.is_alive(), "the other node goes on granting"
    return max(0.0, (checks[-1][1] - answered) * 1000), sum(began > answered and granted for began, _, granted in checks)


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)]


class Silence:
    """Ends every connection that listens for notifications, again and again."""

    def __init__(self, psql: str, database: str) -> None:
        self.command = [
            psql, "-XqAt", "-d", database, "-c",
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and query ilike 'listen %'",
        ]  # fmt: skip
        self.ended = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self.over.is_set():
            self.ended += int(subprocess.run(self.command, capture_output=True, text=True, check=True).stdout)

    def __enter__(self) -> Silence:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ports", type=int, nargs=2, required=True)
    arguments.add_argument("--samples", type=int, required=True)
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--authorization", required=True)
    arguments.add_argument("--psql", required=True)
    arguments.add_argument("--database", required=True)
    options = arguments.parse_args()
    apps = Apps(options.authorization)
    revoking, asking = (Node(port) for port in options.ports)

    def lines(name: str) -> list[str]:
        return (options.work / name).read_text(encoding="utf-8").split()

    sessions, refresh, access = lines("tokens.txt"), lines("refresh.txt"), lines("access.txt")
    results: dict[str, list[float]] = {}
    stale = 0

    def sample(name: str, first: int) -> None:
        nonlocal stale
        for number in range(first, first + options.samples):
            for kind, revoke, check in (
                ("session", lambda: apps.sign_out(revoking, sessions[number]), lambda: apps.is_signed_in(asking, sessions[number])),
                ("token", lambda: apps.revoke(revoking, refresh[number]), lambda: apps.is_active(asking, access[number])),
            ):
                latency, wrong = seen_after(revoke, check)
                results.setdefault(kind + name, []).append(latency)
                stale += wrong

    sample("", 0)
    with Silence(options.psql, options.database) as silence:
        sample("_silent", options.samples)
    words = {
        "session": "a session, signed out at the other node",
        "token": "an access token, its grant revoked at the other node",
        "session_silent": "a session, nobody can listen for notifications",
        "token_silent": "an access token, nobody can listen for notifications",
    }
    print(f"\n{'from the answer to the first refusal':<56} {'samples':>8} {'p50 ms':>8} {'p99 ms':>8} {'most ms':>8}")
    for name, values in results.items():
        figures = f"{percentile(values, 0.5):>8.2f} {percentile(values, 0.99):>8.2f} {max(values):>8.2f}"
        print(f"{words[name]:<56} {len(values):>8} {figures}")
    print(f"\nstale answers: {stale}; listening connections ended: {silence.ended}\n")
    every = [value for name, values in results.items() if "_silent" not in name for value in values]
    silent = [value for name, values in results.items() if "_silent" in name for value in values]
    print(json.dumps({
        "bench": "revocation",
        "p50_ms": round(percentile(every, 0.5), 3),
        "p99_ms": round(percentile(every, 0.99), 3),
        "silent_p99_ms": round(percentile(silent, 0.99), 3),
        "stale": stale,
        "listeners_ended": silence.ended,
        "samples": len(every) + len(silent),
    }))  # fmt: skip
    if stale:
        raise SystemExit("a node granted what was revoked")


main()
