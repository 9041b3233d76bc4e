"""Worlds made from a seed, small and full of corners, for the comparison of the compiler with its oracle.

On purpose they have many nulls, equal sort keys, texts that sort unlike in any language, rows of two partners that not all may see,
parents that are hidden, and the same `source_ref` and `submission_key` on both partners.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from models import access, agencies, audit, courses, erasures, figures, individuals, places, releases, statements, submissions
from models.base import Visibility
from models.viewer import ANONYMOUS, IMPACS, Viewer, ViewerKind
from tests.chances import Chances
from tests.pasts import Pasts
from tests.rows import Row, World

SCOPES = frozenset({"submit", "statements:read", "decide", "audit:read", "personal:read", "erase", "admin"})
PURPOSE = "REPORTING"
FIELDS = frozenset(field.value for field in access.PersonalField)


def world(seed: int = 1) -> World:
    """The world of a seed: always the same rows for the same seed."""
    made = World()
    _Maker(Random(seed), made).everything()
    Pasts(Random(seed), made).everything()
    return made


def grow(grown: World, seed: int) -> World:
    """The rows of one cohort and one statement more, which are added to the world."""
    before = {table: len(rows) for table, rows in grown.tables.items()}
    maker = _Maker(Random(seed), grown)
    maker.cohort(1000 + seed)
    maker.statement(1000 + seed)
    return World({table: rows[before[table] :] for table, rows in grown.tables.items()})


class _Maker(Chances):
    """Makes a world, table by table."""

    def everything(self) -> None:
        self.places()
        self.agencies()
        self.clients()
        self.courses()
        self.cohorts()
        self.submissions()
        self.statements()
        self.items()
        self.decisions()
        self.figures()
        self.events()
        self.releases()
        self.credentials()
        self.agreements()
        self.erasures()
        self.other_clients()

    def places(self) -> None:
        names = ["Jamaica", "barbados", "Ålesund", "Curaçao", "Jamaica", "Trinidad & Tobago", "<Saint> 'Lucia'", "Ñ"]
        for number, code in enumerate(("JM", "BB", "AL", "CW", "ZZ", "TT", "LC", "AG")):
            self.add(
                places.MemberState, code=code, iso3=f"{code}X", m49=f"{100 - number:03}", name=names[number], short_name=names[-1 - number]
            )
        orders = self.random.sample(range(1, 40), 7)
        for number, code in enumerate(("POLICE", "MILITARY", "CUSTOMS", "FIU", "AG_OFFICE", "RSS", "TAX")):
            self.add(
                places.Department,
                code=code,
                label=self.word(),
                name=code.title(),
                category=self.pick(places.DepartmentCategory),
                scope=self.pick(places.DepartmentScope),
                list_order=orders[number],
            )
        for state in self.world["member_state"]:
            for _ in range(self.random.randint(0, 5)):
                self.add(
                    places.Membership,
                    id=self.id(),
                    member_state_code=state["code"],
                    body=self.pick(places.Body),
                    status=self.pick(places.MembershipStatus),
                    valid_from=self.maybe(self.day()),
                    valid_to=self.maybe(self.day()),
                )

    def coded(self, code: str) -> Row:
        return next(row for row in self.world["partner_agency"] if row["code"] == code)

    @property
    def impacs(self) -> Row:
        return self.coded("CARICOM-IMPACS")

    @property
    def partners(self) -> tuple[Row, Row]:
        return self.coded("P-A"), self.coded("P-B")

    def agency(self, **columns: Any) -> Row:
        known = self.world["partner_agency"]
        row: Row = {
            "id": self.id(),
            "code": None,
            "submitted_by_id": None,
            "source_ref": None,
            "name": self.word(),
            "labels": [self.word() for _ in range(self.random.randint(0, 2))],
            "kind": self.pick(agencies.AgencyKind),
            "parent_id": self.maybe(self.random.choice(known)["id"], 0.7) if known else None,
            "member_state_code": None,
            "department_code": None,
            "accepted_at": self.maybe(self.moment(), 0.8),
            "revision": self.random.randint(1, 3),
            "created_at": self.moment(),
        }
        return self.add(agencies.PartnerAgency, **row | columns)

    def agencies(self) -> None:
        self.agency(code="CARICOM-IMPACS", accepted_at=self.moment())
        self.agency(code="P-A", accepted_at=self.moment())
        self.agency(code="P-B", accepted_at=None)
        for number in range(9):
            self.agency(code=self.maybe(f"{'Xx'[number % 2]}-{number}", 0.8))
        for number in range(5):
            state, department = self.random.choice(self.world["member_state"]), self.random.choice(self.world["department"])
            kind = agencies.AgencyKind.NATIONAL_INSTITUTION
            self.agency(
                code=f"N-{number}", kind=str(kind), member_state_code=state["code"], department_code=self.maybe(department["code"], 0.7)
            )
        for number in range(4):
            for partner in self.partners:
                kind = agencies.AgencyKind.PROGRAMME
                accepted = self.maybe(self.moment())
                self.agency(submitted_by_id=partner["id"], source_ref=f"prog-{number}", kind=str(kind), accepted_at=accepted)
        known = {row["id"]: row for row in self.world["partner_agency"]}
        for row in known.values():
            above: Row | None = row
            while above is not None:
                self.add(agencies.AgencyAncestor, agency_id=row["id"], ancestor_id=above["id"])
                above = known.get(above["parent_id"])
        self.listings()

    def listings(self) -> None:
        rows = self.world["partner_agency"]
        for _ in range(14):
            agency, operator = self.random.sample(rows, 2)
            self.add(
                agencies.AgencyOperation,
                id=self.id(),
                agency_id=agency["id"],
                operator_id=operator["id"],
                valid_from=self.maybe(self.day()),
                valid_to=self.maybe(self.day()),
            )
        for order in self.random.sample(range(1, 20), 6):
            self.add(agencies.PartnerListing, list_order=order, label=self.word())
            for position, agency in enumerate(self.some(rows, 4)):
                self.add(agencies.PartnerListingAgency, list_order=order, position=9 - 2 * position, agency_id=agency["id"])

    def clients(self) -> None:
        viewers = self.world.viewers
        viewers["ANONYMOUS"] = ANONYMOUS
        partners = zip(("PARTNER A", "PARTNER B"), self.partners, strict=True)
        for name, agency in partners:
            viewers[name] = self.client(name, ViewerKind.PARTNER, agency)
        for kind in sorted(IMPACS):
            viewers[str(kind)] = self.client(str(kind), kind, self.impacs)
        for code in ("JM", "BB"):
            viewers[f"FOCAL POINT {code}"] = self.client(f"FOCAL POINT {code}", ViewerKind.FOCAL_POINT, None, code)

    def client(self, name: str, kind: ViewerKind, agency: Row | None, state: str | None = None) -> Viewer:
        row = self.add(
            access.ApiClient,
            id=self.id(),
            name=name,
            agency_id=agency and agency["id"],
            member_state_code=state,
            kind=str(kind),
            scopes=sorted(SCOPES),
            revoked_at=None,
            created_at=self.moment(),
        )
        viewer = Viewer(kind, row["id"], name, row["agency_id"], SCOPES, state)
        return replace(viewer, purposes=frozenset({PURPOSE}), permitted_fields=FIELDS, purpose=PURPOSE)

    def other_clients(self) -> None:
        """Clients that are no viewers, have no credentials, and of which some are revoked."""
        for number, agency in enumerate((*self.partners, self.impacs, None) * 3):
            kind = ViewerKind.FOCAL_POINT if agency is None else ViewerKind.STAFF if agency is self.impacs else ViewerKind.PARTNER
            self.client(f"{self.word()} {number}", kind, agency, self.pick(("JM", "BB", "TT")) if agency is None else None)
            self.world["api_client"][-1]["revoked_at"] = self.maybe(self.moment())

    def credentials(self) -> None:
        for number, client in enumerate(self.world["api_client"] * 2):
            row = self.add(
                access.Credential,
                id=f"{number:04x}",
                client_id=client["id"],
                prefix=self.pick(("pg", "pg_live", "pg_test")),
                secret_hash="\\x00",
                addresses=[f"192.0.2.{number}/32" for _ in range(self.random.randint(0, 2))],
                expires_at=self.moment(),
                revoked_at=self.maybe(self.moment(), 0.3),
                last_used_at=self.maybe(self.moment()),
                created_at=self.moment(),
            )
            viewers = self.world.viewers
            viewers.update({name: replace(one, credential_id=row["id"]) for name, one in viewers.items() if one.client_id == client["id"]})

    def agreements(self) -> None:
        for number, agency in enumerate((*self.partners, *self.world["partner_agency"][:4]) * 2):
            starts_on = date(2024, 1, 1) + timedelta(days=self.random.randint(0, 300))
            row = self.add(
                access.Agreement,
                id=self.id(),
                agency_id=agency["id"],
                title=f"{self.word()} {number}",
                legal_basis=self.maybe(self.word()),
                transfer=self.maybe(self.word()),
                purposes=[self.pick(("REPORTING", "TRAINING_STATISTICS")) for _ in range(self.random.randint(0, 2))],
                permitted_fields=[str(field) for field in access.PersonalField if self.random.random() < 0.5],
                retention_months=self.random.randint(1, 90),
                starts_on=starts_on,
                expires_on=starts_on + timedelta(days=self.random.randint(0, 900)),
                ended_at=self.maybe(self.moment(), 0.3),
                created_by_id=None,
                created_at=self.moment(),
            )
            viewers = self.world.viewers
            of = {name: one for name, one in viewers.items() if one.agency_id == agency["id"]}
            viewers.update({name: replace(one, agreement_id=row["id"]) for name, one in of.items()})
        for statement in self.world["statement"]:
            statement["agreement_id"] = self.maybe(self.random.choice(self.world["agreement"])["id"], 0.8)

    def sent(self, number: int) -> Row:
        """The columns of a course or cohort that say who made it: IMPACS, partner A or partner B."""
        partner = self.random.choice((None, *self.partners))
        if partner is None:
            return {"submitted_by_id": None, "source_ref": None, "code": self.maybe(f"{'Cc'[number % 2]}-{number}", 0.8)}
        return {"submitted_by_id": partner["id"], "source_ref": f"ref-{number}", "code": self.maybe(f"{'Cc'[number % 2]}-{number}", 0.2)}

    def twins(self, rows: list[Row]) -> None:
        """Gives two rows of different partners the same source_ref."""
        first, second = (next(row for row in rows if row["submitted_by_id"] == partner["id"]) for partner in self.partners)
        first["source_ref"] = second["source_ref"] = "twin"

    def courses(self) -> None:
        agencies_known = self.world["partner_agency"]
        for number in range(18):
            self.add(
                courses.Course,
                id=self.id(),
                **self.sent(number),
                title=self.word(),
                subject=self.maybe(self.pick(("firearms", "Firearms", "AML", "ábc"))),
                owner_id=self.maybe(self.random.choice(agencies_known)["id"], 0.7),
                certified=self.random.choice((None, True, False)),
                train_the_trainer=self.random.choice((None, True, False)),
                nominal_hours=self.random.choice(
                    (None, None, Decimal("8.50"), Decimal("8.5"), Decimal("10"), Decimal("0.05"), Decimal("120.25"))
                ),
                languages=[self.pick(("en", "es", "fr")) for _ in range(self.random.randint(0, 2))],
                visibility=self.pick(Visibility),
                accepted_at=self.maybe(self.moment(), 0.75),
                revision=self.random.randint(1, 3),
                created_at=self.moment(),
            )
        self.twins(self.world["course"])

    def cohorts(self) -> None:
        for number in range(32):
            self.cohort(number)
        self.twins(self.world["cohort"])

    def cohort(self, number: int) -> None:
        known = self.world["cohort"]
        starts = self.day()
        row = self.add(
            courses.Cohort,
            id=self.id(),
            **self.sent(number),
            title=self.word(),
            starts_on=starts,
            ends_on=self.maybe(starts + timedelta(days=self.random.randrange(3))),
            date_precision=self.pick(courses.DatePrecision),
            mode=self.pick(courses.CohortMode),
            venue_type=self.pick(courses.VenueType),
            venue_state_code=self.maybe(self.random.choice(self.world["member_state"])["code"]),
            location=self.maybe(self.word()),
            status=self.pick(courses.CohortStatus),
            narrative=self.maybe(self.word()),
            featured_in=self.maybe(self.word()),
            count_policy=self.pick(courses.CountPolicy),
            same_run_as_id=self.maybe(self.random.choice(known)["id"], 0.4) if known else None,
            visibility=self.pick(Visibility),
            accepted_at=self.maybe(self.moment(), 0.75),
            accepted_by_id=None,
            revision=self.random.randint(1, 3),
            created_at=self.moment(),
        )
        for position, course in enumerate(self.some(self.world["course"], 3)):
            self.add(courses.CohortCourse, cohort_id=row["id"], position=7 - 3 * position, course_id=course["id"])
        for agency in self.some(self.world["partner_agency"], 3):
            for role in self.random.sample(list(courses.Role), self.random.randint(1, 2)):
                self.add(courses.CohortRole, cohort_id=row["id"], agency_id=agency["id"], role=str(role))
        for position in range(self.random.randint(0, 3)):
            self.add(
                courses.CohortCost,
                cohort_id=row["id"],
                position=5 - position,
                kind=self.pick(courses.CostKind),
                amount=Decimal(self.random.randrange(10**7)) / 100,
                currency=self.pick(("USD", "XCD")),
                source=self.maybe(self.word()),
            )

    def submissions(self) -> None:
        clients = {row["agency_id"]: row["id"] for row in self.world["api_client"]}
        for number in range(4):
            for agency in (*self.partners, self.impacs):
                self.add(
                    submissions.Submission,
                    id=self.id(),
                    partner_id=agency["id"],
                    client_id=clients[agency["id"]],
                    submission_key=f"key-{number}",
                    mode=str(submissions.SubmitMode.COMMIT),
                    atomicity=self.pick(submissions.Atomicity),
                    declared_records=self.random.randrange(9),
                    declared_people=None,
                    content_digest=f"{self.random.getrandbits(64):064x}",
                    purpose_note=None,
                    people=self.maybe(self.random.randrange(500)),
                    received_at=self.moment(),
                    committed_at=self.moment(),
                )

    def statements(self) -> None:
        for number in range(110):
            self.statement(number)

    def statement(self, number: int) -> None:
        partner = self.random.choice((*self.partners, *self.partners, self.impacs))
        sent = [row["id"] for row in self.world["submission"] if row["partner_id"] == partner["id"]]
        clients = [row["id"] for row in self.world["api_client"]]
        cost, period, document = self.random.random() < 0.4, self.random.random() < 0.4, self.random.random() < 0.4
        is_count = self.random.random() < 0.75
        row = self.add(
            statements.Statement,
            id=self.id(),
            partner_id=partner["id"],
            source_ref=f"{'Ss'[number % 2]}-{number % 97}-{number // 97}",
            kind="COUNT" if is_count else "INDIVIDUAL",
            cohort_id=self.random.choice(self.world["cohort"])["id"],
            measure=self.pick(statements.Measure),
            revision=self.random.randint(1, 3),
            state=self.random.choice(("VERIFIED", "VERIFIED", self.pick(statements.StatementState))),
            count=self.random.choice((0, 1, 1, 7, 20, 2_000_000_000)),
            unit=self.pick(statements.CountUnit),
            precision=self.pick(statements.Precision),
            member_state_count=self.maybe(self.random.randrange(3)),
            sex=self.maybe(self.pick(statements.Sex)),
            reporting_period_label=self.pick(("FY2020", "fy2020", "2021-Q1")) if period else None,
            reporting_period_from=self.maybe(self.day()) if period else None,
            reporting_period_to=self.maybe(self.day()) if period else None,
            partition_key=self.maybe(self.pick(("k1", "K1", "k2"))),
            institution=self.maybe(self.word()),
            cost_amount=Decimal(self.random.randrange(10**9)) / 100 if cost else None,
            cost_currency=self.pick(("USD", "XCD")) if cost else None,
            source_url=self.maybe("https://example.org/?a=1&b=2") if document else None,
            source_title=self.word() if document else None,
            source_page=self.maybe("12") if document else None,
            source_retrieved_on=self.maybe(self.day()) if document else None,
            stated_on=self.maybe(self.day()),
            visibility=self.pick(Visibility),
            submission_id=self.maybe(self.random.choice(sent), 0.7),
            created_by_id=self.maybe(self.random.choice(clients), 0.8),
            agreement_id=None,
            decided_at=self.maybe(self.moment()),
            withdrawal_reason=self.maybe(self.pick(statements.WithdrawalReason), 0.2),
            withdrawal_note=None,
            created_at=self.moment(),
        )
        named = self.world["member_state"][: self.random.choice((2, 2, 99))]
        for state in self.some(named, self.random.choice((1, 1, 3))):
            self.add(statements.StatementMemberState, statement_id=row["id"], member_state_code=state["code"])
        for department in self.some(self.world["department"], 2):
            for kind in self.random.sample(list(statements.InstitutionType), self.random.randint(1, 2)):
                self.add(
                    statements.StatementDepartment, statement_id=row["id"], department_code=department["code"], institution_type=str(kind)
                )

        if not is_count and self.random.random() < 0.85:
            self.individual(row["id"], partner["id"])

    def individual(self, statement_id: UUID, partner_id: UUID) -> None:
        """What is told of a person; partners call other people by the same pseudonym."""
        subject = f"P-{self.random.randrange(9)}"
        known = [row for row in self.world["participant"] if (row["partner_id"], row["subject"]) == (partner_id, subject)]
        person = known[0] if known else self.add(individuals.Participant, id=self.id(), partner_id=partner_id, subject=subject)
        has_result = self.random.random() < 0.7
        self.add(
            individuals.Individual,
            statement_id=statement_id,
            participant_id=person["id"],
            role_level=self.maybe(self.pick(individuals.RoleLevel)),
            completed_on=self.maybe(self.day()) if has_result else None,
            hours=self.maybe(Decimal(self.random.randrange(10**5)) / 100) if has_result else None,
            certificate_no=self.maybe(self.word()) if has_result else None,
        )

    def items(self) -> None:
        subjects = {"PROGRAMME": "partner_agency", "COURSE": "course", "COHORT": "cohort"}
        for submission in self.world["submission"]:
            for index in range(self.random.choice((0, 5, 9, 20))):
                kind = self.pick(submissions.RecordKind)
                self.add(
                    submissions.SubmissionItem,
                    submission_id=submission["id"],
                    index=index,
                    source_ref=self.word() or "-",
                    record_kind=kind,
                    status=self.pick(submissions.OutcomeStatus),
                    entity_id=self.maybe(self.random.choice(self.world[subjects.get(kind, "statement")])["id"], 0.8),
                    revision=self.maybe(self.random.randint(1, 3)),
                )
                self.issues(submission["id"], index)
            self.issues(submission["id"], None)

    def issues(self, submission_id: UUID, index: int | None) -> None:
        for position in range(self.random.choice((0, 1, 3))):
            self.add(
                submissions.SubmissionIssue,
                id=self.id(),
                submission_id=submission_id,
                index=index,
                position=6 - position,
                severity=self.pick(submissions.Severity),
                code=self.pick(("REQUIRED", "INVALID_NUMBER", "DATE_ORDER")),
                message=self.word(),
                path=[self.pick(("cohort", "0", "departments")) for _ in range(self.random.randint(0, 3))],
                params=self.random.choice(({}, {"limit": 3, "b": {"z": None, "a": [True, "é"]}}, {"value": 'x"\\'})),
                caused_by_index=self.maybe(0, 0.3),
            )

    def decisions(self) -> None:
        clients = [row["id"] for row in self.world["api_client"]]
        for statement in self.some(self.world["statement"], 70):
            for _ in range(self.random.randint(1, 3)):
                self.add(
                    statements.Decision,
                    id=self.id(),
                    statement_id=statement["id"],
                    revision=self.random.randint(1, 3),
                    verdict=self.pick(statements.Verdict),
                    reason=self.maybe(self.word()),
                    decided_by_id=self.random.choice(clients),
                    decided_at=self.moment(),
                )

    def events(self) -> None:
        clients = self.world["api_client"]
        for number in range(25):
            client = self.maybe(self.random.choice(clients), 0.8)
            event = self.add(
                audit.AuditEvent,
                id=self.id(),
                recorded_at=self.moment(),
                action=self.pick(("submit", "decide", "readPersonal")),
                kind=client["kind"] if client else "ANONYMOUS",
                client_id=client["id"] if client else None,
                credential=self.maybe(self.pick(("c1", "C1", "c2"))),
                agency_id=client["agency_id"] if client else None,
                member_state_code=self.maybe("JM", 0.2),
                purpose=self.maybe("TRAINING_STATISTICS"),
                operation_hash=self.maybe(f"{self.random.getrandbits(64):064x}"),
                objects=[f"Statement:{number}" for _ in range(self.random.randint(0, 2))],
                fields=[self.pick(("records", "mode", "ROLE_LEVEL")) for _ in range(self.random.randint(0, 2))],
                result=self.pick(("OK", "ROLLED_BACK", "NOT_PERMITTED")),
                request=self.maybe(f"request-{number}"),
            )
            if self.random.random() < 0.8:
                self.add(audit.AuditSeal, position=number + 1, event_id=event["id"], hash="\\x00", sealed_at=self.moment())

    def erasures(self) -> None:
        for number in range(6):
            self.add(
                erasures.ErasureCertificate,
                id=self.id(),
                participant=f"Participant:{self.id()}",
                partner_id=self.partners[number % 2]["id"],
                reason=self.pick(erasures.ErasureReason),
                erased_at=self.moment(),
                statements=1 + number,
                retained=self.random.randrange(2),
                places={"individual": 1 + number, "participant": 1},
                hash=f"{self.random.getrandbits(256):064x}",
            )

    def figures(self) -> None:
        known = self.world["figure"]
        for number in range(9):
            self.add(
                figures.Figure,
                id=self.id(),
                code=f"{'Ff'[number % 2]}-{number}",
                key=self.pick(figures.FigureKey),
                value=self.random.choice((Decimal("0"), Decimal("1000000.1"), Decimal("-3.25"), Decimal("9999999999999999.99"))),
                unit=self.pick(("USD", "officers")),
                precision=self.pick(statements.Precision),
                basis=self.pick(figures.FigureBasis),
                period_from=self.maybe(self.day()),
                period_to=self.maybe(self.day()),
                as_of=self.maybe(self.day()),
                label=self.word(),
                source=self.word(),
                supersedes_id=self.random.choice(known)["id"] if number % 3 == 2 else None,
                created_at=self.moment(),
            )

    def releases(self) -> None:
        """Three releases in a line, with some blocks."""
        known = self.world["release"]
        for number in range(3):
            at = datetime(2026, number + 1, 1, tzinfo=UTC)
            previous = known[-1]["id"] if known else None
            self.add(
                releases.Release, id=self.id(), at=at, covers_through=number, covers_through_at=at - timedelta(days=1), previous_id=previous
            )
            for block in range(3):
                self.add(
                    releases.ReleaseBlock,
                    release_id=known[-1]["id"],
                    number=block,
                    measure=self.pick(statements.Measure),
                    year=2020,
                    member_states=[],
                    departments=[],
                    count=5 + block,
                    precision=self.pick(statements.Precision),
                    is_merged=bool(self.random.randrange(2)),
                )
