"""Triple barrier: of each past signal, which came first: its target, its stop, or the end of its horizon.

The label is 1 for the target and 0 for the other two. Hits within the cooldown of another are no signals. Signals that
were never traded have no label, nor have those whose horizon the stored bars do not reach: also not the ones decided
already, because of the last days' signals only the quick ones would be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tapehawk.core.cooldown import cooled
from tapehawk.core.outcomes import SUCCESS, Signals, outcomes, reached
from tapehawk.core.panel import Ints, Panel
from tapehawk.core.signal_clock import Clock
from tapehawk.core.watch import Found
from tapehawk.research.samples import Samples

OUTCOME: Final = 2  # times the expiry


def samples_of(panel: Panel, found: Sequence[Found], names: Sequence[str]) -> Samples:
    """Return the signals that a search found as samples; their features are shown columns named `names`."""
    return Samples.together([_samples(panel, one, tuple(names)) for one in found])


def _samples(panel: Panel, found: Found, names: tuple[str, ...]) -> Samples:
    signals, which = _cooled(panel, found)
    clock, session = Clock.of(panel), panel.columns["session"].astype(np.int64)
    came = outcomes(panel, signals)
    traded = np.flatnonzero(came.decided)
    until = clock.last_days(session[came.trigger_bar[traded]], OUTCOME)
    whole = clock.closes(until) <= reached(panel)
    over, until = traded[whole], until[whole]
    features = np.array([found.columns[name][which[over]] for name in names]).T.reshape(over.size, len(names))
    label = (came.outcome[over] == SUCCESS).astype(np.float64)
    return Samples(names, features, label, session[signals.bar[over]], until)


def _cooled(panel: Panel, found: Found) -> tuple[Signals, Ints]:
    """Return the hits that are signals, and which of the hits they are: those with sound levels, one in a cooldown."""
    _, sound = Signals.of_found(found)
    bar, symbol = found.bar[sound], found.symbol[sound]
    slots = Clock.of(panel).slots(panel.columns["session"][bar].astype(np.int64), panel.columns["minute"][bar])
    kept = sound[np.array(cooled(symbol.tolist(), slots.tolist()), dtype=bool)]
    columns = {name: column[kept] for name, column in found.columns.items()}
    signals, _ = Signals.of_found(replace(found, bar=found.bar[kept], symbol=found.symbol[kept], columns=columns))
    return signals, kept
