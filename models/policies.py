"""Who may see each table. The default is nobody: a table without a policy yields no rows.

`Door` is the one way to a table for reading: lists, single nodes, filters, sort keys, counts, relations and payloads all obtain their
rows from it. A policy (policy.py) is a filter: a function of a row and the kind of viewer; the viewer's identity is a bind.
`./run policies` prints all this in words, as docs/who_sees_what.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    column,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
    true,
    type_coerce,
)

from models.access import Agreement, ApiClient, Credential, PersonalField, Scope
from models.agencies import AgencyAncestor, AgencyOperation, PartnerAgency, PartnerListing, PartnerListingAgency
from models.audit import AuditEvent, AuditSeal
from models.base import Table, Visibility
from models.changes import Change
from models.courses import Cohort, CohortCost, CohortCourse, CohortRole, Course
from models.deployments import Deployment
from models.erasures import ErasureCertificate
from models.figures import Figure
from models.history import HISTORIES
from models.individuals import Individual, Participant
from models.places import Department, Membership, MemberState
from models.policy import ALL, NONE, Policy, Predicate, Row, Rule, policy
from models.releases import Release, ReleaseBlock
from models.statements import Decision, Statement, StatementDepartment, StatementKind, StatementMemberState, StatementState
from models.submissions import RecordKind, Submission, SubmissionIssue, SubmissionItem
from models.viewer import IMPACS, READS_LEDGER, ViewerKind

__all__ = ["Predicate", "Row"]

VIEWER_KIND = "viewer_kind"
VIEWER_AGENCY = "viewer_agency_id"
VIEWER_MEMBER_STATE = "viewer_member_state_code"
VIEWER_CLIENT = "viewer_client_id"
PUBLIC_ONLY = frozenset({ViewerKind.ANONYMOUS, ViewerKind.ADMINISTRATOR})
"""Who sees of the ledger what everybody sees."""

ANYBODY = frozenset(ViewerKind)
PARTNERS = frozenset({ViewerKind.PARTNER})
FOCAL_POINTS = frozenset({ViewerKind.FOCAL_POINT})
READS_AUDIT = frozenset({ViewerKind.AUDITOR, ViewerKind.DATA_PROTECTION_OFFICER})
SCOPED = PARTNERS | FOCAL_POINTS
"""Whose credentials need a scope to read what is not public; those of IMPACS read by their kind."""

IDENTITIES = {ViewerKind.PARTNER: VIEWER_AGENCY, ViewerKind.FOCAL_POINT: VIEWER_MEMBER_STATE}
"""The binds by which row-level security knows some viewers, beside their kind."""

NEEDED_BY: Mapping[Scope, frozenset[ViewerKind]] = {Scope.AUDIT_READ: READS_AUDIT, Scope.ADMIN: PARTNERS}
"""The scopes that others need to read than SCOPED: no focal point can have `admin`."""

READS_PEOPLE = READS_LEDGER - {ViewerKind.AUDITOR} | PARTNERS
"""Who can read what is told of people, of the rows that it sees: under an agreement, and for a stated purpose (Viewer.personal_fields)."""


def constant(code: StrEnum) -> ColumnElement[str]:
    """A code of a policy's own, as it stands in the statement: kept for all values of a bind, a plan uses no index of such rows alone."""
    return literal_column(f"'{code.value}'", Text())


PUBLIC = constant(Visibility.PUBLIC)

PUBLIC_STATEMENT = table("public_statement", column("id", Uuid()))
"""A view with the identifiers of all PUBLIC statements, in whatever state: the second wall shows them only while they are VERIFIED."""

ONCE_PUBLIC = table("once_public", column("cohort_id", Uuid()), column("measure", Text()))
"""A view of what statements that are or were PUBLIC are about: everybody knows them for ever."""

KEPT_ALIASES = 32


