"""Apache with mod_auth_openidc, as Debian packages them: a site whose pages are for people who signed in."""

from __future__ import annotations

import contextlib
import html
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processes import Child, awaited, clean_environment, running
from report import Skipped, equal
from visitor import Answer, Visitor

APACHE = Path("/usr/sbin/apache2")
MODULES = Path("/usr/lib/apache2/modules")
CALLBACK = "/members/callback"
PAGE = "/members/page.html"
# Every request for it asks for new tokens first.
RENEWED = "/members/renewed.html"
GOODBYE = "/goodbye.html"


def origin(port: int) -> str:
    """Not `localhost`: like a browser, the visitor gives a host's cookies to all of its ports, and Latchkey has that name."""
    return f"http://127.0.0.1:{port}"


@dataclass
class ApacheSite:
    """A running site."""

    origin: str
    child: Child

    @property
    def log(self) -> str:
        return self.child.output

    def variables(self, page: Answer) -> dict[str, str]:
        """What a page of the site shows: what the module told it about whoever asks."""
        equal(page.status, 200, f"the status of {page.url}; the site's log: {self.log[-600:]}; the page: {page.text[:200]}")
        lines = re.findall(r"^(OIDC_\w+|REMOTE_USER)=(.*)$", page.text, re.MULTILINE)
        return {name: html.unescape(value) for name, value in lines}

    def logout(self) -> str:
        """Where its pages' link to sign out leads."""
        return f"{self.origin}{CALLBACK}?logout={self.origin}{GOODBYE}"


def _configuration(folder: Path, port: int, issuer: str, client: str, secret: str) -> str:
    names = ("mpm_event", "authn_core", "authz_core", "authz_user", "include", "auth_openidc")
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
    # Apache serves nothing as root; as anybody else it stays who it is and needs no such line.
    user = "User nobody\nGroup nogroup" if os.geteuid() == 0 else ""
    return f"""{modules}
{user}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog /dev/stderr
LogLevel warn
StartServers 1
DocumentRoot {folder}/site
<Directory {folder}/site>
    Options +Includes
    ForceType text/html
    SetOutputFilter INCLUDES
    Require all granted
</Directory>
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client}
OIDCClientSecret {secret}
OIDCScope "openid profile email offline_access"
OIDCRedirectURI {origin(port)}{CALLBACK}
OIDCCryptoPassphrase {os.urandom(16).hex()}
OIDCPKCEMethod S256
OIDCHTTPTimeoutShort 60
OIDCRemoteUserClaim sub
OIDCPassRefreshToken On
<Location /members>
    AuthType openid-connect
    Require valid-user
</Location>
<Location {RENEWED}>
    OIDCRefreshAccessTokenBeforeExpiry 86400
</Location>
"""


@contextlib.contextmanager
def apache_site(port: int, issuer: str, client: str, secret: str) -> Iterator[ApacheSite]:
    """Starts the site in the foreground with files of its own; Debian's own Apache service need not be there."""
    if not (MODULES / "mod_auth_openidc.so").exists():
        raise Skipped("Debian's packages apache2-bin and libapache2-mod-auth-openidc are not installed")
    with tempfile.TemporaryDirectory(prefix="latchkey-apache-") as temporary:
        folder = Path(temporary)
        (folder / "site/members").mkdir(parents=True)
        for page in (PAGE, RENEWED, GOODBYE):
            (folder / "site" / page[1:]).write_text("<pre>\n<!--#printenv -->\n</pre>\n")
        folder.chmod(0o755)
        configuration = folder / "apache.conf"
        configuration.touch(0o600)
        configuration.write_text(_configuration(folder, port, issuer, client, secret))
        command = [str(APACHE), "-DFOREGROUND", "-d", temporary, "-f", str(configuration)]
        # Everything it asks for is on loopback.
        with running(command, cwd=folder, environment=clean_environment(no_proxy="*")) as child:
            awaited(lambda: child.has_ended or _answers(port), "Apache listens", seconds=60)
            if child.has_ended:
                raise RuntimeError(f"apache2 ended: {child.output[-600:]}")
            yield ApacheSite(origin(port), child)


def _answers(port: int) -> bool:
    try:
        return Visitor().get(f"{origin(port)}{GOODBYE}").status == 200
    except OSError:
        return False
