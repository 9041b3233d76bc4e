"""Builds GraphiQL from web/graphiql/ into graph/pages/graphiql.zip: the verb `./run build-graphiql`, which needs Node and npm.

With --check nothing is written, and the status is 1 if the archive holds anything else than what the sources build.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from graph.pages.graphiql import ARCHIVE

SOURCES = Path(__file__).resolve().parent / "graphiql"
DIGEST = "SOURCES"
"""The member that names the digest of what the archive was built from, so that without Node it is seen that it was not built anew."""

MADE = {"node_modules", "dist"}
FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)  # of a ZIP; every build has the same


def main(arguments: list[str]) -> None:
    """Builds, and writes or compares."""
    built = build()
    if arguments == ["--check"]:
        differing = differences(built, contents(ARCHIVE))
        if differing:
            sys.exit(f"Error: {ARCHIVE.name} is not what the sources build ({', '.join(differing)}): run ./run build-graphiql")
        print(f"{ARCHIVE.name} is what the sources build: {len(built)} files")
    elif arguments:
        sys.exit("Error: build-graphiql takes --check, or nothing")
    else:
        write(ARCHIVE, built)
        print(f"{ARCHIVE}: {len(built)} files, {ARCHIVE.stat().st_size:,} bytes")


def build() -> dict[str, bytes]:
    """The files that the sources build, by name, with the digest of the sources. Built in a folder of its own, from what the lock pins."""
    with tempfile.TemporaryDirectory(prefix="partner-graph-graphiql-") as folder:
        copy = Path(folder) / "graphiql"
        shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns(*MADE))
        run(copy, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts")
        run(copy, "npm", "run", "build", "--silent", "--", "--logLevel", "warn")
        dist = copy / "dist"
        found = {path.relative_to(dist).as_posix(): path.read_bytes() for path in dist.rglob("*") if path.is_file()}
    return {**found, DIGEST: f"{digest_of_sources()}\n".encode()}


def run(folder: Path, *command: str) -> None:
    """Runs a command in a folder; its failure is ours."""
    if status := subprocess.call(command, cwd=folder, env={**os.environ, "CI": "true", "NO_COLOR": "1"}):
        sys.exit(f"Error: {' '.join(command[:3])} ended with status {status}")


def digest_of_sources(folder: Path = SOURCES) -> str:
    """The digest of the names and contents of all sources."""
    found = hashlib.sha256()
    for path in sorted(sources(folder)):
        found.update(f"{path.relative_to(folder).as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def sources(folder: Path = SOURCES) -> Iterator[Path]:
    """The files that a build rests on."""
    return (path for path in folder.rglob("*") if path.is_file() and not MADE & set(path.relative_to(folder).parts))


def contents(archive: Path) -> dict[str, bytes]:
    """The files of an archive."""
    with ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def differences(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The names of the files that are not alike."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def write(archive: Path, files: Mapping[str, bytes]) -> None:
    """Makes an archive; the same files make the same one."""
    with ZipFile(archive, "w") as opened:
        for name in sorted(files):
            opened.writestr(ZipInfo(name, FIRST_MOMENT), files[name], ZIP_DEFLATED, compresslevel=9)


if __name__ == "__main__":
    main(sys.argv[1:])
