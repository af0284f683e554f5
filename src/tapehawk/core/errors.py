"""The error tree, shaped by who must act.

    TapehawkError            a clear sentence, a hint, facts as attributes
    ├── BadInput             the asker: mend the question            exit 2
    │   ├── UnknownName      a symbol, scanner, parameter, key, column that does not exist
    │   │   └── NotFound     the one thing that is asked for, by its name
    │   ├── OutOfBounds      a value outside its declared bounds
    │   ├── LookAhead        an expression that names a later bar
    │   ├── MixedBasis       prices of different bases brought together
    │   ├── FormulaError     a formula that does not parse; knows the column of the mistake
    │   ├── NotSignedIn      who asks is not known, or not any more
    │   ├── NotAllowed       who asks is known, and may not
    │   └── Conflict         what is there already contradicts what is asked
    │       └── Changed      it is no longer what the asker knew
    ├── NoData               nothing stored answers the question     exit 3
    │   └── CorruptStore     what is stored can't be read
    ├── ProviderRefused      the provider said no                    exit 4
    └── TryAgain             busy, full, locked: the same call may work later   exit 75
        └── TooMany          more than is allowed in that time; knows when it may be asked again

Anything else that escapes is a bug of ours (exit 1).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

_SHOWN: Final = 160  # characters of a formula


class TapehawkError(Exception):
    """An error that a person can act on: what happened, and the likely fix.

    Attributes: `message`, `hint`, which anybody may read; `path`, the file or folder that it is about, which is told to
    who sits at the machine and to no client of a service.
    """

    def __init__(self, message: str, *, hint: str = "", path: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path

    @property
    def in_full(self) -> str:
        """Return what happened, and where on this machine."""
        return self.message if self.path is None else f"{self.message} ({self.path})"


class BadInput(TapehawkError):
    """The question itself is wrong. Attributes: `at`, the field of it that is, where it is one."""

    def __init__(self, message: str, *, hint: str = "", path: object = None, at: str = "") -> None:
        super().__init__(message, hint=hint, path=path)
        self.at = at


class UnknownName(BadInput):
    """A name that does not exist; the hint gives the nearest one that does.

    Attributes: `kind` ("scanner", "symbol", …), `name`, `nearest` (best first, may be empty).
    """

    def __init__(self, kind: str, name: str, valid: Iterable[str], *, place: str = "") -> None:
        self.kind, self.name = kind, name
        names = sorted(valid)
        self.nearest = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5) or difflib.get_close_matches(
            name.upper(), names, n=3, cutoff=0.5
        )
        if self.nearest:
            hint = f"did you mean {' or '.join(repr(n) for n in self.nearest)}?"
        elif names and len(names) <= 30:
            hint = f"valid {kind}s: {', '.join(names)}"
        else:
            hint = f"there are {len(names):,}, from {names[0]} to {names[-1]}" if names else ""
        super().__init__(f"unknown {kind} {name!r}" + (f" ({place})" if place else ""), hint=hint)


class NotFound(UnknownName):
    """The thing that is asked for itself, not one named on the way, does not exist."""


class OutOfBounds(BadInput):
    """A value outside the bounds its parameter declares."""


class LookAhead(BadInput):
    """An expression that would need a bar that has not closed yet."""


class MixedBasis(BadInput):
    """A split-adjusted value brought together with one that is not."""


class FormulaError(BadInput):
    """A formula that can't be read. Attributes: `formula`, `column` (0-based) of the mistake."""

    def __init__(self, message: str, *, formula: str, column: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.formula, self.column = formula, column

    def pointed(self) -> str:
        """Return the formula with a caret below the mistake; of a long one what stands around it."""
        first = max(self.column - _SHOWN // 2, 0) if len(self.formula) > _SHOWN else 0
        before, after = "…" * (first > 0), "…" * (first + _SHOWN < len(self.formula))
        shown = f"{before}{self.formula[first : first + _SHOWN]}{after}"
        return f"{shown}\n{' ' * (len(before) + self.column - first)}^"


class NotSignedIn(BadInput):
    """Nobody is signed in, or the proof of it holds no longer."""


class NotAllowed(BadInput):
    """Who asks may not do this."""


class Conflict(BadInput):
    """What is there already contradicts what is asked: a name taken, a status that can't follow."""


class Changed(Conflict):
    """What is to be changed is no longer what the asker knew: somebody else was faster."""


class NoData(TapehawkError):
    """Nothing that is stored answers the question."""


class CorruptStore(NoData):
    """The store is there but can't be read."""


class ProviderRefused(TapehawkError):
    """A provider refused the call: key, plan, budget."""


class TryAgain(TapehawkError):
    """A passing state: a lock, a full disk, a busy table."""


class TooMany(TryAgain):
    """More than is allowed in that time. Attributes: `wait`, seconds until it may be asked again."""

    def __init__(self, message: str, *, wait: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.wait = wait
