"""The tables of dev/bench, and the JSON beside them.

    report.py part NAME --work DIR --run-seconds S [--line FILE] --facts NAME=VALUE…   one part's table, figures and line of JSON
    report.py all --work DIR --out FILE…                                       the table of all parts, and the files of figures
    report.py table FILE [--markdown]                                          the table of a file
    report.py docs FILE --work DIR PAGE                                        puts tables between the marks of a page
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path

import capacity
import figures
from figures import Figures, FiguresFault
from parts import LINES, PARTS, Line


def number(value: float | None, digits: int = 0) -> str:
    if value is None:
        return ""
    text = f"{value:,.{digits}f}"
    return text if digits or value == 0 or abs(value) >= 10 else f"{value:.2f}"


def aligned(rows: list[list[str]], markdown: bool) -> str:
    """A table for a terminal or for Markdown; the first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for index, row in enumerate(rows):
        cells = [
            cell.ljust(width) if column in (0, len(row) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths))
        ]
        lines.append(("| " + " | ".join(cells) + " |" if markdown else "  ".join(cells)).rstrip())
        if markdown and index == 0:
            lines.append("|" + "|".join(["---", *["---:"] * (len(row) - 2), "---"]) + "|")
    return "\n".join(lines)


# --- one part -------------------------------------------------------------------------------------------------------


def part_figures(name: str, work: Path, run_seconds: float, facts: dict[str, float], line: dict[str, float]) -> Figures:
    part = PARTS[name]
    result = Figures()
    for row in part.rows:
        result.merge(figures.of_runs(work, row.name, row.prefix, part.per))
    # A load program of its own knows more about its runs.
    result.values.update(line)
    for key in line:
        result.spread.pop(key, None)
    for ratio, of, to in part.ratios:
        result.ratio(ratio, of, to)
    errors = sum(value for key, value in result.values.items() if key == "errors" or key.endswith("_errors"))
    result.values = {key: value for key, value in result.values.items() if not key.endswith("_errors")}
    result.values["errors"] = errors
    if "rss_mb" not in result.values and any(key.endswith("_rss_mb") for key in result.values):
        for kind in ("rss_mb", "pss_mb"):
            result.values[kind] = max(value for key, value in result.values.items() if key.endswith("_" + kind))
    result.values.update(facts)
    result.values["run_seconds"] = run_seconds
    result.values["other_cores"] = max(figures.most_other_cores(work), result.values.get("other_cores", 0.0))
    return result


def part_table(name: str, found: Figures) -> str:
    part = PARTS[name]
    rows = [["", "per second", "p50 ms", "p99 ms", "server us", "postgres us", "stand-in us", "statements", "commits", "MB"]]
    for row in part.rows:
        def of(key: str, prefix: str = row.prefix) -> float | None:
            return found.values.get(prefix + key)

        rows.append([
            row.title, number(of("rate")), number(of("p50_ms"), 2), number(of("p99_ms"), 2), number(of("server_cpu_us")),
            number(of("postgres_cpu_us")), number(of("stand_in_cpu_us")), number(of(f"statements_per_{part.per}"), 2),
            number(of(f"commits_per_{part.per}"), 2), number(of("rss_mb"), 1),
        ])  # fmt: skip
    return aligned(rows, False)


def one_part(options: argparse.Namespace) -> None:
    facts = {key: float(value) if "." in value else int(value) for key, value in (fact.split("=", 1) for fact in options.facts)}
    line: dict[str, float] = {}
    if options.line:
        last = options.line.read_text(encoding="utf-8").strip().splitlines()[-1]
        line = {key: value for key, value in json.loads(last).items() if figures.is_number(value)}
    found = part_figures(options.name, options.work, options.run_seconds, facts, line)
    found.write(options.work / "parts" / f"{options.name}.json")
    if PARTS[options.name].rows:
        print("\n" + part_table(options.name, found))
    ratios = ", ".join(f"{name} {found.values[name]}" for name, _, _ in PARTS[options.name].ratios if name in found.values)
    print(f"\n{ratios + '; ' if ratios else ''}others used up to {found.values['other_cores']:.2f} cores\n")
    print(json.dumps({"bench": options.name, **found.values}))


# --- all of them ----------------------------------------------------------------------------------------------------


def aims(line: Line, found: Figures) -> list[tuple[str, bool]]:
    """Each aim of a line that was measured, in words, and whether it is met: one without a figure is not."""
    if not any(key.startswith(line.prefix) for key in found.values):
        return []
    judged = []
    for aim in line.aims:
        value = found.values.get(aim.figure)
        if value is None:
            judged.append((f"{aim.words}: not measured", False))
            continue
        sign = "<=" if aim.is_most else ">="
        met = aim.is_met(value)
        judged.append((f"{aim.words} {sign} {aim.bound:g}: {'yes' if met else f'NO ({value:g})'}", met))
    return judged


