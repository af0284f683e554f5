"""What a scanner computes, as a short text: equal for equal scanners of any process, another for any other.

The name and the parameters do not say it: the file of a scanner may have been mended, a model trained anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tapehawk.core.expr import Expr
from tapehawk.core.plan import nodes
from tapehawk.core.scanner import Scanner
from tapehawk.core.watch import Watch
from tapehawk.scan.watching import watch_for


def fingerprint(scanner: Scanner, timeframe: str) -> str:
    """Return it. Raises BadInput where the scanner is not defined on the timeframe, as a scan does."""
    watch = watch_for(scanner, timeframe)
    roots = list(_roots(watch))
    every = nodes(*roots)
    place = {x: number for number, x in enumerate(every)}
    said = hashlib.sha256()
    for x in every:
        said.update(repr((x.op, x.params, [place[arg] for arg in x.args])).encode())
    setups = [
        (one.pattern, str(one.direction), one.base, one.known, one.says, sorted(one.words.items()), list(one.when))
        for one in watch.setups
    ]
    shown = [list(columns) for columns in watch.columns]
    about = (scanner.type(), scanner.limit(), list(scanner.band()), scanner.wide, list(watch.universe), setups, shown)
    said.update(repr((about, [place[x] for x in roots])).encode())
    return said.hexdigest()


def _roots(watch: Watch) -> Iterator[Expr]:
    """Yield all that is computed, in one order."""
    yield from watch.universe.values()
    for setup, columns in zip(watch.setups, watch.columns, strict=True):
        yield from setup.when.values()
        yield from columns.values()
