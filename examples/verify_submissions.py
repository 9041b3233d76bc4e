"""Verifies every submission of a partner that has statements waiting, for staff of IMPACS.

    ./run python examples/verify_submissions.py US-STATE

GRAPH_URL and GRAPH_CREDENTIAL (staff, scope decide) say where and as whom. Verifying a submission also accepts the programmes, courses
and cohorts that it brought.
Exit status: 0 if all was decided, 1 if anything could not be, 2 if it could not be done at all.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from graph_api import Api, Failed, connect, start
from tqdm import tqdm

PENDING = """
query Pending($agency: String!, $after: Cursor) {
  statements(filter: {partner: {code: {eq: $agency}}, state: {eq: PENDING}}, first: 100, after: $after) {
    nodes { submission { id } }
    pageInfo { hasNextPage endCursor }
  }
}
"""
WHO = "query Who($agency: String!) { viewer { kind scopes } partnerAgency(by: {code: $agency}) { id } }"
DECIDE = """
mutation Decide($input: DecideInput!) {
  decide(input: $input) {
    decided unchanged rejected accepted
    outcomes { status statement { sourceRef } issues { code message } }
    problems { code message }
  }
}
"""


def waiting_submissions(api: Api, agency: str) -> list[str]:
    """The submissions of an agency's pending statements, the oldest first. Statements that IMPACS entered itself have none."""
    found: dict[str, None] = {}
    after = None
    while True:
        page = api.ask(PENDING, agency=agency, after=after)["statements"]
        found.update((node["submission"]["id"], None) for node in page["nodes"] if node["submission"])
        if not page["pageInfo"]["hasNextPage"]:
            return list(found)
        after = page["pageInfo"]["endCursor"]


def verify(api: Api, submission: str, reason: str | None) -> dict[str, Any]:
    """What became of verifying a submission. Raises Failed."""
    decision = {"submission": {"id": submission}, "verdict": "VERIFY", **({"reason": reason} if reason else {})}
    answer: dict[str, Any] = api.ask(DECIDE, input=decision)["decide"]
    for problem in answer["problems"]:
        raise Failed(f"{submission}: {problem['code']} {problem['message']}")
    return answer


def undecided(answer: dict[str, Any]) -> Iterator[str]:
    """Each statement that could not be decided, with its reasons."""
    for outcome in answer["outcomes"]:
        if outcome["status"] == "REJECTED":
            name = (outcome["statement"] or {}).get("sourceRef", "a statement")
            yield f"{name}: " + "; ".join(f"{issue['code']} {issue['message']}" for issue in outcome["issues"])


def run(options: argparse.Namespace) -> int:
    """The exit status of verifying. Raises Failed."""
    api = connect(waiting=lambda why: tqdm.write(why, file=sys.stderr))
    who = api.ask(WHO, agency=options.agency)
    if who["viewer"]["kind"] != "STAFF" or "decide" not in who["viewer"]["scopes"]:
        raise Failed("only staff with the scope decide can verify: GRAPH_CREDENTIAL is of another client")
    if who["partnerAgency"] is None:
        raise Failed(f"there is no agency {options.agency}")
    submissions = waiting_submissions(api, options.agency)
    decided = accepted = rejected = 0
    for submission in tqdm(submissions, desc="verifying", unit=" submissions", disable=None):
        answer = verify(api, submission, options.reason)
        decided, accepted, rejected = decided + answer["decided"], accepted + answer["accepted"], rejected + answer["rejected"]
        for line in undecided(answer):
            tqdm.write(line, file=sys.stdout)
    print(
        f"{len(submissions)} submissions of {options.agency}: {decided} statements verified, {accepted} programmes, courses and cohorts "
        f"accepted, {rejected} statements could not be decided"
    )
    return 1 if rejected else 0


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("agency", metavar="AGENCY_CODE", help="the partner whose submissions are verified, such as US-STATE")
    parser.add_argument("--reason", help="why, for the partner to read")
    return parser


if __name__ == "__main__":
    start(run, arguments())
