"""A signed token to its claims. Without input or output: the key is found by others, by the id that `read_header` gives.

Access tokens are those of RFC 9068, checked as RFC 8725 asks; id tokens are those of OpenID Connect Core section 3.1.3.7. One is never
taken for the other: an access token says at+jwt, an id token must not.
"""

import base64
import binascii
import math
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning

from graph.openid.issuer import Key

MAX_CHARACTERS = 8192
LEEWAY = 10
"""Seconds by which the issuer's clock and ours may differ."""

ACCESS = frozenset({"at+jwt", "application/at+jwt"})


class Rejected(Exception):
    """A token that is not taken; the reason is for the log, never for the caller."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of itself before anything of it is believed: its kind, in small letters, and the id of its key."""

    kind: str | None
    key: str
    algorithm: str


def read_header(token: str, algorithms: Collection[str]) -> Header:
    """The header of a token. Raises Rejected if its algorithm is not allowed, or if it names no key."""
    if len(token) > MAX_CHARACTERS or token.count(".") != 2:
        raise Rejected("no signed token")
    try:
        header = orjson.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "==="))
    except (ValueError, binascii.Error):
        raise Rejected("no header") from None
    if not isinstance(header, dict):
        raise Rejected("no header")
    kind, key, algorithm = header.get("typ"), header.get("kid"), header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise Rejected("another algorithm")
    if not isinstance(key, str):
        raise Rejected("no key id")
    return Header(kind.lower() if isinstance(kind, str) else None, key, algorithm)


def verified(token: str, header: Header, key: Key | None) -> dict[str, Any]:
    """The claims of a token that the key signed. Raises Rejected."""
    if key is None:
        raise Rejected("unknown key")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # EdDSA is an older name of what issuers still use
            return jwt.decode(token, key, algorithms=[header.algorithm]).claims
    except (JoseError, ValueError, TypeError):
        raise Rejected("another signature") from None


def check_access(header: Header, claims: Mapping[str, Any], *, issuer: str, audience: str, now: float) -> None:
    """Raises Rejected unless the claims are those of an access token for this audience, and its time has come and is not over."""
    if header.kind not in ACCESS:
        raise Rejected("no access token")
    _check(claims, issuer, audience, now)
    if not all(isinstance(claims.get(name), str) and claims[name] for name in ("sub", "client_id")):
        raise Rejected("no subject or no client")


def check_id(header: Header, claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float) -> None:
    """Raises Rejected unless the claims are those of an id token for this client, made for this sign-in."""
    if header.kind in ACCESS:
        raise Rejected("an access token")
    _check(claims, issuer, client_id, now)
    if claims.get("nonce") != nonce:
        raise Rejected("another nonce")
    if claims.get("azp", client_id) != client_id or (isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims):
        raise Rejected("another authorized party")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise Rejected("no subject")


def _check(claims: Mapping[str, Any], issuer: str, audience: str, now: float) -> None:
    if claims.get("iss") != issuer:
        raise Rejected("another issuer")
    given = claims.get("aud")
    if audience not in (given if isinstance(given, list) else [given]):
        raise Rejected("another audience")
    if _seconds(claims, "exp", required=True) <= now - LEEWAY:
        raise Rejected("expired")
    if max(_seconds(claims, "nbf"), _seconds(claims, "iat", required=True)) > now + LEEWAY:
        raise Rejected("not yet")


def _seconds(claims: Mapping[str, Any], name: str, *, required: bool = False) -> float:
    value = claims.get(name)
    if value is None and not required:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Rejected(f"no {name}")
    return float(value)
