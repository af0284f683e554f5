"""What can go wrong on the wire, and what becomes of it: one table from kinds of trouble to errors and retries.

    kind          meaning                                         again?   ends as
    key           no key, or a wrong one                          no       ProviderRefused
    plan          the plan does not allow the call                no       ProviderRefused
    budget        the day's credits are spent                     no       ProviderRefused
    taken         another connection uses the key                no       ProviderRefused
    input         the vendor does not understand the question     no       BadInput
    unknown       no such symbol, where one was asked for         no       UnknownName, else BadInput
    address       nothing is there: a page of the web server's    no       BadInput
    limit         too many calls just now                         yes      TryAgain
    server        5xx, or an answer that no one can explain       yes      TryAgain
    unreadable    a body that is cut short, or not what it was    yes      TryAgain
    line          no connection, or it broke, or took too long    yes      TryAgain

What the table calls "again" is asked again a few times before it ends so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, Literal

from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError, TryAgain, UnknownName

Kind = Literal["key", "plan", "budget", "taken", "input", "unknown", "address", "limit", "server", "unreadable", "line"]

AGAIN: Final = frozenset({"limit", "server", "unreadable", "line"})
DOWN: Final = frozenset({"server", "unreadable", "line"})
"""Kinds that open the circuit breaker."""

KINDS: Final[dict[int, Kind]] = {
    400: "input",
    401: "key",
    402: "plan",
    403: "plan",
    404: "unknown",
    414: "input",
    422: "input",
    429: "limit",
}
"""By HTTP status; every other status from 400 on is "server"."""

HINTS: Final[Mapping[Kind, str]] = {
    "key": "check the key in the settings or the environment",
    "plan": "ask for less, or change the plan at the provider",
    "budget": "wait until the provider's next day, or change the plan",
    "taken": "the key allows one connection at a time: end the other program, then start again",
    "limit": "another program may use the same key; try again in a minute",
    "server": "the provider has a problem; try again later",
    "unreadable": "the provider's answers make no sense just now; try again later",
    "line": "check the network and the provider's address in the settings; try again later",
}


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (lower case), body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Return the body's beginning in one line, for people; HTML is only named."""
        text = " ".join(self.body[:400].decode("utf-8", errors="replace").split())
        return "an HTML page" if re.match(r"<(!doctype|html)", text, re.IGNORECASE) else text


class Trouble(Exception):
    """An answer, or none, that is not what was asked for. Never leaves the provider: `error_of` ends it.

    `wait`: seconds until it makes sense to ask again, when the vendor says so.
    """

    def __init__(self, kind: Kind, said: str, *, wait: float | None = None) -> None:
        super().__init__(said)
        self.kind, self.said, self.wait = kind, said, wait


def trouble_of(answer: Answer, said: str = "") -> Trouble:
    """Return what an answer's status means; `said` is the vendor's sentence when it was found in the body."""
    said = said or answer.text() or "no further word"
    kind: Kind = KINDS.get(answer.status, "server")
    if kind == "unknown" and not answer.body.lstrip().startswith(b"{"):
        kind = "address"
    return Trouble(kind, f"HTTP {answer.status}: {said}", wait=retry_after(answer.headers))


def retry_after(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """Return the seconds that `Retry-After` asks to wait: a number, or a date against `now` (or the answer's date)."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        since = now or parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (until - since).total_seconds())
    except (ValueError, TypeError):
        return None


def is_of_plan(error: TapehawkError) -> bool:
    """Return whether an error is a refusal for the plan, rather than for the key."""
    return isinstance(error, ProviderRefused) and error.hint == HINTS["plan"]


def error_of(trouble: Trouble, provider: str, about: str, *, symbol: str = "") -> TapehawkError:
    """Return the error that a trouble ends as; `about` is what was asked for, where that was not a `symbol`."""
    what = f"{provider}: {about or symbol}" if about or symbol else provider
    said = f"{what}: {trouble.said}"
    if trouble.kind == "unknown" and symbol:
        return UnknownName("symbol", symbol, (), place=provider)
    if trouble.kind in {"unknown", "address"}:
        hint = f"check providers.{provider}.base_url, and the other addresses there, in the settings"
        return BadInput(f"{what}: no such address ({trouble.said})", hint=hint)
    if trouble.kind == "input":
        return BadInput(said)
    refused = trouble.kind in {"key", "plan", "budget", "taken"}
    return (ProviderRefused if refused else TryAgain)(said, hint=HINTS[trouble.kind])
