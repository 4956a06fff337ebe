"""What the node wrote during everything before."""

from __future__ import annotations

import json

from report import Suite, equal
from world import World

suite: Suite[World] = Suite()


@suite.check("M01 the log of the whole run holds no session token, code, state or nonce")
def secrets(world: World) -> None:
    assert len(world.secrets) > 20, "too few secrets seen for this to prove anything"
    log = world.node.log
    leaked = [secret for secret in world.secrets if secret in log]
    equal(len(leaked), 0, "secrets in the log")


@suite.check("M01 nor anybody's address")
def addresses(world: World) -> None:
    equal([line for line in world.node.log.splitlines() if "@people.example" in line][:1], [], "lines with an address")


@suite.check("M03 a failure's page and its log line carry the same id")
def correlation(world: World) -> None:
    world.tolerated.append("status of 400")
    world.begin_at("google")
    world.press("Deny")
    shown = world.browser.find_element("css selector", ".reference code").text
    lines = [json.loads(line) for line in world.node.log.splitlines() if shown in line]
    assert any("access_denied" in json.dumps(line) for line in lines), f"no line about {shown}: {lines}"


@suite.check("nothing unexpected happened: no line says error")
def errors(world: World) -> None:
    lines = [json.loads(line) for line in world.node.log.splitlines() if line.startswith("{")]
    assert lines, "the log is not JSON"
    # Checks above take a provider down, and that may well be an error worth a line.
    grave = [line for line in lines if str(line.get("level", "")).lower() in ("error", "critical")]
    equal([line for line in grave if "provider" not in json.dumps(line)][:1], [], "error lines")
