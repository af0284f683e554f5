"""The owner's link is shown at the first start, and not again when there is an owner."""

from __future__ import annotations

import pytest

from tapehawk.accounts.joining import Newcomer
from tapehawk.accounts.visitor import Visitor
from tapehawk.app.accounts import registration
from tapehawk.app.house import House
from tapehawk.app.sections import Api
from tapehawk.app.settings import settings
from tapehawk.app.welcoming import welcome_link
from tests.records.servers import fresh_database
from tests.records.tables import with_tables


@pytest.fixture
def home():
    made = []

    def house(**more) -> House:
        made.append(House(settings(), **more))
        with_tables(made[-1].database)
        return made[-1]

    yield house
    for one in made:
        one.close()


def test_the_link_makes_the_owner_and_is_not_shown_again(home):
    house = home()
    address, _, ticket = welcome_link(house).partition("#")
    assert address == "http://localhost:8000/welcome"
    assert house.accounts.joining.welcome(ticket, Newcomer("", ""), Visitor())
    assert welcome_link(house) is None


def test_who_registered_first_keeps_the_owner_from_nothing(home):
    house = home()
    house.accounts.joining.register(Newcomer("ada@example.org", "correct horse"), Visitor())
    assert welcome_link(house)


def test_no_link_is_shown_where_it_would_be_of_no_use(home, monkeypatch):
    assert welcome_link(home(services=("scanner",))) is None
    monkeypatch.setenv("SCANNER__API__AUTH", "loopback-open")
    assert welcome_link(home()) is None


def test_no_link_is_shown_for_a_database_that_others_use_too(home, monkeypatch):
    with fresh_database() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        house = home()
        assert welcome_link(house) is None
        house.close()


@pytest.mark.parametrize(
    ("host", "shown"),
    [("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("::1", "[::1]"), ("10.1.2.3", "10.1.2.3")],  # noqa: S104
)
def test_the_link_has_an_address_that_can_be_opened(home, monkeypatch, host, shown):
    monkeypatch.setenv("SCANNER_HOST", host)
    assert welcome_link(home()).startswith(f"http://{shown}:8000/welcome#")


def test_registration_is_open_at_home_and_closed_elsewhere_unless_it_is_said():
    assert registration(Api()) == "direct"
    assert registration(Api(host="0.0.0.0")) == "closed"  # noqa: S104
    assert registration(Api(host="0.0.0.0", registration="invite")) == "invite"  # noqa: S104
