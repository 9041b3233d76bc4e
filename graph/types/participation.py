"""Participation: numbers over statements, by the count rules R0 to R8, or from a release (R9), grouped by what is asked."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import strawberry

from graph.fields import describe, field, first_of
from graph.types.agencies import PartnerAgency
from graph.types.codes import CohortMode, CountUnit, InstitutionType, Measure, Precision, Sex
from graph.types.courses import Cohort
from graph.types.releases import Release
from graph.types.statements import Statement
from resolvers.counting.dimensions import Dimension
from resolvers.counting.fates import REASONS, ExclusionReason, StatementUse
from resolvers.counting.omissions import OmissionReason
from resolvers.participation import CountBasis


class NoValueReason(StrEnum):
    """Why there is no number."""

    NO_BASIS = "NO_BASIS"
    SUPPRESSED = "SUPPRESSED"


describe(
    CountBasis,
    "What numbers rest on.",
    {
        "RELEASE": "The last release (rule R9): numbers for everybody, none so small that it could tell of a person, by YEAR, "
        "MEMBER_STATE, DEPARTMENT and SEX.",
        "RECORDS": "The statements that you may see, so that different callers get different numbers.",
    },
)
describe(
    Dimension,
    "What numbers can be grouped by. A group may stand for several values together whose split is unknown, or for UNSPECIFIED.",
    {
        "MEMBER_STATE": "The states that statements name.",
        "DEPARTMENT": "The departments that statements name.",
        "INSTITUTION_TYPE": "The kinds of institution that statements name.",
        "SEX": "The sex that statements are limited to.",
        "REPORTING_PERIOD": "The label of the statements' reporting period.",
        "COHORT": "The cohort, where several are the same run the one that IMPACS counts.",
        "COURSE": "The courses that the cohort runs.",
        "SUBJECT": "The subjects of the cohort's courses.",
        "MODE": "How the cohort was taught.",
        "YEAR": "The year in which the cohort began.",
        "PROGRAMME": "The agencies of kind PROGRAMME that convene the cohort.",
        "FUNDER": "The agencies that fund the cohort.",
        "PARTNER": "The partner whose statements were chosen for the cohort (rule R1).",
    },
)
describe(
    NoValueReason,
    "Why there is no number; that is not the same as 0.",
    {
        "NO_BASIS": "No statement that you may see, and that counts, gives one; of a release: none of its numbers lies here.",
        "SUPPRESSED": "There are numbers, all of them too small to be released; they are in no sum either.",
    },
)
describe(
    StatementUse,
    "What a chosen statement gives.",
    {
        "TOTAL": "A part of the cohort's total, whose groups other statements tell apart.",
        "ROWS": "A part of groups, whose total other statements give.",
        "TOTAL_AND_ROWS": "A part of the total and of groups alike.",
    },
)
describe(
    ExclusionReason,
    "Why a statement gives nothing: the first of these that holds, but for the state in the order of the rules.",
    {reason.value: text for reason, (_, text) in REASONS.items()},
)
describe(
    OmissionReason,
    "Why a cohort gives no number though there are statements about it.",
    {
        "NO_BASIS": "No statement counts: they wait, were rejected or withdrawn, or the cohort is not accepted (rule R1c).",
        "OUTSIDE_FILTER": "What it states lies outside the filter (rule R2).",
        "UNDECIDED": "Nobody knows whether what it states lies inside the filter (rule R2).",
    },
)


@strawberry.input(
    description="Keeps participation that lies wholly inside all members given; what is undecided is left out and counted in the coverage. "
    "An empty list keeps nothing."
)
class ParticipationFilter:
    """What numbers are limited to."""

    member_state: list[str] | None = field("Only these states, by ISO 3166-1 alpha-2 code.")
    department: list[str] | None = field("Only these departments, by code.")
    institution_type: list[InstitutionType] | None = field("Only these kinds of institution.")
    sex: list[Sex] | None = field("Only these sexes.")
    reporting_period: list[str] | None = field("Only reporting periods with these labels, such as FY2019.")
    cohort: list[strawberry.ID] | None = field("Only these cohorts, by global identifier.")
    course: list[strawberry.ID] | None = field("Only cohorts all of whose courses are among these, by global identifier.")
    subject: list[str] | None = field("Only cohorts all of whose subjects are among these.")
    mode: list[CohortMode] | None = field("Only cohorts that were taught in one of these ways.")
    year: list[int] | None = field("Only cohorts that began in one of these years.")
    programme: list[strawberry.ID] | None = field("Only cohorts all of whose convening programmes are among these, by global identifier.")
    funder: list[strawberry.ID] | None = field("Only cohorts all of whose funders are among these, by global identifier.")
    partner: list[strawberry.ID] | None = field("Only cohorts whose chosen partner is among these, by global identifier.")


@strawberry.type(
    description="Numbers of one measure, grouped. By the basis RELEASE they are those that IMPACS released, the same for everybody; by "
    "RECORDS a partner's rest on its own statements, staff's on all, others' on PUBLIC ones; a focal point's are staff's about its state."
)
class ParticipationTable:
    """A grouped answer."""

    rows: list[ParticipationRow] = field("The groups, in the order of their keys, UNSPECIFIED last; they add up to the total.")
    total: CountValue = field("The number over all rows.")
    cost: list[CostValue] = field("What the counted training cost, one amount for each currency, by currency code; a release has none.")
    measure: Measure = field("The stage that was asked for.")
    basis: CountBasis = field("What the numbers rest on.")
    release: Release | None = field("The release that the numbers are from; null for the basis RECORDS, and where there is none yet.")
    withholds: bool = field(
        "Whether something verified that may lie inside the filter is in none of these numbers, as it is too small; never for RECORDS."
    )
    unit: CountUnit | None = field("What the numbers count: PEOPLE only within a single cohort; null if there is no number.")
    include_pending: bool = field("Whether PENDING statements count as if they were verified.")
    pending_delta: int | None = field(
        "What counting PENDING statements would add to the total, maybe less than 0; null without a number both ways, and of a release. "
        "What waits about a cohort that is not accepted adds to its sender's total alone, also here."
    )
    coverage: Coverage = field("What the numbers leave out, and what in them disagrees.")
    as_of: datetime = field(
        "The time of the last change that the numbers include; `participation(asOf:)` at it gives the same numbers again, "
        "for ever. Of a release, when it was made."
    )
    erased_since: int | None = field(
        "How many statements on the measure that you may see were erased after `asOf` and count no more, also here; null without `asOf`, "
        "and of a release."
    )
    explain: list[Explanation] = field(
        "Where the total comes from: each cohort that gives a part of it, by id, with what became of every statement about it that you "
        "may see; empty for a release.",
        first_of("explanations"),
    )
    omitted: list[Omission] = field(
        "The cohorts that give no number though you may see statements about them on this measure, by id, with the reason; none for a "
        "release. What lies outside the filter's part on cohorts is not among them.",
        first_of("cohorts"),
    )


@strawberry.type(description="One group of an answer.")
class ParticipationRow:
    """A group."""

    key: list[DimensionValue] = field("What the group stands for, one value for each dimension asked, in the order asked.")
    count: CountValue = field("The number of the group.")
    cost: list[CostValue] = field("What the group's training cost, one amount for each currency, by currency code.")


@strawberry.type(description="The value of one dimension of a group: one thing, several together, or UNSPECIFIED.")
class DimensionValue:
    """A dimension's value."""

    dimension: Dimension = field("The dimension that it is a value of.")
    label: str = field('How to show it, such as "CUSTOMS + POLICE" or "UNSPECIFIED".')
    members: list[DimensionMember] = field("What it is made of: none means UNSPECIFIED, two or more mean these together, split unknown.")


