"""The graph over HTTP: a document and its variables in, data out. Retries what may pass, and tells the rest in one line."""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

RETRIED = frozenset({429, 502, 503, 504})
TRIES = 6
LONGEST_WAIT = 60.0
TIMEOUT = httpx.Timeout(60.0, connect=5.0)


class Failed(Exception):
    """What was asked cannot be done; the message is one line for the person at the terminal."""


class Api:
    """One client of the graph. Sending the same twice is always safe here: queries change nothing, and submissions carry a key."""

    def __init__(self, url: str, credential: str, *, waiting: Callable[[str], None] = lambda _: None) -> None:
        """`waiting` is told why, before each wait."""
        headers = {"Authorization": f"Bearer {credential}", "Accept": "application/graphql-response+json, application/json"}
        try:
            self._http = httpx.Client(headers=headers, timeout=TIMEOUT)
            self._url = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeEncodeError, ValueError) as error:
            raise Failed(f"GRAPH_URL or GRAPH_CREDENTIAL cannot be used: {error}") from error
        self._waiting = waiting

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The data that answers an operation. Raises Failed."""
        reason = ""
        for tried in range(TRIES):
            try:
                response = self._http.post(self._url, json={"query": document, "variables": variables})
            except httpx.TransportError as error:
                reason, asked = f"{type(error).__name__} {error}", None
            except httpx.HTTPError as error:
                raise Failed(f"{self._url}: {error}") from error
            else:
                if response.status_code not in RETRIED:
                    return _data(response)
                reason, asked = _refusal(response), response.headers.get("Retry-After")
            if tried + 1 < TRIES:
                self._wait(tried, asked, reason)
        raise Failed(f"{self._url} did not answer in {TRIES} tries: {reason}")

    def _wait(self, tried: int, asked: str | None, reason: str) -> None:
        """Waits as long as the server asks, else twice as long each time; a random part keeps many clients from returning at once."""
        least = float(asked) if asked and asked.isdigit() else 0.5 * 2**tried
        seconds = min(least, LONGEST_WAIT) + random.random() * 0.25
        self._waiting(f"trying again in {seconds:.1f} s: {reason}")
        time.sleep(seconds)


def connect(environment: Mapping[str, str] = os.environ, *, waiting: Callable[[str], None] = lambda _: None) -> Api:
    """The graph that GRAPH_URL names, asked with GRAPH_CREDENTIAL. Raises Failed."""
    for name in ("GRAPH_URL", "GRAPH_CREDENTIAL"):
        if not environment.get(name):
            raise Failed(f"set {name}, for example GRAPH_URL=http://127.0.0.1:8000/graphql and GRAPH_CREDENTIAL=pg_...")
    return Api(environment["GRAPH_URL"], environment["GRAPH_CREDENTIAL"], waiting=waiting)


def _data(response: httpx.Response) -> dict[str, Any]:
    body = _body(response)
    if response.status_code != 200 or body.get("errors") or not isinstance(body.get("data"), dict):
        raise Failed(_refusal(response))
    data: dict[str, Any] = body["data"]
    return data


def _refusal(response: httpx.Response) -> str:
    """Why a request was refused, in one line: status, code, message, and the request's id to report a fault by."""
    errors = _body(response).get("errors") or [{"message": response.text[:200]}]
    extensions = errors[0].get("extensions") or {}
    words = [f"HTTP {response.status_code}", extensions.get("code"), errors[0].get("message")]
    if response.status_code >= 500 and extensions.get("requestId"):
        words.append(f"(request {extensions['requestId']})")
    return " ".join(" ".join(word.split()) for word in words if word)


def _body(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def start(run: Callable[[argparse.Namespace], int], parser: argparse.ArgumentParser) -> None:
    """Runs a script and exits: with the status that it gives, or with 2 and one line on standard error."""
    try:
        status = run(parser.parse_args())
        sys.stdout.flush()
    except Failed as failure:
        print(f"Error: {failure}", file=sys.stderr)
        status = 2
    except (KeyboardInterrupt, BrokenPipeError) as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python tries once more to write there when it ends
        print(f"stopped ({type(error).__name__}); the same command goes on from here", file=sys.stderr)
        status = 130 if isinstance(error, KeyboardInterrupt) else 2
    sys.exit(status)
