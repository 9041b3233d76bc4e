"""What a partner and staff do by the generated client: read, page, submit, decide, and meet refusals. Prints what they found, as JSON."""

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, cast

import httpx
from graph_client import (
    AnythingNodeStatement,
    AnythingNodeStatementEnteredByPartnerAgency,
    Atomicity,
    Client,
    CohortFilter,
    CohortInput,
    CohortOrder,
    CohortOrderField,
    CohortParts,
    CohortRef,
    CohortRoleInput,
    ControlTotalsInput,
    CostInput,
    CountInput,
    CourseRef,
    DecideInput,
    Dimension,
    FigureKey,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    PartnerAgencyRef,
    RecordChangeInput,
    RecordInput,
    ReportingPeriodInput,
    SubmissionRef,
    SubmitInput,
    SubmitMode,
    Verdict,
    Visibility,
    VisibilityFilter,
)


def client(credential: str) -> Client:
    """A client of the graph."""
    return Client(os.environ["GRAPH_URL"], {"Authorization": f"Bearer {credential}"})


PUBLIC = CohortFilter(visibility=VisibilityFilter(eq=Visibility.PUBLIC))
BY_TITLE = [CohortOrder(by=CohortOrderField.TITLE)]


def downwards(partner: Client, first: int) -> list[CohortParts]:
    """All public cohorts, a page of `first` at a time."""
    page = partner.cohort_page(filter_=PUBLIC, order=BY_TITLE, first=first).cohorts
    found: list[CohortParts] = [*page.nodes]
    while page.page_info.has_next_page:
        page = partner.cohort_page(filter_=PUBLIC, order=BY_TITLE, first=first, after=page.page_info.end_cursor).cohorts
        found += page.nodes
    return found


def upwards(partner: Client, last: int) -> list[CohortParts]:
    """The same from the end, a page of `last` at a time; each page is in the list's order."""
    page = partner.cohort_page(filter_=PUBLIC, order=BY_TITLE, last=last).cohorts
    found: list[CohortParts] = [*page.nodes]
    while page.page_info.has_previous_page:
        page = partner.cohort_page(filter_=PUBLIC, order=BY_TITLE, last=last, before=page.page_info.start_cursor).cohorts
        found[:0] = page.nodes
    return found


def submission(mode: SubmitMode, unit: str, agency: str) -> SubmitInput:
    """A run with a count for each of two states; `unit` is taken as it comes, so that a wrong one fails its record alone."""

    def count(**of_its_own: Any) -> RecordChangeInput:
        run = CohortRef(source_ref="run-1")
        period = ReportingPeriodInput(label="2024", from_="2024-01-01")
        common = {"measure": "COMPLETED", "unit": unit, "partition_key": "by state"}
        return RecordChangeInput(count=CountInput(cohort=run, reporting_period=period, **common, **of_its_own))

    run = CohortInput(
        courses=[CourseRef(code="OCDD")],
        starts_on="2024-03-04",
        roles=[CohortRoleInput(agency=PartnerAgencyRef(code=agency), role="CONVENER")],
    )
    return SubmitInput(
        submission_key="generated-client",
        mode=mode,
        atomicity=Atomicity.ALL_OR_NOTHING,
        declared=ControlTotalsInput(records=3, people=31),
        records=[
            RecordInput(source_ref="run-1", change=RecordChangeInput(cohort=run)),
            RecordInput(
                source_ref="run-1/JM", change=count(count=19, member_states=["JM"], cost=CostInput(amount="1250.50", currency="USD"))
            ),
            RecordInput(source_ref="run-1/TT", change=count(count="12", member_states=["TT"])),
        ],
    )


def refusal(ask: Callable[[], object]) -> str:
    """The code of the refusal that an operation meets."""
    try:
        ask()
    except GraphQLClientGraphQLMultiError as error:
        first = error.errors[0]
        return f"{(first.extensions or {})['code']} at {'.'.join(map(str, first.path or []))}"
    except GraphQLClientHttpError as error:
        response = cast("httpx.Response", error.response)
        return f"{response.json()['errors'][0]['extensions']['code']} at "
    return "none"


def main(agency: str) -> None:
    """Does everything once."""
    partner, staff = client(os.environ["GRAPH_CREDENTIAL"]), client(os.environ["STAFF_CREDENTIAL"])
    viewer = partner.caller().viewer
    one, back, whole = downwards(partner, 1), upwards(partner, 3), downwards(partner, viewer.limits.page_size)
    figures = partner.figures(FigureKey.TRAVEL_SAVINGS).figures
    wrong = partner.submit(submission(SubmitMode.VALIDATE, "PERSONS", agency)).submit
    stored = partner.submit(submission(SubmitMode.COMMIT, "PEOPLE", agency)).submit
    again = partner.submit(submission(SubmitMode.COMMIT, "PEOPLE", agency)).submit
    assert stored.receipt
    assert again.receipt
    assert stored.outcomes[1].statement
    verify = DecideInput(submission=SubmissionRef(id=stored.receipt.id), verdict=Verdict.VERIFY)
    decided = staff.decide(verify).decide
    node = partner.anything(stored.outcomes[1].statement.id).node
    assert isinstance(node, AnythingNodeStatement)
    assert node.reporting_period
    participation = partner.completed([Dimension.MEMBER_STATE]).participation
    found = {
        "caller": [viewer.kind, viewer.agency and viewer.agency.code, viewer.scopes],
        "pages": [[cohort.code, cohort.starts_on, cohort.mode] for cohort in one],
        "pagesAgree": [one == whole, back == whole],
        "figures": sorted(figure.value for figure in figures),
        "issues": [f"{issue.code} at {'.'.join(issue.path)}" for outcome in wrong.outcomes for issue in outcome.issues],
        "stored": [stored.counts.created, stored.people, stored.receipt.replayed, again.receipt.replayed],
        "decided": [decided.decided, decided.accepted],
        "node": [node.count, node.state, node.reporting_period.from_, node.cost and node.cost.amount],
        "enteredBy": node.entered_by.code if isinstance(node.entered_by, AnythingNodeStatementEnteredByPartnerAgency) else None,
        "participation": [participation.total.value, [[row.key[0].label, row.count.value] for row in participation.rows]],
        "refusals": [
            refusal(lambda: partner.cohort_page(first=1000)),
            refusal(lambda: partner.decide(verify)),
            refusal(lambda: client("pg_unknown").caller()),
        ],
    }
    print(json.dumps(found, default=written))


def written(value: date | Decimal) -> str:
    """A date or a decimal number as the graph writes it."""
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1])
