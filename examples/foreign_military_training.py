"""Sends one year of the report "Foreign Military Training" to the graph, as its partner US-STATE.

    ./run python examples/foreign_military_training.py examples/data/fy2007.csv
    ./run python examples/foreign_military_training.py examples/data/fy2009_as_scraped.csv --mode per-record --rejects rejects.csv

GRAPH_URL (http://127.0.0.1:8000/graphql) and GRAPH_CREDENTIAL (scopes submit and statements:read) say where to and as whom.

all-or-nothing   The whole file is checked first. If any row is refused, nothing is stored and every defect is printed.
per-record       What is right is stored, what is refused is printed.

To run this again is always safe: what is stored already answers UNCHANGED. While it runs, a file CSV.run keeps the run's name, which the
keys of its submissions are made of. If it is killed, the next start takes that name again and gets the receipts of what was stored.
Exit status: 0 if nothing was refused, 1 if something was, 2 if it could not be done.
"""

import argparse
import json
import re
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from annual_report import PARTNER, Call, Key, Row, calls, read_rows, separate_calls
from graph_api import TRIES, Api, Failed, connect, start
from tally import STORED, Refusal, Tally, remarks, summary, write_rejects
from tqdm import tqdm

VIEWER = "{ viewer { kind scopes agency { code } limits { recordsPerSubmission } } }"
SUBMIT = """
mutation Submit($input: SubmitInput!) {
  submit(input: $input) {
    receipt { id replayed }
    outcomes { index sourceRef recordKind status issues { severity code message path causedByIndex } }
    problems { code message retryable params }
  }
}
"""
ATOMICITY = {"all-or-nothing": "ALL_OR_NOTHING", "per-record": "PER_RECORD"}
LEAST_BATCH = 4
"""A row brings at most four records: programme, course, cohort and count."""


class Sender:
    """Sends the calls of one file in one run."""

    def __init__(self, api: Api, file: Path, run: str, mode: str) -> None:
        self._api = api
        self._name = re.sub(r"[^\w.-]", "_", file.stem, flags=re.ASCII)[:60]
        self._run = run
        self._atomicity = ATOMICITY[mode]

    def check(self, call: Call) -> dict[str, Any]:
        """What would become of a call's records now."""
        return self._submit(call, "VALIDATE")

    def send(self, call: Call) -> dict[str, Any]:
        """What became of a call's records. They are checked just before; refused all-or-nothing ones are not even sent."""
        checked = self.check(call)
        if self._atomicity == "ALL_OR_NOTHING" and is_refused(checked):
            return checked
        return self._submit(call, "COMMIT")

    def _submit(self, call: Call, mode: str) -> dict[str, Any]:
        content = {"atomicity": self._atomicity, "declared": call.declared, "records": call.records}
        digest = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]
        submission = {"submissionKey": f"{self._name}.{self._run}.{digest}", "mode": mode, **content}
        for tried in range(TRIES):
            answer: dict[str, Any] = self._api.ask(SUBMIT, input=submission)["submit"]
            if not answer["problems"]:
                return answer
            problem = answer["problems"][0]
            if not problem["retryable"] or tried + 1 == TRIES:
                break
            time.sleep(problem["params"].get("retryAfterMs", 1000) / 1000)
        lines = f"lines {call.rows[0].line} to {call.rows[-1].line}"
        raise Failed(f"the submission of {lines} was not considered: {problem['code']} {problem['message']}")


def is_refused(answer: dict[str, Any]) -> bool:
    """Whether an answer refuses any record."""
    return any(outcome["status"] == "REJECTED" for outcome in answer["outcomes"])


def check_file(sender: Sender, rows: list[Row], size: int) -> Tally:
    """What would become of all rows; nothing is stored."""
    tally = Tally()
    with progress("checking", rows) as bar:
        for call in separate_calls(rows, size):
            tell(tally.add(call, sender.check(call)))
            bar.update(len(call.counts))
    return tally


