"""The stand-ins for Google, GitHub, X and any OpenID Provider, and the door through which a test instructs them."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from processes import Child, running

# Which real origin each stand-in takes the place of.
ORIGINS = {
    "https://accounts.google.com": "google",
    "https://oauth2.googleapis.com": "google",
    "https://openidconnect.googleapis.com": "google",
    "https://www.googleapis.com": "google",
    "https://github.com": "github",
    "https://api.github.com": "github",
    "https://x.com": "x",
    "https://api.x.com": "x",
}


class StandIns:
    """Where the stand-ins listen, and their control API."""

    def __init__(self, child: Child, ports: dict[str, int]) -> None:
        self.child = child
        self.ports = ports

    def origin(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def substitutions(self) -> dict[str, str]:
        """The value of `development.origins`."""
        return {real: self.origin(name) for real, name in ORIGINS.items()}

    def control(self, method: str, path: str, body: object = None) -> Any:
        """One instruction; what it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports["control"], timeout=120)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
            return json.loads(text)
        finally:
            connection.close()

    def calls(self, name: str, endpoint: str) -> int:
        """How often an endpoint was called."""
        return int(self.control("GET", "/counters")[name].get(endpoint, 0))

    def reset(self) -> None:
        """Well-behaved again, with the sample people."""
        self.control("POST", "/reset")


@contextlib.contextmanager
def stand_ins(executable: Path, root: Path) -> Iterator[StandIns]:
    """Starts all of them on free ports."""
    ports = [f"--{name}-port=0" for name in ("google", "github", "x", "oidc", "control")]
    with running([str(executable), *ports], cwd=root) as child:
        line = child.wait_for_line(lambda line: line.startswith("{") and '"ready"' in line)
        yield StandIns(child, json.loads(line)["ports"])
