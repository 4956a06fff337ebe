"""Child processes that never outlive their parent, and free ports."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    # The kernel keeps this promise even when the suite is killed with SIGKILL.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without the suite's own variables: Latchkey refuses names that are not settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LATCHKEY_")}
    return {**kept, **more}


class Child:
    """A running program whose output is kept."""

    def __init__(self, command: list[str], cwd: Path, environment: dict[str, str] | None = None) -> None:
        self.name = Path(command[0]).name
        self._lines: list[str] = []
        self._arrived = threading.Condition()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment or clean_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            preexec_fn=_die_with_parent,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._arrived:
                self._lines.append(line.rstrip("\n"))
                self._arrived.notify_all()
        with self._arrived:
            self._arrived.notify_all()

    @property
    def output(self) -> str:
        """Everything written so far."""
        with self._arrived:
            return "\n".join(self._lines)

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def wait_for_line(self, matches: Callable[[str], bool], seconds: float = 180) -> str:
        """The first line that matches, as soon as it is there."""
        deadline = time.monotonic() + seconds
        seen = 0
        with self._arrived:
            while True:
                for line in self._lines[seen:]:
                    if matches(line):
                        return line
                seen = len(self._lines)
                if not self._reader.is_alive():
                    raise RuntimeError(f"{self.name} ended: {' / '.join(self._lines[-5:])}")
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{self.name} did not get ready: {' / '.join(self._lines[-5:])}")
                self._arrived.wait(min(left, 0.5))

    def kill(self) -> None:
        """Ends it at once, as a machine that fails would."""
        self._process.kill()
        self._process.wait(60)

    def stop(self) -> int:
        """Asks it to end, and makes it end when it does not."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(15)
        self._reader.join(5)
        return self._process.returncode


@contextlib.contextmanager
def running(command: list[str], cwd: Path, environment: dict[str, str] | None = None) -> Iterator[Child]:
    """A child for the length of a `with` block."""
    child = Child(command, cwd, environment)
    try:
        yield child
    finally:
        child.stop()


def free_port() -> int:
    """A port nobody listens on at 127.0.0.1 nor at ::1: browsers try both for `localhost`."""
    for _ in range(100):
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            if not socket.has_ipv6:
                return port
            try:
                with socket.socket(socket.AF_INET6) as second:
                    second.bind(("::1", port))
                return port
            except OSError as error:
                if error.errno == 99:  # EADDRNOTAVAIL: no ::1 on this machine.
                    return port
    raise RuntimeError("no free port")


def awaited(condition: Callable[[], bool], what: str, seconds: float = 120) -> None:
    """Returns as soon as a condition of another process holds; asks often, because nothing announces it."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not: {what}")
        pause.wait(0.05)


_signals: list[int] = []


def end_on_signals() -> None:
    """Makes SIGTERM, SIGINT and SIGHUP leave through every `finally`."""

    def leave(number: int, _: object) -> None:
        _signals.append(number)
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, leave)


def leave_if_asked() -> None:
    """Leaves after a signal whose exception got lost: Python drops what is raised while it collects garbage."""
    if _signals:
        raise SystemExit(128 + _signals[0])
