"""What one process puts down another finds, for a while; without Redis, or while it is away, nobody finds anything."""

from __future__ import annotations

import pytest

from tapehawk.bus.shelf import Shelf, shelf_at
from tapehawk.core.errors import TryAgain


def test_a_process_that_is_alone_puts_nothing_down():
    shelf = shelf_at(None)
    shelf.put("name", b"content", seconds=60)
    assert shelf.get("name") is None
    shelf.close()
    assert type(shelf) is Shelf


def test_what_one_puts_down_another_finds_byte_by_byte(redis_address):
    one, other = shelf_at(redis_address), shelf_at(redis_address)
    content = bytes(range(256)) * 1000
    one.put("shelf-a", content, seconds=60)
    assert other.get("shelf-a") == content
    assert other.get("shelf-b") is None
    one.put("shelf-a", b"", seconds=60)
    assert other.get("shelf-a") == b""
    for shelf in (one, other):
        shelf.close()


def test_it_is_kept_for_a_while_only(redis_address):
    from redis import Redis

    shelf_at(redis_address).put("shelf-c", b"x", seconds=60)
    with Redis.from_url(redis_address) as client:
        assert 0 < client.ttl("tapehawk:shelf:shelf-c") <= 60


def test_while_redis_is_away_nobody_can_tell_and_then_it_goes_on(make_server):
    server = make_server()
    shelf = shelf_at(server.address)
    server.kill()
    with pytest.raises(TryAgain, match="Redis"):
        shelf.put("name", b"content", seconds=60)
    with pytest.raises(TryAgain, match="Redis"):
        shelf.get("name")
    server.start()
    shelf.put("name", b"content", seconds=60)
    assert shelf.get("name") == b"content"
    shelf.close()
