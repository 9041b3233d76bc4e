"""What is measured: reads of lists, of one object and of nested ones, search, participation, and a submission of 500 records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """A named operation with its variables; `connections` where it is not measured over as many as the others.

    `contended` says whether the contender answers it too. `walked` is the number of pages before the one that is measured: its cursor
    becomes the variable `after`.
    """

    name: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    connections: int | None = None
    contended: bool = True
    walked: int = 0


PAGE = Operation(
    "a page of 50 cohorts with course and partner",
    """query Page($first: Int!) {
      cohorts(first: $first) { nodes { id title startsOn courses { title } submittedBy { code name } } }
    }""",
    {"first": 50},
)

NESTED = Operation(
    "one partner, 10 courses, 5 cohorts each, 10 statements each with state and department",
    """query Nested($partner: String!) {
      partnerAgency(by: { code: $partner }) {
        code name
        courses(first: 10) { nodes { code title cohorts(first: 5) { nodes { code title startsOn statements(first: 10) { nodes {
          id count memberStates { code name } departments { department { code name } }
        } } } } } }
      }
    }""",
    {"partner": "SYN-03"},
)

ONE = Operation(
    "one cohort by its code",
    "query One($code: String!) { cohort(by: { code: $code }) { id code title startsOn mode } }",
    {"code": "SYN-COHORT-000007"},
)

PARTICIPATION = Operation(
    "participation by state and department",
    """query Participation {
      participation(measure: REPORTED_TRAINED, basis: RECORDS, groupBy: [MEMBER_STATE, DEPARTMENT]) {
        total { value precision } unit cost { amount currency }
        rows { key { label } count { value precision } cost { amount currency statements } }
      }
    }""",
    connections=1,
    contended=False,
)

FILTERED = Operation(
    "50 cohorts, filtered by days and mode, ordered by title",
    """query Filtered($from: Date!, $to: Date!) {
      cohorts(first: 50, filter: { startsOn: { gte: $from, lt: $to }, mode: { eq: IN_PERSON } }, order: [{ by: TITLE, direction: DESC }]) {
        nodes { id code title startsOn mode }
      }
    }""",
    {"from": "2018-01-01", "to": "2020-01-01"},
)

FAR = Operation(
    "page 1,000 of statements by cursor, 50 each",
    """query Far($after: Cursor) {
      statements(first: 50, after: $after) { nodes { id count } pageInfo { hasNextPage } }
    }""",
    walked=999,
)

SEARCH = Operation(
    "search for a word's beginning and a number",
    """query Search($text: String!) {
      search(text: $text, first: 25) { nodes { __typename ... on Cohort { code title } ... on Course { code title } } }
    }""",
    {"text": "cohort 0012"},
    contended=False,
)

READS = (PAGE, NESTED, ONE, FILTERED, FAR, SEARCH, PARTICIPATION)

WALK = "query Walk($first: Int!, $after: Cursor) { statements(first: $first, after: $after) { pageInfo { endCursor } } }"

COLD = """query Cold%d($first: Int!, $from: Date!) {
  memberStates(body: CARICOM) { code name memberships { body status } }
  cohorts(first: $first, filter: { startsOn: { gte: $from } }, order: [{ by: TITLE }]) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id code title startsOn endsOn mode location
      venueState { code name }
      submittedBy { code name parent { code } }
      courses { code title owner { code } }
      statements(first: 5) { nodes { id count unit measure memberStates { code } departments { department { code } } } }
    }
  }
}"""
"""An operation of 40 fields; the number makes its text one that was never seen."""

COLD_VARIABLES = {"first": 10, "from": "2020-01-01"}

SUBMIT = """mutation Submit($input: SubmitInput!) {
  submit(input: $input) { receipt { id } counts { created rejected } outcomes { index status issues { code } } problems { code } }
}"""


def submission(number: int, records: int = 500) -> dict[str, Any]:
    """The input of a submission of so many records: a cohort, and counts about it, that no other number makes."""
    prefix = f"BENCH-{number:06}"
    cohort = {
        "courses": [{"code": "SYN-COURSE-003"}],
        "title": f"Benchmark cohort {number}",
        "startsOn": "2026-01-05",
        "endsOn": "2026-01-09",
        "roles": [{"agency": {"code": "SYN-03"}, "role": "CONVENER"}],
    }
    states, departments = ("AG", "BB", "JM", "TT"), ("POLICE", "CUSTOMS", "IMMIGRATION")
    counts = [
        {
            "sourceRef": f"{prefix}-{n}",
            "change": {
                "count": {
                    "cohort": {"sourceRef": prefix},
                    "measure": "REPORTED_TRAINED",
                    "count": n % 30,
                    "unit": "PARTICIPATIONS",
                    "memberStates": [states[n % 4]],
                    "departments": [{"code": departments[n % 3]}],
                    "partitionKey": "ROWS",
                    "institution": f"Unit {n}",
                    "cost": {"amount": str(100 + n), "currency": "USD"},
                }
            },
        }
        for n in range(records - 1)
    ]
    return {
        "submissionKey": prefix,
        "mode": "COMMIT",
        "atomicity": "ALL_OR_NOTHING",
        "declared": {"records": records},
        "records": [{"sourceRef": prefix, "change": {"cohort": cohort}}, *counts],
    }
