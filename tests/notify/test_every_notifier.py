"""What every notifier is held to by being a file in notifiers/."""

from __future__ import annotations

import html
import logging
import re
import threading

import pytest

from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError, TooMany, TryAgain
from tapehawk.notify.masking import STRUCK, masked, unmasked
from tapehawk.notify.registry import address_of, kinds, notifier_type, sent
from tapehawk.notify.wording import Letter, plain
from tests.notify.far_sides import ADDRESSES, far_side

LETTER = Letter("0b8a5c1e", "BUY AAPL: breakout, resistance break", ("entry 189.2, stop 185.1, confidence 82",))
HOSTILE = "<b>A&B</b> *x* _y_ `z` [l](http://evil.example) <!channel> <@U1> <https://evil.example|click> &lt; %s {0}"
FAR = [kind for kind in kinds() if kind != "in_app"]
OVER_HTTP = [kind for kind in FAR if kind != "email"]


@pytest.fixture
def side(request):
    with far_side(request.param) as held:
        yield held


def every(kinds_=FAR):
    return pytest.mark.parametrize("side", kinds_, indirect=True)


def test_every_kind_has_a_far_side_here():
    assert set(kinds()) == set(ADDRESSES) == {"email", "in_app", "ntfy", "pushover", "slack", "telegram", "webhook"}


@every()
def test_the_text_is_delivered_once_and_the_answer_is_told(side):
    said = side.send(LETTER)
    assert len(side.delivered) == 1
    for part in (LETTER.title, *LETTER.lines):
        assert part in side.delivered[0].replace("\\", "")
    assert said


def test_in_app_says_that_it_is_in_the_list():
    with far_side("in_app") as side:
        assert "list" in side.send(LETTER)


MARKUP = {
    "slack": re.compile(r"<[!@#h]"),  # mentions and links
    "telegram": re.compile(r"<(?!/?b>(BUY|\s|$))"),  # but the title, which is bold
}


@every()
def test_hostile_text_is_read_as_it_was_written_and_as_nothing_else(side):
    side.send(Letter("id", plain(f"BUY {HOSTILE}"), (HOSTILE,)))
    (text,) = side.delivered
    assert not MARKUP.get(side.kind, re.compile("(?!)")).search(text), text
    if side.kind in ("slack", "telegram"):
        text = html.unescape(text)
    assert re.sub(r"\\", "", text).count(HOSTILE) == 2


@every(OVER_HTTP)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_told_with_its_status_and_is_final(side, status):
    side.receiver.refuse(status, b"no_such_thing")
    with pytest.raises(ProviderRefused, match=str(status)):
        side.send(LETTER)


@every(OVER_HTTP)
@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_trouble_over_there_is_tried_again(side, status):
    side.receiver.refuse(status)
    with pytest.raises(TryAgain, match=str(status)):
        side.send(LETTER)


@every(OVER_HTTP)
@pytest.mark.parametrize("written", ["37", "Fri, 20 Nov 2026 14:30:37 GMT"])
def test_a_429_says_how_long_to_wait(side, written):
    side.receiver.refuse(429, Retry_After=written)
    with pytest.raises(TooMany) as raised:
        side.send(LETTER)
    assert raised.value.wait == 37.0


@every(OVER_HTTP)
def test_who_never_answers_is_given_up(side):
    side.receiver.hang = threading.Event()
    with pytest.raises(TryAgain, match="in time"):
        side.send(LETTER, deadline=0.3)


@every(OVER_HTTP)
def test_nobody_is_followed_elsewhere(side):
    side.receiver.refuse(302, Location=f"{side.receiver.url}/elsewhere")
    with pytest.raises(ProviderRefused, match="elsewhere"):
        side.send(LETTER)
    assert len(side.receiver.seen) == 1


