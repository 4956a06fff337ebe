"""What a node needs to know of the stand-ins, and what it needs so that people can have accounts of their own."""

from __future__ import annotations

from stand_ins import StandIns


def registrations(stand_ins: StandIns) -> dict[str, dict[str, str]]:
    """The clients that the stand-ins know, as settings."""
    return {
        "google": {"client_id": "google-client", "client_secret": "google-secret"},
        "github": {"client_id": "github-client", "client_secret": "github-secret"},
        "twitter": {"client_id": "x-client", "client_secret": "x-secret"},
        "oidc-example": {
            "client_id": "oidc-client",
            "client_secret": "oidc-secret",
            "issuer": stand_ins.origin("oidc"),
        },
    }


def local_accounts() -> dict[str, dict[str, object]]:
    """Mail that is caught, every way in by mail, second steps, and limits that no check reaches by accident."""
    return {
        "mail": {"catch": True},
        "sign_in": {"mailed_code": True, "mailed_link": True},
        "encryption": {"keys": ["browser:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]},
        "throttle": {
            "passwords_per_pair": 100_000,
            "passwords_per_address": 100_000,
            "attempts_per_client": 1_000_000,
            "mails_per_address": 100_000,
            "mails_per_client": 1_000_000,
            "starts_per_client": 1_000_000,
        },
    }