@strawberry.type(description="One thing that a group stands for.")
class DimensionMember:
    """A member of a dimension's value."""

    id: strawberry.ID | None = field("Its global identifier; null for what is no object of the graph, such as a year.")
    code: str | None = field("Its code; an agency or a course without one has its sender's key here, or null.")
    label: str = field("How to show it.")


@strawberry.type(description="A number, or the reason why there is none. Null, 0 and suppressed are three different things.")
class CountValue:
    """A number."""

    value: int | None = field("The number; null if there is none, or if it is suppressed.")
    precision: Precision = field("How exact the number is: the worst of its parts.")
    suppressed: bool = field("Whether there are numbers of which each is too small to be shown; never in answers from RECORDS.")
    reason: NoValueReason | None = field("Why there is no number; null if there is one.")


@strawberry.type(description="The costs that statements state in one currency.")
class CostValue:
    """A sum of costs."""

    amount: Decimal = field("The sum, with two decimal places.")
    currency: str = field("The currency's ISO 4217 code, such as USD.")
    statements: int = field("How many of the counted statements state a cost in this currency; the others are not in the sum.")


@strawberry.type(description="What an answer covers and what it leaves out.")
class Coverage:
    """What is covered."""

    populations: int = field("How many cohorts give a number, each run counted once; 0 for a release.")
    pending: int = field("How many statements of the chosen sets are not counted yet, as they are PENDING or HELD; 0 for a release.")
    not_attributable: int = field("How many people or participations are left out, as nobody knows whether they are inside the filter.")
    inconsistent: list[InconsistentSets] = field("Sets of statements that disagree; the coarser one was used.")


