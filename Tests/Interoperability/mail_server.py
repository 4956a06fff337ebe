"""An SMTP server that nobody here wrote (aiosmtpd), with STARTTLS and a password, as a process that can be killed.

As a program it serves one port and appends every mail it takes, as one line of JSON, to a file.
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import os
import ssl
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

USER, PASSWORD = "latchkey", "password-at-the-mail-server"


@dataclass
class Delivered:
    """One mail as it arrived."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    def part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        assert body is not None, f"no {kind} part"
        return str(body.get_content())


class MailServer:
    """Its certificate authority, its port, and what it has taken, over all its lives."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.inbox = folder / "inbox"
        self.inbox.touch()
        self._process: subprocess.Popen[str] | None = None
        self._issue()

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=180)

    def _issue(self) -> None:
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        authority = ["-addext", "basicConstraints=critical,CA:TRUE", "-keyout", "ca.key", "-out", "ca.pem"]
        self._openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=test authority", *authority)
        self._openssl("req", "-new", *key, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
        (self.folder / "extensions").write_text("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extensions"]
        self._openssl("x509", "-req", "-in", "server.csr", *signing, "-out", "server.pem")

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), str(self.folder), str(self.port)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line == "ready\n", f"the mail server said {line!r}"

    def kill(self) -> None:
        """As a machine that loses its power."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(15)
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    @property
    def delivered(self) -> list[Delivered]:
        found = []
        for line in self.inbox.read_text().splitlines():
            entry = json.loads(line)
            message = email.message_from_string(entry["content"], policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            found.append(Delivered(entry["from"], entry["to"], message))
        return found


def serve(folder: Path, port: int) -> None:
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
            # The line is on the disk before the answer: what was answered was kept.
            entry = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "content": envelope.content.decode("ascii")}
            descriptor = os.open(folder / "inbox", os.O_WRONLY | os.O_APPEND)
            try:
                os.write(descriptor, (json.dumps(entry) + "\n").encode())
            finally:
                os.close(descriptor)
            return "250 taken"

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")

    def connection() -> SMTP:
        return SMTP(
            Handler(),
            hostname="localhost",
            tls_context=context,
            require_starttls=True,
            authenticator=authenticate,
            auth_required=True,
        )

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port)
        print("ready", flush=True)
        await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
