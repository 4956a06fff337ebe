"""Secrets and their hashes, in the forms `latchkey clients secret` and `latchkey administration key` make them."""

from __future__ import annotations

import base64
import hashlib
import secrets


def _made(prefix: str) -> tuple[str, str]:
    body = prefix + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    secret = body + base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()[:3]).decode()
    return secret, hashlib.sha256(secret.encode()).hexdigest()


def made_secret() -> tuple[str, str]:
    """A client's secret, and what stands in its file."""
    secret, hash_ = _made("lkk_")
    return secret, f"sha256:{hash_}"


def made_administration_key() -> tuple[str, str]:
    """An administrator's key, and what stands behind their name in the configuration."""
    return _made("lka_")
