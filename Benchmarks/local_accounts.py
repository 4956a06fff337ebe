"""The load of `dev/bench password` and `dev/bench enumeration`: sign-ins with a password over loopback.

Prints a table for people and one line of JSON. The data is that of Benchmarks/passwords.sql.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import os
import random
import statistics
import subprocess
import time
import urllib.parse


class Client:
    """One keep-alive connection that signs in as a browser without cookies would."""

    def __init__(self, port: int, origin: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {
            "Origin": origin,
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "text/html",
        }

    def sign_in(self, address: str, password: str) -> tuple[int, int, int]:
        """Status, bytes of the body, nanoseconds."""
        body = urllib.parse.urlencode({"email": address, "password": password})
        start = time.perf_counter_ns()
        self.connection.request("POST", "/sign-in/password", body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, len(text), time.perf_counter_ns() - start

    def get(self, path: str, bearer: str) -> tuple[int, int]:
        """Status and nanoseconds."""
        start = time.perf_counter_ns()
        self.connection.request("GET", path, headers={"Authorization": f"Bearer {bearer}"})
        answer = self.connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter_ns() - start


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)] if ordered else 0.0


# --- enumeration ----------------------------------------------------------------------------------------------------


def welch(left: list[float], right: list[float]) -> float:
    """Welch's t of two samples."""
    spread = statistics.variance(left) / len(left) + statistics.variance(right) / len(right)
    return (statistics.fmean(left) - statistics.fmean(right)) / math.sqrt(spread) if spread else 0.0


def area(left: list[float], right: list[float]) -> float:
    """The chance that a value of the left is larger than one of the right (Mann-Whitney): 0.5 tells nothing."""
    ranked = sorted([(value, 0) for value in left] + [(value, 1) for value in right])
    total, index = 0.0, 0
    while index < len(ranked):
        end = index
        while end < len(ranked) and ranked[end][0] == ranked[index][0]:
            end += 1
        rank = (index + end + 1) / 2
        total += rank * sum(1 for _, side in ranked[index:end] if side == 0)
        index = end
    return (total - len(left) * (len(left) + 1) / 2) / (len(left) * len(right))


def enumeration(options: argparse.Namespace) -> None:
    """Classes interleaved in random order over one connection, so that drift and warm-up fall on all alike."""
    wrong = options.password + " or not"
    classes = {
        "unknown": lambda: (f"nobody{random.randrange(1000)}@people.example", wrong),
        "wrong_password": lambda: (f"person{random.randrange(1, 1001)}@people.example", wrong),
        "social_only": lambda: (f"person{random.randrange(1001, 2001)}@people.example", wrong),
        # Disabled by an administrator, with the right password: nobody is told, not even its owner.
        "locked": lambda: (f"person{random.randrange(2001, 3001)}@people.example", options.password),
    }
    client = Client(options.port, options.origin)
    for _ in range(20):
        client.sign_in(*classes["unknown"]())
    times: dict[str, list[float]] = {name: [] for name in classes}
    seen: set[tuple[int, int]] = set()
    order = [name for name in classes for _ in range(options.samples)]
    random.shuffle(order)
    for done, name in enumerate(order):
        address, password = classes[name]()
        status, size, spent = client.sign_in(address, password)
        # The page repeats what was typed; its length beyond that has to be the same.
        seen.add((status, size - len(address)))
        times[name].append(spent / 1e6)
        if done % 1000 == 0:
            print(f"\r{done} of {len(order)}", end="", flush=True)
    print("\r" + " " * 40)
    print(f"{'class':<16}{'attempts':>10}{'mean ms':>10}{'p50 ms':>10}{'p99 ms':>10}")
    for name, values in times.items():
        print(
            f"{name:<16}{len(values):>10}{statistics.fmean(values):>10.3f}{percentile(values, 0.5):>10.3f}"
            f"{percentile(values, 0.99):>10.3f}"
        )
    print(f"\n{'pair':<34}{'t':>10}{'AUC':>10}")
    worst_t = worst_auc = 0.0
    names = list(times)
    for index, left in enumerate(names):
        for right in names[index + 1 :]:
            t, auc = welch(times[left], times[right]), area(times[left], times[right])
            print(f"{left + ' / ' + right:<34}{t:>10.2f}{auc:>10.4f}")
            worst_t, worst_auc = max(worst_t, abs(t)), max(worst_auc, abs(auc - 0.5))
    result = {
        "bench": "enumeration",
        "attempts_per_class": options.samples,
        "t_abs_max": round(worst_t, 2),
        "auc_max_off_half": round(worst_auc, 4),
        "different_answers": len(seen),
    }
    if options.control:
        with open(options.control) as file:
            measured = json.load(file)
        measured["control_t_abs_max"] = result["t_abs_max"]
        measured["control_auc_max_off_half"] = result["auc_max_off_half"]
        measured["control_attempts_per_class"] = options.samples
        print("\nthe control is noticed" if worst_t > 4.5 else "\nTHE CONTROL IS NOT NOTICED: this measures nothing")
        print()
        print(json.dumps(measured))
    else:
        with open(options.out, "w") as file:
            json.dump(result, file)


# --- password -------------------------------------------------------------------------------------------------------