@strawberry.type(description="Two sets of statements on one cohort of which the finer exceeds the coarser.")
class InconsistentSets:
    """Sets that disagree."""

    cohort: Cohort | None = field("The cohort that both are about; null if you may not see it.")
    coarser: list[strawberry.ID] = field("The statements of the coarser set, which was used, by global identifier.")
    finer: list[strawberry.ID] = field("The statements of the finer set, which was not used, by global identifier.")


@strawberry.type(
    description="Why one cohort gives the number that it gives. Each statement about it that you may see, on this measure and in any "
    "state, is either among `statements` or among `excluded`."
)
class Explanation:
    """A choice explained."""

    cohort: Cohort | None = field("The cohort that it is about, for joined runs the one that IMPACS counts; null if you may not see it.")
    rule: str = field(
        "The rule that chose the partner: R1a where individuals are counted, which IMPACS has said are complete, else R1b; "
        "the rules are in the partner guide."
    )
    partner: PartnerAgency | None = field("The partner whose statements were chosen; null if you may not see that agency.")
    total: int = field("What the cohort adds to the total.")
    unit: CountUnit = field("What the cohort's numbers count.")
    precision: Precision = field("How exact the cohort's total is.")
    not_attributable: int = field("What the cohort adds to `coverage.notAttributable`.")
    total_statements: list[strawberry.ID] = field("The counts that give the total, by global identifier; none where individuals do.")
    row_statements: list[strawberry.ID] = field("The counts that give the groups, by global identifier; none where individuals do.")
    alternatives: int = field("How many other partners state this too; their numbers are never added (rule R0).")
    statements: list[ExplainedStatement] = field("The counts that give the cohort's numbers, by id.", first_of("statements"))
    excluded: list[ExcludedStatement] = field("All other counts about the cohort, by id, with the reason.", first_of("statements"))
    individuals: list[ExplainedIndividuals] = field(
        "What became of the statements about individuals, first those that give the cohort's numbers, then the others by reason."
    )
    text: str = field("The choice in English, for people: whose statements were taken, what they give, and what they leave.")


@strawberry.type(description="A statement that gives a cohort's numbers.")
class ExplainedStatement:
    """A statement used."""

    statement: Statement | None = field("The statement that is used; null if you may not see it.")
    use: StatementUse = field("What the statement gives.")


@strawberry.type(description="A statement about a cohort that gives nothing to the cohort's numbers.")
class ExcludedStatement:
    """A statement not used."""

    statement: Statement | None = field("The statement that is not used; null if you may not see it.")
    reason: ExclusionReason = field("Why it gives nothing.")
    rule: str = field("The rule behind the reason, such as R0; the rules are in the partner guide.")
    text: str = field("The reason in one English sentence, for people.")


@strawberry.type(
    description="Statements about individuals of a cohort of which the same became, on this measure. None is named: not everybody who may "
    "see such statements may know whom they are about, or that two are about the same person."
)
class ExplainedIndividuals:
    """Statements about individuals, by what became of them."""

    statements: int = field("How many statements these are; where they give a number, as many people.")
    use: StatementUse | None = field("What the statements give; null if they give nothing.")
    reason: ExclusionReason | None = field("Why they give nothing; null if they give something.")
    rule: str | None = field("The rule behind the reason, such as R1a; null without a reason. The rules are in the partner guide.")
    text: str | None = field("The reason in one English sentence about each statement, for people; null without a reason.")


@strawberry.type(description="Why one cohort gives no number.")
class Omission:
    """A cohort that is left out."""

    cohort: Cohort | None = field("The cohort that it is about, for joined runs the one that IMPACS counts; null if you may not see it.")
    rule: str = field("The rule by which there is no number, R1c or R2; the rules are in the partner guide.")
    reason: OmissionReason = field("Why there is no number.")
    not_attributable: int = field("What the cohort adds to `coverage.notAttributable`.")
    excluded: list[ExcludedStatement] = field(
        "The counts about the cohort that you may see, on this measure and in any state, by id, with the reason.",
        first_of("statements"),
    )
    individuals: list[ExplainedIndividuals] = field(
        "What became of the statements about individuals of the cohort that you may see, on this measure and in any state, by reason."
    )
    text: str = field("The reason in one English sentence, for people.")
