"""What can be wrong with a submission, a record or a decision: stable codes with their messages. Codes are only ever added.

A problem is about the whole request, an issue about one record. REFERENCE_AMBIGUOUS is reserved and cannot arise: a reference names one
thing in exactly one way, and codes and a partner's own sourceRefs are unique.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.submissions import Severity
from resolvers.submitting import personal

Path = tuple[str, ...]
MAX_ECHO = 80

PROBLEMS: Mapping[str, str] = {
    "SUBMISSION_KEY_REUSED": "This submissionKey is bound to other content or to another sender. Send that again, or this under a new key.",
    "SUBMISSION_IN_PROGRESS": "Another request that changes this partner's records is under way. Send the same again shortly.",
    "CONTROL_TOTAL_MISMATCH": "declared.{total} is {declared}, but {found} arrived. Nothing was considered.",
    "TOO_MANY_RECORDS": "A submission has 1 to {limit} records; this one has {records}. Nothing was considered.",
    "DUPLICATE_SOURCE_REF_IN_SUBMISSION": "Records of kind {recordKind} share the sourceRef {sourceRef}. Nothing was considered.",
    "SUBMISSION_NOT_FOUND": "There is no such submission.",
    "RELEASE_TOO_SOON": "There is at most one release a month: the next one can be published from {notBefore}.",
}

ERRORS: Mapping[str, str] = {
    "COHORT_NOT_FOUND": "There is no such cohort that you may see, stored or in this submission.",
    "COURSE_NOT_FOUND": "There is no such course that you may see, stored or in this submission.",
    "AGENCY_UNKNOWN": "There is no such agency that you may see, stored or in this submission.",
    "STATE_UNKNOWN": "{value} is no code of a member state: give ISO 3166-1 alpha-2, such as JM.",
    "DEPARTMENT_UNKNOWN": "{value} is no code of a department, such as POLICE.",
    "STATEMENT_NOT_FOUND": "There is no such statement.",
    "COHORT_NOT_ACCEPTED": "This cohort is not accepted: accept it first.",
    "COHORT_IS_JOINED": "This cohort counts as {canonical}: name that one, or separate this one first.",
    "COHORT_HAS_JOINED": "Other cohorts ({joined}) count as this one: name them too, so that they move with it, or separate them first.",
    "VISIBILITY_NOT_ALLOWED": "This cannot be PUBLIC: {reason}.",
    "PUBLIC_COUNTS_TELL_TOO_MUCH": "The counts about these people that are PUBLIC, or were once, would tell of a group of 1 to 4 by "
    "subtraction, or overlap in part, so that nobody can say what they tell. Show the total alone, or parts that leave 0 or at least 5.",
    "ALREADY_RELEASED": "A release rests on what is stated about these people. Subtracted from it, a PUBLIC count could tell of a group of "
    "1 to 4. What is to be PUBLIC must be so before the first release about them, and is then in none.",
    "CLIENT_NOT_ALLOWED": "There cannot be such a client or credential: {reason}.",
    "CLIENT_NOT_FOUND": "There is no such client that you may change.",
    "CLIENT_IS_REVOKED": "This client is revoked for ever: make another one.",
    "CREDENTIAL_NOT_FOUND": "There is no such credential that you may change. Name it by its id, the part after the prefix.",
    "TOO_MANY_CREDENTIALS": "This client has {limit} credentials that work: revoke one first.",
    "PARTICIPANT_NOT_FOUND": "There is no such participant that you may erase; once one is erased, only its id is known.",
    "AGREEMENT_NOT_ALLOWED": "There cannot be such an agreement: {reason}.",
    "AGREEMENT_NOT_FOUND": "There is no such agreement.",
    "DEPENDENCY_REJECTED": "This refers to a record of the same submission that is rejected.",
    "CIRCULAR_PARENT": "This programme would be part of itself.",
    "REQUIRED": "A value is required here.",
    "INVALID_DATE": "{value} is no calendar date of the form YYYY-MM-DD.",
    "DATE_ORDER": "The last day {last} lies before the first day {first}.",
    "INVALID_NUMBER": "{value} is no number that can stand here: {expected}.",
    "NEGATIVE_COUNT": "{value} is less than 0.",
    "INVALID_CODE": "{value} is not one of the codes that can stand here: {allowed}.",
    "INVALID_URL": "{value} is no address that begins with https:// or http://.",
    "INVALID_TEXT": "The text holds a control character, or one that turns the direction of reading.",
    "TOO_LONG": "This is longer ({length}) than the {limit} that can be stored.",
    "PERSONAL_DATA_NOT_PERMITTED": "Personal data that may not stand here: {reason}. Send a pseudonym of your own, or leave it out.",
    "SOURCE_REF_IN_USE": "This sourceRef names a statement of the kind {recordKind} already. Send this under another one.",
    "REVISION_REQUIRED": "It stands at revision {actual} with other content, or withdrawn; what another client told of a person is "
    "other content to who may not read it. Corrections are not offered yet: withdraw it, and send the right one under another sourceRef.",
    "REVISION_STALE": "It does not stand at revision {expected} but at {actual} (0: it is not stored).",
    "CORRECTION_NOT_OFFERED_YET": "It stands at revision {actual} with other content, or withdrawn; what another client told of a person "
    "is other content to who may not read it. Corrections are not offered yet: withdraw it, and send a new one under another sourceRef.",
    "PARTITION_KEY_REQUIRED": "You also count another slice here ({other}) that neither contains this one nor lies within it. "
    "Give counts of different people one partitionKey.",
    "UNIT_MIXED": "The counts of partitionKey {partitionKey} count {expected}: one set has one unit.",
    "SLICES_EXCEED_TOTAL": "Your counts add up to {sum} within {total}, which says exactly {exactly}.",
    "COHORT_CANCELLED": "The cohort is cancelled.",
    "ERASED": "What this sourceRef named is erased, for good. Nothing can be sent under it any more.",
    "DECISION_NOT_ALLOWED": "Only a PENDING statement is decided; this one is {state}.",
    "NOT_PERMITTED": "You may not do this: {reason}.",
    "FORCE_NOT_PERMITTED": "An expectedRevision of null overwrites what is stored, which needs the scope submit:force.",
}

WARNINGS: Mapping[str, str] = {
    "W_COUNT_LIST_MISMATCH": "memberStateCount is {stated}, but memberStates lists {listed}. Both are kept.",
    "W_LADDER_INVERTED": "Your {later} ({laterCount}) are more than your {earlier} ({earlierCount}).",
    "W_SLICES_BELOW_TOTAL": "The counts of partitionKey {partitionKey} add up to {remainder} less than {total}.",
    "W_OTHER_PARTNER_REPORTS_THIS": "Another partner reports this cohort and measure too. The two are alternatives and are never added.",
    "W_FUTURE_DATE": "{value} lies in the future.",
    "W_AGREEMENT_NOT_STARTED": "It opens nothing yet: its first day is {startsOn}.",
    "W_AGREEMENT_OVER": "It opens nothing: its last day was {expiresOn}.",
    "W_AGREEMENT_SUPERSEDED": "It opens nothing: {newer} started later, and those before it open nothing again once that is over.",
    "W_AGREEMENT_NARROWER": "It replaces {replaced}, which opens what this one does not: {missing}.",
    "W_AGREEMENT_ENDS_EARLIER": "It replaces {replaced}, which lasts until {expiresOn}, and opens nothing again once this one is over.",
}

MESSAGES: Mapping[str, str] = {**PROBLEMS, **ERRORS, **WARNINGS}
STORED: Mapping[str, str] = {
    "COHORT_NOT_FOUND": "There is no such cohort.",
    "COURSE_NOT_FOUND": "There is no such course.",
    "STATEMENT_NOT_FOUND": "There is no such statement.",
    "AGENCY_UNKNOWN": "There is no agency with this code: partnerAgencies {{ nodes {{ code }} }} lists them.",
}
"""The messages where only what is stored can be meant, since no records come with the request."""

RETRYABLE = frozenset({"SUBMISSION_IN_PROGRESS"})


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to say, with the input's path and the values that its message tells; `caused_by` is the index of another record.

    `words` are its message where that of its code does not fit.
    """

    code: str
    path: Path = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    caused_by: int | None = None
    words: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it refuses its record."""
        return self.code not in WARNINGS

    def row(self) -> dict[str, Any]:
        """The columns that it is stored and answered with."""
        severity = Severity.ERROR if self.is_error else Severity.WARNING
        message = (self.words or MESSAGES[self.code]).format_map({name: _told(value) for name, value in self.params.items()})
        return {
            "severity": severity.value,
            "code": self.code,
            "message": message,
            "path": list(self.path),
            "params": dict(self.params),
            "caused_by_index": self.caused_by,
        }


def not_stored(code: str, path: Path = ()) -> Issue:
    """What is said of something that is not stored, where no records come with the request."""
    return Issue(code, path, words=STORED[code])


def echo(value: Any) -> Any:
    """A sent value as an issue repeats it: numbers as they are, texts up to a length; never one that looks personal."""
    text = value if isinstance(value, str) else str(value)
    if isinstance(value, int) and len(text) < MAX_ECHO // 4:
        return value
    if personal.label(text[:MAX_ECHO]):
        return personal.WITHHELD
    return text if len(text) <= MAX_ECHO else text[: MAX_ECHO - 1] + "…"


def _told(value: Any) -> Any:
    return ", ".join(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value
