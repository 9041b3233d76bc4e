"""Where a browser is when it asks: under the public address, or under a name of this machine. Cookies and origins follow from that.

Nothing of it is read from what a proxy says: under the public address the scheme is the one that is configured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import Scope

Headers = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Site:
    """The origin as the browser writes it, the port that this server listens on, and whether it is the public address."""

    origin: str
    port: int
    is_public: bool

    @property
    def is_secure(self) -> bool:
        """Whether the browser speaks TLS."""
        return self.origin.startswith("https://")

    def name(self, what: str) -> str:
        """The name of a cookie.

        The prefix makes browsers insist on Secure, and on this host alone. Over plain HTTP not every browser takes that from this machine
        (Chromium and Firefox do, Safari does not), so there it is left out: nothing but this machine's own loopback carries the cookie. It
        has the port in it there, since browsers do not tell ports apart.
        """
        return f"__Host-{what}" if self.is_secure else f"graph-{what}-{self.port}"

    def cookie(self, what: str, value: str, seconds: float, same_site: str) -> tuple[bytes, bytes]:
        """The header that sets a cookie; 0 seconds remove it."""
        secure = "; Secure" if self.is_secure else ""
        text = f"{self.name(what)}={value}; Path=/; Max-Age={seconds:.0f}; HttpOnly; SameSite={same_site}{secure}"
        return b"set-cookie", text.encode()

    def values(self, what: str, headers: Headers) -> list[str]:
        """The values of a cookie in a request: more than one if somebody planted another."""
        pairs = (part.strip().partition("=") for part in headers.get(b"cookie", b"").decode("latin-1").split(";"))
        return [value for name, _, value in pairs if name == self.name(what)]


def site_of(scope: Scope, headers: Headers, public_url: str | None) -> Site:
    """Where the browser is that sent a request."""
    host, port = headers.get(b"host", b"").decode("latin-1").lower(), scope["server"][1]
    if public_url is not None and host == urlsplit(public_url).netloc.lower():
        return Site(f"{urlsplit(public_url).scheme}://{host}", port, is_public=True)
    return Site(f"{scope['scheme']}://{host}", port, is_public=False)
