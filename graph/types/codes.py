"""The codes that the graph stores, described for callers. What each table allows is declared in models/; here is what it means.

Codes are only ever added, and a code's meaning never changes.
"""

from graph.fields import describe
from models.access import ClientKind
from models.agencies import AgencyKind
from models.base import Visibility
from models.courses import CohortMode, CohortStatus, CostKind, CountPolicy, DatePrecision, Role, VenueType
from models.figures import FigureBasis, FigureKey
from models.individuals import RoleLevel
from models.places import Body, DepartmentCategory, DepartmentScope, MembershipStatus
from models.statements import (
    CountUnit,
    InstitutionType,
    Measure,
    Precision,
    Sex,
    StatementKind,
    StatementState,
    Verdict,
    WithdrawalReason,
)
from models.submissions import Atomicity, OutcomeStatus, RecordKind, Severity, SubmitMode
from models.viewer import ViewerKind

__all__ = [
    "AgencyKind",
    "Atomicity",
    "Body",
    "ClientKind",
    "CohortMode",
    "CohortStatus",
    "CostKind",
    "CountPolicy",
    "CountUnit",
    "DatePrecision",
    "DepartmentCategory",
    "DepartmentScope",
    "FigureBasis",
    "FigureKey",
    "InstitutionType",
    "Measure",
    "MembershipStatus",
    "OutcomeStatus",
    "Precision",
    "RecordKind",
    "Role",
    "RoleLevel",
    "Severity",
    "Sex",
    "StatementKind",
    "StatementState",
    "SubmitMode",
    "VenueType",
    "Verdict",
    "ViewerKind",
    "Visibility",
    "WithdrawalReason",
]

describe(
    ViewerKind,
    "What sort of caller a request comes from, which decides the rows that it may see.",
    {
        "ANONYMOUS": "No credential was sent: reference data and what is public can be read.",
        "PARTNER": "A client of a partner agency: what is accepted, and all that its agency sent.",
        "FOCAL_POINT": "The focal point of a member state: what is accepted, and the statements about its state alone.",
        "STAFF": "Reporting staff of CARICOM IMPACS: every row of the ledger.",
        "VERIFIER": "Staff who decide about statements: every row of the ledger.",
        "DATA_PROTECTION_OFFICER": "Who answers for the data about people: every row of the ledger, erasures, and the audit log.",
        "AUDITOR": "Who reads everything but personal facts, the audit log too, and changes nothing.",
        "ADMINISTRATOR": "Who makes clients and agreements: of the ledger no more than everybody.",
    },
)
describe(
    ClientKind,
    "Whom a client acts for, which decides what it may see and do.",
    {
        "PARTNER": "A partner agency; it has access while an agreement of the agency is in force.",
        "FOCAL_POINT": "The focal point of a member state.",
        "STAFF": "Reporting staff of CARICOM IMPACS.",
        "VERIFIER": "Staff of CARICOM IMPACS who decide about statements.",
        "DATA_PROTECTION_OFFICER": "The data protection officer of CARICOM IMPACS.",
        "AUDITOR": "An auditor, who changes nothing.",
        "ADMINISTRATOR": "Who makes clients and agreements.",
    },
)
describe(
    Visibility,
    "Who may see a course, a cohort or a statement beside its sender and staff. Only IMPACS makes one PUBLIC.",
    {
        "PUBLIC": "Everybody, once it is accepted or, for a statement, verified.",
        "RESTRICTED": "Callers with a credential, as far as their agency may see it; the default.",
    },
)

describe(
    Body,
    "An organisation or initiative that states belong to.",
    {
        "CARICOM": "The Caribbean Community.",
        "CBSI": "The Caribbean Basin Security Initiative.",
        "RSS": "The Regional Security System of the Eastern Caribbean.",
    },
)
describe(
    MembershipStatus,
    "How a state belongs to a body.",
    {
        "FULL": "A full member of the body.",
        "ASSOCIATE": "An associate member, with part of a member's rights.",
        "OBSERVER": "Present at meetings, without a vote.",
        "PARTNER": "Takes part in the body's work without being a member.",
    },
)
describe(
    DepartmentCategory,
    "The kind of work that a department does.",
    {
        "LAW_ENFORCEMENT": "Police and drug control.",
        "DEFENCE": "Military forces and the Regional Security System.",
        "BORDER_REVENUE": "Customs, immigration and tax.",
        "CORRECTIONS": "Prisons and correctional services.",
        "FINANCIAL": "Financial investigation and compliance.",
        "INTELLIGENCE": "National intelligence units.",
        "JUSTICE": "Courts, prosecution and the attorney general.",
        "POLICY": "Policy staff of ministries.",
    },
)
describe(
    DepartmentScope,
    "Whether a department exists once in each state, or once for the region.",
    {
        "NATIONAL": "Each state has its own.",
        "REGIONAL": "One organisation for several states, whose officers may belong to no single one.",
    },
)

