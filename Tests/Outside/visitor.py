"""A person without a browser: keeps cookies, reads forms, and shows every single answer instead of following it."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit


@dataclass
class Form:
    """One form of a page, with the values a browser would send."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._button: tuple[str, str] | None = None
        self._label = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif tag == "input" and self.forms and values.get("name"):
            kind = values.get("type", "text")
            if kind == "submit":
                self.forms[-1].buttons.append((values["name"], values.get("value", ""), values.get("value", "")))
            elif kind not in ("radio", "checkbox") or "checked" in values:
                self.forms[-1].fields.append((values["name"], values.get("value", "")))
        elif tag == "button":
            self._button, self._label = (values.get("name", ""), values.get("value", "")), ""

    def handle_data(self, data: str) -> None:
        self._label += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None and self.forms:
            self.forms[-1].buttons.append((*self._button, " ".join(self._label.split())))
            self._button = None


@dataclass
class Answer:
    """One HTTP response."""

    url: str
    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if values else None

    @property
    def location(self) -> str:
        """The absolute target of a redirect."""
        target = self.header("location")
        if target is None:
            raise AssertionError(f"{self.status} of {self.url} is no redirect: {self.text[:300]}")
        return urljoin(self.url, target)

    @property
    def forms(self) -> list[Form]:
        reader = _FormReader()
        reader.feed(self.text)
        return reader.forms


class Visitor:
    """One browser's worth of cookies. Like browsers, it tells hosts apart but not ports."""

    def __init__(self) -> None:
        self.cookies: dict[tuple[str, str], str] = {}

    def cookie(self, url: str, name: str) -> str | None:
        return self.cookies.get((urlsplit(url).hostname or "", name))

    def request(self, method: str, url: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request, never followed."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        sent = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Visitor/1"}
        mine = "; ".join(f"{name}={value}" for (owner, name), value in self.cookies.items() if owner == host)
        if mine:
            sent["Cookie"] = mine
        sent.update(headers or {})
        # The stand-ins and the node listen on IPv4 only.
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=120)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            sent.setdefault("Host", parts.netloc)
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
            answer = Answer(url, response.status, response.getheaders(), text)
        finally:
            connection.close()
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                self._keep(host, value)
        return answer

    def _keep(self, host: str, line: str) -> None:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        if any(attribute.lower() == "max-age=0" for attribute in attributes):
            self.cookies.pop((host, name), None)
        else:
            self.cookies[(host, name)] = value

    def get(self, url: str, headers: dict[str, str] | None = None) -> Answer:
        return self.request("GET", url, headers=headers)

    def post(self, url: str, fields: Any = (), headers: dict[str, str] | None = None) -> Answer:
        """Posts a form as the page of the same origin would."""
        parts = urlsplit(url)
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"{parts.scheme}://{parts.netloc}",
            "Sec-Fetch-Site": "same-origin",
        }
        sent.update(headers or {})
        return self.request("POST", url, urlencode(fields), sent)

    def submit(self, page: Answer, button: str, values: dict[str, str] | None = None) -> Answer:
        """Presses a button; `values` replace or add what a person types."""
        for form in page.forms:
            for name, value, label in form.buttons:
                if label == button:
                    fields = dict(form.fields) | ({name: value} if name else {}) | (values or {})
                    return self.post(urljoin(page.url, form.action) if form.action else page.url, fields)
        raise AssertionError(f"no button {button!r} on {page.url}: {page.text[:300]}")

    def follow(self, answer: Answer, limit: int = 10) -> Answer:
        """Goes where redirects lead."""
        while 300 <= answer.status < 400 and limit > 0:
            answer = self.get(answer.location)
            limit -= 1
        return answer
