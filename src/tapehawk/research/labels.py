"""Triple barrier: of each past signal, which came first: its target, its stop, or the end of its horizon.

The label is 1 for the target and 0 for the other two. Signals that were never traded have none, nor have those whose
horizon the stored bars do not reach: also not the ones decided already, because of the last days' signals only the
quick ones would be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from tapehawk.core.outcomes import SUCCESS, Signals, last_day, outcomes
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import calendar_named
from tapehawk.core.watch import Found
from tapehawk.research.samples import Samples

OUTCOME: Final = 2  # times the expiry


def samples_of(panel: Panel, found: Sequence[Found], names: Sequence[str]) -> Samples:
    """Return the signals that a search found as samples; their features are shown columns named `names`."""
    return Samples.together([_samples(panel, one, tuple(names)) for one in found])


def _samples(panel: Panel, found: Found, names: tuple[str, ...]) -> Samples:
    signals, which = Signals.of_found(found)
    came = outcomes(panel, signals)
    session = panel.columns["session"].astype(np.int64)
    until = last_day(calendar_named(panel.calendar), panel.timeframe, session[came.trigger_bar], OUTCOME)
    over = np.flatnonzero(came.decided & (until <= session.max(initial=0)))
    features = np.array([found.columns[name][which[over]] for name in names]).T.reshape(over.size, len(names))
    label = (came.outcome[over] == SUCCESS).astype(np.float64)
    return Samples(names, features, label, session[signals.bar[over]], until[over])
