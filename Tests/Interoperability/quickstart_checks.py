"""The quick starts of docs/quickstart, cut out of their pages and run as they stand: each is a backend that a person signs in to.

Node's is not among them: its library is in no Debian release and not on PyPI. Go's is compiled against Debian's library, whose major
version is one older: the import of it is the only line that is changed besides addresses.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from app_checks import AppWorld
from client_checks import administer
from database import execute
from node import ROOT
from processes import Child, awaited, clean_environment, free_port, running
from report import Suite, contains, equal
from visitor import Visitor

suite: Suite[AppWorld] = Suite()
WRITTEN = "http://localhost:5000"


def code(page: str, language: str) -> str:
    """The one block of a page in a language."""
    text = (ROOT / "docs" / "quickstart" / f"{page}.md").read_text()
    found = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"{len(found)} blocks in {language}"
    block: str = found[0]
    return block


def settings(world: AppWorld, name: str, origin: str) -> dict[str, str]:
    """An app for it, as docs/quickstart/README.md registers one."""
    definition = {
        "id": name, "name": name, "first_party": True, "redirect_uris": [f"{origin}/callback"],
        "post_logout_redirect_uris": [f"{origin}/"], "scopes": ["openid", "profile", "email", "offline_access"],
    }  # fmt: skip
    made = administer(world, "POST", "", json=definition)
    equal(made.status_code, 201, f"the status of registering: {made.text}")
    return {"ISSUER": world.issuer, "CLIENT_ID": name, "CLIENT_SECRET": made.json()["secret"]}


def answers(child: Child, origin: str) -> bool:
    if child.has_ended:
        raise RuntimeError(f"{child.name} ended: {child.output[-1500:]}")
    try:
        return Visitor().get(origin + "/").status == 200
    except OSError:
        return False


def visit(world: AppWorld, name: str, origin: str) -> None:
    """What a person does, and what happens meanwhile."""
    visitor = Visitor()
    contains(visitor.get(origin + "/").text, "Sign in", "before")
    begun = visitor.get(origin + "/login")
    back = world.signed_in(visitor, begun.location)
    assert back.location.startswith(f"{origin}/callback"), back.location
    # Somebody else's browser brings the answer: it is not theirs.
    stranger = Visitor()
    refused = stranger.get(back.location)
    lacking = stranger.get(origin + "/").text
    assert "Hello" not in lacking, f"a stranger was signed in: {refused.status}"
    home = visitor.get(back.location)
    assert 300 <= home.status < 400, f"{home.status}: {home.text[:300]}"
    contains(visitor.get(origin + "/").text, "Hello, Ada App", "signed in")
    grant = f"client_id = '{name}'"
    # The access token runs out: the backend refreshes.
    execute(world.database, f"update access_tokens set expires_at = now() where session_id in (select id from sessions where {grant})")
    contains(visitor.get(origin + "/").text, "Hello, Ada App", "after a refresh")
    used = f"select count(*) from refresh_tokens r join sessions s on s.id = r.session_id where s.{grant} and used_at is not null"
    equal(execute(world.database, used), "1", "how many refresh tokens were used")
    # Out, here and there.
    left = visitor.post(origin + "/logout")
    equal(execute(world.database, f"select count(*) from sessions where {grant}"), "0", "sessions of the app after signing out")
    gone = visitor.get(left.location)
    assert gone.location.startswith(origin + "/"), gone.location
    contains(visitor.get(origin + "/").text, "Sign in", "after signing out")
    # What ends at Latchkey has ended here.
    again = world.signed_in(visitor, visitor.get(origin + "/login").location)
    visitor.get(again.location)
    contains(visitor.get(origin + "/").text, "Hello, Ada App", "signed in again")
    execute(world.database, f"delete from sessions where {grant}")
    contains(visitor.get(origin + "/").text, "Sign in", "after the session was ended elsewhere")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="latchkey-quickstart-") as path:
        yield Path(path)


@suite.check("the quick start in Python signs in, refreshes and signs out")
def python(world: AppWorld) -> None:
    port = free_port()
    origin = f"http://localhost:{port}"
    with folder() as path:
        (path / "app.py").write_text(code("python", "python"))
        command = [sys.executable, "-m", "flask", "--app", "app", "run", "--port", str(port)]
        with running(command, cwd=path, environment=clean_environment(**settings(world, "quick-python", origin))) as child:
            awaited(lambda: answers(child, origin), "the backend answers")
            visit(world, "quick-python", origin)


@suite.check("the quick start in Go signs in, refreshes and signs out")
def go(world: AppWorld) -> None:
    port = free_port()
    origin = f"http://localhost:{port}"
    with folder() as path:
        text = code("go", "go")
        for old, new in ((WRITTEN, origin), ('"localhost:5000"', f'"127.0.0.1:{port}"'), ("go-oidc/v3/oidc", "go-oidc")):
            assert old in text, old
            text = text.replace(old, new)
        (path / "main.go").write_text(text)
        environment = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(path / "cache"), "GOFLAGS": "-p=2"}
        built = subprocess.run(
            [shutil.which("go") or "go", "build", "-o", str(path / "app"), str(path / "main.go")],
            cwd=path, env=clean_environment(**environment), capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        equal(built.returncode, 0, f"the compiler: {built.stderr[-1500:]}")
        with running([str(path / "app")], cwd=path, environment=clean_environment(**settings(world, "quick-go", origin))) as child:
            awaited(lambda: answers(child, origin), "the backend answers")
            visit(world, "quick-go", origin)


@suite.check("the quick start with curl goes through every step")
def curl(world: AppWorld) -> None:
    with folder() as path:
        (path / "app.sh").write_text(code("curl", "bash"))
        environment = clean_environment(**settings(world, "quick-curl", WRITTEN))
        child = subprocess.Popen(
            ["bash", str(path / "app.sh")], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            assert child.stdin and child.stdout
            begun = child.stdout.readline().strip()
            back = world.signed_in(Visitor(), begun)
            output, _ = child.communicate(back.location + "\n", timeout=120)
        finally:
            child.kill()
            child.wait()
        equal(child.returncode, 0, f"the exit code: {output}")
        contains(output, '"name":"Ada App"', "who it is")
        lines = [line for line in output.splitlines() if '"active"' in line]
        equal([('"active":true' in line) for line in lines], [True, False], "whether the session lives")
        left = Visitor().get(output.splitlines()[-1])
        assert left.location.startswith(WRITTEN + "/"), left.location


DRIVER = """
// Not print: what goes into a pipe waits there.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\\n").utf8)) }
let arguments = CommandLine.arguments
let latchkey = Latchkey(
    issuer: arguments[1], clientID: arguments[2], secret: arguments[3], redirectURI: "http://localhost:5000/callback")
