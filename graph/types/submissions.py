"""What partners send and staff decide: the inputs of the mutations.

Texts and numbers of records are taken as they come, and checked by rules, so that a wrong one fails its record alone.
"""

from __future__ import annotations

import strawberry

from graph.fields import field
from graph.scalars import Numeral
from graph.types.agencies import PartnerAgencyRef
from graph.types.codes import Atomicity, SubmitMode, Verdict
from graph.types.courses import CohortRef, CourseRef

KEEP = "Absent keeps what is stored, null clears it."


@strawberry.input(one_of=True, description="Names one submission, in exactly one way.")
class SubmissionRef:
    """How a submission is named."""

    id: strawberry.ID | None = field("Its global identifier.")
    submission_key: str | None = field("The key that your own agency sent it under; others' keys are not looked at.")


@strawberry.input(
    description="A submission: records in one envelope. Give the same key and records again after a failure, and nothing is stored twice."
)
class SubmitInput:
    """The envelope of a submission."""

    submission_key: str = field("Your key for this submission, 8 to 128 visible ASCII characters; it is bound once something is stored.")
    mode: SubmitMode = field("Whether to store, or only to check.")
    atomicity: Atomicity = field("What one rejected record does to the others.")
    declared: ControlTotalsInput = field("What you believe you send; if it is not what arrives, nothing is considered.")
    records: list[RecordInput] = field("The records, 1 to 500, in any order; they may refer to each other by `sourceRef`.")
    on_behalf_of: PartnerAgencyRef | None = field("The partner whose records these are, if staff enter them; refused from a partner.")
    purpose_note: str | None = field("What this submission is for, kept with it: at most 1,000 characters.")


@strawberry.input(description="Control totals, to notice what was lost or doubled on the way.")
class ControlTotalsInput:
    """What the sender counted."""

    records: int = field("How many records there are, 1 to 500.")
    people: int | None = field(
        "The sum of `count` over the records that carry a readable one, each individual being one; absent is not checked."
    )


@strawberry.input(description="One record of a submission.")
class RecordInput:
    """A record."""

    source_ref: str = field(
        "Your key for what the record is about, 1 to 200 characters, unique among yours of its kind; a withdrawal gives its target's."
    )
    expected_revision: int | None = field(
        "Absent, it must be new; a number, it must stand at that revision. null overwrites what is there, which needs a scope of its own."
    )
    change: RecordChangeInput = field("What the record carries.")


@strawberry.input(one_of=True, description="What a record carries, exactly one of these.")
class RecordChangeInput:
    """The content of a record."""

    programme: ProgrammeInput | None = field("A programme of yours, under your agency or under another programme of yours.")
    course: CourseInput | None = field("A course of yours.")
    cohort: CohortInput | None = field("A run of courses that you or a programme of yours convenes or provides.")
    count: CountInput | None = field("A statement: how many people or participations you count.")
    individual: IndividualInput | None = field("A statement about one person, under a pseudonym: never send a name or an address.")
    withdraw: WithdrawInput | None = field("Takes your statement of this `sourceRef` back.")


@strawberry.input(description=f"A programme, stored as a partner agency of kind PROGRAMME. {KEEP}")
class ProgrammeInput:
    """A programme."""

    name: str | None = field("Its name, at most 500 characters; required when it is new.")
    labels: list[str] | None = field("Other names that it goes by, at most 50 of 500 characters each; the list replaces what is stored.")
    parent: PartnerAgencyRef | None = field(
        "The agency that it is part of: yours, or a programme of yours; yours unless you say otherwise."
    )


@strawberry.input(description=f"A course. {KEEP}")
class CourseInput:
    """A course."""

    title: str | None = field("What it is called, in at most 500 characters; required when it is new.")
    subject: str | None = field("The subject that it teaches, in at most 200 characters.")
    owner: PartnerAgencyRef | None = field("The agency whose course it is.")
    certified: bool | None = field("Whether it leads to a certificate; null where you do not know.")
    train_the_trainer: bool | None = field("Whether it trains trainers; null where you do not know.")
    nominal_hours: Numeral | None = field(
        "How many hours it is meant to take: 0 or more, below 1,000,000, with at most two decimal places, such as 12.5."
    )
    languages: list[str] | None = field(
        "The languages that it is taught in, at most 50 of 100 characters each; the list replaces what is stored."
    )


