"""An app: a web site that signs people in through the node, as its makers would write it with nothing but the standard library."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import json
import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import Request, urlopen

from client_secret import made_secret


class AppSite:
    """One web site that is registered as several apps; everybody who looks at it is the same visitor."""

    def __init__(self) -> None:
        self.issuer = ""
        self.port = 0
        self.clients: dict[str, str] = {}
        self.flow: dict[str, str] = {}
        self.tokens: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = dict(parse_qsl(parts.query))
                target, body = site.answer(parts.path, query)
                self.send_response(303 if target else 200)
                if target:
                    self.send_header("Location", target)
                data = f'<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1>{body}'.encode()
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def register(self, folder: Path) -> None:
        """Writes the apps' files."""
        for name, title, more in (
            ("shop", "The shop", "first_party: true"),
            ("foreign", "Somebody's app", "first_party: false"),
            ("google-people", "The club", "first_party: true\nproviders: [google]"),
        ):
            secret, hash_ = made_secret()
            self.clients[name] = secret
            (folder / f"{name}.yaml").write_text(
                f"id: {name}\nname: {json.dumps(title)}\n{more}\nsecret_hashes: ['{hash_}']\n"
                f"redirect_uris: ['{self.origin}/callback']\npost_logout_redirect_uris: ['{self.origin}/']\n"
                "scopes: [openid, profile, email, offline_access]\n"
            )

    def answer(self, path: str, query: dict[str, str]) -> tuple[str | None, str]:
        """Where to send the visitor, or what to show."""
        if path == "/login":
            return self._begin(query), ""
        if path == "/callback":
            return None, self._finish(query)
        if path == "/logout":
            hint, self.tokens, self.claims = self.tokens.get("id_token", ""), {}, {}
            return self._at("logout", id_token_hint=hint, post_logout_redirect_uri=f"{self.origin}/"), ""
        name = self.claims.get("name")
        return None, f"<p>Hello {html.escape(name)}</p>" if name else "<p>Hello stranger</p>"

    def _at(self, endpoint: str, **parameters: str) -> str:
        return f"{self.issuer}/oauth/{endpoint}?{urlencode(parameters)}"

    def _begin(self, query: dict[str, str]) -> str:
        app = query.pop("app", "shop")
        verifier = secrets.token_urlsafe(48)
        self.flow = {"app": app, "verifier": verifier, "state": secrets.token_urlsafe(16)}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        return self._at(
            "authorize",
            response_type="code",
            client_id=app,
            redirect_uri=f"{self.origin}/callback",
            scope="openid profile email offline_access",
            state=self.flow["state"],
            code_challenge=challenge,
            code_challenge_method="S256",
            **query,
        )

    def _finish(self, query: dict[str, str]) -> str:
        if query.get("state") != self.flow.get("state") or query.get("iss") != self.issuer:
            return "<p>This answer is not for us</p>"
        if "error" in query:
            return f"<p>No: {html.escape(query['error'])}</p>"
        self.tokens = self._post(
            "token",
            grant_type="authorization_code",
            code=query["code"],
            code_verifier=self.flow["verifier"],
            redirect_uri=f"{self.origin}/callback",
        )
        bearer = {"Authorization": f"Bearer {self.tokens['access_token']}"}
        with urlopen(Request(f"{self.issuer}/oauth/userinfo", headers=bearer), timeout=30) as answer:
            self.claims = json.load(answer)
        return f"<p>Hello {html.escape(str(self.claims.get('name')))}</p>"

    def _post(self, endpoint: str, **form: str) -> Any:
        app = self.flow["app"]
        basic = base64.b64encode(f"{app}:{self.clients[app]}".encode()).decode()
        request = Request(
            f"{self.issuer}/oauth/{endpoint}", urlencode(form).encode(), {"Authorization": f"Basic {basic}"}
        )
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def is_active(self) -> bool:
        """Whether what the app holds is still good."""
        return bool(self._post("introspect", token=self.tokens["access_token"])["active"])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def app_site() -> Iterator[AppSite]:
    """The site for the length of a `with` block."""
    site = AppSite()
    try:
        yield site
    finally:
        site.close()
