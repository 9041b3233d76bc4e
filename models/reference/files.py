"""Reads the data files."""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from typing import Any

Record = Mapping[str, Any]
Reference = Mapping[str, Sequence[Record]]

NAMES = ("member_states", "departments", "partner_agencies", "partner_listings", "courses", "cohorts", "statements", "figures")


def read() -> Reference:
    """The records of each file, by the file's name, in the order of the file."""
    return {name: _records(name) for name in NAMES}


def _records(name: str) -> Sequence[Record]:
    text = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    records: Sequence[Record] = tomllib.loads(text, parse_float=Decimal)[name]
    return records
