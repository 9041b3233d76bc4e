"""What became of a file's records: how many were stored, which were refused and why, told line by line and as a file to mend."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from annual_report import Call, Key, Row
from graph_api import Failed

STATUSES = ("CREATED", "REVISED", "UNCHANGED", "HELD", "REJECTED", "NOT_ATTEMPTED")
STORED = {"CREATED", "REVISED", "UNCHANGED", "HELD"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error of one refused record."""

    row: Row
    kind: str
    key: str
    code: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"line {self.row.line}  {self.row['record']}  {self.kind}  {self.code} at {self.path}: {self.message}"


@dataclass(slots=True)
class Tally:
    """What became of a file's records so far."""

    outcomes: Counter[Key] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    refusals: dict[tuple[str, ...], Refusal] = field(default_factory=dict)
    receipts: dict[str, bool] = field(default_factory=dict)
    people: int = 0
    cost: Decimal = Decimal(0)

    def add(self, call: Call, answer: dict[str, Any]) -> list[Refusal]:
        """Adds the answer to a call; gives what it refused that no earlier call told."""
        if receipt := answer["receipt"]:
            self.receipts[receipt["id"]] = receipt["replayed"]
        news = []
        for outcome in answer["outcomes"]:
            row = call.rows[outcome["index"]]
            self.outcomes[outcome["recordKind"], outcome["status"]] += 1
            self.warnings.update(issue["code"] for issue in outcome["issues"] if issue["severity"] == "WARNING")
            if outcome["recordKind"] == "COUNT" and outcome["status"] in STORED:
                self.people += row.people or 0
                self.cost += amount(row)
            for refusal in refusals(call, outcome):
                if self.refusals.setdefault((refusal.kind, refusal.key, refusal.code, refusal.path), refusal) is refusal:
                    news.append(refusal)
        return news


def amount(row: Row) -> Decimal:
    """The cost of a row; 0 where none is stated."""
    try:
        return Decimal(row.cost or 0)
    except InvalidOperation:
        return Decimal(0)


def refusals(call: Call, outcome: dict[str, Any]) -> Iterator[Refusal]:
    """Why a record was refused; nothing if it was not."""
    if outcome["status"] != "REJECTED":
        return
    row = call.rows[outcome["index"]]
    for issue in outcome["issues"]:
        if issue["severity"] == "ERROR":
            path = ".".join(part for part in issue["path"][2:] if part != "change") or "record"
            cause = issue["causedByIndex"]
            elsewhere = cause is not None and call.rows[cause].line != row.line
            message = issue["message"] + (f" See line {call.rows[cause].line}." if elsewhere else "")
            yield Refusal(row, outcome["recordKind"].lower(), outcome["sourceRef"], issue["code"], path, message)


def summary(tally: Tally) -> Iterator[str]:
    """What a run did, line by line."""
    for kind in ("PROGRAMME", "COURSE", "COHORT", "COUNT"):
        found = [(tally.outcomes[kind, status], status.lower().replace("_", " ")) for status in STATUSES]
        told = ", ".join(f"{number} {status}" for number, status in found if number)
        yield f"{'statements' if kind == 'COUNT' else kind.lower() + 's':12} {told or 'none'}"
    yield f"{'people':12} {tally.people} in the statements stored"
    yield f"{'cost':12} {tally.cost} USD in the statements stored"
    replayed = sum(tally.receipts.values())
    yield f"{'submissions':12} {len(tally.receipts)}" + (f", of which {replayed} had been stored before" if replayed else "")
    yield from (f"{'receipt':12} {receipt}" for receipt in tally.receipts)
    yield from (f"{'warning':12} {code}: {number} records" for code, number in sorted(tally.warnings.items()))


def remarks(rows: list[Row], tally: Tally) -> Iterator[str]:
    """What there is to say of the file, line by line."""
    yield f"{'rows':12} {len(rows)}, of which {len(refused_rows(tally))} refused"
    for row in rows:
        if row.ends_before_it_starts:
            yield f"{'end left out':12} line {row.line}  {row['record']}  ends {row['end_date']}, before it starts {row['start_date']}"


def refused_rows(tally: Tally) -> dict[int, list[Refusal]]:
    """The refusals of each row whose count was refused, by line."""
    lines = sorted({each.row.line for each in tally.refusals.values() if each.kind == "count"})
    found: dict[int, list[Refusal]] = {line: [] for line in lines}
    for refusal in tally.refusals.values():
        if refusal.row.line in found:
            found[refusal.row.line].append(refusal)
    return found


def write_rejects(file: Path, tally: Tally) -> None:
    """Writes the refused rows with the same columns as they came, and why: mend that file, and send it. Raises Failed."""
    rows = [
        {
            **found[0].row.cells,
            "_line": line,
            "_code": "; ".join(each.code for each in found),
            "_path": "; ".join(each.path for each in found),
            "_message": "; ".join(each.message for each in found),
        }
        for line, found in refused_rows(tally).items()
    ]
    try:
        with file.open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, rows[0] if rows else ["record"])
            writer.writeheader()
            writer.writerows(rows)
    except OSError as error:
        raise Failed(f"{file}: {error.strerror}") from error
