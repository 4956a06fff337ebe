"""One Latchkey node, configured, migrated and serving."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from processes import Child, awaited, clean_environment, free_port, running

ROOT = Path(__file__).resolve().parents[2]


def executable(name: str) -> Path:
    """A built executable in `LATCHKEY_BIN`, else where `swift build` puts it."""
    path = Path(os.environ.get("LATCHKEY_BIN") or ROOT / ".build" / "debug") / name
    if not path.exists():
        raise SystemExit(f"{path} is not there: run this through dev/test")
    return path


class Node:
    """A running node."""

    def __init__(self, child: Child, origin: str, port: int, configuration: Path) -> None:
        self.child = child
        self.configuration = configuration
        self.origin = origin
        self.port = port

    @property
    def log(self) -> str:
        return self.child.output


def settings(
    database: str, port: int, providers: Mapping[str, Mapping[str, str]], folder: Path, **more: object
) -> dict[str, object]:
    """The settings every suite needs. JSON is YAML, so this is written as it stands."""
    return {
        "public_url": f"http://localhost:{port}",
        "mode": "development",
        # Port 0 turns metrics off: two suites may run beside each other.
        "metrics": {"port": 0},
        # A machine that is busy with something else is nobody's fault here: no request is given up because of it.
        "server": {"host": "127.0.0.1", "port": port, "request_timeout": "2m"},
        "database": {"url": database, "connect_timeout": "1m", "lease_timeout": "1m", "statement_timeout": "2m"},
        "outbound": {"allow_loopback_http": True, "timeout": "25s"},
        "templates": {"directory": str(ROOT / "templates")},
        "log": {"level": "debug"},
        "providers": {"directory": str(folder), **providers},
        **more,
    }


def _is_ready(child: Child, port: int) -> bool:
    if child.has_ended:
        raise RuntimeError(f"latchkey ended: {child.output[-600:]}")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def node(
    database: str,
    providers: Mapping[str, Mapping[str, str]],
    files: Path = ROOT / "providers",
    **more: object,
) -> Iterator[Node]:
    """Migrates the database and serves it on a free port."""
    with tempfile.TemporaryDirectory(prefix="latchkey-") as folder:
        port = free_port()
        file = Path(folder) / "latchkey.yaml"
        file.write_text(json.dumps(settings(database, port, providers, files, **more), indent=2))
        latchkey = str(executable("latchkey"))
        migrated = subprocess.run(
            [latchkey, "migrate", "--config", str(file)],
            cwd=ROOT,
            env=clean_environment(),
            capture_output=True,
            text=True,
            timeout=180,
        )
        if migrated.returncode != 0:
            raise RuntimeError(f"latchkey migrate: {migrated.stderr.strip() or migrated.stdout.strip()}")
        with running([latchkey, "serve", "--config", str(file)], cwd=ROOT) as child:
            awaited(lambda: _is_ready(child, port), "the node is ready")
            yield Node(child, str(more.get("public_url", f"http://localhost:{port}")), port, file)