say(latchkey.signInURL(state: "a state", challenge: arguments[4]))
let back = URLComponents(string: readLine() ?? "")?.queryItems ?? []
func value(_ name: String) -> String { back.first { $0.name == name }?.value ?? "" }
precondition(value("state") == "a state" && value("iss") == latchkey.issuer)
var tokens = try await latchkey.redeem(code: value("code"), verifier: arguments[5])
let person = try await latchkey.person(tokens)
say("\\(person.name ?? "") \\(person.emailVerified ?? false)")
say("\\(try await latchkey.isActive(tokens))")
tokens = try await latchkey.refresh(tokens)
say("\\(try await latchkey.isActive(tokens))")
try await latchkey.revoke(tokens)
say("\\(try await latchkey.isActive(tokens))")
do { _ = try await latchkey.refresh(tokens) } catch let error as Latchkey.Refused { say(error.code) }
say(latchkey.signOutURL(tokens, to: "http://localhost:5000/"))
"""


@suite.check("the quick start in Swift goes through every step")
def swift(world: AppWorld) -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    made = settings(world, "quick-swift", WRITTEN)
    with folder() as path:
        (path / "main.swift").write_text(code("swift", "swift") + DRIVER)
        built = subprocess.run(
            ["swiftc", "-swift-version", "6", "-o", str(path / "app"), str(path / "main.swift")],
            cwd=path, env=clean_environment(PATH=os.environ["PATH"]), capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        equal(built.returncode, 0, f"the compiler: {built.stderr[-1500:]}")
        child = subprocess.Popen(
            [str(path / "app"), made["ISSUER"], made["CLIENT_ID"], made["CLIENT_SECRET"], challenge, verifier],
            env=clean_environment(), text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            assert child.stdin and child.stdout
            begun = child.stdout.readline().strip()
            assert urlsplit(begun).path == "/oauth/authorize", begun
            back = world.signed_in(Visitor(), begun)
            output, _ = child.communicate(back.location + "\n", timeout=120)
        finally:
            child.kill()
            child.wait()
        equal(child.returncode, 0, f"the exit code: {output}")
        lines = output.splitlines()
        equal(lines[:5], ["Ada App true", "true", "true", "false", "invalid_grant"], "the steps")
        left = Visitor().get(lines[5])
        assert left.location.startswith(WRITTEN + "/"), left.location
