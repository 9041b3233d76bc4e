"""The root of mutations."""

from __future__ import annotations

import strawberry

from graph.fields import Argument, field
from graph.types.clients import (
    CreateAgreementInput,
    CreateAgreementPayload,
    CreateClientInput,
    CreateClientPayload,
    EndAgreementInput,
    EndAgreementPayload,
    RevokeCredentialInput,
    RevokeCredentialPayload,
    RotateCredentialInput,
    RotateCredentialPayload,
)
from graph.types.curation import (
    AcceptCohortInput,
    AcceptCohortPayload,
    JoinCohortsInput,
    JoinCohortsPayload,
    SeparateCohortsInput,
    SeparateCohortsPayload,
    SetCountPolicyInput,
    SetCountPolicyPayload,
    SetVisibilityInput,
    SetVisibilityPayload,
)
from graph.types.erasures import EraseParticipantInput, EraseParticipantPayload
from graph.types.receipts import DecidePayload, SubmitPayload
from graph.types.releases import PublishReleaseInput, PublishReleasePayload
from graph.types.submissions import DecideInput, SubmitInput


@strawberry.type(description="What can be changed. Fields run in order, each in a transaction of its own.")
class Mutation:
    """The fields at the root of a mutation."""

    submit: SubmitPayload = field(
        "Sends programmes, courses, cohorts, counts and withdrawals, to check or to store them. Needs the scope submit.",
        Argument("input", SubmitInput, "The submission: at most 500 records in one envelope."),
    )
    decide: DecidePayload = field(
        "Verifies or rejects statements, for staff with the scope decide; never those that the same client sent.",
        Argument("input", DecideInput, "What is decided, and about which statements."),
    )
    accept_cohort: AcceptCohortPayload = field(
        "Accepts cohorts, with the courses and programmes that they need, so that others see them and they enter numbers. For staff and "
        "verifiers with the scope curate; never what the same client sent.",
        Argument("input", AcceptCohortInput, "Which cohorts to accept."),
    )
    join_cohorts: JoinCohortsPayload = field(
        "Joins cohorts to the one that is the same run, so that they are counted once. For staff and verifiers with the scope curate.",
        Argument("input", JoinCohortsInput, "Which cohorts, and which one they count as."),
    )
    separate_cohorts: SeparateCohortsPayload = field(
        "Separates joined cohorts, so that each counts for itself again. For staff and verifiers with the scope curate.",
        Argument("input", SeparateCohortsInput, "Which cohorts to separate."),
    )
    set_count_policy: SetCountPolicyPayload = field(
        "Says whether a cohort's numbers come from counts, or from individuals. For staff and verifiers with the scope curate.",
        Argument("input", SetCountPolicyInput, "Which cohort, and how it is counted."),
    )
    set_visibility: SetVisibilityPayload = field(
        "Shows courses, cohorts and statements to everybody, or no longer. For staff and verifiers with the scope curate.",
        Argument("input", SetVisibilityInput, "What to show to whom."),
    )
    publish_release: PublishReleasePayload = field(
        "Publishes what is verified, or tells what that would do: for staff with the scope publish.",
        Argument("input", PublishReleaseInput, "Whether to publish, or to look first."),
    )
    create_client: CreateClientPayload = field(
        "Makes a client of this API with its first credential, for administrators with the scope admin.",
        Argument("input", CreateClientInput, "The client to make."),
    )
    rotate_credential: RotateCredentialPayload = field(
        "Gives a client a second credential. For administrators with the scope admin, and for a partner with it: of its own agency, "
        "with no scope that the partner's credential lacks, and from no more networks.",
        Argument("input", RotateCredentialInput, "Which client, and how long the credential works."),
    )
    revoke_credential: RevokeCredentialPayload = field(
        "Stops one credential, or a client for ever. For administrators with the scope admin, and for a partner with it: of its agency.",
        Argument("input", RevokeCredentialInput, "What is to stop."),
    )
    create_agreement: CreateAgreementPayload = field(
        "Enters an agreement with an agency, which opens a partner's access, for administrators with the scope admin.",
        Argument("input", CreateAgreementInput, "What the agreement says."),
    )
    end_agreement: EndAgreementPayload = field(
        "Ends an agreement now: if it is the one that counts, which is the one that started last, its partner loses access at once, as "
        "those before it open nothing again. For administrators with the scope admin.",
        Argument("input", EndAgreementInput, "Which agreement to end."),
    )
    erase_participant: EraseParticipantPayload = field(
        "Destroys what is told of a person, for good, wherever it is stored; its statements are ERASED then. For the data protection "
        "officer with the scope erase, and for a partner with it: of its own participants.",
        Argument("input", EraseParticipantInput, "Whom to erase, and why."),
    )
