"""Who is asking, and what one request may ask for."""

from __future__ import annotations

import strawberry

from graph.fields import field
from graph.types.agencies import PartnerAgency
from graph.types.clients import Agreement, Client, Credential
from graph.types.codes import ViewerKind
from graph.types.places import MemberState
from models.deployments import Environment


@strawberry.type(description="What one request of yours may ask for; beyond a limit it is refused with a code that says which.")
class Limits:
    """Limits of a request."""

    page_size: int = field("The greatest `first` or `last` of a connection.")
    depth: int = field("How deep fields may nest, fragments expanded.")
    aliases: int = field("How many aliases an operation may use, fragments expanded.")
    root_fields: int = field("How many fields an operation may ask for at its root, fragments expanded.")
    cost: int = field("The greatest price of an operation, reckoned from the page sizes that it declares.")
    document_bytes: int = field("The greatest size of a document, in bytes of UTF-8.")
    document_tokens: int = field("How many tokens a document may have.")
    body_bytes: int = field("The greatest size of a request's body, in bytes.")
    records_per_submission: int = field("How many records one `submit` may carry.")


@strawberry.type(description="The caller, as its credential says; only the caller sees this.")
class Viewer:
    """Who is asking."""

    kind: ViewerKind = field("What sort of caller it is, which decides the rows that it may see.")
    client_name: str | None = field("The name that the client was registered under; null without a credential.")
    client: Client | None = field("The client that you are, by whose id it is renewed and revoked; null for who is none.")
    agency: PartnerAgency | None = field("The agency that the client acts for; null without a credential.")
    member_state: MemberState | None = field("The member state whose focal point the client is; null for others.")
    environment: Environment = field("Whether what is sent here counts.")
    credential: Credential | None = field("The credential that was used; null without one, and in a session or by an access token.")
    agreement: Agreement | None = field("The agreement that opens the client's access; null if there is none in force.")
    scopes: list[str] = field("What the client may do beside reading what is public, such as submit or statements:read.")
    limits: Limits = field("What one request of this caller may ask for.")
