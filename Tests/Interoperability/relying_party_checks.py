"""Sites and libraries that sign people in through Latchkey, written by others: Apache's mod_auth_openidc, requests-oauthlib."""

from __future__ import annotations

import os
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from authlib.jose import jwt
from oauthlib.oauth2 import InvalidGrantError
from requests_oauthlib import OAuth2Session

from apache import GOODBYE, PAGE, RENEWED, ApacheSite, apache_site
from app_checks import REDIRECT, SCOPE, AppWorld, answered, until_outside
from report import Suite, equal, lacks
from visitor import Answer, Visitor

suite: Suite[AppWorld] = Suite()


def site_of(world: AppWorld) -> Any:
    app = world.apps["apache"]
    return apache_site(world.apache_port, world.issuer, app.id, app.secret or "")


def opened(world: AppWorld, site: ApacheSite, visitor: Visitor, path: str, subject: str | None = None) -> Answer:
    """Opens a page of the site, signing in wherever that leads."""
    answer = visitor.get(site.origin + path)
    if 300 <= answer.status < 400:
        back = world.signed_in(visitor, answer.location, subject)
        answered(back, f"{site.origin}/members/callback")
        answer = visitor.follow(visitor.get(back.location))
    return answer


@suite.check("Apache's mod_auth_openidc: a person signs in, the page knows who it is")
def apache_signs_in(world: AppWorld) -> None:
    with site_of(world) as site:
        visitor, subject = Visitor(), world.person()
        begun = visitor.get(site.origin + PAGE)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.location).query).items()}
        equal(asked["code_challenge_method"], "S256", "what the site asks with")
        shown = site.variables(opened(world, site, visitor, PAGE, subject))
        claims = jwt.decode(world.redeemed(world.apps["shop"], visitor)["id_token"], world.keys())
        equal(shown["OIDC_CLAIM_iss"], world.issuer, "the issuer")
        equal(shown["OIDC_CLAIM_aud"], "apache", "the audience")
        equal(shown["OIDC_CLAIM_sub"], claims["sub"], "the person, as another app knows them")
        equal(shown["REMOTE_USER"].partition("@")[0], claims["sub"], "the user of the request")
        equal(shown["OIDC_CLAIM_name"], "Ada App", "the name")
        equal(shown["OIDC_CLAIM_email"], f"{subject}@people.example", "the address")
        equal(shown["OIDC_CLAIM_email_verified"], "1", "whether the address is proven")
        assert world.active(shown["OIDC_access_token"], world.apps["apache"], world.second), "its access token"
        # Without a session at the site there is nothing to see, session at Latchkey or not.
        equal(Visitor().get(site.origin + PAGE).status, 302, "the page for nobody")


@suite.check("Apache's mod_auth_openidc gets a new access token, again and again, and what was used before is used up")
def apache_refreshes(world: AppWorld) -> None:
    with site_of(world) as site:
        visitor = Visitor()
        found = [site.variables(opened(world, site, visitor, PAGE))]
        found += [site.variables(visitor.get(site.origin + RENEWED)) for _ in range(3)]
        found.append(site.variables(visitor.get(site.origin + PAGE)))
        access = [shown["OIDC_access_token"] for shown in found]
        refresh = [shown["OIDC_refresh_token"] for shown in found]
        equal((len(set(access)), len(set(refresh))), (4, 4), "the number of access and refresh tokens")
        equal((access[4], refresh[4]), (access[3], refresh[3]), "the tokens where none was asked for")
        app = world.apps["apache"]
        assert world.active(access[3], app), "the newest access token"
        replay = world.token(app, grant_type="refresh_token", refresh_token=refresh[0])
        equal(replay.json()["error"], "invalid_grant", "the first refresh token")
        assert not world.active(access[3], app), "alive after a replay"


@suite.check("Apache's mod_auth_openidc signs a person out, here too, and they are back at the site")
def apache_signs_out(world: AppWorld) -> None:
    with site_of(world) as site:
        visitor, app = Visitor(), world.apps["apache"]
        shown = site.variables(opened(world, site, visitor, PAGE))
        leaving = visitor.get(site.logout())
        assert leaving.location.startswith(f"{world.issuer}/oauth/logout?"), leaving.location
        left = until_outside(visitor, visitor.get(leaving.location), world.issuer)
        equal(left.location.partition("?")[0], site.origin + GOODBYE, "the way back")
        equal(visitor.get(left.location).status, 200, "the page for whoever is gone")
        equal(visitor.get(f"{world.issuer}/account").status, 303, "signed in here")
        assert not world.active(shown["OIDC_access_token"], app), "the access token"
        assert not world.active(shown["OIDC_refresh_token"], app), "the refresh token"
        again = visitor.get(site.origin + PAGE)
        page = until_outside(visitor, visitor.get(again.location), world.issuer)
        assert page.status == 200 and "/sign-in/oidc-example" in page.text, "signed in without being asked"
        for node in (world.first, world.second):
            for token in (shown["OIDC_access_token"], shown["OIDC_refresh_token"], app.secret or "-"):
                lacks(node.log, token, "the log")


@suite.check("requests-oauthlib signs in with PKCE, refreshes by itself, and revokes")
def requests_oauthlib(world: AppWorld) -> None:
    # Everything here is on loopback without TLS, which the library otherwise refuses.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    app, kept = world.apps["shop"], []
    with OAuth2Session(
        app.id,
        redirect_uri=REDIRECT,
        scope=SCOPE.split(),
        pkce="S256",
        auto_refresh_url=world.endpoint("/oauth/token"),
        auto_refresh_kwargs={"client_id": app.id, "client_secret": app.secret},
        token_updater=kept.append,
    ) as client:
        client.trust_env = False
        url, _ = client.authorization_url(world.endpoint("/oauth/authorize"), nonce=secrets.token_hex(8))
        url = url.replace(world.endpoint(""), world.issuer)
        answer = world.signed_in(Visitor(), url)
        tokens = client.fetch_token(
            world.endpoint("/oauth/token"), authorization_response=answer.location, client_secret=app.secret
        )
        subject = jwt.decode(tokens["id_token"], world.keys())["sub"]
        equal(client.get(world.endpoint("/oauth/userinfo")).json()["sub"], subject, "the person")
        equal(kept, [], "what was refreshed while the token was young")
        client.token = dict(tokens) | {"expires_at": time.time() - 1, "expires_in": -1}
        equal(client.get(world.endpoint("/oauth/userinfo")).json()["sub"], subject, "the person after a refresh")
        equal(len(kept), 1, "how often it was refreshed")
        assert kept[0]["refresh_token"] != tokens["refresh_token"], "not rotated"
        target, headers, body = client._client.prepare_token_revocation_request(
            world.endpoint("/oauth/revoke"), kept[0]["refresh_token"], token_type_hint="refresh_token"
        )
        revoked = world.call("POST", urlsplit(target).path, data=body, headers=headers, auth=app.auth)
        equal(revoked.status_code, 200, "the revocation")
        assert not world.active(kept[0]["access_token"], app), "the access token after a revocation"
        try:
            client.refresh_token(
                world.endpoint("/oauth/token"), refresh_token=kept[0]["refresh_token"], client_id=app.id,
                client_secret=app.secret,
            )  # fmt: skip
        except InvalidGrantError:
            pass
        else:
            raise AssertionError("refreshed after a revocation")
