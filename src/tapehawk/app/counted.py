"""The first phase of the two-phase scan, counted as it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tapehawk.app.telemetry import ALL, QUICK, Telemetry
from tapehawk.scan.quick import Answers
from tapehawk.scan.quick_question import QuickAnswer, QuickQuestion


@dataclass(frozen=True)
class Counted:
    """A desk whose answers are counted as scans: of each symbol they look at one bar."""

    desk: Answers
    telemetry: Telemetry

    def answer(self, question: QuickQuestion, *, on_build: Callable[[], None] | None = None) -> QuickAnswer:
        """Answer as the desk does."""
        with self.telemetry.scanning(QUICK, ALL) as counted:
            answer = self.desk.answer(question, on_build=on_build)
            counted.bars = len(answer.rows)
        return answer
