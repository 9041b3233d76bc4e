"""The envelope of a submission: its key, its digest, its control totals. Pure.

What is wrong with the envelope's own form is refused (InputError); what its totals and records say of it as a whole is a problem of the
payload, found before any record is considered.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from models.submissions import Atomicity, RecordKind, SubmitMode
from models.texts import UNWRITABLE, is_empty
from resolvers.errors import InputError
from resolvers.submitting import personal
from resolvers.submitting.issues import Issue, echo
from resolvers.submitting.rules import whole_number

SUBMISSION_KEY = re.compile(r"[\x21-\x7e]{8,128}")
MAX_RECORDS = 500
MAX_NOTE = 1_000
LEAST_SUBJECT = 4
DIGESTED = ("records", "atomicity", "declared", "onBehalfOf")
KINDS: Mapping[str, RecordKind] = {kind.value.lower(): kind for kind in RecordKind}
STATING = frozenset({RecordKind.COUNT, RecordKind.INDIVIDUAL})
"""The kinds of record that make a statement: their sourceRefs are of one kind (product.md B6.1)."""
OF_STATEMENTS = STATING | {RecordKind.WITHDRAW}
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
IN_JSON = re.compile(rb"\\u00[01]|\\[bf]|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
"""As UNWRITABLE, in the canonical JSON of texts; a backslash of theirs may look alike."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A submission as it was sent. `unstorable` holds the paths of texts in which what no text may hold was replaced, by record."""

    key: str
    mode: SubmitMode
    atomicity: Atomicity
    declared_records: int
    declared_people: int | None
    records: Sequence[Mapping[str, Any]]
    on_behalf_of: Mapping[str, Any] | None
    purpose_note: str | None
    digest: str
    people: int | None
    unstorable: Mapping[int, Sequence[tuple[str, ...]]]

    @property
    def commits(self) -> bool:
        """Whether it is to be stored."""
        return self.mode is SubmitMode.COMMIT


def open_envelope(given: Mapping[str, Any]) -> Envelope:
    """The envelope of a coerced SubmitInput. Raises InputError where its own form is wrong."""
    content = canonical({name: given[name] for name in DIGESTED if name in given})
    records: Sequence[Mapping[str, Any]] = given["records"]
    unstorable: Mapping[int, Sequence[tuple[str, ...]]] = {}
    if IN_JSON.search(content):
        records, unstorable = _storable(records)
    return Envelope(
        key=_key(given["submissionKey"]),
        mode=SubmitMode(given["mode"]),
        atomicity=Atomicity(given["atomicity"]),
        declared_records=given["declared"]["records"],
        declared_people=given["declared"].get("people"),
        records=records,
        on_behalf_of=_reference(given.get("onBehalfOf")),
        purpose_note=_note(given.get("purposeNote")),
        digest=hashlib.sha256(content).hexdigest(),
        people=_people(records),
        unstorable=unstorable,
    )


def problems(envelope: Envelope) -> list[Issue]:
    """What is wrong with the submission as a whole, whatever is stored."""
    records = len(envelope.records)
    if not 1 <= records <= MAX_RECORDS:
        return [Issue("TOO_MANY_RECORDS", params={"records": records, "limit": MAX_RECORDS})]
    return [*_totals(envelope, records), *_duplicates(envelope.records)]


def kind_of(record: Mapping[str, Any]) -> tuple[RecordKind, Mapping[str, Any]]:
    """The kind of a record, and its content as it was sent."""
    ((name, content),) = record["change"].items()
    return KINDS[name], content


def looks_personal(record: Mapping[str, Any]) -> str | None:
    """What personal data a record's sourceRef looks like; that of a cohort may name its place, which may have a person's name.

    A sourceRef outlives the erasure of whom it is about, and so may not hold that person's pseudonym; a short one stands in many texts by
    chance, and is refused where it is all of the sourceRef.
    """
    (kind, sent), source_ref = kind_of(record), record["sourceRef"]
    reference = source_ref.strip().casefold()
    subject = ((sent.get("participant") or {}).get("subject") or "").strip().casefold() if kind is RecordKind.INDIVIDUAL else ""
    if subject and (subject == reference or (len(subject) >= LEAST_SUBJECT and subject in reference)):
        return "the subject of the record, and a sourceRef is kept for good"
    return personal.reference(source_ref) if kind in OF_STATEMENTS else personal.contact(source_ref)


def shown_ref(record: Mapping[str, Any]) -> str:
    """A record's sourceRef as outcomes repeat it: one that looks personal is refused, and kept in no receipt."""
    source_ref: str = record["sourceRef"]
    return personal.WITHHELD if looks_personal(record) else source_ref