def whole_table(found: Figures, markdown: bool) -> str:
    head = ["operation", "per second", "p50 ms", "p99 ms", "statements", "commits", "server us", "postgres us", "MB", "limit",
            "ratio", "aims"]  # fmt: skip
    rows = [head]
    for line in LINES:
        def of(*keys: str, prefix: str = line.prefix) -> float | None:
            return next((found.values[prefix + key] for key in keys if prefix + key in found.values), None)

        judged = "; ".join(words for words, _ in aims(line, found))
        cells = [
            number(of("rate")), number(of("p50_ms", "ms"), 2), number(of("p99_ms"), 2),
            number(of("statements_per_request", "statements_per_sign_in"), 2),
            number(of("commits_per_request", "commits_per_sign_in"), 2), number(of("server_cpu_us")),
            number(of("postgres_cpu_us")), number(of("rss_mb"), 1),
            number(found.values.get(line.limit)), number(found.values.get(line.ratio), 3),
        ]  # fmt: skip
        if any(cells):
            rows.append([line.title.strip() if markdown else line.title, *cells, judged])
    return aligned(rows, markdown)


def summary(found: Figures) -> str:
    met = [ok for line in LINES for _, ok in aims(line, found)]
    sizes = ", ".join(f"{int(found.values[key]):,} {key.split('_')[-1]}" for key in
                      ("session_users", "session_identities", "session_sessions") if key in found.values)  # fmt: skip
    others = max((value for key, value in found.values.items() if key.endswith("other_cores")), default=0.0)
    return (
        f"{sizes or 'no sizes'}; {found.about.get('revision', '')}, {found.about.get('at', '')};"
        f" others used up to {others:.2f} cores; {sum(met)} of {len(met)} aims met"
    )


def everything(options: argparse.Namespace) -> None:
    found = Figures(about=figures.about_here())
    for name in options.parts:
        path = options.work / "parts" / f"{name}.json"
        if path.exists():
            found.merge(figures.read(path), name.replace("-", "_") + "_")
    for path in options.out:
        found.write(path)
    print("\n" + whole_table(found, False))
    print("\n" + summary(found) + "\nkept in " + ", ".join(str(path) for path in options.out) + "\n")
    print(json.dumps({"bench": "all", **found.values}))


def table(options: argparse.Namespace) -> None:
    try:
        found = figures.read(options.file)
    except FiguresFault as fault:
        raise SystemExit(str(fault)) from fault
    print(whole_table(found, options.markdown))
    print("\n" + summary(found))


def put(page: str, name: str, text: str) -> str:
    """The page with this text between the marks of that name."""
    begin, end = f"<!-- {name}: dev/bench docs -->\n", f"<!-- end of {name} -->"
    before, marked, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not marked or not ended:
        raise SystemExit(f"the page has no marks for {name}")
    return f"{before}{begin}{text.strip()}\n{end}{after}"


def block(text: str) -> str:
    return "```\n" + text.strip("\n") + "\n```"


def docs(options: argparse.Namespace) -> None:
    try:
        found = figures.read(options.file)
    except FiguresFault as fault:
        raise SystemExit(str(fault)) from fault
    page = options.page.read_text(encoding="utf-8")
    machine = found.about.get("machine", {})
    about = f"{machine.get('cores')} cores of {machine.get('processor')}, {machine.get('memory_mb', 0) // 1024} GB. {summary(found)}."
    page = put(page, "figures", f"{about}\n\n{whole_table(found, True)}")
    with contextlib.suppress(KeyError):
        page = put(page, "capacity", block(capacity.text(found.values, capacity.USUAL)))
    scaling = options.work / "scaling"
    if scaling.exists():
        page = put(page, "scaling", block("\n".join(scaling.read_text(encoding="utf-8").strip().splitlines()[:-1])))
    options.page.write_text(page, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    part = commands.add_parser("part")
    part.add_argument("name", choices=PARTS)
    part.add_argument("--work", type=Path, required=True)
    part.add_argument("--run-seconds", type=float, required=True)
    part.add_argument("--line", type=Path)
    part.add_argument("--facts", nargs="*", action="extend", default=[])
    part.set_defaults(run=one_part)
    every = commands.add_parser("all")
    every.add_argument("--work", type=Path, required=True)
    every.add_argument("--out", type=Path, action="append", required=True)
    every.add_argument("parts", nargs="+")
    every.set_defaults(run=everything)
    one = commands.add_parser("table")
    one.add_argument("file", type=Path)
    one.add_argument("--markdown", action="store_true")
    one.set_defaults(run=table)
    page = commands.add_parser("docs")
    page.add_argument("file", type=Path)
    page.add_argument("page", type=Path)
    page.add_argument("--work", type=Path, required=True)
    page.set_defaults(run=docs)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    sys.exit(main())
