"""dev/bench compare OLD.json [NEW.json]: what moved between two runs, by how much, and whether that is more than noise.

A figure has moved when the medians lie apart and the runs of both do not overlap; one that was measured once has moved when it
changed by a tenth.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import figures
from figures import Figures, FiguresFault

# A figure that was measured once says nothing about its noise.
ALONE = 0.10
# Sizes of the run and of its data: nothing to be better at.
SIZES = re.compile(r"(^|_)(users|identities|sessions|tokens|connections|runs|run_seconds|cores|samples|removed|paced_rate|listeners_ended)$")
LESS_IS_BETTER = re.compile(r"(_ms|_us|_mb|_seconds|_errors|_stale|_p99_ratio|_per_(request|sign_in))$")
# What says how fast the machine was, not how fast Latchkey was.
MACHINE = re.compile(r"(^|_)(limit|nginx|postgres_select|postgres_commit|es256_signature|rs256_signature|raw|kept)_")


@dataclass(frozen=True)
class Move:
    """One figure in two runs."""

    name: str
    old: float
    new: float
    is_beyond_noise: bool

    @property
    def change(self) -> float | None:
        """The share it changed by; None where it was nothing before."""
        return (self.new - self.old) / abs(self.old) if self.old else None

    @property
    def verdict(self) -> str:
        """better, worse, or another word where neither makes sense."""
        if not self.is_beyond_noise:
            return ""
        if SIZES.search(self.name):
            return "another size"
        if MACHINE.search(self.name) and not self.name.endswith("_ratio"):
            return "the machine"
        return "better" if (self.new < self.old) == bool(LESS_IS_BETTER.search(self.name)) else "worse"


def has_moved(name: str, old: Figures, new: Figures) -> bool:
    before, after = old.values[name], new.values[name]
    if before == after:
        return False
    if name in old.spread and name in new.spread:
        (least, most), (new_least, new_most) = old.spread[name], new.spread[name]
        # Runs that agree by chance, or a single one, are no measure of noise.
        if least != most or new_least != new_most:
            return new_least > most or new_most < least
    return abs(after - before) > ALONE * max(abs(before), abs(after))


def moves(old: Figures, new: Figures) -> list[Move]:
    """Every figure that both have, in the order of the new one."""
    return [Move(name, old.values[name], value, has_moved(name, old, new)) for name, value in new.values.items() if name in old.values]


def text(old: Figures, new: Figures) -> str:
    found = [move for move in moves(old, new) if move.old != move.new and not move.name.endswith("other_cores")]
    width = max([len(move.name) for move in found] + [6])
    lines = [f"{'figure':<{width}} {'old':>12} {'new':>12} {'change':>9}"]
    for move in found:
        change = "" if move.change is None else f"{move.change * 100:+.1f} %"
        lines.append(f"{move.name:<{width}} {move.old:>12,.6g} {move.new:>12,.6g} {change:>9}  {move.verdict}".rstrip())
    for words, names in (("only in the old run", old.values.keys() - new.values), ("only in the new run", new.values.keys() - old.values)):
        if names:
            lines.append(f"{words}: {', '.join(sorted(names))}")
    counts = {verdict: sum(move.verdict == verdict for move in found) for verdict in ("better", "worse")}
    lines.append(f"\n{counts['better']} better, {counts['worse']} worse beyond the spread of the runs; the rest moved within it")
    return "\n".join(lines)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev/bench compare", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args(words)
    try:
        print(text(figures.read(options.old), figures.read(options.new)))
    except FiguresFault as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
