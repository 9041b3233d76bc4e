"""Who is at the other end of a connection: whether it comes from this machine, and from a process of the same user.

Loopback alone does not say so: a proxy on this machine passes on what comes from elsewhere, and other users of this machine reach it too.
"""

import os
import re
import socket
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from starlette.types import Scope

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
FORWARDED = re.compile(rb"via|cdn-loop|cf-ray|x-envoy-.*|.*forwarded.*|.*(?:ip|addr|address)")
"""How the headers are named by which proxies say whom they heard, or that they passed something on: nearly each has one of its own."""

ROOT = 0
Address = tuple[str, int]
Networks = tuple[IPv4Network | IPv6Network, ...]
NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""What a Host header calls this machine from this machine."""


def is_own(scope: Scope, headers: Mapping[bytes, bytes], *, user: int | None = None) -> bool:
    """Whether a request was sent by a process of this user (or of root, who can read this process anyway) on this machine.

    Linux tells whose a connection is; elsewhere every process on this machine counts as this user's. A request that says that it was
    forwarded does not count.
    """
    client, server = scope.get("client"), scope.get("server")
    if not client or not server or not _is_loopback(client[0]):
        return False
    if any(map(FORWARDED.fullmatch, headers)):
        return False
    if sys.platform != "linux":
        return True
    return _user(tuple(client), tuple(server)) in {os.getuid() if user is None else user, ROOT}


def networks_of(texts: Iterable[str]) -> Networks:
    """The networks that texts name; raises ValueError for a text that names none."""
    return tuple(ip_network(text) for text in texts)


def is_within(host: str | None, networks: Networks) -> bool:
    """Whether an address lies in one of the networks; an unknown one does not."""
    address = _address(host or "")
    return address is not None and any(address in network for network in networks)


def peer_of(scope: Scope, proxies: Networks) -> str | None:
    """The address that a request comes from: the socket's peer, or, where that is a proxy of ours, the last that is none of ours.

    Each proxy appends whom it heard to X-Forwarded-For, so that what a caller itself writes there stands further left.
    """
    client = scope.get("client")
    peer: str | None = client[0] if client else None
    if not is_within(peer, proxies):
        return peer
    listed = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1").split(",")
    others = [text for each in listed if (text := each.strip()) and not is_within(text, proxies)]
    return others[-1] if others else peer


def names_this_machine(host: bytes) -> bool:
    """Whether a Host header names this machine as only this machine does."""
    return without_port(host) in NAMES


def without_port(host: bytes) -> str:
    """The name in a Host header."""
    name, _, port = host.decode("latin-1").lower().rpartition(":")
    return name if name and port.isdigit() else host.decode("latin-1").lower()


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return address is not None and address.is_loopback


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address of a text, one of IPv4 also where it is written as IPv6; None if it is none."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _user(client: Address, server: Address) -> int | None:
    """The user whose process holds the client's end of a connection; None if no process does.

    An end that its process has closed is listed without inode, as root's: it counts as held by nobody.
    """
    ends = {(mine, theirs) for mine in _written(client) for theirs in _written(server)}
    for local, remote, user, inode in _connections():
        if (local, remote) in ends and inode:
            return user
    return None


def _connections() -> Iterator[tuple[str, str, int, int]]:
    for table in TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except FileNotFoundError:  # a kernel without IPv6
            continue
        for line in lines:
            fields = line.split()
            yield fields[1], fields[2], int(fields[7]), int(fields[9])


def _written(address: Address) -> Iterator[str]:
    """How the kernel's tables write an address: each word of it as this machine's processor reads it."""
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    packed = [socket.inet_pton(family, host)]
    if family == socket.AF_INET:
        packed.append(socket.inet_pton(socket.AF_INET6, f"::ffff:{host}"))
    for each in packed:
        words = struct.unpack(f"={len(each) // 4}I", each)
        yield "".join(f"{word:08X}" for word in words) + f":{port:04X}"
