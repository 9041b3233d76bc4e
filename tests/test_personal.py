"""What looks like a person's name or contact data: a table of what is refused, and every real text of the data, none of which is."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolvers.submitting.issues import echo
from resolvers.submitting.personal import WITHHELD, Look, address, contact, key, label, narrative, pseudonym, reference

PROJECT = Path(__file__).parent.parent
REFERENCE = sorted((PROJECT / "models" / "reference").glob("*.toml"))
REPORTS = sorted((PROJECT / "examples" / "data").rglob("*.csv"))
EVERYWHERE = (contact, pseudonym, reference, label, narrative)


def wide(text: str) -> str:
    """The text in the letters of full width, which a reader takes for the others."""
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


UNSEEN = "\u034f\ufe0f\u2800\u115f\u1160\u3164\uffa0\u180b\u180e\u200b\U000e0101"
HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
CONTACTS = [
    "maria.lopez@example.org",
    "write to maria@police.gov.tt please",
    "maria (at) example (dot) org",
    "maria[at]example.org",
    "+1 868 555 0123",
    "(868) 555-0123",
    "1-868-555-0123",
    "call 868.555.0123",
    "+50934567890",
    "Tel. 622 1234",
    "WhatsApp: 7 61 12 34",
    "maria\u200b.lopez@\u2060example.org",
    wide("maria@example.org"),
    wide("+1 868 555 0123"),
    "+1 868\N{SOFT HYPHEN} 555 0123",
    *(f"jane{each}@exam{each}ple.org" for each in UNSEEN),
    *(f"(868) 555{each}0123" for each in HYPHENS),
    *("jane  @  example.org", "jane@example\u3002com", "jane@example\uff0ecom", "jane@example\uff61com"),
]
IDENTITIES = [
    *("078-05-1120", "TRN 123-456-789", "001-1234567-8", "ask for 850312-0123", "003-123-456-7", "Passport no. A1234567", "NIS: 1234567"),
    *("identity card number 12345678", "cédula 00112345678"),
    *(f"078{each}05{each}1120" for each in HYPHENS),
]
BIRTHS = ["born 3 May", "DOB: 12/03/84", "date of birth 1984", "nacida el 12 de marzo", "D.O.B. 1984"]
OF_SUBJECTS = [
    *(("a telephone number", text) for text in ("8685550123", "18765550123", "555-0123", "2464301234", "P-8685550123")),
    *(
        ("a date of birth", text)
        for text in ("1984-03-12", "19840312", "12/03/1984", "12031984", "P-19840312-1", "03.12.1984", "JM_1990-01-31")
    ),
    *(("a date of birth", f"1984{each}03{each}12") for each in HYPHENS),
    *(("a name", text) for text in ("Mar\u200bia Lo\u200bpez", wide("Maria Lopez"), *(f"Mar{each}ia Lopez" for each in UNSEEN))),
]
PSEUDONYMS = [
    *("Maria Lopez", "LOPEZ, Maria", "maria.lopez", "maria_lopez", "Lopez", "J. Brown", "José María Núñez", "Jean-Baptiste Pierre"),
    *("maria.lopez.1984", "Brown John 12", "SERGEANT", "Ayotunde Okonkwo"),
]
LABELS = ["Maria Lopez", "J. A. Brown Smith", "LOPEZ, Maria", "Sgt. Lopez", "attn. Dr. King", "Mrs Ramkissoon"]
NARRATIVES = [
    *("Reported by Sgt Maria Lopez.", "see Insp. J. Brown of the unit", "Sra. Gómez dio el curso", "by Sgt María García"),
    *("Sgt Mari\u0301a Garci\u0301a", "SGT MARIA GARCIA", "told by INSP. MARÍA GARCÍA", "sgt Maria Garcia"),
    *("by sgt. maria garcia of the unit", "constable josé núñez", "Sgt\u2800Maria\u3164Garcia", "Sgt Ma\u034fria Gar\ufe0fcia"),
]

OPAQUE = [
    *("UNODC-000123", "a1b2c3", "P-17", "participant 0012", "Officer 12", "0001234567", "2021-0012345", "12345678901234"),
    "0190a5d0-7b3c-7d2e-8f10-3b5b6c7d8e9f",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
    "aGkLmPqRsTuVwXyZbCdEfGhIjKlMnOpQrStUvWxYzAb=",
    "XKCDQ",
    *("OAS-300-2024", "P-20240312", "1984", "19841312", "17-1984", "2023-03-12", "8680550123", "6f198403-1212-4abc-8def-0123456789ab"),
]
INSTITUTIONS = [
    *("Royal Police Force", "Royal Barbados Police Force", "Trinidad and Tobago Prison Services (TTPS)", "Captain Regent Base"),
    *("Norman Manley Law School", "Sir Grantley Adams International Airport", "Dr. Eric Williams Medical Sciences Complex", "HQ 2nd Bn"),
    *("V. C. Bird International Airport", "Major Crimes Unit", "Inspector General's Office", "Officer Training School", "Port Antonio"),
    *("DR ERIC WILLIAMS HOSPITAL", "dr eric williams hospital", "SGT MAJOR SCHOOL", "inspector general of police", "constable development"),
    *("2010\u20132011", "Port\u2013au\u2013Prince", "école de police"),
    *("Fort George", "St. George", "Virginia", "Up Park Camp", "Constable Branch", "Coast Guard @ Staubles Bay", "Unit 246-1234"),
]
CERTIFICATES = ["2021-0001234", "UWI/OCDD/2021/17", "CERT-A", "WCO 555 0123", "IIPCIC 420"]


@pytest.mark.parametrize("look", EVERYWHERE)
@pytest.mark.parametrize("text", CONTACTS)
def test_contact_data_is_seen_everywhere(look: Look, text: str) -> None:
    assert look(text) in {"an e-mail address", "a telephone number"}


@pytest.mark.parametrize("look", EVERYWHERE)
@pytest.mark.parametrize(
    ("found", "text"), [("an identity number", text) for text in IDENTITIES] + [("a date of birth", text) for text in BIRTHS]
)
def test_numbers_that_name_one_person_are_seen_everywhere(look: Look, text: str, found: str) -> None:
    assert look(text) == found


@pytest.mark.parametrize(("found", "text"), OF_SUBJECTS)
def test_a_subject_is_neither_a_number_to_call_nor_a_day_of_birth_nor_a_name_in_disguise(text: str, found: str) -> None:
    assert pseudonym(text) == found


def test_an_address_is_read_as_a_browser_sends_it() -> None:
    assert address("https://example.org/?who=maria.lopez%40example.org") == "an e-mail address"
    assert address("https://www.unodc.org/documents/2023/report_2-14.pdf?page=3#section") is None


@pytest.mark.parametrize(
    ("look", "text"),
    [
        *((pseudonym, text) for text in PSEUDONYMS),
        *((reference, text) for text in ("maria.lopez.1984", "enrol/Maria Lopez/2")),
        *((label, text) for text in (*LABELS, *NARRATIVES)),
        *((narrative, text) for text in NARRATIVES),
    ],
)
def test_a_name_is_seen(look: Look, text: str) -> None:
    assert look(text) == "a name"


@pytest.mark.parametrize(
    ("look", "text"),
    [
        *((pseudonym, text) for text in OPAQUE),
        *((look, text) for look in (label, narrative) for text in (*INSTITUTIONS, *OPAQUE)),
        *((reference, text) for text in (*CERTIFICATES, *OPAQUE)),
    ],
)
def test_what_is_no_name_passes(look: Look, text: str) -> None:
    assert look(text) is None


@pytest.mark.parametrize(
    ("found", "text"),
    [
        *(("a telephone number", text) for text in ("868-555-0123", "8685550123", "+18685550123")),
        *(("an identity number", text) for text in ("078-05-1120", "850312-0123")),
        *(("a date of birth", text) for text in ("1984-03-12", "19840312", "dob-1984-03-12")),
        ("an e-mail address", "maria@example.org"),
    ],
)
def test_the_key_of_a_submission_tells_of_nobody(found: str, text: str) -> None:
    assert key(text) == found


@pytest.mark.parametrize(
    "text",
    [
        *("ports-2024-1", "20240312-0001", "fmt-2009-10-01-batch-2", "2024-03-12T10:00:00Z", "1733012345678", "kd83-0001"),
        *("0190a5d0-7b3c-7d2e-8f10-3b5b6c7d8e9f", "k-1733012345678901-17"),
    ],
)
def test_a_key_of_days_and_numbers_passes(text: str) -> None:
    assert key(text) is None


def texts(value: Any) -> Iterator[str]:
    """Every text within a value of TOML."""
    if isinstance(value, str):
        yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(member)


@pytest.mark.parametrize("file", REFERENCE, ids=lambda file: file.name)
def test_the_reference_data_passes(file: Path) -> None:
    found = list(texts(tomllib.loads(file.read_text("utf-8"))))
    assert found
    assert [text for text in found if label(text)] == []


@pytest.mark.parametrize("file", REPORTS, ids=lambda file: file.name)
def test_the_real_reports_pass(file: Path) -> None:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows
    assert [text for row in rows for text in row.values() if text and label(text)] == []
    assert [row["record"] for row in rows if "record" in row and reference(row["record"])] == []


def test_what_looks_personal_is_not_repeated() -> None:
    assert (echo("maria.lopez@example.org"), echo("Maria Lopez")) == (WITHHELD, WITHHELD)
    assert (echo("24/11/2026"), echo("Atlantis"), echo(7)) == ("24/11/2026", "Atlantis", 7)


def test_a_long_text_is_looked_at_in_little_time() -> None:
    """Every character is a beginning of an address or a name, and none ends: with a pattern that went back, this would not end."""
    for text in ("a" * 100_000, "a." * 50_000, "Mr " * 30_000, "Mr " + "A " * 50_000, "+1" * 50_000, "1 (" * 30_000):
        assert {look(text) for look in (contact, label, narrative)} <= {None, "a name", "a telephone number"}
