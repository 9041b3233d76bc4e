"""The fields of each kind of record, and what they mean. Pure.

The content of an entity is a mapping from the API's names of its fields to their meant values: references as identifiers, sets as
frozensets, what belongs together (a cost, a period) as a tuple in the order of its fields. No honest text meets the limits of length.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from models.courses import CohortMode, CohortStatus, CostKind, DatePrecision, Role, VenueType
from models.individuals import RoleLevel
from models.statements import CountUnit, InstitutionType, Measure, Precision, Sex, WithdrawalReason
from models.submissions import RecordKind
from resolvers.submitting.issues import Path, echo
from resolvers.submitting.personal import address, contact, label, narrative, pseudonym, reference
from resolvers.submitting.records import Draft, named
from resolvers.submitting.rules import (
    INVALID,
    Field,
    Fields,
    Reader,
    amount,
    choice,
    count,
    currency,
    day,
    flag,
    in_order,
    many,
    parts,
    screened,
    url_of,
)


def reference_to(kind: RecordKind, type_name: str, code: str) -> Reader:
    """The reader of a reference: the identifier of what it names, whether stored or in the submission."""

    def reader(value: Mapping[str, Any], path: Path, draft: Draft) -> Any:
        found = draft.known.of(kind).get(named(value, type_name))
        if found is None:
            ((way, key),) = value.items()
            return draft.wrong(code, path, **{way: echo(key)})
        if found.index is not None and next(iter(value)) == "sourceRef":
            draft.needs.append((found.index, (*draft.root, *path)))
        return found.id

    return reader


def state(value: str, path: Path, draft: Draft) -> Any:
    """A member state's code."""
    code = value.strip()
    return code if code in draft.known.states else draft.wrong("STATE_UNKNOWN", path, value=echo(value))


def department(value: str, path: Path, draft: Draft) -> Any:
    """A department's code."""
    code = value.strip()
    return code if code in draft.known.departments else draft.wrong("DEPARTMENT_UNKNOWN", path, value=echo(value))


def period(value: Mapping[str, Any], path: Path, draft: Draft) -> Any:
    """A reporting period whose days are in order."""
    found = _PERIOD(value, path, draft)
    if isinstance(found, tuple):
        in_order(found[1], found[2], (*path, "to"), draft)
    return found


def _distinct(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(found))


AGENCY = reference_to(RecordKind.PROGRAMME, "PartnerAgency", "AGENCY_UNKNOWN")
COURSE = reference_to(RecordKind.COURSE, "Course", "COURSE_NOT_FOUND")
COHORT = reference_to(RecordKind.COHORT, "Cohort", "COHORT_NOT_FOUND")
MONEY = amount(13)
_PERIOD = parts({"label": Field(screened(100, label), required=True), "from": Field(day), "to": Field(day)}, may_be_blank=True)
_ROLE = parts({"agency": Field(AGENCY, required=True), "role": Field(choice(Role), required=True)})
_DEPARTMENT = parts(
    {
        "code": Field(department, required=True),
        "institutionType": Field(choice(InstitutionType), InstitutionType.NOT_STATED.value),
    }
)
_COST_LINE = parts(
    {
        "kind": Field(choice(CostKind), required=True),
        "amount": Field(MONEY, required=True),
        "currency": Field(currency, required=True),
        "source": Field(screened(500, narrative)),
    }
)
_COST = parts({"amount": Field(MONEY, required=True), "currency": Field(currency, required=True)}, may_be_blank=True)
_SOURCE = parts(
    {
        "url": Field(url_of(address)),
        "title": Field(screened(500, contact)),
        "page": Field(screened(200, contact)),
        "retrievedOn": Field(day),
    },
    may_be_blank=True,
)
_PARTICIPANT = parts({"subject": Field(screened(200, pseudonym), required=True)})
_RESULT = parts(
    {"completedOn": Field(day), "hours": Field(amount(6)), "certificateNo": Field(screened(100, reference))},
    may_be_blank=True,
)

FIELDS: Mapping[RecordKind, Fields] = {
    RecordKind.PROGRAMME: {
        "name": Field(screened(500, contact), required=True),
        "labels": Field(many(screened(500, contact), 50, tuple), ()),
        "parent": Field(AGENCY),
    },
    RecordKind.COURSE: {
        "title": Field(screened(500, contact), required=True),
        "subject": Field(screened(200, contact)),
        "owner": Field(AGENCY),
        "certified": Field(flag),
        "trainTheTrainer": Field(flag),
        "nominalHours": Field(amount(6)),
        "languages": Field(many(screened(100, label), 50, tuple), ()),
    },
    RecordKind.COHORT: {
        "courses": Field(many(COURSE, 50, _distinct), required=True),
        "title": Field(screened(500, contact)),
        "startsOn": Field(day, required=True),
        "endsOn": Field(day),
        "datePrecision": Field(choice(DatePrecision), DatePrecision.DAY.value),
        "mode": Field(choice(CohortMode), CohortMode.NOT_STATED.value),
        "venueType": Field(choice(VenueType), VenueType.NOT_STATED.value),
        "venueState": Field(state),
        "location": Field(screened(300, contact)),
        "status": Field(choice(CohortStatus), CohortStatus.COMPLETED.value),
        "narrative": Field(screened(5_000, narrative)),
        "roles": Field(many(_ROLE, 100, frozenset), frozenset()),
        "costs": Field(many(_COST_LINE, 100, tuple), ()),
    },
    RecordKind.COUNT: {
        "cohort": Field(COHORT, required=True),
        "measure": Field(choice(Measure), required=True),
        "count": Field(count, required=True),
        "unit": Field(choice(CountUnit), required=True),
        "precision": Field(choice(Precision), Precision.EXACT.value),
        "memberStates": Field(many(state, 100, frozenset), frozenset()),
        "memberStateCount": Field(count),
        "departments": Field(many(_DEPARTMENT, 100, frozenset), frozenset()),
        "sex": Field(choice(Sex)),
        "reportingPeriod": Field(period),
        "partitionKey": Field(screened(200, reference)),
        "institution": Field(screened(300, label)),
        "cost": Field(_COST),
        "sourceDoc": Field(_SOURCE),
        "statedOn": Field(day),
    },
    RecordKind.INDIVIDUAL: {
        "cohort": Field(COHORT, required=True),
        "measure": Field(choice(Measure), required=True),
        "participant": Field(_PARTICIPANT, required=True),
        "memberState": Field(state),
        "department": Field(_DEPARTMENT),
        "roleLevel": Field(choice(RoleLevel)),
        "sex": Field(choice(Sex), Sex.UNSPECIFIED.value),
        "result": Field(_RESULT),
        "reportingPeriod": Field(period),
        "institution": Field(screened(300, label)),
        "cost": Field(_COST),
        "sourceDoc": Field(_SOURCE),
        "statedOn": Field(day),
    },
    RecordKind.WITHDRAW: {"reason": Field(choice(WithdrawalReason), required=True), "note": Field(screened(1_000, narrative))},
}


def readable(content: Mapping[str, Any], *names: str) -> bool:
    """Whether all of these fields could be read."""
    return INVALID not in [content.get(name, INVALID) for name in names]
