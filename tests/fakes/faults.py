"""What can be made to go wrong in a fake provider: the knobs of providers.md section 0, one control for all fakes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Faults:
    """Each knob alone or together with others; the default is a provider without fault.

    HTTP answers, of `path` (a part of it; "" for all), the next `times` of them (None: every one):
    `status` with the vendor's own words for it, or a `body` that is "html" or "empty"; `retry_after` as the header's
    text ("date 3": as the date three seconds from now by the provider's clock); `delay` in seconds; `truncate` to so
    many bytes, of the JSON ("body") or of the transfer ("transfer");
    `abort`: the connection is closed instead; `extra_fields` that nobody announced.

    Streams: `close_code` (1006: the line is cut without a word) after `drop_after` frames; `mute`: open, no data;
    `reject_auth`, `connection_limit`, `ignore_subscriptions`, `slow_consumer`; `unknown_type` of message.
    Bars as they are sent: `duplicate`, `revised` (a wrong one first), `late` (with the next push), `missing` (never
    sent, history has it), `out_of_order`.

    `shift`: seconds that the provider's clock is off, as after a clock jump over DST: in its answers' `Date`, in what
    it says of its own time, and in what it counts by the minute or publishes by the day.
    """

    status: int | None = None
    body: str = "json"
    retry_after: str | None = None
    delay: float = 0.0
    truncate: int | None = None
    truncate_what: str = "body"
    abort: bool = False
    path: str = ""
    times: int | None = None

    extra_fields: bool = False
    shift: float = 0.0

    close_code: int = 1006
    drop_after: int | None = None
    mute: bool = False
    reject_auth: bool = False
    connection_limit: bool = False
    ignore_subscriptions: bool = False
    slow_consumer: bool = False
    unknown_type: bool = False

    duplicate: bool = False
    revised: bool = False
    late: bool = False
    missing: bool = False
    out_of_order: bool = False

    def touches(self, path: str) -> bool:
        """Return whether an HTTP answer for this path is to be spoiled."""
        return self.path in path and self.times != 0

    def said(self) -> str:
        """Return the knobs that are turned, for the name of a test."""
        turned = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        return ",".join(f"{name}={value}" for name, value in turned.items())

    def once_less(self) -> Faults:
        """Return what is left after one more answer was touched."""
        return self if self.times is None else replace(self, times=self.times - 1)


NONE = Faults()