describe(
    AgencyKind,
    "What sort of body an agency is.",
    {
        "INTERGOVERNMENTAL": "An organisation of states, such as OAS or INTERPOL.",
        "PROGRAMME": "A programme of another agency, which is its parent; the one kind that partners can send.",
        "PLATFORM": "A learning platform, such as CBSI-Connect.",
        "ACADEMIC": "A university or another place of higher education.",
        "FUNDER": "A body that chiefly pays for training.",
        "REGIONAL_BODY": "An institution of the region, such as IMPACS or CARPHA.",
        "NATIONAL_INSTITUTION": "An institution of one member state.",
        "NGO": "An organisation independent of governments.",
        "DEVELOPMENT_AGENCY": "A state's agency for development abroad.",
    },
)

describe(
    DatePrecision,
    "How much of a cohort's dates is known; the finer parts of a date are filled in and mean nothing.",
    {
        "YEAR": "Only the years are known.",
        "MONTH": "The years and months are known.",
        "DAY": "The days are known.",
    },
)
describe(
    CohortMode,
    "How a cohort was taught.",
    {
        "IN_PERSON": "Teachers and participants in one room.",
        "VIRTUAL_LIVE": "Online, at set hours, with a teacher.",
        "SELF_PACED": "Online, each at their own pace.",
        "BLENDED": "Partly in person, partly online.",
        "NOT_STATED": "The sender did not say how.",
    },
)
describe(
    VenueType,
    "Where a cohort was taught, as seen by its participants.",
    {
        "IN_COUNTRY": "In the participants' own state.",
        "THIRD_COUNTRY": "In a state that is neither the participants' own nor the United States.",
        "REGIONAL": "In one place of the region, for several states.",
        "US": "In the United States.",
        "ONLINE": "On a platform, at no place.",
        "NOT_STATED": "The sender did not say where.",
    },
)
describe(
    CohortStatus,
    "How far a cohort has come.",
    {
        "PLANNED": "Announced, not yet open to nominations.",
        "OPEN": "Open to nominations.",
        "ACTIVE": "Being taught now.",
        "COMPLETED": "Over; the default for what is reported afterwards.",
        "CANCELLED": "Did not take place; nothing can be counted in it.",
    },
)
describe(
    CountPolicy,
    "Where a cohort's numbers come from (rule R1); set by IMPACS.",
    {
        "COUNTS": "From the counts that partners state.",
        "INDIVIDUALS_COMPLETE": "From statements about individuals, which IMPACS says are complete: each of one partner's people once. A "
        "measure on which none of them counts has its numbers from counts.",
    },
)
describe(
    Role,
    "What an agency does in a cohort; a role held by an agency is held by its ancestors too.",
    {
        "CONVENER": "Called the cohort and answers for it; its statements come first (rule R1).",
        "PROVIDER": "Taught it; its statements come second.",
        "FUNDER": "Paid for it, in whole or in part.",
        "ACCREDITOR": "Certifies what participants achieved.",
        "PLATFORM": "Carried it on its learning platform.",
        "HOST": "Gave it its place.",
    },
)
describe(
    CostKind,
    "What a cost line of a cohort pays for.",
    {
        "INSTRUCTION": "Teachers and teaching material.",
        "PARTICIPANT": "Participants' allowances and lodging.",
        "TRAVEL": "Journeys of participants and teachers.",
        "OVERHEAD": "Administration of the cohort.",
    },
)

