"""The wire: limits, retries, errors of our own, and keys that appear nowhere."""

from __future__ import annotations

import asyncio
import logging
import traceback

import httpx2
import msgspec
import pytest
from aiohttp import web
from pydantic import SecretStr

from tapehawk.core.errors import BadInput, ProviderRefused, TryAgain, UnknownName
from tapehawk.data.providers.wire import transport
from tapehawk.data.providers.wire.asking import Patience
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.secrets import Keys, struck
from tapehawk.data.providers.wire.transport import Wire
from tapehawk.data.providers.wire.trouble import Trouble, retry_after
from tests.fakes.clock import JumpingClock
from tests.fakes.faults import NONE, Faults
from tests.fakes.server import FakeServer

pytestmark = pytest.mark.anyio


class EchoingVendor(FakeServer):
    """Answers `{"value": 7}` to who sends the key, and repeats the key in every error.

    `most`: questions that were being answered at one time. `callers`: the connections that they came over.
    """

    def __init__(self):
        super().__init__()
        self.slow, self.inside, self.most, self.callers = 0.0, 0, 0, set()

    def routes(self):
        return {"/thing": self.thing, "/error-in-200": self.error_in_200}

    async def thing(self, request):
        self.callers.add(request.transport.get_extra_info("peername"))
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(self.slow)
        self.inside -= 1
        return self.json({"value": 7})

    async def error_in_200(self, request):
        return web.json_response({"error": f"unknown key {self.key}"})

    def error(self, status):
        return {"error": f"no: your key {self.key} at http://x/?apiKey={self.key}"}, {}

    def refusal(self, request):
        return None if request.headers.get("Authorization") == f"Bearer {self.key}" else 401


class Thing(msgspec.Struct):
    value: int


def read_thing(answer):
    if b"error" in answer.body:
        raise Trouble("key", answer.text())
    return msgspec.json.decode(answer.body, type=Thing).value


@pytest.fixture
def vendor():
    with EchoingVendor() as fake:
        yield fake


@pytest.fixture
def time():
    return JumpingClock()


@pytest.fixture
async def wire(vendor, time):
    made = Wire("vendor", vendor.url, keys=Keys.bearer(SecretStr(vendor.key)), clock=time.clock)
    yield made
    await made.close()


async def test_a_good_answer_is_read(wire):
    assert await wire.get("/thing", read=read_thing) == 7
    health = wire.health()
    assert (health.calls, dict(health.errors), health.breaker) == (1, {}, "closed")
    assert health.last_success_at == JumpingClock().start


@pytest.mark.parametrize(
    ("status", "error", "calls"),
    [
        (400, BadInput, 1),
        (401, ProviderRefused, 1),
        (403, ProviderRefused, 1),
        (404, BadInput, 1),
        (429, TryAgain, 5),
        (500, TryAgain, 5),
        (502, TryAgain, 5),
        (302, TryAgain, 5),
    ],
)
@pytest.mark.parametrize("body", ["json", "html", "empty"])
async def test_each_status_ends_as_an_error_of_ours_and_only_passing_ones_are_asked_again(
    wire, vendor, status, error, calls, body
):
    vendor.faults = Faults(status=status, body=body)
    with pytest.raises(error) as caught:
        await wire.get("/thing", read=read_thing, about="ZZTS")
    assert type(caught.value) is error
    assert len(vendor.asked) == calls
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("body", "error"), [("json", UnknownName), ("html", BadInput), ("empty", BadInput)])
async def test_a_404_is_an_unknown_symbol_where_one_was_asked_for_and_the_vendor_says_it(wire, vendor, body, error):
    vendor.faults = Faults(status=404, body=body)
    with pytest.raises(error, match="ZZTS") as caught:
        await wire.get("/thing", read=read_thing, symbol="ZZTS")
    assert type(caught.value) is error
    assert ("providers.vendor.base_url" in caught.value.hint) == (error is BadInput)


@pytest.mark.parametrize(
    "faults",
    [
        Faults(status=503, times=2),
        Faults(status=429, retry_after="3", times=2),
        Faults(body="html", times=2),
        Faults(body="empty", times=2),
        Faults(truncate=5, times=2),
        Faults(truncate=5, truncate_what="transfer", times=2),
        Faults(abort=True, times=2),
    ],
)
async def test_a_fault_that_passes_is_got_over(wire, vendor, faults):
    vendor.faults = faults
    assert await wire.get("/thing", read=read_thing) == 7
    assert len(vendor.asked) == 3


async def test_waits_grow_with_full_jitter(wire, vendor, time):
    vendor.faults = Faults(status=500)
    with pytest.raises(TryAgain):
        await wire.get("/thing", read=read_thing)
    assert time.naps == [0.25, 0.5, 1.0, 2.0]  # half (the chance) of 0.5, 1, 2, 4 s


async def test_retry_after_is_honoured_by_every_caller_of_the_key(wire, vendor, time):
    vendor.faults = Faults(status=429, retry_after="20", times=1)
    assert await wire.get("/thing", read=read_thing) == 7
    assert time.naps[0] >= 20.0
    vendor.faults = Faults(status=429, retry_after="100")  # longer than anyone waits, and said to all
    with pytest.raises(TryAgain):
        await wire.get("/thing", read=read_thing)
    assert wire.bucket.reserve() == pytest.approx(time.passed + 100.0)


