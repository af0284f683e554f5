"""What is done again and again."""

from __future__ import annotations

import pytest

from tapehawk.scan.periodic import FIRST_AFTER, next_due, repeat


@pytest.mark.parametrize(
    ("now", "expected"),
    [(100.0, 160.0), (100.1, 160.0), (159.9, 160.0), (160.0, 220.0), (305.0, 340.0)],
)
def test_the_next_beat_lies_ahead_and_those_missed_are_not_made_up_for(now, expected):
    assert next_due(100.0, now, 60.0) == expected


class Stop:
    """A stop that is waited for on a clock of its own and set after so many waits."""

    def __init__(self, waits: int) -> None:
        self.left, self.now, self.waited = waits, 0.0, []

    def wait(self, seconds: float) -> bool:
        self.left -= 1
        self.waited.append(seconds)
        self.now += seconds
        return self.left < 0


def test_work_is_done_soon_and_then_on_the_beat_however_long_it_takes():
    stop, done = Stop(4), []

    def work() -> None:
        done.append(stop.now)
        stop.now += 100 if len(done) == 2 else 7

    repeat(work, 60.0, stop, clock=lambda: stop.now)
    assert done == [FIRST_AFTER, FIRST_AFTER + 60, FIRST_AFTER + 180, FIRST_AFTER + 240]
