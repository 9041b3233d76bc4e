"""The envelope: its key, its digest (RFC 8785), its control totals, texts that cannot be stored."""

import hashlib
from typing import Any

import pytest

from resolvers.errors import InputError
from resolvers.submitting.envelopes import canonical, open_envelope, problems
from tests.parties import count, course, sent, withdraw


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_digest_is_of_the_canonical_json_of_what_was_sent() -> None:
    given = sent({"sourceRef": "ü", "change": {"course": {"title": "A\n€\u001b\u007f\u2028", "certified": None}}})
    text = (
        '{"atomicity":"PER_RECORD","declared":{"records":1},"records":[{"change":{"course":{"certified":null,'
        '"title":"A\\n€\\u001b\u007f\u2028"}},"sourceRef":"ü"}]}'
    )
    assert open_envelope(given).digest == digest_of(text)


def test_the_digest_covers_neither_key_nor_mode_nor_note() -> None:
    record = course("a")
    first = open_envelope(sent(record))
    assert first.digest == open_envelope(sent(record, key="another-key", mode="VALIDATE", purposeNote="x")).digest
    others = [sent(record, atomicity="ALL_OR_NOTHING"), sent(record, onBehalfOf={"code": "OAS"}), sent(record, declared={"records": 2})]
    assert first.digest not in [open_envelope(other).digest for other in others]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2**53 - 1, "9007199254740991"),
        (2**53, "9007199254740992"),
        (2**53 + 1, "9007199254740992"),
        (-(2**63) - 1, "-9223372036854776000"),
        (10**20, "100000000000000000000"),
        (123456789012345678901, "123456789012345680000"),
        (10**21, "1e+21"),
        (-1234567 * 10**20, "-1.234567e+26"),
    ],
)
def test_integers_beyond_a_double_are_written_as_ecmascript_does(number: int, text: str) -> None:
    assert canonical({"n": [number, 1]}) == f'{{"n":[{text},1]}}'.encode()


def test_an_unpaired_surrogate_is_refused() -> None:
    with pytest.raises(InputError) as refusal:
        open_envelope(sent(course("a", title="\ud800")))
    assert refusal.value.path == ["input", "records"]


@pytest.mark.parametrize("key", ["short67", "x" * 129, "has blank", "tab\tinside", "ümlaut-key", ""])
def test_a_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(InputError) as refusal:
        open_envelope(sent(course("a")) | {"submissionKey": key})
    assert (refusal.value.code, refusal.value.path) == ("BAD_USER_INPUT", ["input", "submissionKey"])


@pytest.mark.parametrize("key", ["12345678", "x" * 128, "!~#$%&/()=?"])
def test_keys_of_visible_characters_are_taken(key: str) -> None:
    assert open_envelope(sent(course("a"), key=key)).key == key


def test_a_note_that_cannot_be_kept_is_refused() -> None:
    for note in ("x" * 1_001, "a\0b"):
        with pytest.raises(InputError) as refusal:
            open_envelope(sent(course("a"), purposeNote=note))
        assert refusal.value.path == ["input", "purposeNote"]
    assert open_envelope(sent(course("a"), purposeNote="  ")).purpose_note is None


def said(given: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(problem.code, dict(problem.params)) for problem in problems(open_envelope(given))]


def test_totals_that_agree_are_no_problem() -> None:
    records = [count("a", "H", 5), count("b", "H", " 7 "), count("c", "H", "x"), count("d", "H", None), count("e", "H", -2), course("f")]
    assert said(sent(*records, declared={"records": 6, "people": 10})) == []
    assert open_envelope(sent(*records)).people == 10
    assert open_envelope(sent(course("f"))).people is None
    assert said(sent(course("f"), declared={"records": 1, "people": 0})) == []
    assert said(sent(course("f"), declared={"records": 1, "people": None})) == []


def test_totals_that_do_not_agree_are_problems_each() -> None:
    assert said(sent(count("a", "H", 5), declared={"records": 2, "people": 6})) == [
        ("CONTROL_TOTAL_MISMATCH", {"total": "records", "declared": 2, "found": 1}),
        ("CONTROL_TOTAL_MISMATCH", {"total": "people", "declared": 6, "found": 5}),
    ]


@pytest.mark.parametrize("records", [0, 501])
def test_the_number_of_records_is_limited(records: int) -> None:
    given = sent(*[count(str(number), "H", 4_000_000) for number in range(records)], declared={"records": 3})
    assert said(given) == [("TOO_MANY_RECORDS", {"records": records, "limit": 500})]
    assert open_envelope(given).people is None


def test_each_source_ref_that_is_given_twice_in_a_kind_is_a_problem() -> None:
    records = [count("a", "H"), course("a"), withdraw("a"), count("a", "H"), course("b"), course("b"), count(" ", "H"), count(" ", "H")]
    assert said(sent(*records)) == [
        ("DUPLICATE_SOURCE_REF_IN_SUBMISSION", {"recordKind": "COUNT", "sourceRef": "a", "indexes": [0, 3]}),
        ("DUPLICATE_SOURCE_REF_IN_SUBMISSION", {"recordKind": "COURSE", "sourceRef": "b", "indexes": [4, 5]}),
    ]


def test_texts_with_a_nul_are_named_and_made_storable() -> None:
    given = sent(course("a", title="x"), {"sourceRef": "b\0", "change": {"course": {"title": "T", "languages": ["en", "e\0s"]}}})
    envelope = open_envelope(given)
    assert envelope.unstorable == {1: [("sourceRef",), ("change", "course", "languages", "1")]}
    assert envelope.records[1]["sourceRef"] == "b\N{REPLACEMENT CHARACTER}"
    assert open_envelope(sent(course("a", title="a backslash: \\u0000"))).unstorable == {}


@pytest.mark.parametrize(
    "each", [*map(chr, range(32)), *map(chr, range(127, 160)), *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"], ids=ascii
)
def test_no_text_holds_control_characters_or_turns_the_direction_of_reading(each: str) -> None:
    envelope = open_envelope(sent(course("a", title=f"x{each}y")))
    if each in "\t\n\r":
        assert (envelope.unstorable, envelope.records[0]["change"]["course"]["title"]) == ({}, f"x{each}y")
    else:
        assert envelope.unstorable == {0: [("change", "course", "title")]}
        assert envelope.records[0]["change"]["course"]["title"] == "x\N{REPLACEMENT CHARACTER}y"


@pytest.mark.parametrize("text", ["a\\bc", "a\\u001f", "\u2025 \u202f \u2065 \xa0", "\u0600"], ids=ascii)
def test_what_looks_like_them_is_kept(text: str) -> None:
    envelope = open_envelope(sent(course("a", title=text)))
    assert (envelope.unstorable, envelope.records[0]["change"]["course"]["title"]) == ({}, text)


@pytest.mark.parametrize("each", ["\x1b", "\x07", "\u202e"], ids=ascii)
def test_a_note_holds_none_of_them(each: str) -> None:
    with pytest.raises(InputError) as refusal:
        open_envelope(sent(course("a")) | {"purposeNote": f"a{each}"})
    assert (refusal.value.code, refusal.value.path) == ("BAD_USER_INPUT", ["input", "purposeNote"])
