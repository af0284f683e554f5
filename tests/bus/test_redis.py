"""The bus between processes, when the server, the line or somebody else goes wrong: nothing is lost in silence."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import traceback

import pytest
import redis.asyncio

from tapehawk.bus import redis as redis_bus
from tapehawk.bus.choosing import bus_at
from tapehawk.bus.reading import Missed
from tapehawk.bus.redis import LONGEST_PAUSE, RedisBus, pause
from tapehawk.core.errors import BadInput, TryAgain
from tapehawk.core.events import DeepAnalysisComplete
from tests.bus.listening import PATIENCE, heard_until, numbered, publish, take, waiting
from tests.bus.servers import Line, free_port

pytestmark = pytest.mark.anyio
BEGUN_ANEW = Missed(None, "begun anew")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def raw(redis_address):
    """Return a client that is not ours, at the shared server."""
    async with redis.asyncio.Redis.from_url(redis_address) as client:
        yield client


# ------------------------------------------------------------------------------- the server comes and goes


async def test_a_server_that_comes_back_empty_is_noticed_though_nobody_says_anything(make_server):
    server = make_server()
    async with RedisBus(server.address) as bus:
        subscription = await bus.subscribe()
        await publish(bus, numbered(1, 3))
        await take(subscription, 3)
        waits = await waiting(subscription)
        server.kill()
        server.start()
        async with asyncio.timeout(PATIENCE):
            assert (await waits)[1] == BEGUN_ANEW
        await publish(bus, numbered(4, 4))
        assert [event for _, event in await take(subscription, 1)] == numbered(4, 4)


async def test_a_server_that_comes_back_empty_with_its_clock_behind_is_noticed_too(make_server, monkeypatch):
    server = make_server()
    async with RedisBus(server.address) as bus:
        subscription = await bus.subscribe()
        positions = await publish(bus, numbered(1, 3))
        await take(subscription, 3)
        server.kill()
        monkeypatch.setattr(redis_bus, "NEWEST", redis_bus.NEWEST.replace("time[1] * 1000", "5000"))  # in 1970
        server.start()
        assert [event for _, event in await take(subscription, 1)] == [BEGUN_ANEW]
        positions += await publish(bus, numbered(4, 5))
        assert positions[3] < positions[0]
        assert [event for _, event in await take(subscription, 2)] == numbered(4, 5)
        late = await bus.subscribe(since=positions[2])
        assert [event for _, event in await take(late, 3)] == [BEGUN_ANEW, *numbered(4, 5)]


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_what_a_server_has_kept_is_heard_after_it_comes_back(make_server, how):
    server = make_server(keeps=True)
    async with RedisBus(server.address) as bus:
        subscription = await bus.subscribe()
        positions = await publish(bus, numbered(1, 100))
        await take(subscription, 10)
        getattr(server, how)()
        server.start()
        positions += await publish(bus, numbered(101, 103))
        heard = await heard_until(subscription, *numbered(103, 103))
        assert heard == [*numbered(11, 100), BEGUN_ANEW, *numbered(101, 103)], "it may have forgotten what came last"
        assert positions == sorted(positions)
        late = await heard_until(await bus.subscribe(since=positions[4]), *numbered(103, 103))
        assert late == [*numbered(6, 100), BEGUN_ANEW, *numbered(101, 103)]


async def forgetful(make_server) -> list[object]:
    """Return what is heard when a server comes back as it was five events ago, and goes on being spoken to."""
    server = make_server()
    async with RedisBus(server.address) as bus, redis.asyncio.Redis.from_url(server.address) as client:
        subscription = await bus.subscribe()
        await publish(bus, numbered(1, 10))
        await client.save()
        await publish(bus, numbered(11, 15))
        await take(subscription, 15)
        server.kill()
        server.start()
        await publish(bus, numbered(16, 25))
        return await heard_until(subscription, *numbered(25, 25))


async def test_a_server_that_has_forgotten_a_little_gives_no_number_twice(make_server):
    assert await forgetful(make_server) == [BEGUN_ANEW, *numbered(16, 25)]


async def test_without_asking_in_which_life_the_server_is_events_would_be_missing(make_server, monkeypatch):
    spoilt = redis_bus.NEWEST.replace("kept[1] == server and", "")  # the planted bug
    assert spoilt != redis_bus.NEWEST
    monkeypatch.setattr(redis_bus, "NEWEST", spoilt)
    heard = await forgetful(make_server)
    assert BEGUN_ANEW not in heard
    assert len(heard) < 10


async def test_publishing_waits_for_a_server_that_comes_back_in_time(make_server):
    server = make_server()
    async with RedisBus(server.address) as bus:
        subscription = await bus.subscribe()
        server.kill()
        saying = asyncio.create_task(publish(bus, numbered(1, 2)))
        async with asyncio.timeout(PATIENCE):
            while not bus.trouble:  # noqa: ASYNC110 - looked at from outside, as a person would
                await asyncio.sleep(0.01)
        server.start()
        await saying
        assert bus.trouble == ""
        assert [event for _, event in await take(subscription, 3)] == [BEGUN_ANEW, *numbered(1, 2)]


async def test_a_server_that_does_not_come_back_is_an_error_that_says_where():
    port = free_port()
    async with RedisBus(f"redis://127.0.0.1:{port}", patience=0.5) as bus:
        with pytest.raises(TryAgain, match=f"127.0.0.1:{port}"):
            await publish(bus, numbered(1, 1))
        with pytest.raises(TryAgain, match=f"127.0.0.1:{port}"):
            await bus.subscribe()
        assert str(port) in bus.trouble


async def test_a_bus_whose_server_is_away_can_be_closed(make_server):
    server = make_server()
    bus = RedisBus(server.address)
    waits = await waiting(await bus.subscribe())
    server.kill()
    saying = asyncio.create_task(publish(bus, numbered(1, 1)))
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await bus.close()
        ended = await asyncio.gather(waits, saying, return_exceptions=True)
    assert [type(one) for one in ended] == [StopAsyncIteration, TryAgain]


async def test_a_server_that_is_silent_is_an_error_and_goes_on_where_it_was(make_server):
    server = make_server()
    async with RedisBus(server.address) as bus:
        subscription = await bus.subscribe()
        await publish(bus, numbered(1, 1))
        server.freeze()
        bus._patience, patience = 0.3, bus._patience
        try:
            with pytest.raises(TryAgain, match="does not answer"):
                await publish(bus, numbered(2, 2))
            assert "does not answer" in bus.trouble
        finally:
            bus._patience = patience
            server.thaw()
        await publish(bus, numbered(3, 3))
        heard = await heard_until(subscription, *numbered(3, 3))
        assert heard in ([*numbered(1, 1), *numbered(3, 3)], numbered(1, 3)), "what failed may have been heard"


# ---------------------------------------------------------------------------------------- the line is cut


async def test_on_a_line_that_is_cut_again_and_again_everything_is_heard_once(shared_server):
    async with Line(shared_server.port) as line, RedisBus(line.address, prefix="cut") as bus:
        subscription, loop = await bus.subscribe(), asyncio.get_running_loop()
        listening = asyncio.create_task(heard_until(subscription, *numbered(200, 200)))
        for number in range(1, 201):
            if number % 10 == 0:
                loop.call_later(number / 1e5, line.cut)  # before, while and after it is said
            await publish(bus, numbered(number, number))
        assert await listening == numbered(1, 200)
        assert line.cuts > 10
        assert line.connections > 3


async def test_what_is_said_at_the_same_time_stays_in_its_order_though_the_line_is_cut(shared_server):
    async with Line(shared_server.port) as line, RedisBus(line.address, prefix="together") as bus:
        subscription, loop = await bus.subscribe(), asyncio.get_running_loop()
        for number in range(1, 11):
            loop.call_later(number / 500, line.cut)
        positions = await asyncio.gather(*(bus.publish(event) for event in numbered(1, 100)))
        assert positions == sorted(set(positions))
        assert await heard_until(subscription, *numbered(100, 100)) == numbered(1, 100)


async def said_with_a_lost_answer(shared_server, prefix: str) -> list[object]:
    direct = RedisBus(shared_server.address, prefix=prefix)
    async with Line(shared_server.port) as line, RedisBus(line.address, prefix=prefix) as bus, direct as other:
        subscription = await other.subscribe()
        await publish(bus, numbered(1, 1))
        await publish(other, numbered(2, 2))
        line.swallow()
        [position] = await publish(bus, numbered(3, 3))
        await publish(bus, numbered(4, 4))
        assert [event for _, event in await take(await other.subscribe(since=position), 1)] == numbered(4, 4)
        return await heard_until(subscription, *numbered(4, 4))


async def test_what_was_heard_though_its_answer_was_lost_is_not_said_again(shared_server):
    assert await said_with_a_lost_answer(shared_server, "lost answer") == numbered(1, 4)


async def test_without_looking_for_what_the_last_try_added_it_would_be_said_twice(shared_server, monkeypatch):
    add = RedisBus._add
    monkeypatch.setattr(RedisBus, "_add", lambda self, entry, _: add(self, entry, []))  # the planted bug
    heard = await said_with_a_lost_answer(shared_server, "planted")
    assert heard.count(*numbered(3, 3)) == 2


# ------------------------------------------------------------------------- somebody else touches the stream


@pytest.mark.parametrize("how", ["delete", "flushdb"])
async def test_a_stream_that_is_emptied_under_a_subscriber_is_told(make_server, how):
    server = make_server()
    async with RedisBus(server.address) as bus, redis.asyncio.Redis.from_url(server.address) as client:
        subscription = await bus.subscribe()
        await publish(bus, numbered(1, 3))
        await take(subscription, 3)
        await (client.delete("tapehawk:events") if how == "delete" else client.flushdb())
        assert [event for _, event in await take(subscription, 1)] == [BEGUN_ANEW]
        await publish(bus, numbered(4, 4))
        assert [event for _, event in await take(subscription, 1)] == numbered(4, 4)


GARBAGE = [
    {"what": "is this"},
    {"kind": "deepAnalysisComplete"},
    {"kind": "deepAnalysisComplete", "event": b"\xff\x00{"},
    {"kind": "shout", "event": b'{"kind":"shout"}'},
    {b"\xff": b"\xff", "kind": b"\xfe"},
]


@pytest.mark.parametrize("fields", GARBAGE)
@pytest.mark.parametrize("id", ["beyond", "next"])
async def test_what_is_not_ours_is_told_and_nothing_of_ours_is_lost(redis_address, raw, request, fields, id):
    async with RedisBus(redis_address, prefix=request.node.name) as bus:
        subscription = await bus.subscribe()
        *_, last = await publish(bus, numbered(1, 5))
        following = f"{int(last.split('-')[0])}-{int(last.split('-')[1]) + 1}"
        await raw.xadd(f"{request.node.name}:events", fields, id="*" if id == "beyond" else following)
        await publish(bus, numbered(6, 10))
        told = await take(subscription, 12 if id == "beyond" else 11)  # with an id beyond ours, an era begins anew
        events = [event for _, event in told]
        assert [event for event in events if not isinstance(event, Missed)] == numbered(1, 10)
        assert next(event for event in events if isinstance(event, Missed)) == Missed(1, "unreadable")
        positions = [position for position, _ in told]
        assert positions == sorted(positions)
        for position, event in told:  # whoever goes away after any of these and comes back hears the rest
            rest = [later for later in numbered(1, 10) if later not in events[: events.index(event) + 1]]
            again = await bus.subscribe(since=position)
            back = await heard_until(again, *numbered(10, 10)) if rest else []
            assert [one for one in back if isinstance(one, DeepAnalysisComplete)] == rest


async def test_a_key_that_somebody_else_uses_is_an_error_at_once(redis_address, raw):
    await raw.set("taken:events", "a text")
    async with RedisBus(redis_address, prefix="taken") as bus:
        with pytest.raises(BadInput, match="WRONGTYPE"):
            await publish(bus, numbered(1, 1))


async def test_a_server_that_is_full_is_an_error_that_passes(make_server):
    server = make_server(options=("--maxmemory", "1", "--maxmemory-policy", "noeviction"))
    async with RedisBus(server.address, patience=1.0) as bus:
        with pytest.raises(TryAgain, match="OutOfMemory"):
            await publish(bus, numbered(1, 1))


@pytest.mark.parametrize("more", ["decode_responses=True", "socket_timeout=0.01", "protocol=2", "protocol=3"])
async def test_an_address_may_say_more_and_changes_nothing_that_matters(redis_address, more):
    async with RedisBus(f"{redis_address}?{more}", prefix=more) as bus:
        subscription = await bus.subscribe()
        waits = await waiting(subscription)
        await publish(bus, numbered(1, 1))
        assert (await waits)[1] == DeepAnalysisComplete("1")


async def test_buses_under_other_prefixes_do_not_hear_each_other(redis_address):
    async with RedisBus(redis_address, prefix="one") as one, RedisBus(redis_address, prefix="two") as two:
        subscription = await one.subscribe()
        await publish(two, numbered(1, 1))
        await publish(one, numbered(2, 2))
        assert [event for _, event in await take(subscription, 1)] == numbered(2, 2)


async def test_the_server_keeps_what_was_promised_and_not_much_more(redis_address, raw):
    async with RedisBus(redis_address, prefix="bounded", kept=200) as bus:
        await publish(bus, numbered(1, 1000))
        assert 200 <= await raw.xlen("bounded:events") <= 400


async def test_a_bus_that_is_closed_has_left_the_server(make_server):
    server = make_server()
    async with redis.asyncio.Redis.from_url(server.address) as client:
        bus = RedisBus(server.address)
        await waiting(await bus.subscribe())
        await publish(bus, numbered(1, 1))
        await bus.close()
        async with asyncio.timeout(PATIENCE):
            while len(await client.client_list()) > 1:  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.01)


# ------------------------------------------------------------------------------------------ two processes

SPEAKER = """
import asyncio, sys
from tapehawk.bus.choosing import bus_at
from tapehawk.core.events import DeepAnalysisComplete

