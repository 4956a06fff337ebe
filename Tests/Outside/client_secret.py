"""A client secret and its hash, in the form `latchkey clients secret` makes them."""

from __future__ import annotations

import base64
import hashlib
import secrets


def made_secret() -> tuple[str, str]:
    """The secret, and what stands in the app's file."""
    body = "lkk_" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    secret = body + base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()[:3]).decode()
    return secret, "sha256:" + hashlib.sha256(secret.encode()).hexdigest()
