"""The answer, as the API writes it. `participation` tells the whole story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from models.statements import Precision
from tests.evaluator.explanations import explained, omitted
from tests.evaluator.records import JOINED_BY_CODE, Claim, Dimension, Finding, Ledger, Question, Value, Values, global_id, global_ids
from tests.evaluator.rules import cells_of, contributes, findings_of, populations_of, told, total_of, total_precision, unit, worst


def count_value(value: int | None, precision: Precision) -> dict[str, Any]:
    """A number; a null always has a reason."""
    return {"value": value, "precision": precision.value, "suppressed": False, "reason": "NO_BASIS" if value is None else None}


def costs(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    """What the claims that state a cost cost together, in each currency."""
    stated = [claim.statement for claim in claims if claim.statement.cost_amount is not None]
    table = []
    for currency in sorted({str(statement.cost_currency) for statement in stated}):
        amounts = [Decimal(statement.cost_amount or 0) for statement in stated if statement.cost_currency == currency]
        table.append({"amount": f"{sum(amounts):.2f}", "currency": currency, "statements": len(amounts)})
    return table


def member(ledger: Ledger, dimension: Dimension, value: Value) -> dict[str, Any]:
    """One value of a dimension, by id, code and label."""
    key = str(value).partition(":")[2]
    match dimension:
        case Dimension.MEMBER_STATE:
            label = next(state.short_name for state in ledger.member_states if state.code == value)
            return {"id": global_id("MemberState", value), "code": value, "label": label}
        case Dimension.DEPARTMENT:
            label = next(department.name for department in ledger.departments if department.code == value)
            return {"id": global_id("Department", value), "code": value, "label": label}
        case Dimension.COHORT:
            cohort = ledger.cohort(UUID(key))
            return {"id": value, "code": cohort.code, "label": cohort.title}
        case Dimension.COURSE:
            course = ledger.course(UUID(key))
            return {"id": value, "code": course.code, "label": course.title}
        case Dimension.PROGRAMME | Dimension.FUNDER | Dimension.PARTNER:
            agency = ledger.agency(UUID(key))
            return {"id": value, "code": agency.source_ref if agency.code is None else agency.code, "label": agency.name}
        case _:
            return {"id": None, "code": str(value), "label": str(value)}


def members(ledger: Ledger, dimension: Dimension, values: Values) -> list[dict[str, Any]]:
    """The values of a set, by code (none last), then id."""
    found = [member(ledger, dimension, value) for value in values]
    return sorted(found, key=lambda one: (one["code"] is None, one["code"] or "", one["id"] or ""))


def dimension_value(ledger: Ledger, dimension: Dimension, values: Values) -> dict[str, Any]:
    """One part of a row's key. A set is one value of its own (R3)."""
    listed = members(ledger, dimension, values)
    word = "code" if dimension in JOINED_BY_CODE else "label"
    label = " + ".join(one[word] for one in listed) if listed else "UNSPECIFIED"
    return {"dimension": dimension.value, "label": label, "members": listed}


def row_order(row: Mapping[str, Any]) -> list[Any]:
    """Where a row stands: dimension by dimension, UNSPECIFIED last, else by the codes (titles where there is none), then the ids."""
    return [
        (
            not part["members"],
            [one["label"] if one["code"] is None else one["code"] for one in part["members"]],
            [one["id"] or "" for one in part["members"]],
        )
        for part in row["key"]
    ]


def rows(ledger: Ledger, question: Question, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The rows: the cells of all populations, added up by key."""
    cells = [cell for found in findings for cell in cells_of(question, found)]
    table = []
    for key in {cell.key for cell in cells}:
        added = [cell for cell in cells if cell.key == key]
        parts = zip(question.group_by, key, strict=True)
        table.append(
            {
                "key": [dimension_value(ledger, dimension, values) for dimension, values in parts],
                "count": count_value(sum(cell.count for cell in added), worst(cell.precision for cell in added)),
                "cost": costs(claim for cell in added for claim in cell.claims),
            }
        )
    return sorted(table, key=row_order)


def pending_delta(ledger: Ledger, question: Question) -> int | None:
    """What the pending statements would change (R8): the total with them less the total without."""
    with_pending, without = (
        total_of([found for found in findings_of(asked, populations_of(ledger, asked)) if contributes(found)])
        for asked in (replace(question, include_pending=included) for included in (True, False))
    )
    return None if with_pending is None and without is None else (with_pending or 0) - (without or 0)


def coverage(question: Question, findings: Sequence[Finding]) -> dict[str, Any]:
    """How much the table rests on, and what it could not use."""
    contributing = [found for found in findings if contributes(found)]
    return {
        "populations": len(contributing),
        "pending": sum(pending_of(found) for found in contributing),
        "notAttributable": sum(found.not_attributable for found in findings),
        "inconsistent": [
            {
                "cohort": {"id": global_id("Cohort", found.population.id)},
                "coarser": global_ids(told(question, coarser.claims)),
                "finer": global_ids(told(question, finer.claims)),
            }
            for found in findings
            for coarser, finer in found.contradictions
            if told(question, coarser.claims) and told(question, finer.claims)
        ],
    }


def pending_of(found: Finding) -> int:
    """How many statements of the claim sets that were used are not counted yet."""
    used = [selected.whole for selected in (found.total, found.detail) if selected]
    return sum(claim_set.pending for number, claim_set in enumerate(used) if claim_set not in used[:number])


def participation(ledger: Ledger, question: Question) -> dict[str, Any]:
    """The whole table as the API writes it, but for `asOf`."""
    populations = populations_of(ledger, question)
    findings = findings_of(question, populations)
    contributing = [found for found in findings if contributes(found)]
    counted_as = unit(contributing)
    return {
        "rows": rows(ledger, question, contributing),
        "total": count_value(total_of(contributing), total_precision(contributing)),
        "cost": costs(claim for found in contributing if found.total for claim in found.total.kept),
        "measure": question.measure.value,
        "basis": "RECORDS",
        "unit": counted_as.value if counted_as else None,
        "includePending": question.include_pending,
        "pendingDelta": pending_delta(ledger, question),
        "coverage": coverage(question, findings),
        "explain": explained(ledger, question, findings)[: question.first],
        "omitted": omitted(ledger, question, [population.id for population in populations], findings)[: question.first],
    }
