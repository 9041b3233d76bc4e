"""`fold`, which texts are searched by, is the same in PostgreSQL as in the oracle."""

import sys
import unicodedata

import asyncpg
import pytest

from models.provision import Addresses
from tests.semantics import fold

LETTERS = [letter for code in range(1, sys.maxunicode + 1) if unicodedata.category(letter := chr(code)) not in ("Cn", "Co", "Cs")]
TEXTS = ["", "A", "Éa", "ÇİΣΣ", "ﬁnance", "Ǆ", "ẞ", "\u212a", "Ȧ̈", "100\uff05", "snake\uff3fcase", "Curaçao", "a\u0338b", "ΟΔΟΣ"]


@pytest.mark.asyncio(loop_scope="session")
async def test_fold_is_what_the_contract_says(shared_addresses: Addresses) -> None:
    connection = await asyncpg.connect(shared_addresses.server)
    texts = [*LETTERS, *TEXTS]
    folded = await connection.fetch("SELECT value, fold(value) AS folded FROM unnest($1::text[]) AS value", texts)
    await connection.close()
    assert [row["value"] for row in folded] == texts
    assert [(row["value"], row["folded"]) for row in folded if row["folded"] != fold(row["value"])] == []


def test_examples_of_the_contract() -> None:
    assert fold("Curaçao") == fold("CURAC\u0327AO") == "curacao"
