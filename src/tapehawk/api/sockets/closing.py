"""Why a socket is closed: one code for each reason, which `docs/reference/sockets.md` lists."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from tapehawk.core.errors import BadInput, NoData, NotAllowed, NotSignedIn, TapehawkError, TooMany, TryAgain

MOST_REASON: Final = 120  # bytes: a close frame has room for 123


class Close(IntEnum):
    """Codes that are ours; those of the protocol stand in the documentation."""

    BAD_INPUT = 4400
    NOT_SIGNED_IN = 4401
    NOT_ALLOWED = 4403
    NO_DATA = 4404
    SILENT = 4408
    TOO_SLOW = 4413
    TOO_MANY = 4429
    TRY_AGAIN = 4503


MEANINGS: Final[Mapping[Close, str]] = {
    Close.BAD_INPUT: "what was asked for is wrong: mend it",
    Close.NOT_SIGNED_IN: "nobody is signed in, or not any more: sign in",
    Close.NOT_ALLOWED: "this is not for you, or not from this web page",
    Close.NO_DATA: "there is no such thing",
    Close.SILENT: "no answer to a ping: come back with `since`",
    Close.TOO_SLOW: "messages were read more slowly than they came: come back with `since`",
    Close.TOO_MANY: "too many sockets, or too many messages from you: wait",
    Close.TRY_AGAIN: "a passing state: come back",
}

_OF: Final[Mapping[type[TapehawkError], Close]] = {
    NotSignedIn: Close.NOT_SIGNED_IN,
    NotAllowed: Close.NOT_ALLOWED,
    BadInput: Close.BAD_INPUT,
    NoData: Close.NO_DATA,
    TooMany: Close.TOO_MANY,
    TryAgain: Close.TRY_AGAIN,
}


def code_of(kind: type[TapehawkError]) -> Close:
    """Return the code of an error class: that of its nearest ancestor in the table."""
    return next((_OF[one] for one in kind.__mro__ if one in _OF), Close.TRY_AGAIN)


def reason_of(said: str) -> str:
    """Return a reason that fits into a close frame."""
    return said.encode()[:MOST_REASON].decode(errors="ignore")
