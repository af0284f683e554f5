"""Addresses that users give lead nowhere they should not, and nobody far away holds us up."""

from __future__ import annotations

import socket
import threading
import time

import httpx2
import pytest

from tapehawk.core.errors import BadInput, NotAllowed, TryAgain
from tapehawk.notify import guard, line
from tapehawk.notify.guard import addresses_of, is_public, need_public
from tapehawk.notify.line import Line
from tests.fakes.receivers import http_receiver

PRIVATE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_of_the_internet_is_known(address):
    assert not is_public(address)
    with pytest.raises(NotAllowed):
        need_public(address)
    if ":" in address:
        with pytest.raises(NotAllowed):
            need_public(f"[{address}]")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "172.32.0.1"])
def test_an_address_of_the_internet_is_too(address):
    assert is_public(address)
    need_public(address)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "db.localhost", "a.local", "metadata.google.internal"])
def test_a_name_of_this_machine_or_its_network_is_refused_at_once(host):
    with pytest.raises(NotAllowed):
        need_public(host)


@pytest.mark.parametrize("host", ["0x7f000001", "2130706433", "0177.0.0.1", "127.1"])
def test_an_address_that_is_written_in_a_strange_way_is_judged_by_where_it_leads(host):
    with pytest.raises((NotAllowed, TryAgain)):
        addresses_of(host, 80, allow_private=False)


def answers(monkeypatch, *addresses: str) -> list[str]:
    """Let every name have these addresses; return the names that are asked for."""
    asked = []

    def getaddrinfo(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(guard.socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_leads_anywhere_private_is_refused_though_it_leads_elsewhere_too(monkeypatch):
    answers(monkeypatch, "8.8.8.8", "127.0.0.1")
    with pytest.raises(NotAllowed):
        addresses_of("two.example", 80, allow_private=False)


def post(url: str, made: Line) -> None:
    made.send(httpx2.Request("POST", url, content=b"{}"))


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(monkeypatch):
    """A name that is looked up a second time could lead to this machine by then."""
    connected = []
    asked = answers(monkeypatch, "8.8.8.8")
    monkeypatch.setattr(
        line.httpcore2.SyncBackend,
        "connect_tcp",
        lambda _self, host, *_: connected.append(host) or (_ for _ in ()).throw(line.httpcore2.ConnectError("no")),
    )
    with pytest.raises(TryAgain):
        post("http://rebinding.example/", Line())
    assert (asked, connected) == (["rebinding.example"], ["8.8.8.8"])


def test_the_name_is_still_what_the_far_side_is_asked_for():
    with http_receiver() as receiver:
        post(f"http://localhost:{receiver.port}/x?y=1", Line(allow_private=True))
        (taken,) = receiver.taken
        assert (taken.path, taken.headers["host"]) == ("/x?y=1", f"localhost:{receiver.port}")


def test_a_redirect_to_this_machine_is_not_followed(monkeypatch):
    with http_receiver() as inner, http_receiver() as outer:
        outer.refuse(307, Location=f"{inner.url}/latest/meta-data")
        with pytest.raises(Exception, match="elsewhere"):
            post(outer.url, Line(allow_private=True))
        assert inner.seen == []


def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    with http_receiver() as proxy, http_receiver() as receiver:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        post(receiver.url, Line(allow_private=True))
        assert (len(proxy.seen), len(receiver.seen)) == (0, 1)


def test_a_far_side_that_drips_is_given_up_all_the_same():
    """Each byte comes in time; the whole of it never would."""
    listening, enough = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip():
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not enough.wait(0.02):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    began = time.monotonic()
    try:
        with pytest.raises(TryAgain, match="in time"):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", Line(allow_private=True, deadline=0.5))
    finally:
        enough.set()
        thread.join()
        listening.close()
    assert time.monotonic() - began < 60


def test_garbage_for_an_answer_is_trouble_that_may_pass():
    listening = socket.create_server(("127.0.0.1", 0))

    def answer():
        connection, _ = listening.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"\x00\xff SSH-2.0 what\r\n\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    with pytest.raises(TryAgain, match="line failed"):
        post(f"http://127.0.0.1:{listening.getsockname()[1]}/", Line(allow_private=True, deadline=10))
    thread.join()
    listening.close()


@pytest.mark.parametrize("url", ["ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x"])
def test_only_http_is_spoken(url):
    with pytest.raises((BadInput, TryAgain)):
        post(url, Line(allow_private=True))
