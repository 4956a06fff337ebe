"""The side of an app that is told when a session has ended: OpenID Connect Back-Channel Logout 1.0, section 2.5."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from processes import awaited


class Receiver:
    """Takes logout tokens, one path for each app, and answers as a check wants."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, list[str]] = defaultdict(list)
        self._statuses: dict[str, list[int]] = defaultdict(list)
        # What is posted to /slow is answered when a check says so.
        self.answer_slow = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                status = receiver.take(self.path, self.headers.get("Content-Type", ""), body)
                if self.path == "/slow":
                    receiver.answer_slow.wait(120)
                self.send_response(status)
                # Where a notice went that followed a redirect.
                if 300 <= status < 400:
                    self.send_header("Location", receiver.origin + "/elsewhere")
                self.send_header("Content-Length", "0")
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.end_headers()

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, path: str, content_type: str, body: str) -> int:
        form = parse_qs(body, strict_parsing=True) if body else {}
        is_notice = content_type == "application/x-www-form-urlencoded" and list(form) == ["logout_token"]
        with self._lock:
            self._tokens[path].append(form["logout_token"][0] if is_notice else f"no notice: {content_type} {body[:60]}")
            return self._statuses[path].pop(0) if self._statuses[path] else 200

    def answer(self, path: str, *statuses: int) -> None:
        """The next answers at a path; 200 after them."""
        with self._lock:
            self._statuses[path] = list(statuses)

    def tokens(self, path: str) -> list[str]:
        with self._lock:
            return list(self._tokens[path])

    def forget(self) -> None:
        with self._lock:
            self._tokens.clear()
            self._statuses.clear()

    def arrived(self, path: str, count: int) -> list[str]:
        """As soon as there are so many."""
        awaited(lambda: len(self.tokens(path)) >= count, f"{count} notices at {path}")
        return self.tokens(path)


@contextlib.contextmanager
def receiver() -> Iterator[Receiver]:
    """A running receiver."""
    one = Receiver()
    thread = threading.Thread(target=one.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.answer_slow.set()
        one.server.shutdown()
        thread.join()
