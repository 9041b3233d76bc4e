"""What is measured: the reads of speed.md, participation, and a submission of 500 records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Operation:
    """A named operation with its variables; `connections` where it is not measured over as many as the others."""

    name: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    connections: int | None = None


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
)

READS = (PAGE, NESTED, ONE, PARTICIPATION)

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
