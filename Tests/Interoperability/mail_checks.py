"""Mails over a real mail server: what arrives, and what happens while there is none."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from database import execute, fresh_database
from mail_server import PASSWORD, USER, Delivered, MailServer
from node import Node, node
from processes import awaited, free_port
from report import Suite, contains, equal, lacks
from visitor import Answer, Visitor


@dataclass
class MailWorld:
    """A node and its mail server."""

    node: Node
    server: MailServer
    database: str

    def sign_up(self, address: str) -> Answer:
        fields = {"email": address, "password": f"a long enough phrase {secrets.token_hex(8)}"}
        answer = Visitor().post(f"{self.node.origin}/sign-up", fields)
        assert answer.status < 400, f"{answer.status}: {answer.text[:300]}"
        return answer

    def arrived(self, *addresses: str, seconds: float = 180) -> list[Delivered]:
        """Waits until each address has a mail; returns all mails to them."""
        wanted = set(addresses)

        def mails() -> list[Delivered]:
            return [mail for mail in self.server.delivered if wanted & set(mail.recipients)]

        awaited(
            lambda: wanted <= {address for mail in mails() for address in mail.recipients},
            f"{len(wanted)} mail(s) arrived",
            seconds=seconds,
        )
        return mails()

    def waiting(self) -> int:
        return int(execute(self.database, "select count(*) from jobs where queue = 'mail'"))

    def hurry(self) -> None:
        """Shortens the pauses between attempts, so that the check does not wait them out.

        Only what postpones a job writes `last_error`; a job being worked on keeps its lease, which is in `due_at` too.
        """
        execute(
            self.database,
            "create function soon() returns trigger language plpgsql as $$"
            " begin new.due_at := least(new.due_at, now() + interval '3 seconds'); return new; end $$;"
            "create trigger jobs_soon before update of last_error on jobs"
            " for each row when (new.died_at is null) execute function soon()",
        )


def new_address() -> str:
    return f"person-{secrets.token_hex(6)}@people.example"


suite: Suite[MailWorld] = Suite()


@suite.check("a sign-up's mail arrives over STARTTLS, with both parts and a link to the configured origin")
def sign_up(world: MailWorld) -> None:
    address = new_address()
    world.sign_up(address)
    mails = world.arrived(address)
    equal(len(mails), 1, "the number of mails")
    mail = mails[0]
    equal(mail.sender, "accounts@example.org", "the envelope's sender")
    equal(mail.recipients, [address], "the recipients")
    equal(str(mail.message["To"]), address, "To")
    equal(str(mail.message["From"]), "Grüße & Co <accounts@example.org>", "From")
    equal(mail.message["Auto-Submitted"], "auto-generated", "Auto-Submitted")
    assert re.fullmatch(r"<[0-9a-f-]{36}@localhost>", mail.id), mail.id
    equal([part.get_content_type() for part in mail.message.iter_parts()], ["text/plain", "text/html"], "the parts")
    equal(mail.message.defects, [], "defects")
    for kind in ("plain", "html"):
        contains(mail.part(kind), world.node.origin + "/", f"the {kind} part")
        contains(mail.part(kind), address, f"the {kind} part")
    lacks(mail.part("html"), "<img", "the html part")
    awaited(lambda: world.waiting() == 0, "no mail waits")


@suite.check("R7 without a mail server no request waits, and no mail is lost or sent twice")
def server_away(world: MailWorld) -> None:
    world.sign_up(new_address())
    world.hurry()
    world.server.kill()
    addresses = [new_address() for _ in range(20)]
    # Every one is answered while no mail can leave: a request that waited for its own never would be.
    for address in addresses:
        world.sign_up(address)
    equal([mail for mail in world.server.delivered if set(mail.recipients) & set(addresses)], [], "early mails")
    awaited(
        lambda: int(execute(world.database, "select count(*) from jobs where last_error is not null")) > 0,
        "an attempt failed",
    )
    assert world.waiting() >= len(addresses), "jobs are missing"
    world.server.start()
    awaited(lambda: world.waiting() == 0, "the queue is empty", seconds=180)
    mails = world.arrived(*addresses)
    equal(Counter(address for mail in mails for address in mail.recipients), Counter(addresses), "mails by address")
    ids = [mail.id for mail in world.server.delivered]
    equal(len(set(ids)), len(ids), "the number of different Message-IDs")


@suite.check("no link and no password of the mail server is in the log")
def log(world: MailWorld) -> None:
    lacks(world.node.log, PASSWORD, "the log")
    for mail in world.server.delivered:
        for link in re.findall(r"https?://\S+[?#]\S+", mail.part("plain")):
            token = re.split(r"[=]", link)[-1]
            if len(token) > 20:
                lacks(world.node.log, token, "the log")


def run(only: str = "") -> tuple[int, int]:
    """Starts a mail server, a database and a node, and runs the checks."""
    with tempfile.TemporaryDirectory(prefix="latchkey-mail-") as temporary, fresh_database("mail") as database:
        server = MailServer(Path(temporary), free_port())
        server.start()
        try:
            mail = {
                "url": f"smtp://localhost:{server.port}",
                "username": USER,
                "password": PASSWORD,
                "from": "accounts@example.org",
                "from_name": "Grüße & Co",
                "ca_file": str(server.folder / "ca.pem"),
            }
            with node(database, {}, mail=mail) as started:
                return suite.run(MailWorld(started, server, database), only=only)
        finally:
            server.kill()