class ScopeMissing(Exception):
    """The viewer's credential lacks the scope that a table needs."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.scope = scope


def viewer_kind() -> ColumnElement[Any]:
    """The bind that holds the kind of the viewer."""
    return bindparam(VIEWER_KIND, type_=Text())


class PersonalWithheld(Exception):
    """What is told of a person, which is not open to this request."""

    def __init__(self, field: PersonalField) -> None:
        super().__init__(field)
        self.field = field


def viewer_agency() -> ColumnElement[Any]:
    """The bind that holds the viewer's agency."""
    return bindparam(VIEWER_AGENCY, type_=Uuid())


def viewer_client() -> ColumnElement[Any]:
    """The bind that holds the viewer's client."""
    return bindparam(VIEWER_CLIENT, type_=Uuid())


def viewer_member_state() -> ColumnElement[Any]:
    """The bind that holds the member state whose focal point the viewer is."""
    return bindparam(VIEWER_MEMBER_STATE, type_=Text())


EVERYBODY = policy({ANYBODY: ALL})
"""Reference data is public."""

ACCEPTED = Rule("accepted", lambda row: row.c.accepted_at.is_not(None))

AGENCIES = policy(
    {
        IMPACS: ALL,
        PARTNERS: Rule(
            "accepted, itself, or its own",
            lambda row: or_(row.c.accepted_at.is_not(None), row.c.submitted_by_id == viewer_agency(), row.c.id == viewer_agency()),
        ),
        ANYBODY: ACCEPTED,
    }
)
"""An accepted agency is public; an unaccepted one is its sender's and IMPACS's (product.md B2)."""

OFFERINGS = policy(
    {
        READS_LEDGER: ALL,
        PARTNERS: Rule("accepted, or its own", lambda row: or_(row.c.accepted_at.is_not(None), row.c.submitted_by_id == viewer_agency())),
        FOCAL_POINTS: ACCEPTED,
        PUBLIC_ONLY: Rule("accepted and PUBLIC", lambda row: and_(row.c.accepted_at.is_not(None), row.c.visibility == PUBLIC)),
    }
)
"""An accepted course or cohort is seen by partners, and by everybody once it is PUBLIC; an unaccepted one by its sender and IMPACS.

A focal point sees what partners see: the trainings of its own officers are among them.
"""

OWN = Rule("its own", lambda row: row.c.partner_id == viewer_agency())


def is_count(row: Row) -> Predicate:
    """Whether a statement counts people; one about an individual is one person, even without what is told of it."""
    return row.c.kind == constant(StatementKind.COUNT)


STATEMENTS = policy(
    {
        READS_LEDGER: ALL,
        PARTNERS: OWN,
        FOCAL_POINTS: Rule(
            "counts about its state alone", lambda row: and_(row.c.only_member_state_code == viewer_member_state(), is_count(row))
        ),
        PUBLIC_ONLY: Rule(
            "counts that are PUBLIC and VERIFIED",
            lambda row: and_(row.c.visibility == PUBLIC, row.c.state == constant(StatementState.VERIFIED), is_count(row)),
        ),
    }
)
"""A partner sees its own, a focal point counts about its state alone, IMPACS all, others counts that are PUBLIC and verified."""

PARTICIPANTS = policy({READS_PEOPLE - PARTNERS: ALL, PARTNERS: OWN})
"""A partner sees its own participants, and those of IMPACS that deal with people all."""

ERASURES = policy({READS_AUDIT: ALL, PARTNERS: OWN})
"""A partner sees the certificates of its own participants' erasures, auditors and the data protection officer all."""

SUBMISSIONS = policy({READS_LEDGER: ALL, PARTNERS: OWN})
"""A partner sees its own submissions, IMPACS all, others none."""


def of_own_cohort(row: Row) -> Predicate:
    """Whether the row is a part of a cohort that the viewer's agency sent."""
    cohort = Cohort.__table__.alias()  # type: ignore[attr-defined]
    return exists().where(cohort.c.id == row.c.cohort_id, cohort.c.submitted_by_id == viewer_agency()).correlate_except(cohort)


