"""A year of the report as records of the graph: rows of the file, what each row becomes, and how records travel in calls.

A row becomes a programme, a course by its title, a cohort (one run of that course) and a count. The first three are the same for many
rows and are sent once; their keys are made of the words that identify them, so that next year's file gives the same keys again.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from graph_api import Failed

PARTNER = "US-STATE"
REPORT = "Foreign Military Training and DoD Engagement Activities of Interest"
ONE_SET = "foreign military training report"
"""The partition key of every count. Rows of the report count different participations, even where they agree in everything: they add up."""
COLUMNS = (
    *("record", "fiscal_year", "member_state", "programme", "course_title", "recipient_unit", "department"),
    *("location", "start_date", "end_date", "participants", "cost_usd", "report_page"),
)
NOT_STATED = {"", "$"}
LONGEST_KEY = 200
LARGEST_COUNT = 4_000_000
BETWEEN = " | "

Record = dict[str, Any]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. The line is that of an editor: the first is 1, the header counts."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def people(self) -> int | None:
        """The head count; None if it is missing, no whole number, or larger than the graph reads."""
        if not re.fullmatch(r"[+-]?[0-9]{1,30}", self["participants"]):
            return None
        number = int(self["participants"])
        return number if abs(number) <= LARGEST_COUNT else None

    @property
    def cost(self) -> str | None:
        """The cost as the file has it; None if it is not stated."""
        return None if self["cost_usd"] in NOT_STATED else self["cost_usd"]

    @property
    def ends_before_it_starts(self) -> bool:
        """Whether both days can be read and are the wrong way round; the end is then left out."""
        start, end = day(self["start_date"]), day(self["end_date"])
        return bool(start and end and end < start)


def day(text: str) -> date | None:
    """The day that a text states in ISO 8601; None if it states none."""
    try:
        return date.fromisoformat(text) if len(text) == len("2007-01-08") else None
    except ValueError:
        return None


def read_rows(file: Path) -> list[Row]:
    """The rows of a file, in order. Raises Failed."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = list(_rows(csv.DictReader(text, strict=True)))
    except OSError as error:
        raise Failed(f"{file}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failed(f"{file} is no CSV file in UTF-8: {error}") from error
    if not rows:
        raise Failed(f"{file} has no rows")
    twice = [record for record, times in Counter(row["record"] for row in rows).items() if times > 1]
    if twice:
        lines = ", ".join(str(row.line) for row in rows if row["record"] == twice[0])
        raise Failed(f"record {twice[0]!r} stands on lines {lines} of {file}: each row needs an identifier of its own")
    return rows


def _rows(reader: "csv.DictReader[str]") -> Iterator[Row]:
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise Failed(f"the file lacks the columns {', '.join(missing)}")
    for cells in reader:
        whole = None not in cells and None not in cells.values()
        line = reader.line_num - sum(str(cell).count("\n") for cell in cells.values())
        if not whole:
            raise Failed(f"line {line} has not as many cells as the header")
        yield Row(line, {column: " ".join(cell.split()) for column, cell in cells.items()})


def key_of(*words: str) -> str:
    """A key of at most 200 characters: the words, readable; where these would not tell two things apart, also a digest of them."""
    text = BETWEEN.join(words).strip()
    if len(text) <= LONGEST_KEY and not any("|" in word for word in words):
        return text
    digest = sha256("\0".join(words).encode()).hexdigest()[:16]
    return f"{text[: LONGEST_KEY - 17]}~{digest}"


def cohort_key(row: Row) -> str:
    """The key of the run that a row belongs to."""
    return key_of(row["programme"], row["course_title"], row["start_date"], row["end_date"], row["location"])


def records_of(row: Row) -> list[tuple[Key, Record]]:
    """What a row becomes, each with its kind and key: its programme, course and cohort, and last its count."""
    cohort = cohort_key(row)
    parts = (
        ("programme", key_of(row["programme"]), {"name": row["programme"]}),
        ("course", key_of(row["course_title"]), {"title": row["course_title"]}),
        ("cohort", cohort, _cohort(row)),
        ("count", row["record"], _count(row, cohort)),
    )
    return [((kind, key), {"sourceRef": key, "change": {kind: content}}) for kind, key, content in parts]


def _cohort(row: Row) -> dict[str, Any]:
    cohort: dict[str, Any] = {
        "courses": [{"sourceRef": key_of(row["course_title"])}],
        "startsOn": row["start_date"],
        "roles": [
            {"agency": {"sourceRef": key_of(row["programme"])}, "role": "CONVENER"},
            {"agency": {"code": PARTNER}, "role": "FUNDER"},
        ],
    }
    if row["end_date"] and not row.ends_before_it_starts:
        cohort["endsOn"] = row["end_date"]
    if row["location"]:
        cohort["location"] = row["location"]
    return cohort


def _count(row: Row, cohort: str) -> dict[str, Any]:
    """The row's count. What is missing is left out, what cannot be read goes as it stands: the graph says what is wrong with it."""
    stated = {
        "count": row["participants"] if row.people is None else row.people,
        "institution": row["recipient_unit"],
        "memberStates": [row["member_state"]] if row["member_state"] else None,
        "departments": [{"code": row["department"]}] if row["department"] else None,
        "cost": {"amount": row.cost, "currency": "USD"} if row.cost else None,
    }
    return {
        "cohort": {"sourceRef": cohort},
        "measure": "REPORTED_TRAINED",
        "unit": "PARTICIPATIONS",
        "partitionKey": ONE_SET,
        "reportingPeriod": period(row["fiscal_year"]),
        "sourceDoc": {"title": f"{REPORT}, FY{row['fiscal_year']}", "page": row["report_page"]},
        **{name: value for name, value in stated.items() if value not in (None, "")},
    }


def period(fiscal_year: str) -> dict[str, str]:
    """The reporting period of a fiscal year, which begins on 1 October of the year before."""
    label = f"FY{fiscal_year}"
    if not re.fullmatch(r"\d{4}", fiscal_year, re.ASCII):
        return {"label": label}
    return {"label": label, "from": f"{int(fiscal_year) - 1}-10-01", "to": f"{fiscal_year}-09-30"}


@dataclass(slots=True)
class Call:
    """What travels in one call: records, and for each the row that brought it."""

    records: list[Record] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row, records: Sequence[tuple[Key, Record]]) -> None:
        """Adds what a row brings."""
        for key, record in records:
            self.keys.append(key)
            self.records.append(record)
            self.rows.append(row)

    @property
    def counts(self) -> list[Row]:
        """The rows whose counts are in it."""
        return [row for (kind, _), row in zip(self.keys, self.rows, strict=True) if kind == "count"]

    @property
    def declared(self) -> dict[str, int]:
        """The control totals, by which the graph notices what got lost on the way."""
        return {"records": len(self.records), "people": sum(row.people or 0 for row in self.counts)}


def calls(rows: Iterable[Row], size: int, sent: set[Key]) -> Iterator[Call]:
    """Calls of at most `size` records, rows in their order. `sent` holds what need not be sent, and gets what these calls bring.

    A row's programme, course and cohort travel in the same call as the first count that needs them.
    """
    call = Call()
    for row in rows:
        new = [(key, record) for key, record in records_of(row) if key not in sent]
        if len(call.records) + len(new) > size:
            yield call
            call = Call()
            new = [(key, record) for key, record in records_of(row) if key not in sent]  # the receiver may have taken some out of `sent`
        call.add(row, new)
        sent.update(key for key, _ in new)
    if call.records:
        yield call


def separate_calls(rows: Iterable[Row], size: int) -> Iterator[Call]:
    """Calls of which each carries all that its counts need, so that each can be checked before any is stored."""
    sent: set[Key] = set()
    for call in calls(rows, size, sent):
        yield call
        sent.clear()
