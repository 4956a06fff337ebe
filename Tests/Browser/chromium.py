"""A headless Chromium under WebDriver, and what its devtools tell."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium.webdriver import ChromeOptions, Remote
from selenium.webdriver.chromium.remote_connection import ChromiumRemoteConnection

from processes import free_port, running


def _program(*names: str) -> str:
    for name in names:
        path = shutil.which(name)
        if path:
            return path
    print(f"FAILED browser: none of {', '.join(names)} is installed\n0 passed, 1 failed")
    sys.exit(1)


def _mortal(folder: Path) -> Path:
    """A program that starts Chromium so that it ends when chromedriver does, however that ends."""
    chromium = _program("chromium", "chromium-browser", "google-chrome")
    script = folder / "chromium"
    script.write_text(f'#!/bin/sh\nexec "{_program("setpriv")}" --pdeathsig TERM "{chromium}" "$@"\n')
    script.chmod(0o700)
    return script


def _options(profile: str, scripts: bool) -> ChromeOptions:
    options = ChromeOptions()
    options.binary_location = str(_mortal(Path(profile)))
    arguments = [
        "--headless=new",
        f"--user-data-dir={profile}",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--lang=en",
        "--window-size=1280,900",
        # Nothing leaves this machine, whatever the browser thinks of doing on its own.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to run sandboxed as root.
    for argument in arguments:
        options.add_argument(argument)
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.accept_insecure_certs = True  # For the one check that speaks https.
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return options


class Browser(Remote):  # type: ignore[misc]
    """WebDriver with Chromium's own commands."""

    def devtools(self, command: str, **parameters: Any) -> dict[str, Any]:
        """One command of the devtools protocol."""
        answer: dict[str, Any] = self.execute("executeCdpCommand", {"cmd": command, "params": parameters})["value"]
        return answer

    def forget(self) -> None:
        """One empty tab, no cookies, no emulation, no log: as if just started."""
        first, *others = self.window_handles
        for handle in others:
            self.switch_to.window(handle)
            self.close()
        self.switch_to.window(first)
        self.get("about:blank")
        self.devtools("Network.clearBrowserCookies")
        self.devtools("Network.clearBrowserCache")
        self.devtools("Emulation.clearDeviceMetricsOverride")
        self.devtools("Emulation.setEmulatedMedia", features=[])
        self.complaints()
        self.requests()

    def complaints(self) -> list[str]:
        """What the console was told since the last time: script errors, refused loads, violations of a policy."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.get_log("browser")]

    def requests(self) -> list[str]:
        """The http URLs of every document, image and style asked for since the last time, redirects included."""
        urls: list[str] = []
        for entry in self.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return [url for url in urls if url.startswith("http")]

    def cookies_of(self, url: str) -> dict[str, dict[str, Any]]:
        """Cookies as the browser keeps them, HttpOnly ones included."""
        return {cookie["name"]: cookie for cookie in self.devtools("Network.getCookies", urls=[url])["cookies"]}


@contextlib.contextmanager
def chromium(folder: Path, scripts: bool = True) -> Iterator[Browser]:
    """A browser with a profile of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="latchkey-chromium-", ignore_cleanup_errors=True) as profile:
        with running([_program("chromedriver"), f"--port={port}"], cwd=folder) as driver:
            driver.wait_for_line(lambda line: "started successfully" in line)
            browser = Browser(
                command_executor=ChromiumRemoteConnection(
                    remote_server_addr=f"http://127.0.0.1:{port}", browser_name="chrome", vendor_prefix="goog"
                ),
                options=_options(profile, scripts),
            )
            browser.set_page_load_timeout(180)
            browser.set_script_timeout(120)
            try:
                yield browser
            finally:
                browser.quit()
