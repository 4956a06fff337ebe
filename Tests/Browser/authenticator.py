"""An authenticator app (RFC 6238: SHA-1, 30 seconds, six digits) that uses no code twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

from processes import awaited

_PERIOD = 30


class Authenticator:
    """One account in the app. Codes come from the earliest step that the server still takes, so that several of them
    can be used within a minute although each step counts once (P-12)."""

    def __init__(self, secret: str) -> None:
        letters = secret.replace(" ", "")
        self._key = base64.b32decode(letters + "=" * (-len(letters) % 8))
        self._last = 0

    def code(self) -> str:
        """The next code. Waits only when every step that the server would take is used."""
        awaited(lambda: self._next() <= int(time.time()) // _PERIOD + 1, "the next step of the authenticator", 60)
        self._last = self._next()
        return self._at(self._last)

    def wrong_code(self) -> str:
        """A code of none of the steps around now."""
        now = int(time.time()) // _PERIOD
        near = {self._at(now + step) for step in range(-3, 4)}
        return next(code for code in ("000000", *map(str, range(100_000, 100_010))) if code not in near)

    def _next(self) -> int:
        step, seconds = divmod(time.time(), _PERIOD)
        # The step before stays good until this one ends; not when it is about to.
        earliest = int(step) - 1 if seconds < _PERIOD - 10 else int(step)
        return max(self._last + 1, earliest)

    def _at(self, step: int) -> str:
        tag = hmac.new(self._key, step.to_bytes(8, "big"), hashlib.sha1).digest()
        offset = tag[19] & 15
        number = int.from_bytes(tag[offset : offset + 4], "big") & 0x7FFF_FFFF
        return f"{number % 1_000_000:06}"
