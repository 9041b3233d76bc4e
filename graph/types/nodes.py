"""The Node interface, and the types that a file of this folder may name before they exist: the graph has cycles, imports have none."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from graph.fields import field

if TYPE_CHECKING:
    from graph.types.agencies import PartnerAgency, PartnerAgencyConnection
    from graph.types.clients import Agreement
    from graph.types.courses import Cohort, CohortConnection, CourseConnection
    from graph.types.receipts import Receipt
    from graph.types.statements import Statement, StatementConnection

LazyAgreement = Annotated["Agreement", strawberry.lazy("graph.types.clients")]
LazyCohort = Annotated["Cohort", strawberry.lazy("graph.types.courses")]
LazyCohortConnection = Annotated["CohortConnection", strawberry.lazy("graph.types.courses")]
LazyCourseConnection = Annotated["CourseConnection", strawberry.lazy("graph.types.courses")]
LazyPartnerAgency = Annotated["PartnerAgency", strawberry.lazy("graph.types.agencies")]
LazyPartnerAgencyConnection = Annotated["PartnerAgencyConnection", strawberry.lazy("graph.types.agencies")]
LazyReceipt = Annotated["Receipt", strawberry.lazy("graph.types.receipts")]
LazyStatement = Annotated["Statement", strawberry.lazy("graph.types.statements")]
LazyStatementConnection = Annotated["StatementConnection", strawberry.lazy("graph.types.statements")]


@strawberry.interface(description="An object that keeps one identifier for ever, by which `node` finds it again.")
class Node:
    """What has an identifier."""

    id: strawberry.ID = field("Its global identifier: opaque, unique over all types, never given to another object.")