COHORT_COSTS = policy({READS_LEDGER: ALL, PARTNERS: Rule("of its own cohorts", of_own_cohort)})
"""Cost lines are seen by the sender of their cohort, and by IMPACS."""

AGREEMENTS = policy({IMPACS: ALL, PARTNERS: Rule("its own", lambda row: row.c.agency_id == viewer_agency())})
"""IMPACS sees every agreement, a partner its own, others none."""


def of_impacs(row: Row) -> Predicate:
    """Whether a client is one of IMPACS's."""
    return or_(*[row.c.kind == kind.value for kind in sorted(IMPACS)])


def of_agency(row: Row) -> Predicate:
    """Whether a client is one of the viewer's agency."""
    return row.c.agency_id == viewer_agency()


def of_state(row: Row) -> Predicate:
    """Whether a client is one of the member state whose focal point the viewer is."""
    return row.c.member_state_code == viewer_member_state()


CLIENTS = policy(
    {
        IMPACS: ALL,
        PARTNERS: Rule("its own, and IMPACS's", lambda row: or_(of_impacs(row), of_agency(row))),
        FOCAL_POINTS: Rule("its state's, and IMPACS's", lambda row: or_(of_impacs(row), of_state(row))),
        ANYBODY: Rule("IMPACS's", of_impacs),
    }
)
"""That IMPACS did something may be seen by whoever sees what it did; beside that, see KNOWN_CLIENTS."""

KNOWN_CLIENTS = policy({IMPACS: ALL, PARTNERS: Rule("its own", of_agency), FOCAL_POINTS: Rule("its state's", of_state)})
"""Who may know of a client as more than the author of something: IMPACS of all, others of those that act for whom they act for."""


def of_client(whose: Callable[[Row], Predicate]) -> Callable[[Row], Predicate]:
    """Whether a credential is one of a client of which this holds."""

    def holds(row: Row) -> Predicate:
        client = ApiClient.__table__.alias()  # type: ignore[attr-defined]
        return exists().where(client.c.id == row.c.client_id, whose(client)).correlate_except(client)

    return holds


CREDENTIALS = policy(
    {
        IMPACS: ALL,
        PARTNERS: Rule("of its own clients", of_client(of_agency)),
        FOCAL_POINTS: Rule("of its state's clients", of_client(of_state)),
    }
)
"""A credential is seen by its agency or its state's focal point, and by IMPACS; its hash by nobody, as no field reads it."""

AUDIT_EVENTS = policy({READS_AUDIT: ALL})
"""Auditors and the data protection officer see what was done, others nothing."""


def still_public(table: type[Table], row: Row, kind: ViewerKind) -> Predicate:
    """Whether an old version of a row may be shown as it stood then: not to everybody, if IMPACS has made the row RESTRICTED since."""
    if kind not in PUBLIC_ONLY or "visibility" not in row.c:
        return true()
    if table is Statement:
        return exists().where(PUBLIC_STATEMENT.c.id == row.c.id).correlate_except(PUBLIC_STATEMENT)
    today = table.__table__.alias()  # type: ignore[attr-defined]
    return exists().where(today.c.id == row.c.id, today.c.visibility == PUBLIC).correlate_except(today)


@dataclass(frozen=True, slots=True)
class AsIts:
    """The policy of a part: visible where its parent is, as both stand today or stood then; not for those from whom all are hidden."""

    parent: type[Table]
    key: str
    hidden_from: frozenset[ViewerKind] = frozenset()

    def __call__(self, row: Row, kind: ViewerKind, moment: ColumnElement[datetime] | None = None) -> Predicate:
        """Whether the viewer sees the part."""
        if kind in self.hidden_from:
            return NONE.holds(row)
        above = self.parent.__table__.alias() if moment is None else HISTORIES[self.parent].standing(moment)  # type: ignore[attr-defined]
        allowed = POLICIES[self.parent](above, kind)
        since = true() if moment is None else still_public(self.parent, above, kind)
        return exists().where(above.c.id == row.c[self.key], allowed, since).correlate_except(above)

    def words(self, kind: ViewerKind) -> str:
        """Which rows a viewer of the kind sees."""
        above = NONE.words if kind in self.hidden_from else POLICIES[self.parent].words(kind)
        return above if above in {ALL.words, NONE.words} else f"as {self.parent.__tablename__}"


