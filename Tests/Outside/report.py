"""Runs checks one after another and counts them. Each check is a function that raises when something is wrong."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from processes import leave_if_asked

World = TypeVar("World")


class Skipped(Exception):
    """The check cannot be made here; the text says why."""


def _with_value(function: Callable[[World, str], None], value: str, world: World) -> None:
    function(world, value)


class Suite(Generic[World]):
    """Checks in the order in which they were written down."""

    def __init__(self) -> None:
        self._checks: list[tuple[str, Callable[[World], None]]] = []

    def check(self, name: str) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
        """Registers a check under the name that is printed for it."""

        def register(function: Callable[[World], None]) -> Callable[[World], None]:
            self._checks.append((name, function))
            return function

        return register

    def cases(self, name: str, values: list[str]) -> Callable[[Callable[[World, str], None]], None]:
        """Registers one check for each value; `{}` in the name stands for it."""

        def register(function: Callable[[World, str], None]) -> None:
            for value in values:
                shown = name.format(value.encode("unicode_escape").decode())
                self._checks.append((shown, partial(_with_value, function, value)))

        return register

    def run(
        self,
        world: World,
        before: Callable[[World], None] = lambda _: None,
        after: Callable[[World], None] = lambda _: None,
        only: str = "",
    ) -> tuple[int, int]:
        """Runs every check whose name matches `only`; returns how many passed and how many failed."""
        passed = failed = 0
        for name, function in self._checks:
            if only and not re.search(only, name):
                continue
            leave_if_asked()
            try:
                before(world)
                function(world)
                after(world)
            except Skipped as reason:
                print(f"SKIPPED {name}: {reason}")
            except Exception as error:  # A broken check is a failed check; the others still run.
                failed += 1
                print(f"FAILED {name}: {one_line(error)}")
                traceback.print_exc(file=sys.stderr)
            else:
                passed += 1
                print(f"passed {name}")
            sys.stdout.flush()
        return passed, failed


def one_line(error: BaseException) -> str:
    """What went wrong, short enough for one line; an assertion without words shows where it stands."""
    text = " ".join(str(error).split())
    if not text:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        text = f"{type(error).__name__} at {frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}: {frame.line}"
    return text[:400]


def equal(found: object, wanted: object, what: str = "value") -> None:
    """Compares, and shows both sides when they differ."""
    if found != wanted:
        raise AssertionError(f"{what} is {found!r}, not {wanted!r}")


def contains(text: str, part: str, what: str = "text") -> None:
    """Whether a text has a part."""
    if part not in text:
        raise AssertionError(f"{what} lacks {part!r}: {text[:200]!r}")


def lacks(text: str, part: str, what: str = "text") -> None:
    """Whether a text does not have a part."""
    if part in text:
        raise AssertionError(f"{what} has {part!r}")
