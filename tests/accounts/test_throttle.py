"""Tries are counted for all processes where there is Redis, and for this one where it is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tapehawk.accounts.throttle import Throttle
from tapehawk.accounts.tries import MOST, Tries
from tapehawk.core.errors import BadInput, TooMany
from tests.bus.servers import REDIS, Server


@pytest.fixture
def redis(tmp_path):
    if REDIS is None:
        pytest.skip("needs redis-server (Debian: redis)")
    server = Server(tmp_path).start()
    yield server
    server.kill()


def tried(throttle: Throttle, times: int, email: str = "ada@example.org") -> None:
    for _ in range(times):
        throttle.account(email)


def test_tries_are_as_many_as_allowed_whoever_counts(redis):
    for throttle in (Throttle(), Throttle(redis.address)):
        tried(throttle, 10)
        with pytest.raises(TooMany) as info:
            throttle.account("ADA@example.org")
        assert 1 <= info.value.wait <= 900
        throttle.account("bob@example.org")
        throttle.forget("ada@example.org")
        tried(throttle, 10)


def test_processes_count_together(redis):
    tried(Throttle(redis.address), 6)
    other = Throttle(redis.address)
    tried(other, 4)
    with pytest.raises(TooMany):
        other.account("ada@example.org")


def test_without_redis_each_process_goes_on_counting_for_itself(redis):
    throttle = Throttle(redis.address)
    tried(throttle, 10)
    redis.kill()
    tried(throttle, 10)
    with pytest.raises(TooMany):
        throttle.account("ada@example.org")
    throttle.forget("ada@example.org")
    throttle.account("ada@example.org")
    redis.start()
    with pytest.raises(TooMany):
        tried(throttle, 11)


def test_nothing_that_redis_keeps_names_an_account(redis):
    Throttle(redis.address).account("ada@example.org")
    from redis import Redis

    with Redis.from_url(redis.address) as client:
        keys = client.keys("*")
    assert keys
    assert not any(b"ada" in key for key in keys)


def test_tries_are_forgotten_in_time():
    throttle, at = Throttle(), [0.0]
    throttle._here._now = lambda: at[0]
    tried(throttle, 10)
    at[0] = 899.0
    with pytest.raises(TooMany):
        throttle.account("ada@example.org")
    at[0] = 901.0
    tried(throttle, 10)


def test_an_address_that_is_none_is_refused_without_its_password():
    with pytest.raises(BadInput) as info:
        Throttle("ftp://:secret@host")
    assert "secret" not in info.value.message + info.value.hint


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_many_who_come_at_once_are_counted_each_also_while_somebody_is_forgotten(hasty):
    throttle = Throttle()

    def come(_: int) -> None:
        for _ in range(500):
            with suppress(TooMany):
                throttle.account("ada@example.org")
            throttle.forget("ada@example.org")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come, range(8)))
    with pytest.raises(TooMany), ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: throttle.account("ada@example.org"), range(11)))


def test_the_window_moves_and_nothing_is_kept_of_whom_it_has_left():
    at = [0.0]
    tries = Tries(lambda: at[0])
    assert [tries.wait("ada", 2, 60.0) for _ in range(3)] == [0.0, 0.0, 60.0]
    at[0] = 59.0
    assert tries.wait("ada", 2, 60.0, cost=0) == 1.0
    at[0] = 60.0
    assert tries.wait("ada", 2, 60.0) == 0.0
    at[0] = 1000.0
    for number in range(MOST + 1):
        tries.wait(str(number), 2, 60.0)
    assert "ada" not in tries._times