def send_file(sender: Sender, rows: list[Row], size: int) -> Tally:
    """What became of all rows. What a call refused is sent again with the next row that needs it, so that this one is told the reason."""
    tally = Tally()
    sent: set[Key] = set()
    with progress("sending", rows) as bar:
        for call in calls(rows, size, sent):
            answer = sender.send(call)
            tell(tally.add(call, answer))
            sent.difference_update(call.keys[each["index"]] for each in answer["outcomes"] if each["status"] not in STORED)
            bar.update(len(call.counts))
    return tally


def progress(what: str, rows: list[Row]) -> "tqdm[Any]":
    """A progress bar over rows, on standard error where that is a terminal."""
    return tqdm(total=len(rows), desc=what, unit=" rows", file=sys.stderr, disable=None)


def tell(found: Sequence[Refusal]) -> None:
    """Prints refusals, in the order of the request, clear of the progress bar."""
    if found:
        tqdm.write("\n".join(map(str, found)), file=sys.stdout)


@contextmanager
def named_run(file: Path, given: str | None) -> Iterator[str]:
    """The name of this run: the given one, else that of a run that did not end, else a new one, kept beside the file until the end."""
    kept = file.with_name(f"{file.name}.run")
    if given:
        yield given
        return
    name = kept.read_text().strip() if kept.exists() else ""
    if re.fullmatch("[0-9a-f]{8}", name):
        print(f"going on with the run {name}, which did not end ({kept})", file=sys.stderr)
    else:
        name = secrets.token_hex(4)
        try:
            kept.write_text(name + "\n")
        except OSError as error:
            print(f"{kept}: {error.strerror}; if this is killed, a new run sends all again, which is safe", file=sys.stderr)
    yield name
    kept.unlink(missing_ok=True)


def ready(api: Api, batch: int) -> int:
    """How many records a call may have. Raises Failed unless the credential is the partner's."""
    viewer = api.ask(VIEWER)["viewer"]
    agency = (viewer["agency"] or {}).get("code")
    if viewer["kind"] != "PARTNER" or agency != PARTNER:
        raise Failed(f"this is the report of {PARTNER}, but GRAPH_CREDENTIAL is of {agency or 'nobody'} ({viewer['kind']})")
    if "submit" not in viewer["scopes"]:
        raise Failed("GRAPH_CREDENTIAL lacks the scope submit")
    return int(min(batch, viewer["limits"]["recordsPerSubmission"]))


def run(options: argparse.Namespace) -> int:
    """The exit status of sending a file. Raises Failed."""
    rows = read_rows(options.csv)
    api = connect(waiting=lambda why: tqdm.write(why, file=sys.stderr))
    size = ready(api, options.batch)
    with named_run(options.csv, options.run) as name:
        sender = Sender(api, options.csv, name, options.mode)
        tally = check_file(sender, rows, size) if options.mode == "all-or-nothing" else Tally()
        stopped = bool(tally.refusals)
        if not stopped:
            tally = send_file(sender, rows, size)
    print(*remarks(rows, tally), sep="\n")
    if options.rejects:
        write_rejects(options.rejects, tally)
    if stopped:
        print("nothing was stored: mend these rows, or send the others by --mode per-record")
    else:
        print(*summary(tally), sep="\n")
    return 1 if tally.refusals else 0


def batch(text: str) -> int:
    """A number of records for one call."""
    if not text.isascii() or not text.isdigit() or not LEAST_BATCH <= int(text) <= 500:
        raise argparse.ArgumentTypeError(f"must be {LEAST_BATCH} to 500")
    return int(text)


def run_name(text: str) -> str:
    """The name of a run."""
    if not re.fullmatch(r"[\w-]{1,32}", text, re.ASCII):
        raise argparse.ArgumentTypeError("must be 1 to 32 letters, digits, - or _")
    return text


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", type=Path, metavar="CSV", help="one year of the report")
    parser.add_argument("--mode", choices=ATOMICITY, default="all-or-nothing", help="what a refused row does to the others (%(default)s)")
    parser.add_argument("--batch", type=batch, default=500, help="how many records a call has at most (%(default)s)")
    parser.add_argument("--run", type=run_name, metavar="NAME", help="the run's name, instead of one kept in CSV.run")
    parser.add_argument("--rejects", type=Path, metavar="FILE", help="write refused rows there, with the reasons, to mend and send")
    return parser


if __name__ == "__main__":
    start(run, arguments())