@strawberry.input(description=f"A run of one or more courses. {KEEP}")
class CohortInput:
    """A run of courses."""

    courses: list[CourseRef] | None = field(
        "The courses that it runs, 1 to 50, in your order; required when it is new. They may be in this submission."
    )
    title: str | None = field("What it is called, in at most 500 characters; the title of its first course unless you say otherwise.")
    starts_on: str | None = field("Its first day, YYYY-MM-DD; required when it is new.")
    ends_on: str | None = field("Its last day, YYYY-MM-DD, not before the first.")
    date_precision: str | None = field("How much of the dates is known: YEAR, MONTH or DAY; DAY unless you say otherwise.")
    mode: str | None = field("How it was taught, a code of CohortMode; NOT_STATED unless you say otherwise.")
    venue_type: str | None = field("Where it was taught, a code of VenueType; NOT_STATED unless you say otherwise.")
    venue_state: str | None = field("The member state in which it was held, by its ISO 3166-1 alpha-2 code, such as JM.")
    location: str | None = field("The place in your own words, at most 300 characters.")
    status: str | None = field("How far it has come, a code of CohortStatus; COMPLETED unless you say otherwise.")
    narrative: str | None = field("What you tell of it, without names of people, in at most 5,000 characters.")
    roles: list[CohortRoleInput] | None = field("What agencies do in it, at most 100 roles; the list replaces what is stored.")
    costs: list[CohortCostInput] | None = field(
        "Its cost lines, at most 100, which other partners never see; the list replaces what is stored."
    )


@strawberry.input(description="What one agency does in a cohort.")
class CohortRoleInput:
    """A role."""

    agency: PartnerAgencyRef = field("The agency that has the role; it may be a programme of this submission.")
    role: str = field("What it does, a code of Role, such as CONVENER.")


@strawberry.input(description="One cost line of a cohort.")
class CohortCostInput:
    """A cost line."""

    kind: str | None = field("What it pays for, a code of CostKind; required.")
    amount: Numeral | None = field("How much: 0 or more, with at most 13 digits before the point and two after it; required.")
    currency: str | None = field("The currency's ISO 4217 code, such as USD; required.")
    source: str | None = field("Where the amount comes from, in at most 500 characters.")


@strawberry.input(description=f"A statement: a count of people or participations in one cohort, with the slice that it is over. {KEEP}")
class CountInput:
    """A count."""

    cohort: CohortRef | None = field("The cohort that it is about; required when it is new, and may be in this submission.")
    measure: str | None = field("The stage that the counted people reached, a code of Measure; required when it is new.")
    count: Numeral | None = field("How many, 0 to 4,000,000; required when it is new.")
    unit: str | None = field("PEOPLE or PARTICIPATIONS; required when it is new.")
    precision: str | None = field("How exact the count is: EXACT, AT_LEAST or APPROXIMATE; EXACT unless you say otherwise.")
    member_states: list[str] | None = field(
        "The states that it counts together, at most 100, by ISO 3166-1 alpha-2 code; none: over all, or not stated."
    )
    member_state_count: Numeral | None = field(
        "How many states it covers, 0 to 4,000,000, if you know; where it differs from the list, both are kept."
    )
    departments: list[DepartmentInput] | None = field(
        "The departments that it counts together, at most 100; none: over all, or not stated."
    )
    sex: str | None = field("The sex that it is limited to, a code of Sex; absent: over all, or not stated.")
    reporting_period: ReportingPeriodInput | None = field("The reporting period that it belongs to.")
    partition_key: str | None = field(
        "Give the counts of one cohort and measure the same key, of at most 200 characters, to declare that they count different people, "
        "so that they add up."
    )
    institution: str | None = field(
        "The unit or institution that it counts, in your words, without names of people; at most 300 characters."
    )
    cost: CostInput | None = field("What the training of the counted people cost.")
    source_doc: SourceDocInput | None = field("The document that it rests on.")
    stated_on: str | None = field("The day on which the source stated it, YYYY-MM-DD.")


