"""dev/bench capacity [FILE.json]: how many users one core of nodes and one core of Postgres carry, computed from what an operation was
measured to cost. Every assumption is printed and can be changed.

An active user's app asks about the session with each of its requests; beside that people sign in, and apps refresh their tokens. The
cost of an operation is CPU, because that is what runs out first: Postgres answers from memory, and one commit of a sign-in takes the
disk far less time than the statements take the processor.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path

import figures
from figures import FiguresFault


@dataclass(frozen=True)
class Usage:
    """How people use what stands behind Latchkey."""

    daily_active: float  # share of all users who come on a day
    at_peak: float  # share of the day's users who are there in the busiest minute
    requests_per_second: float  # of one user who is there, to apps that ask about the session each time
    sign_ins_per_day: float  # of one active user
    refreshes_per_hour: float  # of one user who is there
    peak_factor: float  # how much busier than on average the busiest hour is
    headroom: float  # share of a core that may be used at the peak


# Three in ten come on a day and a tenth of these at once; each makes a request every ten seconds, signs in every fifth day, and uses an
# app that refreshes its tokens every quarter of an hour. The other half of a core is for what nobody has thought of.
USUAL = Usage(
    daily_active=0.3, at_peak=0.1, requests_per_second=0.1, sign_ins_per_day=0.2, refreshes_per_hour=4, peak_factor=4, headroom=0.5
)


@dataclass(frozen=True)
class Demand:
    """Operations a second for a million users, at the peak."""

    operation: str
    figure: str
    per_million: float


def demand(usage: Usage) -> list[Demand]:
    active = 1_000_000 * usage.daily_active
    there = active * usage.at_peak
    return [
        Demand("session check", "session", there * usage.requests_per_second),
        Demand("sign-in", "sign_in", active * usage.sign_ins_per_day / 86_400 * usage.peak_factor),
        Demand("refresh", "tokens_refresh", there * usage.refreshes_per_hour / 3600),
    ]


def cost(values: dict[str, float], demands: list[Demand], side: str) -> float:
    """Cores that a million users take at the peak."""
    return sum(each.per_million * values[f"{each.figure}_{side}_cpu_us"] for each in demands) / 1e6


def text(values: dict[str, float], usage: Usage) -> str:
    demands = demand(usage)
    lines = [
        f"{usage.daily_active:.0%} of the users come on a day, {usage.at_peak:.0%} of those at once in the busiest minute;",
        f"one who is there makes {usage.requests_per_second:g} requests a second, each with a session check, and"
        f" {usage.refreshes_per_hour:g} refreshes an hour;",
        f"an active user signs in {usage.sign_ins_per_day:g} times a day, at the peak {usage.peak_factor:g} times as often as on average;",
        f"a core may be busy to {usage.headroom:.0%}.",
        "",
        f"{'at the peak, for a million users':<34} {'a second':>10} {'server us':>10} {'postgres us':>12} {'server cores':>13}"
        f" {'postgres cores':>15}",
    ]
    for each in demands:
        server, database = (values[f"{each.figure}_{side}_cpu_us"] for side in ("server", "postgres"))
        lines.append(
            f"{each.operation:<34} {each.per_million:>10,.1f} {server:>10,.0f} {database:>12,.0f}"
            f" {each.per_million * server / 1e6:>13.3f} {each.per_million * database / 1e6:>15.3f}"
        )
    totals = {side: cost(values, demands, side) for side in ("server", "postgres")}
    lines.append(f"{'together':<34} {'':>10} {'':>10} {'':>12} {totals['server']:>13.3f} {totals['postgres']:>15.3f}")
    lines.append("")
    for side, words in (("server", "one core of nodes carries"), ("postgres", "one core of Postgres carries")):
        lines.append(f"{words:<34} {usage.headroom / totals[side] * 1_000_000:>12,.0f} users")
    return "\n".join(lines)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="dev/bench capacity", description=__doc__)
    parser.add_argument("file", type=Path)
    for field in dataclasses.fields(Usage):
        parser.add_argument("--" + field.name.replace("_", "-"), type=float, default=getattr(USUAL, field.name))
    options = vars(parser.parse_args(words))
    file = options.pop("file")
    try:
        print(text(figures.read(file).values, Usage(**options)))
    except FiguresFault as fault:
        print(fault, file=sys.stderr)
        return 1
    except KeyError as fault:
        print(f"{file}: has no {fault.args[0]}: the run left its part out", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