def canonical(value: Any) -> bytes:
    """The canonical JSON of RFC 8785.

    orjson writes texts and separators as the RFC does, and sorts names by code point, which for the names of GraphQL (ASCII) is the RFC's
    order. Only integers that a double cannot hold are written differently (ECMAScript's form of the nearest double).
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER)
    except TypeError:
        pass
    try:
        return orjson.dumps(_with_doubles(value), option=orjson.OPT_SORT_KEYS)
    except TypeError:
        raise InputError("A text in the records holds an unpaired surrogate: send Unicode.", path=["input", "records"]) from None


def _with_doubles(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _with_doubles(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_with_doubles(item) for item in value]
    if type(value) is int and abs(value) >= 2**53:
        return orjson.Fragment(_ecmascript(value))
    return value


def _ecmascript(number: int) -> str:
    """An integer as ECMAScript writes the nearest double: digits below 1e21, else an exponent."""
    shortest = repr(float(number))
    if "e" not in shortest:
        return shortest.removesuffix(".0")
    mantissa, _, exponent = shortest.partition("e")
    digits = mantissa.replace(".", "").replace("-", "")
    if int(exponent) < 21:
        return ("-" if number < 0 else "") + digits.ljust(int(exponent) + 1, "0")
    return f"{mantissa}e+{int(exponent)}"


def _key(key: str) -> str:
    if not SUBMISSION_KEY.fullmatch(key):
        raise InputError("A submissionKey has 8 to 128 visible ASCII characters, without blanks.", path=["input", "submissionKey"])
    if found := personal.key(key):
        raise InputError(f"A submissionKey is kept for good and tells of nobody: this looks like {found}.", path=["input", "submissionKey"])
    return key


def _note(note: str | None) -> str | None:
    if note is not None and (len(note) > MAX_NOTE or UNWRITABLE.search(note)):
        raise InputError(f"A purposeNote has at most {MAX_NOTE} characters, none of them of control.", path=["input", "purposeNote"])
    if found := personal.narrative(note or ""):
        raise InputError(f"A purposeNote names no people: this looks like {found}.", path=["input", "purposeNote"])
    return note if note and not is_empty(note) else None


def _reference(reference: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if reference and UNWRITABLE.search(str(next(iter(reference.values())))):
        raise InputError("There is no such agency.", path=["input", "onBehalfOf"])
    return reference


def _people(records: Sequence[Mapping[str, Any]]) -> int | None:
    """The sum of the counts that can be read, each individual being one, also of those that a rule refuses; None if there is none."""
    readable = [number for number in map(_number, records) if number is not None]
    return sum(readable) if readable and len(records) <= MAX_RECORDS else None


def _number(record: Mapping[str, Any]) -> int | None:
    """How many people a record counts, if it counts any and can be read."""
    kind, sent = kind_of(record)
    return 1 if kind is RecordKind.INDIVIDUAL else whole_number(sent.get("count")) if kind is RecordKind.COUNT else None


def _totals(envelope: Envelope, records: int) -> Iterator[Issue]:
    declared = {"records": (envelope.declared_records, records)}
    if envelope.declared_people is not None:
        declared["people"] = (envelope.declared_people, envelope.people or 0)
    for total, (said, found) in declared.items():
        if said != found:
            yield Issue("CONTROL_TOTAL_MISMATCH", params={"total": total, "declared": said, "found": found})


def _duplicates(records: Sequence[Mapping[str, Any]]) -> Iterator[Issue]:
    indexes: dict[tuple[RecordKind, str], list[int]] = {}
    for index, record in enumerate(records):
        if not is_empty(record["sourceRef"]):
            kind = kind_of(record)[0]
            indexes.setdefault((RecordKind.COUNT if kind in STATING else kind, record["sourceRef"]), []).append(index)
    for (kind, _), found in indexes.items():
        if len(found) > 1:
            tells = any(kind_of(records[index])[0] is RecordKind.INDIVIDUAL for index in found)
            shown = personal.WITHHELD if tells else echo(shown_ref(records[found[0]]))
            params = {"recordKind": kind.value, "sourceRef": shown, "indexes": found}
            yield Issue("DUPLICATE_SOURCE_REF_IN_SUBMISSION", params=params)


def _storable(records: Sequence[Mapping[str, Any]]) -> tuple[list[Any], dict[int, list[tuple[str, ...]]]]:
    """The records with all that no text may hold replaced (PostgreSQL could store no NUL), and where it was."""
    found: dict[int, list[tuple[str, ...]]] = {}

    def replaced(value: Any, index: int, path: tuple[str, ...]) -> Any:
        if isinstance(value, Mapping):
            return {name: replaced(member, index, (*path, name)) for name, member in value.items()}
        if isinstance(value, list):
            return [replaced(item, index, (*path, str(place))) for place, item in enumerate(value)]
        if isinstance(value, str) and UNWRITABLE.search(value):
            found.setdefault(index, []).append(path)
            return UNWRITABLE.sub(REPLACEMENT, value)
        return value

    return [replaced(record, index, ()) for index, record in enumerate(records)], found
