"""What a node needs to know of the stand-ins."""

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