POLICIES: Mapping[type[Table], Policy | AsIts] = {
    MemberState: EVERYBODY,
    Membership: EVERYBODY,
    Department: EVERYBODY,
    PartnerListing: EVERYBODY,
    PartnerListingAgency: EVERYBODY,
    AgencyAncestor: EVERYBODY,
    AgencyOperation: EVERYBODY,
    Figure: EVERYBODY,
    Deployment: EVERYBODY,
    Release: EVERYBODY,
    ReleaseBlock: EVERYBODY,
    PartnerAgency: AGENCIES,
    Course: OFFERINGS,
    Cohort: OFFERINGS,
    CohortCourse: AsIts(Cohort, "cohort_id"),
    CohortRole: AsIts(Cohort, "cohort_id"),
    CohortCost: COHORT_COSTS,
    Statement: STATEMENTS,
    StatementMemberState: AsIts(Statement, "statement_id"),
    StatementDepartment: AsIts(Statement, "statement_id"),
    Decision: AsIts(Statement, "statement_id", hidden_from=PUBLIC_ONLY),
    Participant: PARTICIPANTS,
    Individual: AsIts(Statement, "statement_id", hidden_from=ANYBODY - READS_PEOPLE),
    ErasureCertificate: ERASURES,
    Submission: SUBMISSIONS,
    SubmissionItem: AsIts(Submission, "submission_id"),
    SubmissionIssue: AsIts(Submission, "submission_id"),
    ApiClient: CLIENTS,
    Credential: CREDENTIALS,
    Agreement: AGREEMENTS,
    AuditEvent: AUDIT_EVENTS,
    AuditSeal: AsIts(AuditEvent, "event_id"),
}


def tells_of_nobody(submission: Row) -> Predicate:
    """Whether no record of a submission is about a person."""
    item = SubmissionItem.__table__.alias()  # type: ignore[attr-defined]
    told = exists().where(item.c.submission_id == submission.c.id, item.c.record_kind == RecordKind.INDIVIDUAL.value)
    return ~told.correlate_except(item)


WITHHELD: Mapping[type[Table], Mapping[str, Policy]] = {
    ApiClient: {"name": policy({READS_LEDGER: ALL})},
    Cohort: {
        "count_policy": policy(
            {READS_LEDGER: ALL, PARTNERS: Rule("of its own cohorts", lambda row: row.c.submitted_by_id == viewer_agency())}
        )
    },
    Submission: {
        "content_digest": policy(
            {
                PARTNERS | READS_LEDGER: Rule(
                    "of those that tell of no person, or came from itself",
                    lambda row: or_(row.c.client_id == viewer_client(), tells_of_nobody(row)),
                )
            }
        )
    },
}
"""The columns that not everybody may read who sees the row, and who may of which rows.

What is told of a person is one of few values: whoever has the digest of it could try them all. That a cohort's individuals are complete
tells that somebody sent individuals. A filter by such a column goes through `Door.shown` too, and so matches nothing that is withheld.
"""

PARTS: Mapping[type[Table], type[Table]] = {
    CohortCourse: Cohort,
    CohortRole: Cohort,
    PartnerListingAgency: PartnerListing,
    StatementMemberState: Statement,
    StatementDepartment: Statement,
    SubmissionItem: Submission,
    SubmissionIssue: Submission,
    ApiClient: PartnerAgency,
    AuditSeal: AuditEvent,
}

SCOPES: Mapping[type[Table], Scope] = {
    Statement: Scope.STATEMENTS_READ,
    StatementMemberState: Scope.STATEMENTS_READ,
    StatementDepartment: Scope.STATEMENTS_READ,
    Decision: Scope.STATEMENTS_READ,
    Participant: Scope.STATEMENTS_READ,
    Individual: Scope.STATEMENTS_READ,
    CohortCost: Scope.STATEMENTS_READ,
    ErasureCertificate: Scope.ERASE,
}


