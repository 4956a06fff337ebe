"""People with accounts at the stand-ins: new ones for every check, so that no check sees another's."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import asdict, dataclass

from stand_ins import StandIns

_numbers = itertools.count(1)

# What people call each provider, and which stand-in plays it.
PROVIDERS = {"google": "Google", "github": "GitHub", "twitter": "X"}
STAND_INS = {"google": "google", "github": "github", "twitter": "x", "oidc-example": "oidc"}


@dataclass
class Person:
    """Somebody as a provider knows them."""

    id: str
    subject: str
    name: str
    username: str
    email: str | None
    email_verified: bool


def invent(stand_ins: StandIns, provider: str, name: str = "", email: str | None = "", verified: bool = True) -> Person:
    """Gives somebody new an account at a stand-in; without an address of their own they get a fresh one."""
    number = next(_numbers)
    tag = f"{secrets.token_hex(3)}{number}"
    person = Person(
        id=f"person-{tag}",
        subject=str(secrets.randbelow(9 * 10**14) + 10**14),
        name=name or f"Ada Person {tag}",
        username=f"ada_{tag}" if provider == "twitter" else f"ada-{tag}",
        email=f"ada.{tag}@people.example" if email == "" else email,
        email_verified=verified,
    )
    stand_ins.control("PUT", f"/people/{STAND_INS[provider]}/{person.id}", asdict(person))
    return person
