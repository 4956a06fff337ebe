#!/usr/bin/python3
"""A real browser against a real node, its database and the stand-ins. Run by dev/test browser.

LATCHKEY_BIN names the folder with the executables, LATCHKEY_TEST_POSTGRES a cluster's administrative database;
LATCHKEY_SCREENSHOTS=1 keeps a picture of every page in .dev/screenshots. An argument runs only the checks whose name
matches it.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "Outside")]

import address_change_checks
import app_checks
import attack_checks
import linking_checks
import local_account_checks
import log_checks
import mail_sign_in_checks
import outcome_checks
import password_checks
import scriptless_checks
import second_step_checks
import sign_in_checks
import strictness_checks
import trouble_checks
from app_site import app_site
from chromium import Browser, chromium
from database import fresh_database
from hostile_site import hostile_site
from installation import local_accounts, registrations
from node import ROOT, executable, node
from processes import end_on_signals
from stand_ins import stand_ins
from world import World

WITH_SCRIPTS = [
    sign_in_checks,
    trouble_checks,
    linking_checks,
    outcome_checks,
    local_account_checks,
    password_checks,
    address_change_checks,
    second_step_checks,
    mail_sign_in_checks,
    app_checks,
    attack_checks,
    strictness_checks,
    log_checks,
]


def main(only: str) -> int:
    end_on_signals()
    passed = failed = 0
    with (
        contextlib.ExitStack() as stack,
        fresh_database("browser") as database,
        stand_ins(executable("mock-provider"), ROOT) as providers,
        hostile_site() as attacker,
        app_site() as app,
        tempfile.TemporaryDirectory(prefix="latchkey-clients-") as clients,
    ):
        app.register(Path(clients))
        latchkey = stack.enter_context(
            node(
                database,
                registrations(providers),
                development={"origins": providers.substitutions},
                clients={"directory": clients},
                **local_accounts(),
            )
        )
        app.issuer = latchkey.origin

        def run(browser: Browser, modules: list[object]) -> None:
            nonlocal passed, failed
            world = World(browser, latchkey, providers, attacker, app, database)
            for module in modules:
                ok, bad = module.suite.run(world, World.begin, World.end, only)  # type: ignore[attr-defined]
                passed, failed = passed + ok, failed + bad

        with chromium(ROOT) as browser:
            run(browser, list(WITH_SCRIPTS))
        with chromium(ROOT, scripts=False) as browser:
            run(browser, [scriptless_checks])
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