describe(
    StatementKind,
    "What a statement is about.",
    {
        "COUNT": "A number of people or participations.",
        "INDIVIDUAL": "One person, under a pseudonym.",
    },
)
describe(
    Measure,
    "The stage that the counted people reached. Stages are never inferred from each other, nor added (rule R5).",
    {
        "NOMINATED": "Put forward for a seat.",
        "ACCESS_GRANTED": "Given access to the course, which does not say that they used it.",
        "ENROLLED": "Enrolled in the cohort.",
        "ATTENDED": "Took part, at least in part.",
        "COMPLETED": "Reached the end of the course.",
        "CERTIFIED": "Received a certificate.",
        "REPORTED_TRAINED": 'Reported as "trained" or "delivered to", without a stage; stands outside the ladder of the others.',
    },
)
describe(
    StatementState,
    "Where the current revision of a statement stands; only VERIFIED and DISPUTED ones enter numbers.",
    {
        "PENDING": "Stored, and waiting for IMPACS to decide.",
        "HELD": "Waits for a person to look at a doubt, such as a possible duplicate. No statement is held yet; be ready for it.",
        "VERIFIED": "Confirmed by IMPACS; it enters numbers.",
        "REJECTED": "Refused by IMPACS, with a reason.",
        "DISPUTED": "Verified and then contested; it counts until staff decide.",
        "WITHDRAWN": "Taken back by its sender; it enters no number.",
        "ERASED": "Its personal content was destroyed; final.",
    },
)
describe(
    CountUnit,
    "What a count counts (rule R4). Sums over several cohorts are always PARTICIPATIONS.",
    {
        "PEOPLE": "Each person once in the cohort.",
        "PARTICIPATIONS": "A person once for each course taken.",
    },
)
describe(
    Precision,
    "How exact a number is (rule R6); the worst precision of its parts is that of a sum.",
    {
        "EXACT": "Neither more nor fewer.",
        "AT_LEAST": "This many or more.",
        "APPROXIMATE": "About this many.",
    },
)
describe(
    Sex,
    "The sex that a count is limited to.",
    {
        "FEMALE": "Counts women only.",
        "MALE": "Counts men only.",
        "OTHER": "People recorded as neither.",
        "UNDISCLOSED": "People who were asked and declined to say.",
        "UNSPECIFIED": "Nobody said which.",
    },
)
describe(
    InstitutionType,
    "The kind of institution within a department.",
    {
        "TRAINING_INSTITUTION": "An academy or school of the department.",
        "NOT_STATED": "The department as such, or nothing was said.",
    },
)
describe(
    WithdrawalReason,
    "Why a sender takes a statement back.",
    {
        "DUPLICATE": "The same was stated elsewhere.",
        "ENTERED_IN_ERROR": "It should not have been sent.",
        "CONSENT_WITHDRAWN": "People it rests on withdrew their consent.",
        "NOT_OURS": "It is not for the sender to state.",
        "OTHER": "Another reason, told in the note.",
    },
)
describe(
    Verdict,
    "What staff decide about a statement.",
    {
        "VERIFY": "It is right: it becomes VERIFIED and enters numbers.",
        "REJECT": "It is not: it becomes REJECTED, with the reason given.",
    },
)

describe(
    SubmitMode,
    "Whether a submission is only checked, or stored.",
    {
        "VALIDATE": "Check all and store nothing; the outcomes are those that a COMMIT would have now.",
        "COMMIT": "Check all and store what is right.",
    },
)
describe(
    Atomicity,
    "What one rejected record does to the rest of its submission.",
    {
        "ALL_OR_NOTHING": "Nothing is stored; the others are NOT_ATTEMPTED and keep the issues that were found.",
        "PER_RECORD": "The others are stored, except those that depend on it.",
    },
)
describe(
    RecordKind,
    "What a submitted record carries.",
    {
        "PROGRAMME": "A programme of the sender.",
        "COURSE": "A course of the sender.",
        "COHORT": "A run of courses.",
        "COUNT": "A statement with a count.",
        "INDIVIDUAL": "A statement about one person.",
        "WITHDRAW": "The withdrawal of a statement.",
    },
)
describe(
    OutcomeStatus,
    "What became of a submitted record.",
    {
        "CREATED": "Stored as something new.",
        "REVISED": "Stored as the next revision of what was there. Not given yet; be ready for it.",
        "UNCHANGED": "The same is stored already; nothing was written.",
        "WITHDRAWN": "The statement was taken back.",
        "HELD": "Stored, but a person must look at it before it can count. Not given yet; be ready for it.",
        "REJECTED": "Refused; its issues say why.",
        "NOT_ATTEMPTED": "In order by itself, but not stored because of other records.",
    },
)
describe(
    Severity,
    "How grave an issue is.",
    {
        "ERROR": "It refuses the record.",
        "WARNING": "Worth knowing; it never blocks.",
    },
)

describe(
    FigureKey,
    "What a figure states; several figures may state the same, for other periods or from other sources.",
    {
        "TRAVEL_SAVINGS": "Money saved because participants did not travel.",
        "CBSI_FUNDING": "Money given under the Caribbean Basin Security Initiative.",
        "OFFICERS_REACHED": "Officers whom training reached.",
    },
)
describe(
    FigureBasis,
    "Where a figure comes from.",
    {
        "ASSERTED": "Published by the source that it names; not recomputed here.",
        "COMPUTED": "Computed here from statements, and reproducible.",
    },
)
describe(
    RoleLevel,
    "How high a person's post is.",
    {
        "OPERATIONAL": "Does the work itself.",
        "SUPERVISORY": "Leads those who do.",
        "MANAGERIAL": "Answers for a unit or a part of an agency.",
        "EXECUTIVE": "Leads an agency, or is next to who does.",
    },
)