@strawberry.input(description=f"A statement about one person in one cohort, of whom nobody is told but a pseudonym. {KEEP}")
class IndividualInput:
    """An individual."""

    cohort: CohortRef | None = field("The cohort that it is about; required when it is new, and may be in this submission.")
    measure: str | None = field("The stage that the person reached, a code of Measure; required when it is new.")
    participant: ParticipantInput | None = field("Who it is; required when it is new. Your agreement must permit PARTICIPANT.")
    member_state: str | None = field("The person's state, by its ISO 3166-1 alpha-2 code; none: not stated.")
    department: DepartmentInput | None = field("The person's department; none: not stated.")
    role_level: str | None = field("How high the person's post is, a code of RoleLevel. Your agreement must permit ROLE_LEVEL.")
    sex: str | None = field("The person's sex, a code of Sex; UNSPECIFIED unless you say otherwise.")
    result: ResultInput | None = field("What came of it. Your agreement must permit RESULT.")
    reporting_period: ReportingPeriodInput | None = field("The reporting period that it belongs to.")
    institution: str | None = field("The person's unit or institution, in your words, without names of people; at most 300 characters.")
    cost: CostInput | None = field("What the training of this person cost.")
    source_doc: SourceDocInput | None = field("The document that it rests on.")
    stated_on: str | None = field("The day on which the source stated it, YYYY-MM-DD.")


@strawberry.input(description="A person, under the pseudonym that you gave it. The same pseudonym is the same person in all of yours.")
class ParticipantInput:
    """A pseudonym."""

    subject: str | None = field(
        "An opaque id of your own, or a keyed hash that you made, with a digit in it, at most 200 characters; required. "
        "What looks like a name, an e-mail address or a telephone number is refused."
    )


@strawberry.input(description="What came of a person's training.")
class ResultInput:
    """A result."""

    completed_on: str | None = field("The day on which the person completed it, YYYY-MM-DD.")
    hours: Numeral | None = field("How many hours the person attended: 0 or more, below 1,000,000, with at most two decimal places.")
    certificate_no: str | None = field("The number of the person's certificate, at most 100 characters; no name.")


@strawberry.input(description="A department that a count is over, or an individual's.")
class DepartmentInput:
    """A department of a slice."""

    code: str = field("The department's code, such as POLICE.")
    institution_type: str | None = field("The kind of institution within it, a code of InstitutionType; absent means NOT_STATED.")


@strawberry.input(description="The period of the report that a statement comes from.")
class ReportingPeriodInput:
    """A report's period."""

    label: str | None = field("Its name in the report, such as FY2019, at most 100 characters; required.")
    from_: str | None = field("Its first day, YYYY-MM-DD.", name="from")
    to: str | None = field("Its last day, YYYY-MM-DD, not before the first.")


@strawberry.input(description="An amount of money in one currency.")
class CostInput:
    """An amount."""

    amount: Numeral | None = field("How much: 0 or more, with at most 13 digits before the point and two after it; required.")
    currency: str | None = field("The currency's ISO 4217 code, such as USD; required.")


@strawberry.input(description="The document that a statement rests on.")
class SourceDocInput:
    """A source document."""

    url: str | None = field("Its address on the web, http or https, at most 2,000 characters.")
    title: str | None = field("What the document is called, in at most 500 characters.")
    page: str | None = field("The page or section, in your words, at most 200 characters.")
    retrieved_on: str | None = field("The day on which you read it, YYYY-MM-DD.")


@strawberry.input(description="Takes back the statement that the record's `sourceRef` names. It leaves all numbers at once.")
class WithdrawInput:
    """A withdrawal."""

    reason: str | None = field("Why, a code of WithdrawalReason; required.")
    note: str | None = field("More about the reason, without names of people, in at most 1,000 characters.")


@strawberry.input(description="A decision of staff about a whole submission, or about some statements: give exactly one of the two.")
class DecideInput:
    """What to decide."""

    submission: SubmissionRef | None = field(
        "The submission, named by its `id`; verifying it also accepts the programmes, courses and cohorts that it brought."
    )
    statements: list[strawberry.ID] | None = field("The statements' global identifiers, 1 to 500.")
    verdict: Verdict = field("What you decide about all of them.")
    reason: str | None = field(
        "Why, in at most 1,000 characters; the statements' partners can read it, and the focal points who see the statements."
    )
