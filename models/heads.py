"""Heads of the audit log's chain: where it ended at a moment, signed. Who keeps one elsewhere can tell whether it was cut or made anew."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from models.chain import START, seal
from models.database import Transaction
from models.foreseen import Foreseen
from models.verification import Expected

SIGNED = ("position", "hash", "at", "publicKey")


class HeadError(Foreseen):
    """What was given is no head that this key signed."""


async def sign(transaction: Transaction, key: bytes) -> dict[str, Any]:
    """The head of the chain as it ends now, with the Ed25519 signature of what it says; bytes are in hexadecimal."""
    rows = await transaction.fetch(_LAST)
    private = Ed25519PrivateKey.from_private_bytes(key)
    head: dict[str, Any] = {
        "position": rows[0]["position"] if rows else 0,
        "hash": (rows[0]["hash"] if rows else START).hex(),
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "publicKey": private.public_key().public_bytes_raw().hex(),
    }
    return head | {"signature": private.sign(_signed(head)).hex()}


def read(text: str, key: bytes) -> Expected:
    """Where the chain was, as a head says that the key signed. Raises HeadError for anything else."""
    public = Ed25519PrivateKey.from_private_bytes(key).public_key()
    try:
        head = orjson.loads(text)
        public.verify(bytes.fromhex(head["signature"]), _signed(head))
        return Expected(int(head["position"]), bytes.fromhex(head["hash"]))
    except (ValueError, TypeError, KeyError, InvalidSignature):
        raise HeadError("this is no head that this graph's key signed: give what `audit head` printed, as it was") from None


def _signed(head: Mapping[str, Any]) -> bytes:
    return orjson.dumps([head[name] for name in SIGNED])


_LAST = select(seal.c.position, seal.c.hash).order_by(seal.c.position.desc()).limit(1)