async def main():
    async with bus_at(sys.argv[1]) as bus:
        for number in range(int(sys.argv[2]), int(sys.argv[3]) + 1):
            print(await bus.publish(DeepAnalysisComplete(str(number))), flush=True)

asyncio.run(main())
"""


async def test_two_processes_speak_and_a_third_that_was_away_hears_both(make_server):
    server = make_server()
    async with bus_at(server.address) as bus:
        subscription = await bus.subscribe()
        command = (sys.executable, "-c", SPEAKER, server.address)
        speaking = [
            await asyncio.create_subprocess_exec(*command, *span, stdout=subprocess.PIPE)
            for span in (("1", "100"), ("101", "200"))
        ]
        said = await asyncio.gather(*(process.communicate() for process in speaking))
        told = await take(subscription, 200)
        assert sorted(int(event.scan_id) for _, event in told) == list(range(1, 201))
        position_of = {event.scan_id: position for position, event in told}
        for first, (positions, _) in zip((1, 101), said, strict=True):
            assert positions.decode().split() == [position_of[str(number)] for number in range(first, first + 100)]


# ------------------------------------------------------------------------------------------- the password

SECRET = "correct horse"  # noqa: S105 - of servers that live for one test


def everything_said(error: BaseException) -> str:
    """Return an error with all that hangs on it."""
    found, waits = [repr(error), getattr(error, "hint", "")], [error]
    while waits:
        one = waits.pop()
        found.append("".join(traceback.format_exception(one)))
        waits += [other for other in (one.__cause__, one.__context__) if other]
    return "\n".join(found)


async def test_a_server_with_a_password_is_spoken_to_and_a_wrong_one_is_an_error_at_once(make_server):
    port = make_server(options=("--requirepass", SECRET)).port
    async with RedisBus(f"redis://:{SECRET.replace(' ', '%20')}@127.0.0.1:{port}") as bus:
        await publish(bus, numbered(1, 1))
    for address in (f"redis://:not{SECRET}@127.0.0.1:{port}", f"redis://127.0.0.1:{port}"):
        async with RedisBus(address) as bus:
            with pytest.raises(BadInput, match="Authentication") as raised:
                await publish(bus, numbered(1, 1))
            assert SECRET not in everything_said(raised.value)


async def test_the_password_is_in_no_error_and_no_trouble(caplog):
    caplog.set_level(0)
    async with RedisBus(f"redis://me:{SECRET}@127.0.0.1:{free_port()}", patience=0.2) as bus:
        with pytest.raises(TryAgain) as raised:
            await publish(bus, numbered(1, 1))
        error = redis.exceptions.ConnectionError(f"HELLO 3 AUTH me {SECRET}")
        said = [everything_said(raised.value), bus.trouble, repr(bus), repr(bus._translated(error)), caplog.text]
        assert [text for text in said if SECRET in text] == []


WRONG = [
    f"redis://:{SECRET}/x@host:6379", f"redis://me:x@host:{SECRET}", f"redis://me:{SECRET}@host?what=1",
    f"redis://me:{SECRET}@host?socket_timeout=soon", f"redis://[{SECRET}", f"http://me:{SECRET}@host", SECRET, "",
]  # fmt: skip


@pytest.mark.parametrize("address", WRONG)
async def test_what_is_no_address_is_an_error_that_does_not_repeat_it(address):
    with pytest.raises(BadInput) as raised:
        bus_at(address)
    assert SECRET not in "".join((str(raised.value), raised.value.hint))
    assert raised.value.__context__ is None


async def test_a_user_who_may_not_is_told_what_to_do(make_server):
    server = make_server()
    async with redis.asyncio.Redis.from_url(server.address) as client:
        await client.execute_command("ACL", "SETUSER", "low", "on", ">low1", "~*", "+@read", "+@connection")
    async with RedisBus(f"redis://low:low1@127.0.0.1:{server.port}") as bus:
        with pytest.raises(BadInput, match="NoPermission") as raised:
            await publish(bus, numbered(1, 1))
        assert "what that user may do" in raised.value.hint


# ------------------------------------------------------------------------------------------------ waiting


def test_pauses_double_up_to_a_bound_and_are_of_any_length_below():
    longest = [pause(attempt, lambda: 1.0) for attempt in range(1, 9)]
    assert longest == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert pause(10**6, lambda: 1.0) == LONGEST_PAUSE
    assert pause(5, lambda: 0.0) == 0.0
    assert len({pause(8) for _ in range(50)}) > 40


def test_what_is_said_in_the_stream_is_json_that_anybody_can_read(redis_address):
    async def said():
        async with RedisBus(redis_address, prefix="plain") as bus:
            await publish(bus, numbered(1, 1))
        async with redis.asyncio.Redis.from_url(redis_address) as client:
            [_, (_, fields)] = await client.xrange("plain:events")
            return fields

    fields = asyncio.run(said())
    assert fields[b"kind"] == b"deepAnalysisComplete"
    assert json.loads(fields[b"event"]) == {"kind": "deepAnalysisComplete", "scan_id": "1", "owner": ""}
