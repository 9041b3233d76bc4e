"""A person's sign-in at the issuer: the authorization code flow of OpenID Connect Core, with PKCE (RFC 7636), state and nonce.

All that ties a sign-in to its browser follows from one secret, which only that browser holds: the state, the nonce and PKCE's verifier are
each a hash of it, so that this server has nothing to keep but that the sign-in is under way.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from graph.openid import network, tokens
from graph.openid.addresses import is_safe
from graph.openid.issuer import Issuer
from graph.openid.network import Unreachable
from graph.openid.tokens import Rejected
from graph.sessions import derived
from graph.settings import OpenId
from resolvers.errors import Unavailable

CALLBACK = "/signin/callback"
AFTER = "/graphiql"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in of one browser, by its secret."""

    secret: str

    @property
    def state(self) -> str:
        """What comes back with the code."""
        return derived(self.secret, "state")

    @property
    def nonce(self) -> str:
        """What the id token must hold."""
        return derived(self.secret, "nonce")

    @property
    def verifier(self) -> str:
        """What proves that the code was asked for here."""
        return derived(self.secret, "code verifier")

    @property
    def challenge(self) -> str:
        """The verifier's hash (S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Flow:
    """The protocol between this server and the issuer."""

    def __init__(self, issuer: Issuer, openid: OpenId, now: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._openid = openid
        self._now = now

    @property
    def callback(self) -> str:
        """Where the issuer sends the browser back to; it must be registered there."""
        return f"{self._openid.public_url}{CALLBACK}"

    async def begin(self, attempt: Attempt) -> str:
        """The address at the issuer where a browser signs in. Raises Unavailable."""
        parameters = {
            "response_type": "code",
            "client_id": self._openid.client_id or "",
            "redirect_uri": self.callback,
            "scope": self._openid.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _with(await self._endpoint("authorization_endpoint"), parameters)

    async def finish(self, attempt: Attempt, given: Mapping[str, str]) -> dict[str, Any]:
        """The claims about the person whom the issuer has signed in, by what the browser came back with. Raises Rejected, Unavailable."""
        metadata = await self._issuer.metadata()
        if not hmac.compare_digest(given.get("state", "").encode(), attempt.state.encode()):
            raise Rejected("another state")
        says_who = metadata.get("authorization_response_iss_parameter_supported") is True
        if given.get("iss", None if says_who else self._openid.issuer) != self._openid.issuer:  # RFC 9207
            raise Rejected("another issuer")
        if "error" in given or not given.get("code"):
            raise Rejected("no code")
        answer = await self._exchange(given["code"], attempt)
        claims = await self._identified(str(answer.get("id_token", "")), attempt.nonce)
        return await self._with_user_info(claims, answer.get("access_token"))

    async def sign_out(self) -> str | None:
        """The address at the issuer where a browser signs out there too; None if it offers none, or does not answer."""
        try:
            address = await self._endpoint("end_session_endpoint")
        except Unavailable:
            return None
        return _with(address, {"client_id": self._openid.client_id or "", "post_logout_redirect_uri": f"{self._openid.public_url}{AFTER}"})

    async def _endpoint(self, name: str) -> str:
        address = (await self._issuer.metadata()).get(name)
        if not isinstance(address, str) or not is_safe(address):
            raise Unavailable(f"The issuer says no {name} that can be trusted.")
        return address

    async def _exchange(self, code: str, attempt: Attempt) -> dict[str, Any]:
        """What the issuer gives for a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback, "code_verifier": attempt.verifier}
        client_id, secret = self._openid.client_id or "", self._openid.client_secret
        address = await self._endpoint("token_endpoint")
        known = (await self._issuer.metadata()).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret is None:
            return await _ask("POST", address, form={**form, "client_id": client_id})
        if "client_secret_basic" not in known:
            return await _ask("POST", address, form={**form, "client_id": client_id, "client_secret": secret})
        pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"  # RFC 6749 section 2.3.1
        basic = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        return await _ask("POST", address, form=form, headers=basic)

    async def _identified(self, token: str, nonce: str) -> dict[str, Any]:
        header = tokens.read_header(token, self._openid.algorithms)
        claims = tokens.verified(token, header, await self._issuer.key(header.key))
        client_id = self._openid.client_id or ""
        tokens.check_id(header, claims, issuer=self._openid.issuer, client_id=client_id, nonce=nonce, now=self._now())
        return claims

    async def _with_user_info(self, claims: dict[str, Any], access_token: object) -> dict[str, Any]:
        """The claims of the id token, and with them those that the issuer tells about the same subject only when asked."""
        metadata = await self._issuer.metadata()
        if "userinfo_endpoint" not in metadata or not isinstance(access_token, str):
            return claims
        headers = {"authorization": f"Bearer {access_token}"}
        told = await _ask("GET", await self._endpoint("userinfo_endpoint"), headers=headers)
        if told.get("sub") != claims["sub"]:
            raise Rejected("another subject")
        return {**told, **claims}


async def _ask(method: str, address: str, **what: dict[str, str]) -> dict[str, Any]:
    """The JSON object that the issuer answers. Raises Rejected for a refusal, Unavailable for no answer."""
    try:
        answer = await network.ask(method, address, **what)
    except Unreachable:
        raise Unavailable("The OpenID issuer does not answer. Try again.", retry_after=5) from None
    if not answer.is_ok:
        raise Rejected(f"the issuer answered {answer.status}")
    return answer.content


def _with(address: str, parameters: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