PERSONAL: Mapping[type[Table], PersonalField] = {Participant: PersonalField.PARTICIPANT}
"""The tables of which everything is told of people."""


def rule_of(kind: ViewerKind, table: type[Table]) -> Rule | None:
    """The rule by which a viewer of the kind sees the rows of a table: of a part its parent's, or None where parts are hidden from it."""
    policy = POLICIES.get(table)
    if isinstance(policy, AsIts):
        return None if kind in policy.hidden_from else rule_of(kind, policy.parent)
    return policy.rules.get(kind, NONE) if policy else None


Question = tuple[str, Any]
"""What a plan may ask about the viewer, and about what: a table, a narrower policy, a column, a scope, a personal field."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is asked about a viewer, and nothing else of it."""

    kind: ViewerKind
    scopes: frozenset[str]
    personal_fields: frozenset[str]

    def answer(self, question: Question) -> Hashable:
        """The answer to a question."""
        match question:
            case "kind", None:
                return self.kind
            case "rows", table:
                return rule_of(self.kind, table)
            case "objects", Policy() as narrower:
                return narrower.rules.get(self.kind, NONE)
            case "public only", None:
                return self.kind in PUBLIC_ONLY
            case "column", (table, name):
                withheld = WITHHELD.get(table, {}).get(name)
                return withheld.rules.get(self.kind, NONE) if withheld else ALL
            case "scope", needed:
                return self.kind not in NEEDED_BY.get(needed, SCOPED) or needed in self.scopes
            case "people", needed:
                return self.kind in READS_PEOPLE and Scope.PERSONAL_READ in self.scopes and needed in self.personal_fields
            case "identity", None:
                return IDENTITIES.get(self.kind)
        raise LookupError(f"nobody answers {question}")


class Aliases:
    """Aliases of tables, of which each plan takes the first, the second, ... anew: to make one with its columns takes a fifth of a plan."""

    def __init__(self) -> None:
        self._kept: defaultdict[type[Table], list[Row]] = defaultdict(list)

    def numbered(self, table: type[Table], number: int) -> Row:
        """The alias of the table with this number, from 0; those beyond the first `KEPT_ALIASES` are made for one use."""
        kept = self._kept[table]
        if number < len(kept):
            return kept[number]
        row: Row = table.__table__.alias()  # type: ignore[attr-defined]
        if number < KEPT_ALIASES:
            kept.append(row)
        return row


