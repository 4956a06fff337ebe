"""What every check has at hand, and the steps a person takes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from selenium.common.exceptions import TimeoutException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from app_site import AppSite
from chromium import Browser
from hostile_site import HostileSite
from node import Node
from people import PROVIDERS, STAND_INS, Person, invent
from report import contains, equal
from stand_ins import StandIns
from visitor import Visitor

SESSION_COOKIE = "latchkey"
FLOW_COOKIE = "latchkey-flow"
DEVICE_COOKIE = "latchkey-device"


@dataclass
class World:
    """One node, its stand-ins, an attacker, an app and a browser."""

    browser: Browser
    node: Node
    stand_ins: StandIns
    attacker: HostileSite
    app: AppSite
    database: str
    # Complaints in the browser's console that a check provokes on purpose.
    tolerated: list[str] = field(default_factory=list)
    # Values that must never be in a log (M01).
    secrets: set[str] = field(default_factory=set)
    seen_urls: list[str] = field(default_factory=list)

    # Before and after every check.

    def begin(self) -> None:
        self.stand_ins.reset()
        self.browser.forget()
        self.tolerated = []
        self.seen_urls = []

    def end(self) -> None:
        """No check leaves script errors, refused loads or policy violations of our pages behind."""
        self.note_urls()
        ours = [line for line in self.browser.complaints() if self.node.origin in line]
        wrong = [line for line in ours if not any(re.search(pattern, line) for pattern in self.tolerated)]
        equal(wrong, [], "the browser's console")

    def note_urls(self) -> list[str]:
        """Every URL asked for in this check so far."""
        self.seen_urls += self.browser.requests()
        for url in self.seen_urls:
            for name, value in re.findall(r"[?&](code|state|nonce|token|code_challenge)=([^&#]+)", url):
                if name != "code_challenge" and len(value) >= 16:
                    self.secrets.add(value)
        return self.seen_urls

    # What a person does.

    def open(self, path: str) -> None:
        self.browser.get(self.node.origin + path)

    def wait(self, condition: Any, what: str, seconds: float = 120) -> Any:
        try:
            return WebDriverWait(self.browser, seconds, poll_frequency=0.05).until(lambda _: condition())
        except TimeoutException:
            told = [line for line in self.browser.complaints() if "favicon" not in line]
            raise AssertionError(f"still not {what}, at {self.browser.current_url} {' '.join(told)[:300]}") from None

    def press(self, label: str) -> None:
        """Presses the button or link with this accessible name and waits for the next page."""
        self.follow(self.control(label))

    def follow(self, control: WebElement) -> None:
        """Presses a button or link and waits for the next page."""
        page = self.browser.find_element(By.TAG_NAME, "html").id
        label = control.accessible_name
        control.click()
        self.wait(lambda: self._is_next_page(page), f"past {label!r}")

    def _is_next_page(self, page: str) -> bool:
        found = self.browser.find_elements(By.TAG_NAME, "html")
        return bool(found) and found[0].id != page and self.run("return document.readyState") == "complete"

    def control(self, label: str) -> WebElement:
        """The button or link with this accessible name."""
        controls = self.browser.find_elements(By.CSS_SELECTOR, "button, a[href]")
        for element in controls:
            if element.accessible_name.strip() == label:
                return element
        names = [element.accessible_name for element in controls]
        raise AssertionError(f"no {label!r} at {self.browser.current_url}, only {names}: {self.text[:200]!r}")

    def begin_at(self, provider: str) -> None:
        """From the sign-in page to the provider's consent page."""
        self.open("/sign-in")
        self.press(f"Sign in with {PROVIDERS.get(provider, 'OpenID Connect')}")
        self.expect_consent_page(provider)

    def expect_consent_page(self, provider: str) -> None:
        contains(self.browser.current_url, self.stand_ins.origin(STAND_INS[provider]), "the address")

    def consent(self, person: Person) -> None:
        """Picks somebody on the consent page and allows."""
        self.browser.find_element(By.CSS_SELECTOR, f"input[name=person][value='{person.id}']").click()
        self.press("Allow")
        self.wait(lambda: not self._only_passes_on(), "past a page that only passes on")

    def _only_passes_on(self) -> bool:
        """Whether the page is one that the browser leaves by itself at once."""
        if not self.path.startswith("/callback/"):
            return False
        return bool(
            self.run("return !document.querySelector('h1') || !!document.querySelector('meta[http-equiv=refresh i]')")
        )

    def sign_in(self, provider: str, person: Person | None = None) -> Person:
        """The whole way to the account page."""
        person = person or self.invent(provider)
        self.begin_at(provider)
        self.consent(person)
        self.expect_path("/account")
        return person

    def sign_out(self) -> None:
        self.open("/account")
        self.press("Sign out")

    def invent(self, provider: str, **details: Any) -> Person:
        return invent(self.stand_ins, provider, **details)

    # What can be seen.

    @property
    def text(self) -> str:
        return str(self.run("return document.body ? document.body.innerText : ''"))

    @property
    def heading(self) -> str:
        return str(self.browser.find_element(By.TAG_NAME, "h1").text)

    @property
    def path(self) -> str:
        return str(self.browser.current_url).removeprefix(self.node.origin).partition("?")[0]

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)

    def expect_path(self, path: str) -> None:
        try:
            self.wait(lambda: self.path == path, f"at {path}")
        except AssertionError:
            raise AssertionError(f"at {self.browser.current_url}, not {path}: {self.text[:300]!r}") from None

    def expect_way_forward(self) -> None:
        """The page offers at least one step that leads somewhere."""
        steps = self.browser.find_elements(By.CSS_SELECTOR, "main a[href], main button")
        if not steps:
            raise AssertionError(f"a dead end: {self.text[:200]!r}")
        target = steps[0].get_attribute("href")
        if target:
            answer = Visitor().get(target)
            if answer.status >= 400:
                raise AssertionError(f"the way forward, {target}, answers {answer.status}")

    def methods(self) -> list[dict[str, str]]:
        """The ways to sign in that the account page lists."""
        return [
            {
                "provider": row.find_element(By.TAG_NAME, "strong").text,
                "handle": "".join(part.text for part in row.find_elements(By.CSS_SELECTOR, ".handle")),
                "logo": row.find_element(By.CSS_SELECTOR, "svg").get_attribute("outerHTML") or "",
            }
            for row in self.browser.find_elements(By.CSS_SELECTOR, ".methods > li")
        ]

    # Whose session it is.

    @property
    def session_token(self) -> str | None:
        cookie = self.browser.cookies_of(self.node.origin).get(SESSION_COOKIE)
        if cookie is None:
            return None
        self.secrets.add(cookie["value"])
        return str(cookie["value"])

    def whoami(self) -> dict[str, Any] | None:
        """`GET /v1/session` with the browser's own cookies; nil when nobody is signed in."""
        return self.session_behind(self.session_token)

    def session_behind(self, token: str | None) -> dict[str, Any] | None:
        """`GET /v1/session` for one session cookie, as an app's backend asks."""
        headers = {"Cookie": f"{SESSION_COOKIE}={token}"} if token else {}
        answer = Visitor().get(f"{self.node.origin}/v1/session", headers)
        if answer.status == 401:
            return None
        equal(answer.status, 200, "the status of /v1/session")
        session: dict[str, Any] = json.loads(answer.text)
        return session

    def whoami_in_page(self) -> dict[str, Any]:
        """`GET /v1/session` asked for by the browser itself."""
        self.open("/v1/session")
        session: dict[str, Any] = json.loads(self.text)
        return session
