"""From where is asked, and who asks at home."""

from __future__ import annotations

import pytest

from tapehawk.accounts.visitor import Visitor, is_loopback, visitor

LOCAL = {"host": "localhost:8000"}


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_who_connects_on_this_machine_to_a_name_of_it_is_at_home(ip, host):
    assert visitor(ip, {"Host": host}).at_home


@pytest.mark.parametrize(
    "ip", ["192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "2001:db8::1", "", "testclient", "localhost.x"]
)
def test_who_connects_from_elsewhere_is_not(ip):
    assert not visitor(ip, LOCAL).at_home


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto", "Forwarded", "X-Real-IP", "Via", "CF-Connecting-IP"],
)
@pytest.mark.parametrize("value", ["192.0.2.7", "127.0.0.1", ""])
def test_nobody_is_at_home_through_a_proxy_whatever_it_claims(header, value):
    asked = visitor("127.0.0.1", {**LOCAL, header: value})
    assert asked.proxied
    assert not asked.at_home


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.0.2.7:8000", "", "[::1", "a:b:c", "localhost@evil"]
)
def test_a_name_that_only_resolves_to_this_machine_is_not_home(host):
    assert not visitor("127.0.0.1", {"host": host}).at_home


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "file://", "http://[", ""]
)
def test_a_page_of_another_site_is_not_at_home(origin):
    assert not visitor("127.0.0.1", {**LOCAL, "Origin": origin}).at_home


def test_a_page_of_this_machine_is_at_home():
    assert visitor("127.0.0.1", {**LOCAL, "Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"}).at_home
    assert not visitor("127.0.0.1", {**LOCAL, "Sec-Fetch-Site": "cross-site"}).at_home


def test_addresses_of_one_subscriber_are_counted_as_one():
    assert Visitor("2001:db8:1:2:3::4").network == Visitor("2001:db8:1:2:ffff::").network == "2001:db8:1:2::/64"
    assert Visitor("2001:db8:1:3::4").network == "2001:db8:1:3::/64"
    assert Visitor("192.0.2.7").network == "192.0.2.7"
    assert Visitor("a socket").network == "a socket"


def test_what_is_kept_of_a_visitor_fits():
    asked = visitor("x" * 100, {"user-agent": "y" * 1000})
    assert (len(asked.ip), len(asked.user_agent)) == (45, 256)


def test_names_and_addresses_of_this_machine():
    assert [is_loopback(one) for one in ("localhost", "127.0.0.1", "::1")] == [True] * 3
    assert [is_loopback(one) for one in ("0.0.0.1", "::", "example.org", "")] == [False] * 4
