"""The archive of a built page: a ZIP whose members are sent as they lie in it, for gzip wraps the same compression (RFC 1951, RFC 1952).

So nothing is compressed or unpacked to serve the page, and no Node is needed. web/build.py writes it.
"""

import gzip
import hashlib
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
LOCAL_HEADER = struct.Struct("<26xHH")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the archive, compressed as gzip; the digest is of its content."""

    compressed: bytes
    digest: str

    @property
    def content(self) -> bytes:
        """What it holds, for a client that takes no gzip."""
        return zlib.decompress(self.compressed, wbits=zlib.MAX_WBITS | 16)


def read(path: Path) -> Mapping[str, File]:
    """The files of an archive by their names."""
    whole = path.read_bytes()
    with ZipFile(path) as archive:
        return {member.filename: File(_gzip(whole, member), _digest(archive.read(member))) for member in archive.infolist()}


def compressed(content: bytes) -> File:
    """A file that is not in an archive."""
    return File(gzip.compress(content, mtime=0), _digest(content))


def _gzip(whole: bytes, member: ZipInfo) -> bytes:
    if member.compress_type != ZIP_DEFLATED:
        raise ValueError(f"{member.filename} is stored in a way that cannot be sent")
    name, extra = LOCAL_HEADER.unpack_from(whole, member.header_offset)
    start = member.header_offset + LOCAL_HEADER.size + name + extra
    return GZIP_HEADER + whole[start : start + member.compress_size] + struct.pack("<II", member.CRC, member.file_size)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
