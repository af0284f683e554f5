"""The bucket and the breaker: what a key may spend, and a provider that is left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from tapehawk.core.errors import OutOfBounds
from tapehawk.data.providers.alpaca.adapter import AlpacaProvider
from tapehawk.data.providers.alpaca.config import AlpacaConfig
from tapehawk.data.providers.polygon.adapter import PolygonProvider
from tapehawk.data.providers.polygon.config import PolygonConfig
from tapehawk.data.providers.twelvedata.adapter import TwelveDataProvider
from tapehawk.data.providers.twelvedata.config import TwelveDataConfig
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import _BUCKETS, Bucket, bucket_of
from tapehawk.data.providers.wire.secrets import Keys
from tests.fakes.clock import JumpingClock

pytestmark = pytest.mark.anyio


async def test_five_calls_a_minute_go_out_at_once_and_the_sixth_a_minute_after_the_first():
    time = JumpingClock()
    bucket = Bucket(5, clock=time.clock)
    instants = []
    for _ in range(12):
        await bucket.take()
        instants.append(time.passed)
    assert instants == [0.0] * 5 + [60.0] * 5 + [120.0] * 2


@given(
    limit=st.integers(1, 20),
    asked=st.lists(st.tuples(st.floats(0, 40), st.integers(1, 20)), min_size=1, max_size=40),
)
def test_no_window_of_a_minute_ever_holds_more_than_the_limit_and_calls_keep_their_order(limit, asked):
    time = JumpingClock()
    bucket = Bucket(limit, clock=time.clock)
    spent = []
    for pause, credits in asked:
        time.pass_by(pause)
        spent.append((bucket.reserve(min(credits, limit)), min(credits, limit)))
    instants = [at for at, _ in spent]
    assert instants == sorted(instants)
    for at in instants:
        assert sum(credits for when, credits in spent if at <= when < at + 60.0) <= limit


async def test_a_call_dearer_than_the_whole_plan_is_refused_instead_of_waiting_for_ever():
    with pytest.raises(OutOfBounds):
        await Bucket(8, clock=JumpingClock().clock).take(9)


def test_what_others_spend_from_the_same_key_counts_when_the_vendor_says_so():
    time = JumpingClock()
    bucket = Bucket(8, clock=time.clock)
    bucket.reserve(2)
    bucket.told(3)
    assert bucket.left() == 3
    bucket.told(7)  # the vendor's count is of another instant: never more than we know ourselves
    assert bucket.left() == 3
    assert bucket.reserve(4) == 60.0


def test_a_paused_bucket_lets_nobody_through_even_without_a_limit():
    time = JumpingClock()
    for bucket in (Bucket(None, clock=time.clock), Bucket(100, clock=time.clock)):
        bucket.pause(7.0)
        assert bucket.reserve() == 7.0


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_probe_through():
    time = JumpingClock()
    breaker = Breaker(after=3, rest=10.0, clock=time.clock)
    for _ in range(2):
        breaker.failed()
    breaker.succeeded()
    for _ in range(3):
        assert breaker.admit() == 0.0
        breaker.failed()
    assert breaker.state == "open"
    assert breaker.admit() == 10.0
    time.pass_by(10.0)
    assert breaker.state == "half-open"
    assert [breaker.admit() > 0 for _ in range(3)] == [False, True, True]
    breaker.succeeded()
    assert breaker.state == "closed"


def test_a_failed_probe_doubles_the_rest_up_to_the_longest_and_success_forgets_it():
    time = JumpingClock()
    breaker = Breaker(after=1, rest=10.0, longest=25.0, clock=time.clock)
    breaker.failed()
    rests = []
    for _ in range(4):
        rests.append(breaker.admit())
        time.pass_by(rests[-1])
        assert breaker.admit() == 0.0
        breaker.failed()
    assert rests == [10.0, 20.0, 25.0, 25.0]
    time.pass_by(25.0)
    assert breaker.admit() == 0.0
    breaker.succeeded()
    breaker.failed()
    assert breaker.admit() == 10.0


def test_a_probe_that_was_given_up_leaves_room_for_the_next():
    time = JumpingClock()
    breaker = Breaker(after=1, rest=10.0, clock=time.clock)
    breaker.failed()
    time.pass_by(10.0)
    assert breaker.admit() == 0.0
    breaker.abandoned()
    assert breaker.admit() == 0.0


# ----------------------------------------------------------------------------------- one key, one bucket


def of(key, time, address="http://vendor", limit=5):
    return bucket_of(address, Keys.bearer(SecretStr(key)), limit, clock=time)


def test_what_uses_one_key_shares_one_bucket():
    time = JumpingClock().clock
    one = of("key-of-the-house", time)
    assert of("key-of-the-house", time) is one
    others = (
        of("another-key", time),
        of("key-of-the-house", time, address="http://elsewhere"),
        of("key-of-the-house", time, limit=9),
    )
    assert all(other is not one for other in others)


def test_the_process_does_not_remember_keys_in_clear():
    of("key-of-the-house", JumpingClock().clock)
    assert "key-of-the-house" not in repr(list(_BUCKETS))


CONFIGS = {
    PolygonProvider: PolygonConfig(api_key=SecretStr("key-of-the-fake"), plan="basic"),
    AlpacaProvider: AlpacaConfig(api_key=SecretStr("key-of-the-fake"), secret_key=SecretStr("secret-of-the-fake")),
    TwelveDataProvider: TwelveDataConfig(api_key=SecretStr("key-of-the-fake")),
}


@pytest.mark.parametrize("kind", CONFIGS, ids=lambda kind: kind.name)
def test_two_providers_on_one_key_spend_from_one_budget(kind):
    clock = JumpingClock().clock
    one, other = (kind(CONFIGS[kind], clock=clock) for _ in range(2))
    whole = other.health().credits_left
    one._wire.bucket.reserve(2)
    assert other.health().credits_left == whole - 2
    assert kind(CONFIGS[kind], clock=JumpingClock().clock).health().credits_left == whole


def test_threads_that_spend_from_one_bucket_never_spend_too_much():
    bucket = Bucket(50, clock=JumpingClock().clock)
    with ThreadPoolExecutor(8) as pool:
        instants = sorted(pool.map(lambda _: bucket.reserve(), range(2000)))
    assert instants == [60.0 * (number // 50) for number in range(2000)]
