"""An event is plain values there and back."""

from __future__ import annotations

import json

import pytest

from tapehawk.core.errors import BadInput
from tapehawk.core.events import (
    EVENTS,
    BarsClosed,
    ScanProgress,
    ScanUpdate,
    SignalChanged,
    StateChanged,
    UserNotification,
    UserSignal,
    heard,
    spoken,
)

SOME = [
    ScanUpdate("sim/sip", 5, ({"symbol": "A", "labels": ["simulated"]},), missing=("B",)),
    StateChanged("BTC/USDT", "signal", "BUY", "SELL"),
    SignalChanged("k", "active", "expired", 7),
    BarsClosed("us:sim:sip:none:consolidated:simulated", "1m", "2026-11-20", 7),
    ScanProgress("scan_20261120_093000_00000000", "ada", "progress", {"progress_percent": 12.5}),
    UserSignal("ada", {"symbol": "A", "status": "active"}),
    UserNotification("ada", {"type": "signal", "data": {"symbol": "A"}, "is_read": False}),
]


@pytest.mark.parametrize("event", SOME)
def test_an_event_survives_json(event):
    assert heard(json.loads(json.dumps(spoken(event)))) == event


def test_every_event_has_a_kind_of_its_own():
    assert len(EVENTS) == len({one.kind for one in EVENTS.values()})
    assert "" not in EVENTS


@pytest.mark.parametrize("said", [{"kind": "shout"}, {}, {"kind": "stateChanged", "volume": 3}])
def test_what_is_no_event_of_ours_is_refused(said):
    with pytest.raises(BadInput):
        heard(said)
