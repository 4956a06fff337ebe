"""An attacker's web site: at 127.0.0.1 another site than localhost, at localhost the same site but another origin."""

from __future__ import annotations

import contextlib
import html
import itertools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HostileSite:
    """Serves whatever pages it is given."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[int, str]] = {}
        self._numbers = itertools.count(1)
        pages = self._pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, text = pages.get(self.path.split("?")[0], (404, ""))
                if 300 <= status < 400:
                    query = self.path.partition("?")[2]
                    self.send_response(status)
                    self.send_header("Location", f"{text}?{query}" if query else text)
                    self.end_headers()
                    return
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        port = self._server.server_address[1]
        self.origins = {"cross-site": f"http://127.0.0.1:{port}", "same-site": f"http://localhost:{port}"}

    def page(self, body: str) -> str:
        """Publishes a page; returns its path."""
        path = f"/page-{next(self._numbers)}"
        self._pages[path] = (200, f'<!doctype html><html lang="en"><title>Win a prize</title><body>{body}')
        return path

    def redirect(self, target: str) -> str:
        """Publishes a redirect that takes the query along; returns its path."""
        path = f"/redirect-{next(self._numbers)}"
        self._pages[path] = (302, target)
        return path

    def posting(self, action: str, fields: dict[str, str] | None = None, encoding: str = "") -> str:
        """A page that posts a form on its own; returns its path."""
        inputs = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in (fields or {}).items()
        )
        kind = f' enctype="{encoding}"' if encoding else ""
        return self.page(
            f'<form method="post" action="{html.escape(action)}"{kind}>{inputs}</form>'
            "<script>document.forms[0].submit()</script>"
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def hostile_site() -> Iterator[HostileSite]:
    """The site for the length of a `with` block."""
    site = HostileSite()
    try:
        yield site
    finally:
        site.close()
