"""OpenID Providers and HTTP clients that nobody here wrote, against real nodes. Run by dev/test interop.

LATCHKEY_BIN names the folder with the executables, LATCHKEY_TEST_POSTGRES a cluster's administrative database. An argument
runs only the checks whose name matches it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "Outside")]

import app_checks
import assertion_checks
import backchannel_checks
import backend_checks
import claim_checks
import client_change_checks
import client_checks
import conformance_checks
import contract_checks
import exchange_checks
import logout_conformance_checks
import mail_checks
import proxy_checks
import provider_checks
import quickstart_checks
import relying_party_checks
import upstream_token_checks
from database import fresh_database
from node import ROOT, node
from other_providers import CLIENT_ID, CLIENT_SECRET, ProviderMock, django_site, impostor, provider_mock
from processes import end_on_signals, free_port
from world import World


def provider_files(folder: Path, names: list[str]) -> Path:
    """The shipped provider files, and copies of the example under other names: what its first line asks for."""
    shutil.copytree(ROOT / "providers", folder, dirs_exist_ok=True)
    example = (folder / "oidc-example.yaml").read_text()
    for name in names:
        (folder / f"{name}.yaml").write_text(example.replace("id: oidc-example", f"id: {name}"))
    return folder


def main(only: str) -> int:
    end_on_signals()
    passed = failed = 0
    django_port, restarting_port, nobody_port = free_port(), free_port(), free_port()
    with (
        tempfile.TemporaryDirectory(prefix="latchkey-providers-") as temporary,
        fresh_database("interoperability") as database,
        provider_mock("--require-nonce", "true") as mock,
        provider_mock("--token-max-age", "-7200") as stale,
        impostor(mock.issuer) as other_issuer,
        impostor(mock.issuer, status=302) as redirected,
    ):
        issuers = {
            "oidc-example": mock.issuer,
            "django": f"http://127.0.0.1:{django_port}/o",
            "stale": stale.issuer,
            "restarting": f"http://127.0.0.1:{restarting_port}",
            "nobody": f"http://127.0.0.1:{nobody_port}",
            "other-issuer": other_issuer,
            "trailing-slash": mock.issuer + "/",
            "redirected": redirected,
        }
        folder = provider_files(Path(temporary), [name for name in issuers if name != "oidc-example"])
        settings: dict[str, dict[str, str]] = {
            name: {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "issuer": issuer, "name": name}
            for name, issuer in issuers.items()
        }
        settings["oidc-example"].pop("name")
        settings["django"]["name"] = "Staff login"
        with (
            node(database, settings, folder) as first,
            node(database, settings, folder) as second,
            django_site(django_port, f"{first.origin}/callback/django") as django,
        ):
            world = World(first, second, mock, stale, ProviderMock(issuers["restarting"]), django)
            for module in (provider_checks, backend_checks):
                ok, bad = module.suite.run(world, only=only)
                passed, failed = passed + ok, failed + bad
        ok, bad = proxy_checks.run(mock, folder, only)
        passed, failed = passed + ok, failed + bad
    ok, bad = mail_checks.run(only)
    passed, failed = passed + ok, failed + bad
    with app_checks.app_world() as apps:
        for module in (
            app_checks,
            client_checks,
            client_change_checks,
            conformance_checks,
            logout_conformance_checks,
            backchannel_checks,
            assertion_checks,
            claim_checks,
            relying_party_checks,
            quickstart_checks,
            # The last: it does with what is there whatever it likes.
            contract_checks,
        ):
            ok, bad = module.suite.run(apps, only=only)
            passed, failed = passed + ok, failed + bad
    with exchange_checks.exchange_world() as exchange:
        ok, bad = exchange_checks.suite.run(exchange, only=only)
        passed, failed = passed + ok, failed + bad
    ok, bad = upstream_token_checks.run(only)
    passed, failed = passed + ok, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
