"""`scanner user add`: the password is asked for, never an argument."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tapehawk.accounts.visitor import Visitor
from tapehawk.app.house import House
from tapehawk.app.settings import settings
from tapehawk.cli.main import app


def add(*arguments, typed="correct horse\ncorrect horse\n"):
    return CliRunner().invoke(app, ["user", "add", *arguments], input=typed)


@pytest.fixture
def house():
    made = House(settings())
    yield made
    made.close()


def test_an_admin_is_added_and_signs_in_with_what_was_typed(house):
    done = add("ada@example.org", "--role", "admin")
    assert (done.exit_code, done.stdout.strip()) == (0, "ada@example.org is an admin now")
    assert "correct horse" not in done.output
    grant = house.accounts.signing_in.with_password("ada@example.org", "correct horse", Visitor())
    assert house.who.of(grant.access_token).role == "admin"


def test_for_programs_the_answer_is_json():
    import json

    done = add("ada@example.org", "--format", "json")
    answer = json.loads(done.stdout)
    assert (answer["email"], answer["role"]) == ("ada@example.org", "user")


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("nobody",), "correct horse\n" * 2, "no email address"),
        (("ada@example.org",), "short\nshort\n", "8 to 256"),
        (("ada@example.org", "--role", "owner"), "", "owner"),
        (("ada@example.org", "--password", "x"), "", "--password"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_added(arguments, typed, said):
    done = add(*arguments, typed=typed)
    assert done.exit_code == 2
    assert said in done.output


def test_nobody_is_added_twice(house):
    assert add("ada@example.org").exit_code == 0
    assert add("ADA@example.org").exit_code == 2
    with house.database.read() as records:
        assert records.users.count() == 1
