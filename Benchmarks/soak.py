"""The slow part of the load of `dev/bench soak`, and its thermometer: resident memory every ten seconds.

Beside the paced programs: a password a second, five refreshes a second in five chains, twenty introspections a second. Prints the
memory, and its slope by least squares once a tenth of the time is over (at most five minutes): what comes before is warming up.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from memory import memory

FORM = "application/x-www-form-urlencoded"


class Load:
    """Calls at a fixed rate, each kind over a connection and on a thread of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.end = time.monotonic() + options.seconds
        self.counts: dict[str, int] = {}
        self.faults: list[str] = []

    def post(self, connection: http.client.HTTPConnection, path: str, headers: dict[str, str], form: dict[str, str]) -> tuple[int, bytes]:
        connection.request("POST", path, urllib.parse.urlencode(form), {"Content-Type": FORM, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def app(self) -> dict[str, str]:
        return {"Authorization": self.options.authorization}

    def password(self, connection: http.client.HTTPConnection, turn: int) -> str | None:
        headers = {"Origin": self.options.origin, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        form = {"email": f"person{1 + turn % 1000}@people.example", "password": self.options.password}
        status, _ = self.post(connection, "/sign-in/password", headers, form)
        return None if status == 303 else f"password: {status}"

    def refreshing(self, token: str) -> Callable[[http.client.HTTPConnection, int], str | None]:
        held = [token]

        def refresh(connection: http.client.HTTPConnection, turn: int) -> str | None:
            status, body = self.post(connection, "/oauth/token", self.app(), {"grant_type": "refresh_token", "refresh_token": held[0]})
            if status != 200:
                return f"refresh: {status} {body[:200]!r}"
            held[0] = json.loads(body)["refresh_token"]
            return None

        return refresh

    def introspecting(self, tokens: list[str]) -> Callable[[http.client.HTTPConnection, int], str | None]:
        def introspect(connection: http.client.HTTPConnection, turn: int) -> str | None:
            status, body = self.post(connection, "/oauth/introspect", self.app(), {"token": tokens[turn % len(tokens)]})
            return None if status == 200 and json.loads(body)["active"] else f"introspection: {status}"

        return introspect

    def work(self, name: str, rate: float, call: Callable[[http.client.HTTPConnection, int], str | None]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.options.port, timeout=30)
        due, turn = time.monotonic(), 0
        while due < self.end:
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                fault = call(connection, turn)
            except (OSError, http.client.HTTPException, ValueError) as error:
                fault = f"{name}: {error!r}"
                connection.close()
            if fault:
                self.faults.append(fault)
            self.counts[name] = self.counts.get(name, 0) + 1
            due += 1 / rate
            turn += 1


def slope_per_hour(samples: list[tuple[float, float]]) -> float:
    """MB an hour, by least squares."""
    if len(samples) < 2:
        return 0.0
    mean_x = sum(x for x, _ in samples) / len(samples)
    mean_y = sum(y for _, y in samples) / len(samples)
    over = sum((x - mean_x) ** 2 for x, _ in samples)
    return 3600 * sum((x - mean_x) * (y - mean_y) for x, y in samples) / over


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pid", type=int, required=True)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--origin", required=True)
    arguments.add_argument("--seconds", type=int, required=True)
    arguments.add_argument("--password", required=True)
    arguments.add_argument("--authorization", required=True)
    arguments.add_argument("--work", type=Path, required=True)
    options = arguments.parse_args()
    load = Load(options)

    def lines(name: str) -> list[str]:
        return (options.work / name).read_text(encoding="utf-8").split()

    threads = [threading.Thread(target=load.work, args=("passwords", 1, load.password))]
    threads += [threading.Thread(target=load.work, args=("refreshes", 1, load.refreshing(token))) for token in lines("refresh.txt")[:5]]
    threads.append(threading.Thread(target=load.work, args=("introspections", 20, load.introspecting(lines("access.txt")))))
    for thread in threads:
        thread.start()
    began = time.monotonic()
    samples: list[tuple[float, float]] = []
    with open(options.work / "soak.csv", "w") as file:
        while (now := time.monotonic()) < load.end:
            resident, _, hashes = memory(options.pid)
            samples.append((now - began, resident - hashes))
            print(f"{now - began:.0f},{resident:.1f},{hashes:.1f}", file=file, flush=True)
            time.sleep(min(10.0, max(0.1, load.end - now)))
    for thread in threads:
        thread.join()
    warm = [(at, size) for at, size in samples if at >= min(300.0, options.seconds / 10)]
    sizes = [size for _, size in warm]
    slope = slope_per_hour(warm)
    print(f"\nresident without hash regions: {sizes[0]:.1f} MB once warm, {sizes[-1]:.1f} MB at the end, {max(sizes):.1f} MB at most;"
          f" slope {slope:+.2f} MB an hour")  # fmt: skip
    print(", ".join(f"{count} {name}" for name, count in sorted(load.counts.items())))
    for fault in load.faults[:10]:
        print(fault)
    print(json.dumps({
        "bench": "soak",
        "minutes": round(options.seconds / 60, 1),
        "slope_mb_per_hour": round(slope, 2),
        "rss_first_mb": round(sizes[0], 1),
        "rss_last_mb": round(sizes[-1], 1),
        "rss_most_mb": round(max(sizes), 1),
        "samples": len(samples),
        "errors": len(load.faults),
    }))  # fmt: skip
    if load.faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
