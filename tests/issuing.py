"""Publishes keys over HTTP on loopback, as an OpenID issuer does, and signs whatever a test asks for. It signs nobody in: that is tested
against a certified provider, by `./run test-signin`."""

import base64
import http.server
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

AUDIENCE = "https://graph.example/graphql"
CLIENT = "the-graph"
KEYS = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}


class Issuing:
    """What is published now, what was asked for, and tokens."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[str] = []
        self.published = [key.as_dict(private=False) for key in KEYS.values()]
        self.metadata: dict[str, Any] = {"issuer": address, "jwks_uri": f"{address}/keys"}
        self.status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """The status and the object at a path."""
        self.asked.append(path)
        self.may_answer.wait(10)
        found = {"/.well-known/openid-configuration": self.metadata, "/keys": {"keys": self.published}}.get(path)
        return (self.status, found) if found is not None else (404, {})

    def claims(self, **changed: Any) -> dict[str, Any]:
        """The claims of an access token that works; None leaves one out."""
        now = int(time.time())
        whole = {"iss": self.address, "aud": AUDIENCE, "sub": "importer", "client_id": "importer", "iat": now, "exp": now + 300, "jti": "1"}
        return {name: value for name, value in {**whole, **changed}.items() if value is not None}

    def token(self, algorithm: str = "RS256", header: dict[str, Any] | None = None, key: Any = None, **changed: Any) -> str:
        """An access token, as `claims` and `header` change it; a header of None is left out."""
        key = key or KEYS[algorithm]
        whole = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **(header or {})}
        given = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(given, self.claims(**changed), key, algorithms=[algorithm], default_type=None)


def by_hand(header: dict[str, Any], claims: dict[str, Any], key: Any = KEYS["RS256"]) -> str:
    """A token that no library would make: its header is signed by RS256, whatever it says."""
    message = b".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    signature = key.private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())
    return b".".join((message, _encoded(signature))).decode()


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


@contextmanager
def issuing() -> Iterator[Issuing]:
    """An issuer that answers, until the end of the block."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, found = issuer.answer(self.path)
            body = json.dumps(found).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"{issuer.address}/moved")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer = Issuing(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield issuer
        finally:
            issuer.may_answer.set()
            server.shutdown()
            thread.join()