async def test_a_wait_longer_than_our_patience_is_not_waited_for(vendor, time):
    wire = Wire(
        "vendor", vendor.url, patience=Patience(longest=60.0), clock=time.clock, keys=Keys.bearer(SecretStr(vendor.key))
    )
    vendor.faults = Faults(status=429, retry_after="3600")
    with pytest.raises(TryAgain):
        await wire.get("/thing", read=read_thing)
    assert len(vendor.asked) == 1
    await wire.close()


def test_retry_after_may_be_a_number_or_a_date():
    date = {"retry-after": "Fri, 20 Nov 2026 14:31:00 GMT", "date": "Fri, 20 Nov 2026 14:30:00 GMT"}
    assert retry_after(date) == 60.0
    assert retry_after({"retry-after": "7"}) == 7.0
    assert retry_after({}) is None
    assert retry_after({"retry-after": "soon"}) is None


async def test_a_provider_that_is_down_is_left_alone_and_asked_once_when_the_rest_is_over(vendor, time):
    breaker = Breaker(after=5, rest=30.0, clock=time.clock)
    wire = Wire("vendor", vendor.url, breaker=breaker, clock=time.clock, keys=Keys.bearer(SecretStr(vendor.key)))
    vendor.faults = Faults(status=500)
    with pytest.raises(TryAgain):
        await wire.get("/thing", read=read_thing)
    assert wire.health().breaker == "open"
    with pytest.raises(TryAgain, match="left alone"):
        await wire.get("/thing", read=read_thing)
    assert len(vendor.asked) == 5
    vendor.faults = NONE
    time.pass_by(30.0)
    assert wire.health().breaker == "half-open"
    assert await wire.get("/thing", read=read_thing) == 7
    assert wire.health().breaker == "closed"
    await wire.close()


@pytest.mark.parametrize("status", [401, 403, 404, 429])
async def test_a_refusal_comes_from_a_healthy_provider(wire, vendor, status):
    vendor.faults = Faults(status=status)
    for _ in range(8):
        with pytest.raises((ProviderRefused, BadInput, TryAgain)):
            await wire.get("/thing", read=read_thing)
    assert wire.health().breaker == "closed"


async def test_who_does_not_answer_is_not_waited_for_longer_than_the_timeout(vendor, time, monkeypatch):
    assert None not in transport.TIMEOUT.as_dict().values()
    monkeypatch.setattr(transport, "TIMEOUT", httpx2.Timeout(30.0, read=0.1))
    vendor.faults = Faults(delay=1.0)
    keys, once = Keys.bearer(SecretStr(vendor.key)), Patience(attempts=1)
    wire = Wire("vendor", vendor.url, keys=keys, patience=once, clock=time.clock)
    with pytest.raises(TryAgain, match="no answer within 30 s"):
        await wire.get("/thing", read=read_thing)
    await wire.close()


async def test_many_questions_share_sixteen_connections(wire, vendor):
    vendor.slow = 0.05
    answers = await asyncio.gather(*(wire.get("/thing", read=read_thing) for _ in range(40)))
    assert answers == [7] * 40
    assert (vendor.most, len(vendor.callers)) == (16, 16)


async def test_nobody_at_the_address_is_told_as_such(time):
    wire = Wire("vendor", "http://127.0.0.1:9", clock=time.clock)
    with pytest.raises(TryAgain) as caught:
        await wire.get("/thing", read=read_thing)
    assert "vendor" in str(caught.value)
    assert caught.value.hint
    await wire.close()


async def test_calls_go_out_no_faster_than_the_plan_allows_retries_included(vendor, time):
    bucket = Bucket(5, clock=time.clock)
    wire = Wire("vendor", vendor.url, bucket=bucket, clock=time.clock, keys=Keys.bearer(SecretStr(vendor.key)))
    vendor.faults = Faults(status=500, times=3)
    for _ in range(9):
        await wire.get("/thing", read=read_thing)
    assert len(vendor.asked) == 12
    assert 120.0 <= time.passed < 130.0
    assert wire.health().waited > 110.0
    await wire.close()


async def test_a_closed_wire_connects_anew(wire):
    await wire.get("/thing", read=read_thing)
    await wire.close()
    assert await wire.get("/thing", read=read_thing) == 7


@pytest.mark.parametrize(
    ("path", "faults"),
    [
        ("/thing", NONE),
        ("/error-in-200", NONE),
        ("/thing", Faults(status=400)),
        ("/thing", Faults(status=401)),
        ("/thing", Faults(status=429)),
        ("/thing", Faults(status=500)),
        ("/thing", Faults(truncate=4)),
        ("/thing", Faults(abort=True)),
    ],
)
async def test_the_key_is_in_no_error_log_repr_or_traceback(wire, vendor, caplog, path, faults):
    caplog.set_level(logging.DEBUG)
    vendor.faults = faults
    said = [repr(wire), repr(vars(wire)), repr(wire.keys)]
    try:
        await wire.get(path, read=read_thing)
    except (BadInput, ProviderRefused, TryAgain) as error:
        whole = traceback.TracebackException.from_exception(error, capture_locals=True)
        said += [str(error), repr(error), error.hint, "".join(whole.format())]
    said += [repr(wire.health()), repr(wire._client)]
    said += [f"{record.getMessage()} {record.args!r} {vars(record)!r}" for record in caplog.records]
    assert caplog.records
    assert vendor.key not in "\n".join(said)
    assert all(vendor.key not in str(one.query) for one in vendor.asked)


def test_striking_out_takes_longer_secrets_first_and_leaves_short_ones():
    assert struck("abcdef abcd ab", ["abcd", "abcdef", "ab"]) == "*** *** ab"
