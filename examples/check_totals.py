"""Compares what the graph counts for one year of the report with the totals that the report prints, people and cost, line by line.

    ./run python examples/check_totals.py examples/data/fy2007_control_totals.csv

GRAPH_URL and GRAPH_CREDENTIAL say where and as whom. A partner is answered from its own statements, those that IMPACS has not verified
yet included; staff from what is verified. --include-pending and --no-include-pending say otherwise.
Exit status: 0 if all agree, 1 if anything differs, 2 if it could not be done.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

from annual_report import PARTNER
from graph_api import Api, Failed, connect, start

WHO = """
query Who($partner: String!) {
  viewer { kind agency { code } }
  partnerAgency(by: {code: $partner}) { id }
}
"""
TOTALS = """
query Totals($filter: ParticipationFilter!, $includePending: Boolean!) {
  participation(
    basis: RECORDS
    measure: REPORTED_TRAINED
    groupBy: [MEMBER_STATE, PROGRAMME]
    filter: $filter
    includePending: $includePending
  ) {
    rows {
      key { dimension label members { code label } }
      count { value }
      cost { amount currency }
    }
  }
}
"""
COLUMNS = ("fiscal_year", "member_state", "programme", "participants", "cost_usd")

Line = tuple[str, str]


class Total(NamedTuple):
    """The people and the cost in USD of one member state in one programme."""

    people: int
    cost: Decimal

    def __str__(self) -> str:
        return f"{self.people} people, {self.cost} USD"


def read_totals(file: Path) -> tuple[list[str], dict[Line, Total]]:
    """The reporting periods that a file is about, and its lines. Raises Failed."""
    periods: set[str] = set()
    totals: dict[Line, Total] = {}
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            if missing := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
                raise Failed(f"{file} lacks the columns {', '.join(missing)}")
            for row in reader:
                line = (row["member_state"], row["programme"])
                if line in totals:
                    raise Failed(f"{file} line {reader.line_num}: {' '.join(line)} has two totals")
                periods.add(f"FY{row['fiscal_year']}")
                totals[line] = Total(int(row["participants"]), Decimal(row["cost_usd"] or 0))
    except OSError as error:
        raise Failed(f"{file}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise Failed(f"{file} is no CSV file in UTF-8: {error}") from error
    except (ValueError, TypeError, InvalidOperation) as error:
        raise Failed(f"{file} line {reader.line_num}: participants and cost_usd must be numbers") from error
    if len(periods) != 1:
        raise Failed(f"{file} must be about one fiscal year, and is about {', '.join(sorted(periods)) or 'none'}")
    return sorted(periods), totals


def ask_totals(api: Api, periods: list[str], include_pending: bool | None) -> tuple[dict[Line, Total], str]:
    """The graph's totals by member state and programme, and what they rest on. Raises Failed."""
    who = api.ask(WHO, partner=PARTNER)
    staff = who["viewer"]["kind"] == "STAFF"
    if who["partnerAgency"] is None:
        raise Failed(f"the graph knows no agency {PARTNER}")
    limits: dict[str, Any] = {"reportingPeriod": periods}
    if staff:
        limits["partner"] = [who["partnerAgency"]["id"]]
    pending = not staff if include_pending is None else include_pending
    table = api.ask(TOTALS, filter=limits, includePending=pending)["participation"]
    basis = "verified and pending statements" if pending else "verified statements"
    found: dict[Line, Total] = {}
    for row in table["rows"]:
        line, total = (label(row["key"][0]), label(row["key"][1])), of_row(row)
        before = found.get(line, Total(0, Decimal(0)))
        found[line] = Total(before.people + total.people, before.cost + total.cost)
    return found, basis


def label(value: dict[str, Any]) -> str:
    """What a group is called: a member state by its code, a programme by its name, several together or none as the graph puts it."""
    members = value["members"]
    if len(members) == 1:
        return str(members[0]["code"] if value["dimension"] == "MEMBER_STATE" else members[0]["label"])
    return str(value["label"])


def of_row(row: dict[str, Any]) -> Total:
    """The total of one group."""
    dollars = sum((Decimal(cost["amount"]) for cost in row["cost"] if cost["currency"] == "USD"), Decimal(0))
    return Total(row["count"]["value"] or 0, dollars)


def differences(expected: dict[Line, Total], found: dict[Line, Total]) -> Iterator[str]:
    """What differs, by line: totals that are not equal, that the graph lacks, or that it has and the file lacks."""
    for line in sorted(expected | found):
        if expected.get(line) != found.get(line):
            printed, counted = expected.get(line, "nothing"), found.get(line, "nothing")
            yield f"{' '.join(line)}: the report prints {printed}; the graph counts {counted}"


def run(options: argparse.Namespace) -> int:
    """The exit status of comparing. Raises Failed."""
    periods, expected = read_totals(options.totals)
    found, basis = ask_totals(connect(waiting=lambda why: print(why, file=sys.stderr)), periods, options.include_pending)
    differing = list(differences(expected, found))
    agreeing = sum(found.get(line) == total for line, total in expected.items())
    print(*differing, f"{agreeing} of {len(expected)} control totals agree, by {basis}", sep="\n")
    return 1 if differing else 0


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("totals", type=Path, metavar="TOTALS_CSV", help="the control totals of one year")
    parser.add_argument("--include-pending", action=argparse.BooleanOptionalAction, help="count what IMPACS has not verified yet")
    return parser


if __name__ == "__main__":
    start(run, arguments())
