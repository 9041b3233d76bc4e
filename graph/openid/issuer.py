"""What an OpenID issuer says of itself (Discovery 1.0), and the keys that it signs with, fetched from the address that it says there.

Both are kept. After a minute they are fetched anew beside the requests, which go on with what is known; a key that is not known is asked
for at once, but not within five seconds of the last time. So a new key works at the latest after these five seconds, a withdrawn one stops
within about a minute of being asked for, and nobody can make this server ask more often. No other address than the configured one leads
anywhere: headers of tokens (jku, x5u, jwk) are not looked at, and redirects are not followed.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from graph.openid import network
from graph.openid.network import Unreachable
from resolvers.errors import Unavailable

EVERY_SECONDS = 5.0
"""Between two fetches."""

FRESH_SECONDS = 60.0
KEPT_SECONDS = 3600.0
"""For how long what was fetched is used while the issuer does not answer."""

MAX_KEYS = 100
SHORTEST_MODULUS = 342
"""Of an RSA key of 2048 bits, in characters of base64url (RFC 8725 section 3.2)."""

Key = RSAKey | ECKey | OKPKey

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Published:
    """What an issuer published: its metadata, its keys by id, and when that was fetched (by the monotonic clock)."""

    metadata: Mapping[str, Any]
    keys: Mapping[str, Key]
    at: float


class Issuer:
    """One issuer, known by its address."""

    def __init__(self, address: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.address = address
        self._clock = clock
        self._published: Published | None = None
        self._asked: float | None = None
        self._fetching: asyncio.Task[Published] | None = None

    async def metadata(self) -> Mapping[str, Any]:
        """What the issuer says of itself. Raises Unavailable."""
        return (await self._known()).metadata

    async def key(self, identifier: str) -> Key | None:
        """The key of an id; None if the issuer has none. Raises Unavailable."""
        known = await self._known()
        if identifier not in known.keys and self._may_ask():
            known = await self._fetch()
        return known.keys.get(identifier)

    async def _known(self) -> Published:
        known = self._published
        if known is None or self._clock() - known.at > KEPT_SECONDS:
            return await self._fetch()
        if self._clock() - known.at > FRESH_SECONDS and self._may_ask():
            self._start()
        return known

    def _may_ask(self) -> bool:
        return self._asked is None or self._clock() - self._asked >= EVERY_SECONDS

    async def _fetch(self) -> Published:
        """What the fetch under way brings, or a new one; who waits for it is not alone, so that one who leaves does not end it."""
        if self._fetching is None and not self._may_ask():
            raise _unavailable()
        try:
            return await asyncio.shield(self._start())
        except Unreachable:
            raise _unavailable() from None

    def _start(self) -> asyncio.Task[Published]:
        if self._fetching is None:
            self._asked = self._clock()
            self._fetching = asyncio.create_task(self._ask())
            self._fetching.add_done_callback(self._done)
        return self._fetching

    def _done(self, task: asyncio.Task[Published]) -> None:
        self._fetching = None
        if not task.cancelled() and (error := task.exception()):
            log.warning("issuer unavailable", issuer=self.address, reason=str(error) or type(error).__name__)

    async def _ask(self) -> Published:
        metadata = await fetch(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != self.address:
            raise Unreachable("the metadata is that of another issuer")
        keys = keys_of(await fetch(str(metadata.get("jwks_uri"))))
        self._published = Published(metadata, keys, self._clock())
        return self._published


async def fetch(address: str) -> dict[str, Any]:
    """The JSON object at an address. Raises Unreachable."""
    answer = await network.ask("GET", address)
    if not answer.is_ok:
        raise Unreachable(f"it answered {answer.status}")
    return answer.content


def keys_of(published: Mapping[str, Any]) -> dict[str, Key]:
    """The keys of a JSON Web Key Set that verify signatures, by id; those of other kinds, without id, or too short, are left out."""
    listed = published.get("keys")
    if not isinstance(listed, list):
        raise Unreachable("there are no keys")
    found: dict[str, Key] = {}
    for each in listed[:MAX_KEYS]:
        if isinstance(each, dict) and _verifies(each):
            try:
                found[each["kid"]] = _imported(each)
            except (JoseError, ValueError, TypeError):
                continue
    return found


def _verifies(key: Mapping[str, Any]) -> bool:
    if not isinstance(key.get("kid"), str) or key.get("use", "sig") != "sig":
        return False
    if key.get("kty") == "RSA":
        return isinstance(key.get("n"), str) and len(key["n"]) >= SHORTEST_MODULUS
    return key.get("kty") in ("EC", "OKP")


def _imported(key: Mapping[str, Any]) -> Key:
    public = {name: value for name, value in key.items() if name in ("kty", "kid", "n", "e", "crv", "x", "y")}
    imported = JWKRegistry.import_key(public)
    if isinstance(imported, RSAKey | ECKey | OKPKey):
        return imported
    raise ValueError("a key of another kind")


def _unavailable() -> Unavailable:
    return Unavailable("The OpenID issuer does not answer. Try again.", retry_after=5)