@every(OVER_HTTP)
def test_an_answer_without_end_fills_no_memory(side):
    side.receiver.refuse(400, b"x" * 3_000_000)
    with pytest.raises(ProviderRefused) as raised:
        side.send(LETTER)
    assert len(raised.value.message) < 400


@every(OVER_HTTP)
def test_a_private_network_is_not_connected_to_unless_it_is_allowed(side):
    with pytest.raises(BadInput, match="private network"):
        side.send(LETTER, allow_private=False)
    assert side.receiver.seen == []


@pytest.mark.parametrize(("reply", "error"), [("451 later", TryAgain), ("550 no", ProviderRefused)])
def test_a_mail_server_says_no_for_now_or_for_good(reply, error):
    with far_side("email") as side:
        side.receiver.reply = reply
        with pytest.raises(error, match=reply[:3]):
            side.send(LETTER)


def test_a_mail_server_that_is_not_there_is_tried_again():
    with far_side("email") as side:
        pass
    with pytest.raises(TryAgain, match="reached"):
        side.send(LETTER)


@every()
@pytest.mark.parametrize("outcome", ["taken", "refused", "away"])
def test_no_secret_is_logged_told_or_raised(side, outcome, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = address_of(side.kind, side.address).secrets()
    if outcome == "refused" and side.kind == "email":
        side.receiver.reply = f"550 no {secrets[0]}"
    elif outcome == "refused":
        side.receiver.refuse(400, " ".join([*secrets, side.receiver.url]).encode())
    try:
        said = side.send(LETTER, deadline=1e-9) if outcome == "away" else side.send(LETTER)
    except TapehawkError as error:
        said = f"{error} {error.message} {error.args} {error.hint}"
    ours = [record for record in caplog.records if record.name != "mail.log"]  # the mail server's
    told = f"{said} {[(record.getMessage(), vars(record)) for record in ours]}"
    assert all(secret not in told for secret in secrets)
    assert "SECRET" not in told


@pytest.mark.parametrize("kind", kinds())
def test_an_address_is_shown_without_its_secrets_and_what_was_shown_changes_nothing(kind):
    kept = address_of(kind, ADDRESSES[kind](1)).plain()
    shown = masked(address_of(kind, kept))
    assert all(secret not in str(shown) for secret in address_of(kind, kept).secrets() if secret)
    assert unmasked(kind, shown, kept) == kept
    assert all(secret not in repr(address_of(kind, kept)) for secret in address_of(kind, kept).secrets() if secret)


@pytest.mark.parametrize("kind", ["ntfy", "webhook", "telegram"])
def test_a_masked_secret_goes_to_no_other_address(kind):
    kept = address_of(kind, ADDRESSES[kind](1)).plain()
    other = {"ntfy": {"server": "https://evil.example"}, "webhook": {"url": "https://evil.example/"}}
    changed = {**masked(address_of(kind, kept)), **other.get(kind, {"chat_id": "99"})}
    with pytest.raises(BadInput, match="masked"):
        unmasked(kind, changed, kept)
    with pytest.raises(BadInput, match="masked"):
        unmasked(kind, masked(address_of(kind, kept)), None)


@pytest.mark.parametrize("kind", FAR)
@pytest.mark.parametrize("bad", ["", "x\r\ny", "javascript:alert(1)", STRUCK, "é" * 300, None, 7, ["a"]])
def test_what_is_no_address_is_refused_without_being_repeated(kind, bad):
    for name in notifier_type(kind).address_type.model_fields:
        given = {**ADDRESSES[kind](1), name: bad}
        if name == "token" and bad == "":
            continue
        if kind == "webhook" and name == "secret":
            given[name] = bad if not isinstance(bad, str) else bad[:5]
        with pytest.raises(BadInput) as raised:
            address_of(kind, given)
        assert len(str(bad)) < 6 or str(bad) not in raised.value.message


def test_an_unknown_kind_names_the_ones_there_are():
    with pytest.raises(BadInput, match="channel"):
        sent("pigeon", {}, LETTER, None)
