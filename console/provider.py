"""The OpenID provider as we ask it: discovery, the way to it, and an identity token held against all that it must say.

OpenID Connect Core 1.0 section 3.1, with PKCE (RFC 7636). Nothing follows a redirect, and nothing is asked in clear but
on this machine.
"""

import asyncio
import logging
import time
from typing import Any, cast

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, TypeAdapter, ValidationError

from config.checks import safe
from config.settings import Settings
from office.accounts import Vouched

log = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "Ed25519", "EdDSA"]
"""Signatures by a key that only the provider has: never a shared secret, never none."""
TIMEOUT = 10.0
FRESH = 3600.0  # seconds for which a provider's own description is believed
LEEWAY = 60  # seconds by which its clock may differ
JSON: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class NotSignedIn(Exception):  # noqa: N818 - said to a person
    """What came from the provider does not let anybody in."""


class ProviderSilent(Exception):  # noqa: N818 - said to a person
    """The provider does not answer, or answers what it must not."""


class Discovered(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    code_challenge_methods_supported: tuple[str, ...] = ("S256",)


class Provider:
    """One provider, asked as one client."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_issuer
        assert settings.oidc_client_id
        secret = settings.oidc_client_secret
        self.issuer = settings.oidc_issuer
        self.client_id = settings.oidc_client_id
        self.secret = secret.get_secret_value() if secret else None
        self.claim = settings.oidc_person_claim
        self.back = f"{settings.base_url}/oidc/callback"
        self._discovered: tuple[float, Discovered] | None = None
        self._keys: KeySet | None = None
        self._lock = asyncio.Lock()

    async def way_in(self, state: str, nonce: str, verifier: str) -> str:
        """The address to which a browser is sent.

        Raises:
            ProviderSilent
        """
        there = await self.discovered()
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                there.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
            )
        return str(address)

    async def vouched(self, code: str, nonce: str, verifier: str) -> Vouched:
        """Who the provider says has signed in.

        Raises:
            NotSignedIn, ProviderSilent
        """
        there = await self.discovered()
        try:
            async with self._client() as client:
                token = await client.fetch_token(
                    there.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
                )
        except OAuthError as refused:
            raise _refused(f"the token endpoint: {refused.error}") from refused
        except (httpx2.HTTPError, ValueError) as error:
            raise _silent(error) from error
        claims = await self._claims(token, nonce)
        return self._of(claims)

    async def discovered(self) -> Discovered:
        """What the provider says of itself, asked again after an hour. Raises ProviderSilent."""
        async with self._lock:
            if self._discovered is None or time.monotonic() - self._discovered[0] > FRESH:
                found = await self._asked(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
                self._discovered = time.monotonic(), self._checked(found)
            return self._discovered[1]

    def _checked(self, found: dict[str, Any]) -> Discovered:
        try:
            there = Discovered.model_validate(found)
        except ValidationError as error:
            raise _silent(error) from error
        ends = (there.authorization_endpoint, there.token_endpoint, there.jwks_uri)
        if there.issuer != self.issuer or not all(safe(end) for end in ends):
            raise _silent(ValueError(f"{there.issuer} is not {self.issuer}, or an endpoint is not https"))
        if "S256" not in there.code_challenge_methods_supported:
            raise _silent(ValueError("it takes no PKCE with S256"))
        return there

    async def _claims(self, token: dict[str, Any], nonce: str) -> CodeIDToken:
        """The claims of an identity token that this provider signed, for us, now, and for this very sign-in."""
        signed = token.get("id_token")
        if not isinstance(signed, str):
            raise _refused("no identity token")
        options = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
            "nonce": {"essential": True, "value": nonce},
            "sub": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        try:
            found = await self._opened(signed)
            claims = CodeIDToken(found.claims, found.header, options, params)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError) as wrong:
            raise _refused(f"the identity token: {type(wrong).__name__} {wrong}") from wrong
        return claims

    async def _opened(self, signed: str) -> jwt.Token:
        """With the keys that we know; asked again once when it names another. Providers change them."""
        if self._keys is not None:
            try:
                return jwt.decode(signed, self._keys, algorithms=ALGORITHMS)
            except (InvalidKeyIdError, ValueError):
                self._keys = None
        there = await self.discovered()
        self._keys = KeySet.import_key_set(cast(Any, await self._asked(there.jwks_uri)))
        return jwt.decode(signed, self._keys, algorithms=ALGORITHMS)

    def _of(self, claims: CodeIDToken) -> Vouched:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _refused("a subject that is no text")
        if self.claim is not None:
            named = claims.get(self.claim)
            if not isinstance(named, str) or not named:
                raise _refused(f"no claim {self.claim}")
            return Vouched(self.issuer, subject, person=named)
        mailbox = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(mailbox, str)
        return Vouched(self.issuer, subject, mailbox=mailbox if verified else None)

    def _client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self.client_id,
            client_secret=self.secret,
            token_endpoint_auth_method="client_secret_basic" if self.secret else "none",
            scope="openid email profile",
            redirect_uri=self.back,
            code_challenge_method="S256",
            timeout=TIMEOUT,
            follow_redirects=False,
        )

    async def _asked(self, address: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False) as client:
                answer = await client.get(address, headers={"Accept": "application/json"})
                answer.raise_for_status()
                return JSON.validate_python(answer.json())
        except (httpx2.HTTPError, ValueError) as error:
            raise _silent(error) from error


def _refused(why: str) -> NotSignedIn:
    log.warning("a sign-in failed", extra={"by": "oidc", "reason": why})
    return NotSignedIn(
        "You are not signed in: what your provider sent cannot be relied on. Try again; if it stays, tell operations, "
        "who find the reason in the log."
    )


def _silent(error: Exception) -> ProviderSilent:
    log.warning(
        "the OpenID provider cannot be used", extra={"reason": f"{type(error).__name__}: {error}"[:300]}
    )
    return ProviderSilent(
        "You are not signed in: your provider does not answer as it should. Try again in a while; if it stays, tell "
        "operations, who find the reason in the log."
    )
