"""A database of the suite's own in the cluster it is given."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit


def administrative() -> str:
    """The connection string of the cluster's administrative database."""
    conninfo = os.environ.get("LATCHKEY_TEST_POSTGRES", "")
    if not conninfo:
        raise SystemExit("LATCHKEY_TEST_POSTGRES is not set: run this through dev/test")
    return conninfo


def within(conninfo: str, name: str) -> str:
    """The same cluster, another database."""
    if re.match(r"postgres(ql)?://", conninfo):
        return urlunsplit(urlsplit(conninfo)._replace(path=f"/{name}"))
    return re.sub(r"\bdbname\s*=\s*('[^']*'|\S+)", "", conninfo).strip() + f" dbname={name}"


def execute(conninfo: str, statement: str) -> str:
    """Runs one statement with psql; columns are separated by `|`."""
    result = subprocess.run(
        [
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            statement,
            conninfo,
        ],
        capture_output=True,
        text=True,
        timeout=180,
    )
    if result.returncode != 0:
        raise RuntimeError(f"psql: {result.stderr.strip()}")
    return result.stdout.strip()


@contextlib.contextmanager
def fresh_database(label: str) -> Iterator[str]:
    """The connection string of an empty database that is dropped at the end."""
    cluster = administrative()
    name = f"latchkey_{label}_{os.getpid()}_{secrets.token_hex(4)}"
    execute(cluster, f"CREATE DATABASE {name}")
    try:
        yield within(cluster, name)
    finally:
        execute(cluster, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
