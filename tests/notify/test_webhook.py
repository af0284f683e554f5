"""What a receiver of webhooks can rely on."""

from __future__ import annotations

import hashlib
import hmac
import uuid

import pytest

from tapehawk.notify.notifiers.webhook import verify
from tapehawk.notify.wording import letter_of
from tests.notify.conftest import NOW
from tests.notify.far_sides import NOW as AT
from tests.notify.far_sides import far_side


@pytest.fixture
def taken():
    note = {
        "id": uuid.UUID(int=7),
        "type": "signal",
        "title": "BUY Ä<b>",
        "message": "entry 1",
        "data": {"symbol": "Ä"},
    }
    with far_side("webhook") as side:
        side.send(letter_of("delivery-1", [{**note, "created_at": NOW}]))
        side.send(letter_of("delivery-1", [{**note, "created_at": NOW}]))
        yield side.receiver.taken


def test_it_is_signed_over_its_time_and_its_body(taken):
    for one in taken:
        stamp = one.headers["tapehawk-timestamp"]
        expected = hmac.new(b"webhook-signing-secret", f"{stamp}.".encode() + one.body, hashlib.sha256).hexdigest()
        assert one.headers["tapehawk-signature"] == f"v1={expected}"
        assert verify("webhook-signing-secret", stamp, f"v1={expected}", one.body, now=AT + 299)


def test_a_receiver_refuses_what_is_old_changed_or_anothers(taken):
    one = taken[0]
    stamp, signed, body = one.headers["tapehawk-timestamp"], one.headers["tapehawk-signature"], one.body
    assert not verify("webhook-signing-secret", stamp, signed, body, now=AT + 301)
    assert not verify("webhook-signing-secret", str(int(stamp) + 1), signed, body, now=AT)
    assert not verify("webhook-signing-secret", stamp, signed, body + b" ", now=AT)
    assert not verify("another-secret-entirely", stamp, signed, body, now=AT)
    assert not verify("webhook-signing-secret", "²", "v1=é", body, now=AT)


def test_every_attempt_has_the_same_delivery_and_the_same_body(taken):
    assert {one.headers["tapehawk-delivery"] for one in taken} == {"delivery-1"}
    assert taken[0].body == taken[1].body
    assert taken[0].json["notifications"][0]["data"] == {"symbol": "Ä"}
    assert taken[0].json["id"] == "delivery-1"


def test_every_attempt_of_an_email_has_the_same_message_id():
    note = {"id": uuid.UUID(int=7), "type": "signal", "title": "BUY X", "message": "m", "data": {}, "created_at": NOW}
    with far_side("email") as side:
        for _ in range(2):
            side.send(letter_of("delivery-1", [note]))
        assert [one["Message-ID"] for one in side.receiver.taken] == ["<delivery-1@example.org>"] * 2


def test_no_title_makes_another_header():
    note = {"id": uuid.UUID(int=7), "type": "signal", "message": "m", "data": {}, "created_at": NOW}
    with far_side("email") as side:
        side.send(letter_of("d", [{**note, "title": "BUY X\r\nBcc: mallory@example.org\r\n\r\n<script>"}]))
        (mail,) = side.receiver.taken
    assert mail["Bcc"] is None
    assert mail["Subject"] == "BUY X Bcc: mallory@example.org <script>"
    assert mail.get_content_type() == "text/plain"
