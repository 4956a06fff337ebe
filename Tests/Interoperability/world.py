"""What every check has at hand, and the way from a button to a session."""

from __future__ import annotations

import html
import itertools
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import requests

from node import Node
from other_providers import DjangoSite, ProviderMock
from report import equal
from visitor import Answer, Visitor

COOKIE = "latchkey"
_numbers = itertools.count(1)


@dataclass
class World:
    """Two nodes over one database, and the providers they know."""

    node: Node
    second_node: Node
    mock: ProviderMock
    # Its ID tokens have expired before they arrive.
    stale: ProviderMock
    # Not running: a check starts it, more than once.
    restarting: ProviderMock
    django: DjangoSite
    secrets: set[str] = field(default_factory=set)

    # An app's backend.

    def session(self, token: str, node: Node | None = None) -> requests.Response:
        """Asks who a bearer is."""
        return self.ask("GET", headers={"Authorization": f"Bearer {token}"}, node=node)

    def ask(self, method: str, path: str = "/v1/session", node: Node | None = None, **more: Any) -> requests.Response:
        # A session without the environment's proxies: everything here is on loopback.
        with requests.Session() as client:
            client.trust_env = False
            return client.request(
                method, f"http://127.0.0.1:{(node or self.node).port}{path}", timeout=120, allow_redirects=False, **more
            )

    def whoami(self, visitor: Visitor) -> dict[str, Any] | None:
        """Who the service says a browser is; nil when it is nobody."""
        token = self.token(visitor)
        if token is None:
            return None
        answer = self.session(token)
        if answer.status_code == 401:
            return None
        equal(answer.status_code, 200, "the status of /v1/session")
        found: dict[str, Any] = answer.json()
        return found

    def token(self, visitor: Visitor) -> str | None:
        token = visitor.cookie(self.node.origin, COOKIE)
        if token:
            self.secrets.add(token)
        return token

    # A person.

    def begin(self, visitor: Visitor, provider: str) -> Answer:
        """Presses the provider's button; the answer redirects to the provider."""
        page = visitor.get(f"{self.node.origin}/sign-in")
        equal(page.status, 200, "the status of the sign-in page")
        assert f'action="/sign-in/{provider}"' in page.text, f"no button for {provider}"
        return visitor.post(f"{self.node.origin}/sign-in/{provider}")

    def come_back(self, visitor: Visitor, callback: str) -> Answer:
        """Follows the provider's answer, and where that leads."""
        assert callback.startswith(self.node.origin + "/callback/"), callback
        return settle(visitor, visitor.get(callback))

    def through_mock(
        self, subject: str, visitor: Visitor | None = None, provider: str = "oidc-example"
    ) -> tuple[Visitor, Answer]:
        """Signs in at oidc-provider-mock."""
        visitor = visitor or Visitor()
        begun = self.begin(visitor, provider)
        return visitor, self.come_back(visitor, self.mock.consent(visitor, begun, subject))

    def through_django(self, name: str, password: str, visitor: Visitor | None = None) -> tuple[Visitor, Answer]:
        """Signs in at the Django site."""
        visitor = visitor or Visitor()
        begun = self.begin(visitor, "django")
        return visitor, self.come_back(visitor, self.django.consent(visitor, begun, name, password))

    def somebody(self) -> tuple[Visitor, str]:
        """Somebody new who is signed in, and their token."""
        subject = new_subject()
        self.mock.describe(
            subject, {"name": "Ada Backend", "email": f"{subject}@people.example", "email_verified": True}
        )
        visitor, page = self.through_mock(subject)
        equal(page.status, 200, "the status of the last page")
        token = self.token(visitor)
        assert token, f"nobody was signed in: {page.text[:300]}"
        return visitor, token


def settle(visitor: Visitor, answer: Answer) -> Answer:
    """Goes on by redirect, or by the refresh of a page that only passes on."""
    for _ in range(5):
        answer = visitor.follow(answer)
        element = re.search(r'<meta http-equiv="refresh" content="0; ?url=([^"]+)"', answer.text)
        target = element[1] if element else (answer.header("refresh") or "").partition("url=")[2]
        if not target:
            break
        answer = visitor.get(urljoin(answer.url, html.unescape(target)))
    return answer


def new_subject() -> str:
    return f"subject-{secrets.token_hex(4)}-{next(_numbers)}"
