"""What dev/bench measured, as flat figures with their unit in their name, and how far the runs lay apart.

A file of figures is JSON: `format`, `at`, `revision`, `machine`, `figures` (name to number) and `spread` (name to the least and the
most of its runs).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

FORMAT = 1
# The columns of a line of NAME.runs, as Benchmarks/measure.sh writes them, and the digits worth keeping.
COLUMNS = (
    ("rate", 1), ("p50_ms", 2), ("p99_ms", 2), ("errors", 0), ("server_cpu_us", 1), ("postgres_cpu_us", 1), ("stand_in_cpu_us", 1),
)  # fmt: skip


class FiguresFault(Exception):
    """A file that holds no figures, in words for whoever named it."""


@dataclass
class Figures:
    """Named numbers, and the least and the most of those that were measured more than once."""

    values: dict[str, float] = field(default_factory=dict)
    spread: dict[str, tuple[float, float]] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, values: list[float], digits: int) -> None:
        """The median of several runs, and how far they lie apart."""
        self.values[name] = round(statistics.median(values), digits)
        self.spread[name] = (round(min(values), digits), round(max(values), digits))

    def merge(self, other: Figures, prefix: str = "") -> None:
        self.values.update({prefix + name: value for name, value in other.values.items()})
        self.spread.update({prefix + name: pair for name, pair in other.spread.items()})

    def ratio(self, name: str, of: str, to: str) -> None:
        """One figure as a share of another, if both are there."""
        if of in self.values and self.values.get(to):
            self.values[name] = round(self.values[of] / self.values[to], 3)

    def write(self, path: Path) -> None:
        text = {"format": FORMAT, **self.about, "figures": self.values, "spread": self.spread}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(text, indent=1) + "\n", encoding="utf-8")


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def read(path: Path) -> Figures:
    """The figures of a file.

    Raises FiguresFault: there is no such file, or it is not one of these.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise FiguresFault(f"{path}: {fault.strerror}") from fault
    except ValueError as fault:
        raise FiguresFault(f"{path}: not JSON ({fault})") from fault
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("figures"), dict):
        raise FiguresFault(f"{path}: not written by this dev/bench (no \"format\": {FORMAT} with \"figures\")")
    spread = {
        name: (pair[0], pair[1])
        for name, pair in (found.get("spread") or {}).items()
        if isinstance(pair, list) and len(pair) == 2 and all(map(is_number, pair))
    }
    values = {name: value for name, value in found["figures"].items() if is_number(value)}
    about = {name: value for name, value in found.items() if name not in ("format", "figures", "spread")}
    return Figures(values, spread, about)


def lines(path: Path) -> list[list[float]]:
    """The numbers of a file, line by line; none without the file."""
    if not path.exists():
        return []
    return [[float(word) for word in line.split()] for line in path.read_text().splitlines() if line.strip()]


def of_runs(work: Path, name: str, prefix: str, per: str) -> Figures:
    """The figures of one operation, from what Benchmarks/measure.sh has written about it."""
    figures = Figures()
    runs = lines(work / f"{name}.runs")
    for index, (column, digits) in enumerate(COLUMNS):
        values = [run[index] for run in runs]
        # Neither a limit without a server nor pgbench without percentiles says 0.
        if values and (any(values) or column == "errors"):
            figures.add(prefix + column, values, digits)
    for counts in lines(work / f"{name}.counts"):
        for word, value in zip(("statements", "commits", "pages"), counts):
            figures.values[f"{prefix}{word}_per_{per}"] = value
    samples = lines(work / f"{name}.memory")
    if samples:
        rss, pss, arenas = max(samples)
        figures.values[f"{prefix}rss_mb"] = rss
        figures.values[f"{prefix}pss_mb"] = pss
        if any(sample[2] for sample in samples):
            figures.values[f"{prefix}hash_regions_mb"] = arenas
        figures.values[f"{prefix}rss_without_hash_regions_mb"] = round(max(sample[0] - sample[2] for sample in samples), 1)
    return figures


def most_other_cores(work: Path) -> float:
    """The most that anything else on the machine used in any run, in cores."""
    return max((run[-1] for path in work.glob("*.runs") for run in lines(path)), default=0.0)


def about_here() -> dict[str, Any]:
    """When and where this is."""
    revision = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False).stdout.strip()
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))) // 1024
    return {
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "revision": revision,
        "machine": {"cores": os.cpu_count(), "processor": model, "memory_mb": memory, "system": platform.platform()},
    }
