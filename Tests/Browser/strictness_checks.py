"""Stricter settings, and OpenID Providers spread over several hosts, must not break signing in."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from installation import registrations
from node import node
from report import Suite, contains, equal, lacks
from tls_front import tls_front
from visitor import Visitor
from world import DEVICE_COOKIE, FLOW_COOKIE, SESSION_COOKIE, World

suite: Suite[World] = Suite()


@contextlib.contextmanager
def _another_node(world: World, **settings: Any) -> Iterator[World]:
    """The same world around a node of this check's own: other settings, and nothing remembered of any provider."""
    development = {"origins": world.stand_ins.substitutions}
    with node(world.database, registrations(world.stand_ins), development=development, **settings) as other:
        yield replace(world, node=other)


def _sign_in_elsewhere(world: World, authorization_endpoint: str, shown: str) -> None:
    """The stand-in's metadata names another authorization endpoint; a person signs in through it all the same."""
    issuer = world.stand_ins.origin("oidc")
    document = Visitor().get(f"{issuer}/.well-known/openid-configuration").text
    changed = document.replace(f"{issuer}/authorize", authorization_endpoint)
    assert changed != document, document
    world.stand_ins.control("PUT", "/override/oidc/discovery", {"body": changed, "count": "forever"})
    with _another_node(world) as fresh:
        person = fresh.invent("oidc-example")
        fresh.open("/sign-in")
        fresh.press("Sign in with OpenID Connect")
        contains(fresh.browser.current_url, shown, "the address")
        fresh.consent(person)
        fresh.expect_path("/account")
        fresh.end()


@suite.check("any OpenID Provider, by its issuer")
def generic(world: World) -> None:
    person = world.invent("oidc-example")
    world.open("/sign-in")
    world.press("Sign in with OpenID Connect")
    world.expect_consent_page("oidc-example")
    world.consent(person)
    world.expect_path("/account")
    equal((world.whoami() or {})["user"]["email"], person.email, "the address")


# Browsers hold the whole redirect chain of a form to `form-action`, so a page has to know where it may lead.


@suite.check("an OpenID Provider whose sign-in page is on another host than its issuer")
def other_host(world: World) -> None:
    elsewhere = world.stand_ins.origin("oidc").replace("127.0.0.1", "localhost")
    _sign_in_elsewhere(world, f"{elsewhere}/authorize", elsewhere)


@suite.check("an OpenID Provider that sends people on to another host of its own")
def redirecting(world: World) -> None:
    issuer = world.stand_ins.origin("oidc")
    portal = world.attacker.redirect(f"{issuer}/authorize")
    _sign_in_elsewhere(world, world.attacker.origins["same-site"] + portal, issuer)


@suite.check("H03 H04 with SameSite=Strict for the session, signing in still ends on the account page")
def strict(world: World) -> None:
    with _another_node(world, session={"cookie_same_site": "strict"}) as other:
        person = other.sign_in("google")
        equal(other.heading, person.name, "the heading")
        equal(other.browser.cookies_of(other.node.origin)[SESSION_COOKIE]["sameSite"], "Strict", "SameSite")
        bob = other.invent("github")
        other.begin_at("github")
        other.consent(bob)
        contains(other.heading, "another account", "the heading")
        other.end()


@suite.check("H03 M07 over https the cookies are __Host- and Secure, and out of reach for the same host's http")
def secure(world: World) -> None:
    with tls_front() as front, _another_node(world, public_url=front.origin) as other:
        front.target_port = other.node.port
        person = other.sign_in("google")
        cookies = other.browser.cookies_of(front.origin)
        wanted_names = {f"__Host-{name}" for name in (SESSION_COOKIE, FLOW_COOKIE, DEVICE_COOKIE)}
        equal(set(cookies), wanted_names, "the cookies")
        for cookie in cookies.values():
            found = {key: cookie[key] for key in ("secure", "httpOnly", "sameSite", "path", "domain")}
            wanted = {"secure": True, "httpOnly": True, "sameSite": "Lax", "path": "/", "domain": "localhost"}
            equal(found, wanted, f"the cookie {cookie['name']}")
            other.secrets.add(cookie["value"])
        # The next port, without TLS, plants cookies for the whole host (cookie tossing).
        planting = [f"__Host-{SESSION_COOKIE}", f"__Host-{FLOW_COOKIE}", SESSION_COOKIE, FLOW_COOKIE]
        script = "".join(f"document.cookie = '{name}=planted; path=/';" for name in planting)
        other.browser.get(
            other.attacker.origins["same-site"] + other.attacker.page(f"<h1>.</h1><script>{script}</script>")
        )
        contains(other.run("return document.cookie"), "planted", "what could be planted, or this proves nothing")
        equal(other.whoami_in_page()["user"]["name"], person.name, "who is signed in")
        other.sign_out()
        equal(other.heading, "You are signed out", "the heading")
        page = Visitor().get(f"http://127.0.0.1:{other.node.port}/sign-in")
        contains(page.header("Strict-Transport-Security") or "", "max-age=", "Strict-Transport-Security")
        other.end()


@suite.check("A09 the service's own name, not the request's Host, is where people come back to")
def host(world: World) -> None:
    visitor = Visitor()
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    answer = visitor.post(f"{world.node.origin}/sign-in/google", headers=headers)
    equal(answer.status, 303, "the status")
    contains(answer.location, "redirect_uri=http%3A%2F%2Flocalhost", "the authorization request")
    lacks(answer.location, "evil.example", "the authorization request")