def checks(options: argparse.Namespace, seconds: float) -> list[float]:
    """Session checks at 100 a second, for some seconds: milliseconds each."""
    client = Client(options.port, options.origin)
    times = []
    end = time.perf_counter() + seconds
    following = time.perf_counter()
    while time.perf_counter() < end:
        following += 0.01
        status, spent = client.get("/v1/session", options.token)
        if status != 200:
            raise SystemExit(f"a session check answered {status}")
        times.append(spent / 1e6)
        time.sleep(max(0.0, following - time.perf_counter()))
    return times


# Enough that nobody meets a limit, few enough that the warm-up makes the browser known to all of them.
PEOPLE = 1000


def known_device(options: argparse.Namespace) -> str:
    """The cookie of a browser that signed in before, as one that comes back sends it."""
    client = Client(options.port, options.origin)
    body = urllib.parse.urlencode({"email": "person1@people.example", "password": options.password})
    client.connection.request("POST", "/sign-in/password", body, client.headers)
    answer = client.connection.getresponse()
    answer.read()
    cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    return next(value.split(";")[0] for value in cookies if "latchkey-device=" in value)


def sign_ins(options: argparse.Namespace, seconds: float) -> subprocess.Popen[str]:
    """wrk signing people in for some seconds: a process of its own, so that this one's own work delays no check."""
    command = ["wrk", "-t", "1", "-c", str(options.connections), "-d", f"{math.ceil(seconds)}s", "--latency", "--timeout", "30s"]
    command += ["-s", "Benchmarks/password.lua", f"http://127.0.0.1:{options.port}"]
    command += ["--", options.origin, options.password, str(PEOPLE), options.device]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def result(load: subprocess.Popen[str]) -> tuple[float, float, float, int]:
    """Rate, p50 and p99 in milliseconds, errors."""
    output = load.communicate()[0]
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise SystemExit(f"wrk said nothing: {output}")
    _, count, micros, status, broken, p50, p99 = line.split()
    return int(count) / (int(micros) / 1e6), float(p50), float(p99), int(status) + int(broken)


def hashes(command: list[str]) -> float:
    """How many passwords a second `bench-load hash` compares."""
    count, spent = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(count) / float(spent)


def resident(pid: int) -> float:
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) / 1024


def password(options: argparse.Namespace) -> None:
    """Limits, sign-ins, quiet checks and checks during sign-ins, in turn; medians of the runs."""
    options.device = known_device(options)
    result(sign_ins(options, 18))
    limits, kept, rates, p50s, p99s, errors = [], [], [], [], [], 0
    quiet: list[float] = []
    busy: list[float] = []
    for _ in range(options.runs):
        limits.append(hashes(options.limit.split()))
        kept.append(hashes([*options.limit.split(), "--kept"]))
        rate, p50, p99, wrong = result(sign_ins(options, options.seconds))
        rates.append(rate)
        p50s.append(p50)
        p99s.append(p99)
        errors += wrong
        quiet += checks(options, options.seconds)
        load = sign_ins(options, options.seconds + 1)
        time.sleep(0.3)
        busy += checks(options, options.seconds)
        errors += result(load)[3]
    rate, limit, kept_limit = statistics.median(rates), statistics.median(limits), statistics.median(kept)
    print(f"\n{'':<46}{'per second':>12}{'p50 ms':>10}{'p99 ms':>10}")
    print(f"{'sign-ins with a password':<46}{rate:>12.1f}{statistics.median(p50s):>10.1f}{statistics.median(p99s):>10.1f}")
    print(f"{'limit: the hash alone, on all cores':<46}{limit:>12.1f}")
    print(f"{'the same with the memory kept':<46}{kept_limit:>12.1f}")
    print(f"{'session checks, nothing else going on':<46}{100:>12}{percentile(quiet, 0.5):>10.2f}{percentile(quiet, 0.99):>10.2f}")
    print(f"{'session checks during sign-ins':<46}{100:>12}{percentile(busy, 0.5):>10.2f}{percentile(busy, 0.99):>10.2f}")
    print()
    print(
        json.dumps(
            {
                "bench": "password",
                "rate": round(rate, 1),
                "limit_rate": round(limit, 1),
                "ratio": round(rate / limit, 3),
                "kept_limit_rate": round(kept_limit, 1),
                "kept_gain": round(kept_limit / limit, 3),
                "kept_ratio": round(rate / kept_limit, 3),
                "p50_ms": round(statistics.median(p50s), 1),
                "p99_ms": round(statistics.median(p99s), 1),
                "check_quiet_p99_ms": round(percentile(quiet, 0.99), 2),
                "check_busy_p99_ms": round(percentile(busy, 0.99), 2),
                "check_p99_ratio": round(percentile(busy, 0.99) / max(percentile(quiet, 0.99), 1e-9), 2),
                "rss_mb": round(resident(options.pid), 1),
                "errors": errors,
                "connections": options.connections,
                "runs": options.runs,
                "run_seconds": options.seconds,
                "cores": os.cpu_count(),
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["password", "enumeration"])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--samples", type=int, default=5000)
    parser.add_argument("--out", default="/dev/null")
    parser.add_argument("--control", default="")
    parser.add_argument("--token", default="")
    parser.add_argument("--limit", default="")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--pid", type=int, default=0)
    options = parser.parse_args()
    {"password": password, "enumeration": enumeration}[options.what](options)


if __name__ == "__main__":
    main()
