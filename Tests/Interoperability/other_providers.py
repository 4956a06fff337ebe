"""OpenID Providers that nobody here wrote, running on loopback."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from processes import awaited, free_port, running
from report import contains, equal
from visitor import Answer, Visitor

HERE = Path(__file__).resolve().parent
CLIENT_ID, CLIENT_SECRET = "latchkey", "latchkey-secret"


class ProviderMock:
    """oidc-provider-mock: Flask and Authlib underneath. Whoever names a subject is that subject."""

    def __init__(self, origin: str) -> None:
        self.issuer = origin

    def describe(self, subject: str, claims: dict[str, object]) -> None:
        """Sets what the provider says about somebody."""
        headers = {"Content-Type": "application/json"}
        answer = Visitor().request("PUT", f"{self.issuer}/users/{subject}", json.dumps(claims), headers)
        equal(answer.status, 204, "the status of setting claims")

    def consent(self, visitor: Visitor, begun: Answer, subject: str) -> str:
        """Signs in on the provider's page; returns the address it sends the browser to."""
        page = visitor.get(begun.location)
        contains(page.text, "Authorize Client", "the consent page")
        return visitor.submit(page, "Authorize", {"sub": subject}).location

    def deny(self, visitor: Visitor, begun: Answer) -> str:
        return visitor.submit(visitor.get(begun.location), "Deny").location


@contextlib.contextmanager
def provider_mock(*options: str, port: int = 0) -> Iterator[ProviderMock]:
    port = port or free_port()
    command = [str(Path(sys.executable).with_name("oidc-provider-mock")), "--port", str(port), *options]
    with running(command, cwd=HERE) as child:
        awaited(lambda: child.has_ended or _answers(port), "oidc-provider-mock listens", seconds=180)
        if child.has_ended:
            raise RuntimeError(f"oidc-provider-mock ended: {child.output[-500:]}")
        yield ProviderMock(f"http://127.0.0.1:{port}")


def _answers(port: int) -> bool:
    try:
        return Visitor().get(f"http://127.0.0.1:{port}/.well-known/openid-configuration").status == 200
    except OSError:
        return False


class DjangoSite:
    """django-oauth-toolkit: a login page with passwords, then a consent page."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}/o"

    def consent(self, visitor: Visitor, begun: Answer, name: str, password: str) -> str:
        page = self._log_in(visitor, begun, name, password)
        return visitor.submit(page, "Authorize", {"allow": "Authorize"}).location

    def deny(self, visitor: Visitor, begun: Answer, name: str, password: str) -> str:
        page = self._log_in(visitor, begun, name, password)
        form = page.forms[0]
        # The other button of the page sends no "allow".
        return visitor.post(page.url, [field for field in form.fields if field[0] != "allow"]).location

    def _log_in(self, visitor: Visitor, begun: Answer, name: str, password: str) -> Answer:
        page = visitor.follow(visitor.get(begun.location))
        if any(label == "Log in" for form in page.forms for _, _, label in form.buttons):
            page = visitor.follow(visitor.submit(page, "Log in", {"username": name, "password": password}))
        contains(page.text, "Latchkey", "the consent page")
        return page


@contextlib.contextmanager
def django_site(port: int, redirect_uri: str) -> Iterator[DjangoSite]:
    with tempfile.TemporaryDirectory(prefix="latchkey-django-") as folder:
        command = [sys.executable, str(HERE / "django_provider.py"), str(port), folder]
        with running([*command, CLIENT_ID, CLIENT_SECRET, redirect_uri], cwd=HERE) as child:
            child.wait_for_line(lambda line: line == "ready", seconds=120)
            yield DjangoSite(port)


@contextlib.contextmanager
def impostor(genuine: str, status: int = 200) -> Iterator[str]:
    """An origin that answers with another issuer's metadata, or redirects there; yields its own origin."""
    path = "/.well-known/openid-configuration"
    body = Visitor().get(genuine + path).text.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if status != 200:
                self.send_header("Location", genuine + path)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
