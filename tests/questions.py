"""Random questions about a ledger: mostly such that some statement answers, with filters that keep some of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID

from models.base import Visibility
from models.courses import CohortMode
from models.statements import InstitutionType, Measure, Sex, Statement, StatementKind
from models.viewer import ANONYMOUS, IMPACS, Viewer, ViewerKind
from tests.evaluator import Dimension, Ledger, Question
from tests.evaluator.records import Value, Values
from tests.evaluator.rules import population_of
from tests.evaluator.values import cohort_values, statement_values
from tests.ledgers import COUNTED, DEPARTMENTS, MEASURES, PERIODS, SCOPES, SLICE, STATES, SUBJECTS

UNKNOWN = UUID(int=1)
SETS = (Dimension.COURSE, Dimension.SUBJECT, Dimension.PROGRAMME, Dimension.FUNDER)


def question(random: Random, ledger: Ledger) -> Question:
    """A question about the ledger."""
    about = _finest(random.sample(ledger.statements, min(2, len(ledger.statements))), ledger)
    known = _known(ledger, about)
    grouped, filtered = _pointed(random, ledger, known) if random.randrange(3) else _any(random, known)
    return Question(
        measure=_measure(random, about),
        group_by=tuple(grouped),
        filter={dimension: _allowed(random, ledger, dimension, known.get(dimension, ())) for dimension in filtered},
        include_pending=random.randrange(3) == 0,
        viewer=random.choice(viewers(ledger, about)),
    )


def alike(random: Random, ledger: Ledger, other: Question) -> Question:
    """A question on the same dimensions, by a viewer of the same kind, aimed at the statement that tells the most of them."""
    asked, sees_hidden = {*other.group_by, *other.filter}, other.viewer.kind not in {ViewerKind.ANONYMOUS, ViewerKind.ADMINISTRATOR}
    shown = [one for one in ledger.statements if sees_hidden or (one.visibility, one.kind) == (Visibility.PUBLIC, StatementKind.COUNT)]
    counting = [one for one in shown if one.state in COUNTED]
    some = random.sample(counting, min(4, len(counting)))
    about = max(some, key=lambda one: len(asked & _known(ledger, one).keys()), default=None)
    known = _known(ledger, about)
    return replace(
        other,
        measure=_measure(random, about),
        filter={dimension: _allowed(random, ledger, dimension, known.get(dimension, ())) for dimension in other.filter},
        viewer=random.choice([viewer for viewer in viewers(ledger, about) if viewer.kind is other.viewer.kind]),
    )


def filtered(random: Random, ledger: Ledger, other: Question, dimension: Dimension) -> Question:
    """The question, filtered by that dimension alone."""
    about = random.choice(ledger.statements) if ledger.statements else None
    return replace(other, filter={dimension: _allowed(random, ledger, dimension, _known(ledger, about).get(dimension, ()))})


def viewers(ledger: Ledger, about: Statement | None) -> list[Viewer]:
    """Staff, the partner that made a statement and the focal point of a state that it names (more often), and others."""
    impacs, *partners = [agency.id for agency in ledger.agencies[:4]]
    asking = [*[about.partner_id if about else impacs] * 3, *partners]
    staff = Viewer(ViewerKind.STAFF, agency_id=impacs, scopes=SCOPES)
    others = [Viewer(kind, agency_id=impacs, scopes=SCOPES) for kind in sorted(IMPACS - {ViewerKind.STAFF})]
    named = [row.member_state_code for row in ledger.slice_states if about and row.statement_id == about.id]
    states = [*named[:1] * 3, STATES[0][0]]
    focal_points = [Viewer(ViewerKind.FOCAL_POINT, member_state_code=state, scopes=SCOPES) for state in states]
    senders = [Viewer(ViewerKind.PARTNER, agency_id=partner, scopes=SCOPES) for partner in asking]
    return [*[staff] * 4, *others, *senders, *focal_points, *[ANONYMOUS] * 3]


def _finest(statements: Sequence[Statement], ledger: Ledger) -> Statement | None:
    """The statement that states the most dimensions."""
    return max(statements, key=lambda one: sum(map(bool, statement_values(ledger, one).values())), default=None)


def _measure(random: Random, about: Statement | None) -> Measure:
    return Measure(about.measure) if about and random.randrange(8) else random.choice(MEASURES)


def _known(ledger: Ledger, about: Statement | None) -> dict[Dimension, Values]:
    """What the ledger tells of a statement, on the dimensions where it tells something."""
    if about is None:
        return {}
    cohorts = cohort_values(ledger, Viewer(ViewerKind.STAFF), population_of(ledger, about), about.partner_id)
    return {dimension: values for dimension, values in (statement_values(ledger, about) | cohorts).items() if values}


def _any(random: Random, known: Iterable[Dimension]) -> tuple[list[Dimension], list[Dimension]]:
    """Dimensions to group and to filter by."""
    return _dimensions(random, known, random.choice((0, 1, 1, 2, 2, 3))), _dimensions(random, known, random.choice((0, 0, 1, 1, 2)))


def _pointed(random: Random, ledger: Ledger, known: Iterable[Dimension]) -> tuple[list[Dimension], list[Dimension]]:
    """Filtered by what many slices say and grouped by what few say: total and rows come from different sets, with a remainder.

    There are few such pairs, so that most find their statement compiled.
    """
    stated = [dimension for one in ledger.statements for dimension, values in statement_values(ledger, one).items() if values]
    said = sorted((dimension for dimension in SLICE if dimension in known), key=stated.count, reverse=True)
    grouped = [*(said[:1] if random.randrange(2) else []), *said[-1:]]
    return list(dict.fromkeys(grouped)), said[:1] if random.randrange(4) else []


def _dimensions(random: Random, known: Iterable[Dimension], size: int) -> list[Dimension]:
    """So many different dimensions; more often those whose values are sets, and those of slices that are known."""
    options = [*Dimension, *SETS, *SETS, *[dimension for dimension in SLICE if dimension in known] * 2]
    found: dict[Dimension, None] = {}
    while len(found) < size:
        found[random.choice(options)] = None
    return list(found)


def _allowed(random: Random, ledger: Ledger, dimension: Dimension, known: Iterable[Value]) -> list[Value]:
    """Values that a filter allows: mostly the known ones and some more; at times others, all, none, or some twice."""
    domain = _domain(ledger, dimension)
    if len(list(known)) == 1 and not random.randrange(3):
        return list(known)
    start = sorted(known, key=str) if random.randrange(5) else []
    more = [random.choice(domain) for _ in range(random.choice((0, 0, 0, 0, 1, 1, 2, len(domain))))]
    return [*start, *more] if random.randrange(5) else start * 2


def _domain(ledger: Ledger, dimension: Dimension) -> Sequence[Value]:
    """Values that a filter may name, one of them of nothing that is there."""
    match dimension:
        case Dimension.MEMBER_STATE:
            return [code for code, *_ in STATES] + ["XX"]
        case Dimension.DEPARTMENT:
            return [code for code, _ in DEPARTMENTS] + ["NONE"]
        case Dimension.INSTITUTION_TYPE:
            return [type_.value for type_ in InstitutionType]
        case Dimension.SEX:
            return [sex.value for sex in Sex]
        case Dimension.REPORTING_PERIOD:
            return [*PERIODS, "FY1900"]
        case Dimension.SUBJECT:
            return [*filter(None, SUBJECTS), "nothing"]
        case Dimension.MODE:
            return [mode.value for mode in list(CohortMode)[:3]]
        case Dimension.YEAR:
            return [2020, 2021, 1900]
        case Dimension.COHORT:
            return _ids("Cohort", ledger.cohorts)
        case Dimension.COURSE:
            return _ids("Course", ledger.courses)
        case Dimension.PROGRAMME | Dimension.FUNDER | Dimension.PARTNER:
            return _ids("PartnerAgency", ledger.agencies)


def _ids(type_: str, rows: Iterable[Any]) -> list[str]:
    return [f"{type_}:{id_}" for id_ in [*(row.id for row in rows), UNKNOWN]]


def variables(question: Question) -> dict[str, Any]:
    """The question as GraphQL variables."""
    return {
        "measure": question.measure.value,
        "groupBy": [dimension.value for dimension in question.group_by],
        "filter": {camel(dimension): list(values) for dimension, values in question.filter.items()},
        "includePending": question.include_pending,
    }


def camel(dimension: Dimension) -> str:
    """The name of a dimension in the filter: MEMBER_STATE -> memberState."""
    head, *rest = dimension.value.lower().split("_")
    return head + "".join(part.capitalize() for part in rest)
