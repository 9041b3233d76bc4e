"""Clients of the API with their credentials, and the agreements that open a partner's access; what administrators change of them."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from graph.fields import describe, field
from graph.types.agencies import PartnerAgency
from graph.types.codes import ClientKind
from graph.types.pages import Connection, Edge
from graph.types.places import MemberState
from graph.types.receipts import Issue
from models.access import PersonalField
from models.deployments import Environment

describe(
    Environment,
    "What a deployment is for.",
    {
        "LIVE": "What is sent here counts.",
        "TEST": "Partners try their programs here; nothing counts, and all may be emptied.",
    },
)
describe(
    PersonalField,
    "A fact about a person that an agreement can open.",
    {
        "PARTICIPANT": "The pseudonym under which the partner knows the person.",
        "ROLE_LEVEL": "The level of the person's role.",
        "RESULT": "What came of the training: when it was completed, the hours, the number of the certificate.",
    },
)


@strawberry.type(
    description="A program or a person that calls this API. IMPACS sees all of them, a partner those of its own agency, a focal point "
    "those of its state."
)
class Client:
    """A client."""

    id: strawberry.ID = field("Its global identifier: opaque, never given to another object.")
    name: str = field("What it is called, as it was registered.")
    kind: ClientKind = field("Whom it acts for.")
    agency: PartnerAgency | None = field("The agency that it acts for; null for a focal point.")
    member_state: MemberState | None = field("The member state that it acts for; null for all but focal points.")
    scopes: list[str] = field("What it may do beside reading what is public, such as submit.")
    revoked_at: datetime | None = field("When it lost all access, for ever; null while it was not revoked.")
    created_at: datetime = field("When it was registered.")
    credentials: list[Credential] = field("All that it was ever given, oldest first; at most two work at once.")


@strawberry.type(description="What a client shows to be let in: it begins with its prefix and its id. Its secret is stored nowhere.")
class Credential:
    """A credential."""

    id: strawberry.ID = field("What it is known by, its part after the prefix: no secret.")
    prefix: str = field("What it begins with, by which a scanner of files finds one that was lost.")
    addresses: list[str] = field("The networks that it works from, such as 192.0.2.0/24; none: from everywhere.")
    expires_at: datetime = field("When it stops working by itself.")
    revoked_at: datetime | None = field("When it was revoked; null while it was not, though its client may be.")
    last_used_at: datetime | None = field("When it was used last, to about a minute; null if never.")
    created_at: datetime = field("When it was issued.")


@strawberry.type(description="What an agency may do with data about people. A partner has access while one of its agency is in force.")
class Agreement:
    """An agreement."""

    id: strawberry.ID = field("Its global identifier: opaque, never given to another object.")
    agency: PartnerAgency | None = field("The agency that it is with; null if you may not see that agency.")
    title: str = field("What the agreement is called.")
    legal_basis: str | None = field("The law that it rests on; null if it names none.")
    transfer: str | None = field("On what terms data may leave the country; null if it says nothing of that.")
    purposes: list[str] = field("What data about people may be used for: a request states one of these in its header Purpose.")
    permitted_fields: list[PersonalField] = field("The facts about people that it opens.")
    retention_months: int = field("For how many months data about people is kept.")
    starts_on: date = field("The first day on which it is in force, in UTC.")
    expires_on: date = field("The last day on which it is in force, in UTC.")
    ended_at: datetime | None = field("When it was ended before its last day; null if it was not.")
    created_at: datetime = field("When it was entered here.")


@strawberry.type(description="A client at its place in a list.")
class ClientEdge(Edge[Client]):
    """A client and its cursor."""


@strawberry.type(description="A page of the clients that you may see.")
class ClientConnection(Connection[Client, ClientEdge]):
    """A page of clients."""


@strawberry.type(description="An agreement at its place in a list.")
class AgreementEdge(Edge[Agreement]):
    """An agreement and its cursor."""


@strawberry.type(description="A page of the agreements that you may see.")
class AgreementConnection(Connection[Agreement, AgreementEdge]):
    """A page of agreements."""


@strawberry.input(description="A client to make, with its first credential.")
class CreateClientInput:
    """What to make."""

    kind: ClientKind = field("Whom it is to act for.")
    name: str = field("What it is to be called: 1 to 200 characters that name a program or an office, and no person.")
    scopes: list[str] = field("What it may do beside reading what is public, such as submit; each kind can have some of them.")
    agency: str | None = field("The code of the partner agency that it acts for; left out for all other kinds.")
    member_state: str | None = field("The code of the state whose focal point it is; left out for all other kinds.")
    days: int | None = field("For how many days its credential works: 1 to 365; absent: 90.")
    addresses: list[str] | None = field("The networks that its credential works from, at most 50; absent: from everywhere.")


@strawberry.input(description="A client that is to have a second credential, so that it can change over without a gap.")
class RotateCredentialInput:
    """What to renew."""

    client: strawberry.ID = field("The client's global identifier.")
    days: int | None = field("For how many days the new credential works: 1 to 365; absent: 90.")
    addresses: list[str] | None = field(
        "The networks that it works from; absent: those of the client's newest, or for a partner part of them."
    )


@strawberry.input(one_of=True, description="What is to stop working, named in exactly one way.")
class RevokeCredentialInput:
    """What to revoke."""

    credential: strawberry.ID | None = field("The id of one credential, its part after the prefix; others of its client go on working.")
    client: strawberry.ID | None = field("The global identifier of a client, which loses all access for ever.")


@strawberry.input(description="An agreement to enter.")
class CreateAgreementInput:
    """What to enter."""

    agency: str = field("The code of the agency that it is with.")
    title: str = field("What the agreement is called: 1 to 500 characters; neither this nor the texts below name people.")
    purposes: list[str] = field(
        "What data about people may be used for: 1 to 20 words of capitals, digits and underscores, of at most 64, such as REPORTING."
    )
    permitted_fields: list[PersonalField] = field("The facts about people that it opens; an empty list: none.")
    retention_months: int = field("For how many months data about people is kept: 1 to 1,200.")
    starts_on: date = field("The first day on which it is in force, in UTC.")
    expires_on: date = field("The last day on which it is in force, in UTC.")
    legal_basis: str | None = field("The law that it rests on: at most 500 characters.")
    transfer: str | None = field("On what terms data may leave the country: at most 500 characters.")


@strawberry.input(description="An agreement that is to end before its last day.")
class EndAgreementInput:
    """What to end."""

    agreement: strawberry.ID = field("The agreement's global identifier.")


CLIENT = "The client as it is now; null where an issue says that there is none."
AGREEMENT = "The agreement as it is now; null where an issue says that there is none."
ISSUES = "What stands against it, with its place in the input; if there is anything, nothing was changed."
WARNINGS = (
    "What is to be said of it, with its place in the input. If there is an ERROR, nothing was changed; a WARNING says that it opens "
    "nothing now, or less than the one that it replaces."
)
SHOWN_ONCE = "The new credential. This is the only time that it is shown, as only a hash of it is stored; null where nothing was issued."


@strawberry.type(description="The new client, and its credential.")
class CreateClientPayload:
    """The answer to a new client."""

    credential: str | None = field(SHOWN_ONCE)
    client: Client | None = field(CLIENT)
    issues: list[Issue] = field(ISSUES)


@strawberry.type(description="The client, and its second credential.")
class RotateCredentialPayload:
    """The answer to a renewal."""

    credential: str | None = field(SHOWN_ONCE)
    client: Client | None = field(CLIENT)
    issues: list[Issue] = field(ISSUES)


@strawberry.type(description="The client that lost access, in part or for ever.")
class RevokeCredentialPayload:
    """The answer to a revocation."""

    client: Client | None = field(CLIENT)
    issues: list[Issue] = field(ISSUES)


@strawberry.type(description="The new agreement.")
class CreateAgreementPayload:
    """The answer to a new agreement."""

    agreement: Agreement | None = field(AGREEMENT)
    issues: list[Issue] = field(WARNINGS)


@strawberry.type(description="The agreement that is over.")
class EndAgreementPayload:
    """The answer to an end."""

    agreement: Agreement | None = field(AGREEMENT)
    issues: list[Issue] = field(ISSUES)
