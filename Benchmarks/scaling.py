"""The tables of `dev/bench scaling`: what an operation costs as the tables grow, and what a second node adds; then one line of JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import figures
from report import aligned, number

OPERATIONS = {"session": "session check", "sign_in": "sign-in, returning", "refresh": "refresh"}
COSTS = (("server_cpu_us", "server us"), ("postgres_cpu_us", "postgres us"), ("pages_per_operation", "pages"),
         ("statements_per_operation", "statements"))  # fmt: skip


def main(work: Path) -> None:
    line: dict[str, float] = {}
    rows = [["sessions", "operation", "per second", *(words for _, words in COSTS), ""]]
    sizes = sorted(int(path.stem.split("_at_")[1]) for path in work.glob("session_at_*.runs"))
    for operation, words in OPERATIONS.items():
        for size in sizes:
            found = figures.of_runs(work, f"{operation}_at_{size}", "", "operation")
            rows.append([f"{size:,}", words, number(found.values.get("rate")),
                         *(number(found.values.get(cost), 1) for cost, _ in COSTS), ""])  # fmt: skip
            line.update({f"{operation}_at_{size}_{name}": found.values[name] for name in ("rate", *(cost for cost, _ in COSTS))
                         if name in found.values})  # fmt: skip
        if len(sizes) > 1:
            for cost, _ in COSTS[:3]:
                first, last = (line.get(f"{operation}_at_{size}_{cost}") for size in (sizes[0], sizes[-1]))
                if first and last:
                    line[f"{operation}_{cost}_growth_ratio"] = round(last / first, 3)
    print("\n" + aligned(rows, False))
    for operation, words in OPERATIONS.items():
        growth = [f"{text} x {line[key]:.2f}" for cost, text in COSTS[:3]
                  if (key := f"{operation}_{cost}_growth_ratio") in line]  # fmt: skip
        if growth:
            print(f"{words}, {sizes[-1]:,} against {sizes[0]:,} sessions: {', '.join(growth)}")
    rows = [["over one Postgres, all on this machine", "per second", "p99 ms", "servers us", "postgres us", ""]]
    for name, words in (("one_session", "session checks, one node"), ("two_session", "session checks, two nodes"),
                        ("one_sign_in", "sign-ins (new), one node"), ("two_sign_in", "sign-ins (new), two nodes")):  # fmt: skip
        found = figures.of_runs(work, name, "", "operation")
        if "rate" in found.values:
            of = found.values.get
            rows.append([words, number(of("rate")), number(of("p99_ms"), 2), number(of("server_cpu_us")), number(of("postgres_cpu_us")), ""])
            line.update({f"{name}_{key}": found.values[key] for key in ("rate", "p50_ms", "p99_ms", "server_cpu_us", "postgres_cpu_us")})
    print("\n" + aligned(rows, False))
    for operation in ("session", "sign_in"):
        if line.get(f"one_{operation}_rate"):
            line[f"two_nodes_{operation}_ratio"] = round(line[f"two_{operation}_rate"] / line[f"one_{operation}_rate"], 3)
    print(json.dumps(line))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
