"""Small ledgers written by hand, for cases with exact numbers.

made = book()                                          # IMPACS, UNODC, OAS, and a cohort C
made.says("UNODC", "C", 12, states=["JM"], key="k")    # the global id of a new statement
made.ask(Dimension.SEX, member_state=["JM"])           # the evaluator's answer to staff
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from models.agencies import AgencyAncestor, AgencyKind, PartnerAgency
from models.base import Visibility
from models.courses import Cohort, CohortCourse, CohortMode, CohortRole, Course, Role
from models.individuals import Individual, Participant
from models.places import Department, DepartmentCategory, DepartmentScope, MemberState
from models.statements import (
    CountUnit,
    InstitutionType,
    Measure,
    Precision,
    Statement,
    StatementDepartment,
    StatementKind,
    StatementMemberState,
    StatementState,
)
from models.viewer import Viewer, ViewerKind
from tests.evaluator import Dimension, Ledger, Question, participation
from tests.ledgers import SCOPES

DAY = datetime(2024, 1, 1, tzinfo=UTC)
PUBLISHED: dict[str, Any] = {"visibility": Visibility.PUBLIC, "accepted_at": DAY, "created_at": DAY}
DEPARTMENTS = ("POLICE", "CUSTOMS", "IMMIGRATION")


@dataclass
class Book:
    """A ledger under construction. Whatever is not named is accepted, public, verified, exact and people."""

    agencies: dict[str, PartnerAgency] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    rows: dict[type, list[Any]] = field(default_factory=dict)
    ids: Iterable[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def new_id(self) -> UUID:
        """Ids rise with every row."""
        return UUID(int=next(iter(self.ids)))

    def add(self, row: Any) -> Any:
        self.rows.setdefault(type(row), []).append(row)
        return row

    def agency(self, code: str, *, above: str | None = None, **given: Any) -> PartnerAgency:
        id_ = self.new_id()
        parent = self.agencies[above].id if above else None
        line = [row.ancestor_id for row in self.rows.get(AgencyAncestor, []) if row.agency_id == parent]
        for ancestor in [id_, *line]:
            self.add(AgencyAncestor(agency_id=id_, ancestor_id=ancestor))
        known: dict[str, Any] = {
            "code": code,
            "name": code.title(),
            "kind": AgencyKind.INTERGOVERNMENTAL,
            "parent_id": parent,
            "accepted_at": DAY,
            "created_at": DAY,
        }
        self.agencies[code] = PartnerAgency(id=id_, **known | given)
        return self.agencies[code]

    def course(self, code: str, **given: Any) -> Course:
        known: dict[str, Any] = {"code": code, "title": f"Course {code}"}
        self.courses[code] = Course(id=self.new_id(), **PUBLISHED | known | given)
        return self.courses[code]

    def cohort(self, code: str, *, courses: Iterable[str] = (), roles: Iterable[tuple[str, Role]] = (), **given: Any) -> Cohort:
        known: dict[str, Any] = {"code": code, "title": f"Run {code}", "starts_on": date(2020, 1, 1), "mode": CohortMode.SELF_PACED}
        cohort = Cohort(id=self.new_id(), **PUBLISHED | known | given)
        for place, course in enumerate(courses):
            self.add(CohortCourse(cohort_id=cohort.id, position=place, course_id=self.courses[course].id))
        for agency, role in roles:
            self.add(CohortRole(cohort_id=cohort.id, agency_id=self.agencies[agency].id, role=role))
        self.cohorts[code] = cohort
        return cohort

    def says(
        self,
        partner: str,
        cohort: str,
        count: int,
        *,
        states: Iterable[str] = (),
        departments: Iterable[str | tuple[str, InstitutionType]] = (),
        day: int = 0,
        **given: Any,
    ) -> str:
        """The global id of a new statement."""
        id_ = self.new_id()
        for state in states:
            self.add(StatementMemberState(statement_id=id_, member_state_code=state))
        for one in departments:
            code, type_ = one if isinstance(one, tuple) else (one, InstitutionType.NOT_STATED)
            self.add(StatementDepartment(statement_id=id_, department_code=code, institution_type=type_))
        if "period" in given:
            given["reporting_period_label"] = given.pop("period")
        if "key" in given:
            given["partition_key"] = given.pop("key")
        if "cost" in given:
            given["cost_amount"], given["cost_currency"] = given.pop("cost")
        known: dict[str, Any] = {
            "kind": StatementKind.COUNT,
            "measure": Measure.COMPLETED,
            "state": StatementState.VERIFIED,
            "unit": CountUnit.PEOPLE,
            "precision": Precision.EXACT,
            "visibility": Visibility.PUBLIC,
            "decided_at": DAY + timedelta(days=day),
            "created_at": DAY,
        }
        ours: dict[str, Any] = {
            "partner_id": self.agencies[partner].id,
            "cohort_id": self.cohorts[cohort].id,
            "source_ref": str(id_),
            "count": count,
        }
        self.add(Statement(id=id_, **ours | known | given))
        return f"Statement:{id_}"

    def tells(self, partner: str, cohort: str, person: str, **given: Any) -> str:
        """The global id of a new statement about an individual, whom the partner calls so."""
        statement = self.says(partner, cohort, 1, kind=StatementKind.INDIVIDUAL, **given)
        mine = self.agencies[partner].id
        known = [row for row in self.rows.get(Participant, []) if (row.partner_id, row.subject) == (mine, person)]
        participant = known[0] if known else self.add(Participant(id=self.new_id(), partner_id=mine, subject=person))
        self.add(Individual(statement_id=UUID(statement.partition(":")[2]), participant_id=participant.id))
        return statement

    def ledger(self) -> Ledger:
        place: dict[str, Any] = {"category": DepartmentCategory.POLICY, "scope": DepartmentScope.NATIONAL}
        return Ledger(
            member_states=[
                MemberState(code=code, iso3=code, m49=code, name=f"The {name}", short_name=name)
                for code, name in (("JM", "Jamaica"), ("TT", "Trinidad"), ("BB", "Barbados"))
            ],
            departments=[
                Department(code=code, label=code, name=code.title(), list_order=order, **place) for order, code in enumerate(DEPARTMENTS)
            ],
            agencies=list(self.agencies.values()),
            courses=list(self.courses.values()),
            cohorts=list(self.cohorts.values()),
            ancestors=self.rows.get(AgencyAncestor, []),
            cohort_courses=self.rows.get(CohortCourse, []),
            cohort_roles=self.rows.get(CohortRole, []),
            statements=self.rows.get(Statement, []),
            slice_states=self.rows.get(StatementMemberState, []),
            slice_departments=self.rows.get(StatementDepartment, []),
            participants=self.rows.get(Participant, []),
            individuals=self.rows.get(Individual, []),
        )

    def viewer(self, kind: ViewerKind, agency: str) -> Viewer:
        return Viewer(kind, agency_id=self.agencies[agency].id, scopes=SCOPES)

    @property
    def staff(self) -> Viewer:
        return self.viewer(ViewerKind.STAFF, "CARICOM-IMPACS")

    def id_of(self, code: str) -> str:
        """The global id of an agency, a course or a cohort."""
        for type_, rows in (("PartnerAgency", self.agencies), ("Course", self.courses), ("Cohort", self.cohorts)):
            if code in rows:
                return f"{type_}:{rows[code].id}"
        raise KeyError(code)

    def ask(self, *group_by: Dimension, **given: Any) -> dict[str, Any]:
        """The evaluator's answer to `question`."""
        return participation(self.ledger(), self.question(*group_by, **given))

    def question(self, *group_by: Dimension, measure: Measure = Measure.COMPLETED, viewer: Viewer | None = None, **given: Any) -> Question:
        """A question of staff, or of another viewer; the filter's dimensions are arguments in lower case."""
        names = {dimension.value.lower(): dimension for dimension in Dimension}
        filtered = {names[name]: given.pop(name) for name in list(given) if name in names}
        return Question(measure, group_by, filtered, viewer=viewer or self.staff, **given)


def book() -> Book:
    """IMPACS, two partners and one cohort, which IMPACS convenes."""
    made = Book()
    made.agency("CARICOM-IMPACS")
    made.agency("UNODC")
    made.agency("OAS")
    made.cohort("C", roles=[("CARICOM-IMPACS", Role.CONVENER)])
    return made


def cells(answer: dict[str, Any]) -> dict[Any, Any]:
    """The rows as labels -> value; a key of one dimension is its label alone. The order is kept."""
    found = {}
    for row in answer["rows"]:
        labels = tuple(part["label"] for part in row["key"])
        found[labels[0] if len(labels) == 1 else labels] = row["count"]["value"]
    return found


def precisions(answer: dict[str, Any]) -> list[str]:
    """The precisions of the rows, in order."""
    return [row["count"]["precision"] for row in answer["rows"]]
