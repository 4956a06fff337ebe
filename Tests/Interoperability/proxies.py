"""Debian's nginx and Caddy with the configurations of docs/forward-auth.md, in front of a node and of a site that needs signing in."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from node import ROOT
from processes import Child, awaited, clean_environment, running

# Where the page's examples put Latchkey, the site, and themselves.
LATCHKEY, SITE, HOST = "127.0.0.1:8080", "127.0.0.1:9000", "login.example.org"


class _Echo(http.server.BaseHTTPRequestHandler):
    """The site: says in JSON what reached it."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        seen = {
            "method": self.command,
            "path": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": self.rfile.read(length).decode(errors="replace"),
        }
        body = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def site() -> Iterator[int]:
    """The site's port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()


def example(language: str) -> str:
    """A configuration, cut out of the page."""
    page = (ROOT / "docs" / "forward-auth.md").read_text()
    found = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{len(found)} examples for {language}"
    text: str = found[0]
    return text


def _replace(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"the example has no {old!r}"
        text = text.replace(old, new)
    return text


def _listens(child: Child, port: int) -> bool:
    if child.has_ended:
        raise RuntimeError(f"{child.name} ended: {child.output[-800:]}")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def nginx(port: int, latchkey: int, behind: int) -> Iterator[Child]:
    """nginx on plain http, which is all that a test of loopback can have."""
    servers = _replace(
        example("nginx"),
        {
            "listen 443 ssl;": f"listen 127.0.0.1:{port};",
            LATCHKEY: f"127.0.0.1:{latchkey}",
            SITE: f"127.0.0.1:{behind}",
            HOST: "localhost",
        },
    )
    with tempfile.TemporaryDirectory(prefix="latchkey-nginx-") as folder:
        places = "".join(
            f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file = Path(folder) / "nginx.conf"
        file.write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{places}{servers}}}\n"
        )
        with running([shutil.which("nginx") or "/usr/sbin/nginx", "-e", "stderr", "-p", folder, "-c", str(file)], ROOT) as child:
            awaited(lambda: _listens(child, port), "nginx listens")
            yield child


@contextlib.contextmanager
def caddy(port: int, latchkey: int, behind: int) -> Iterator[Child]:
    """Caddy, likewise."""
    sites = _replace(
        example("caddyfile"),
        {HOST: f"http://localhost:{port}", LATCHKEY: f"127.0.0.1:{latchkey}", SITE: f"127.0.0.1:{behind}"},
    )
    with tempfile.TemporaryDirectory(prefix="latchkey-caddy-") as folder:
        file = Path(folder) / "Caddyfile"
        file.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + sites)
        command = [shutil.which("caddy") or "/usr/bin/caddy", "run", "--config", str(file), "--adapter", "caddyfile"]
        environment = clean_environment(HOME=folder, XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder)
        with running(command, ROOT, environment) as child:
            awaited(lambda: _listens(child, port), "Caddy listens")
            yield child


PROXIES: dict[str, Callable[[int, int, int], contextlib.AbstractContextManager[Child]]] = {
    "nginx": nginx,
    "caddy": caddy,
}