class Door:
    """The way to every table for one shape of viewer, in one statement: no two rows that it gives have the same alias.

    `answers` is all that it was asked about the viewer so far, since what is planned through it depends on nothing else of the viewer.
    """

    def __init__(
        self,
        kind: ViewerKind,
        scopes: frozenset[str] = frozenset(),
        aliases: Aliases | None = None,
        personal_fields: frozenset[str] = frozenset(),
    ) -> None:
        self._shape = Shape(kind, scopes, personal_fields)
        self.answers: dict[Question, Hashable] = {}
        self.moment: ColumnElement[datetime] | None = None
        self._aliases = aliases or Aliases()
        self._taken: Counter[type[Table]] = Counter()

    def at(self, moment: ColumnElement[datetime]) -> "Door":
        """The same door, giving rows as they stood at a moment: to whom they were open then, unless they have been closed to him since."""
        door = copy(self)
        door.moment = moment
        return door

    def today(self) -> "Door":
        """The same door, giving rows as they stand."""
        door = copy(self)
        door.moment = None
        return door

    def _ask(self, about: str, what: Any = None) -> Any:
        """The answer to a question about the viewer, which is noted."""
        question = (about, what)
        self.answers[question] = answer = self._shape.answer(question)
        return answer

    def agrees(self, answers: Mapping[Question, Hashable]) -> bool:
        """Whether this viewer's answers to the same questions are the same: then what was planned by them is planned for it too."""
        return all(self._shape.answer(question) == answer for question, answer in answers.items())

    @property
    def kind(self) -> ViewerKind:
        """The kind of the viewer; what is planned by it is for no other kind."""
        return self._ask("kind")  # type: ignore[no-any-return]

    def identity(self) -> str | None:
        """The name of the bind by which row-level security knows the viewer, beside its kind."""
        return self._ask("identity")  # type: ignore[no-any-return]

    def included(self) -> ColumnElement[datetime]:
        """The time of the last change that its rows include; without any, the moment itself."""
        change = Change.__table__.alias()  # type: ignore[attr-defined]
        latest = select(func.max(change.c.at))
        if self.moment is None:
            return func.coalesce(latest.scalar_subquery(), func.now())
        return func.coalesce(latest.where(change.c.at <= self.moment).scalar_subquery(), self.moment)

    def visible(self, table: type[Table]) -> tuple[Row, Predicate]:
        """A new alias of the table, and the predicate under which this viewer sees its rows.

        Raises ScopeMissing where the credential of a partner or a focal point lacks the table's scope, and PersonalWithheld.
        """
        self.require(SCOPES.get(table))
        self.require_open(PERSONAL.get(table))
        row = self._alias(table)
        policy = POLICIES.get(table)
        if policy is None:
            return row, false()
        self._ask("rows", table)
        kind = self._shape.kind
        if self.moment is None or table not in HISTORIES:
            return row, policy(row, kind)
        self._ask("public only")
        if isinstance(policy, AsIts):
            return row, policy(row, kind, self.moment)
        return row, and_(policy(row, kind), still_public(table, row, kind))

    def among(self, narrower: Policy, row: Row) -> Predicate:
        """Whether a row that came through this door is also one of those that a narrower policy than its table's shows the viewer."""
        rule: Rule = self._ask("objects", narrower)
        return rule.holds(row)

    def require(self, needed: Scope | None) -> None:
        """Raises ScopeMissing where a credential lacks the scope that viewers of its kind need: partners and focal points, and auditors."""
        if needed and not self._ask("scope", needed):
            raise ScopeMissing(needed)

    def require_open(self, needed: PersonalField | None) -> None:
        """Raises PersonalWithheld unless what is told of people in this field is open to the request, whoever the people are."""
        if needed and not self._ask("people", needed):
            raise PersonalWithheld(needed)

    def shown(self, table: type[Table], row: Row, name: str) -> ColumnElement[Any]:
        """A column of a row that came through this door; null where it is withheld from this kind of viewer."""
        rule = self._ask("column", (table, name))
        if rule is ALL:
            return row.c[name]
        nothing = type_coerce(null(), row.c[name].type)
        return nothing if rule is NONE else case((rule.holds(row), row.c[name]), else_=nothing)

    def part(self, table: type[Table]) -> Row:
        """A new alias of a table whose rows are parts of a row that came through this door; the caller joins it to that row."""
        if table not in PARTS:
            raise LookupError(f"{table.__name__} is no part of another table: use visible()")
        return self._alias(table)

    def _alias(self, table: type[Table]) -> Row:
        if self.moment is not None and table in HISTORIES:
            return HISTORIES[table].standing(self.moment)
        number = self._taken[table]
        self._taken[table] += 1
        return self._aliases.numbered(table, number)

    def link(self, table: type[Table]) -> tuple[Row, Predicate]:
        """As `part` where the table is a part, else as `visible`."""
        return (self.part(table), true()) if table in PARTS else self.visible(table)

    def exists(self, table: type[Table], on: Callable[[Row], Predicate]) -> Predicate:
        """Whether the viewer sees a row of the table for which `on` holds."""
        row, allowed = self.visible(table)
        return exists().where(on(row), allowed).correlate_except(row)

    def linked(self, table: type[Table], on: Callable[[Row], Predicate]) -> Predicate:
        """Whether a part for which `on` holds links two rows that came through this door."""
        row = self.part(table)
        return exists().where(on(row)).correlate_except(row)
