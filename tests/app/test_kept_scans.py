"""Finished scans are kept by the room there is, each for its owner only."""

from __future__ import annotations

import uuid

import pytest

from tapehawk.app.asking import Asked
from tapehawk.app.kept_scans import Finding, KeptScans, Scan
from tapehawk.core.errors import NoData
from tapehawk.scan.question import Question

ADA, BOB = uuid.uuid4(), uuid.uuid4()


def finding(tag: str, size: int = 10) -> Finding:
    return Finding(tag, Asked(["gap"]), Question("gap"), "us", "2025-06-30", "bars_1d@1", b"x" * size, 0.0)


def keep(kept: KeptScans, user: uuid.UUID, id: str, found: Finding) -> Scan:
    return kept.keep(user, Scan(id, found))


def has(kept: KeptScans, user: uuid.UUID, id: str) -> bool:
    try:
        return kept.get(user, id).scan_id == id
    except NoData:
        return False


def test_a_scan_is_its_owner_s():
    kept = KeptScans()
    keep(kept, ADA, "one", finding("tag"))
    assert has(kept, ADA, "one")
    assert not has(kept, BOB, "one")
    with pytest.raises(NoData, match="one"):
        kept.get(BOB, "one")


def test_what_was_not_looked_at_for_longest_goes_first():
    kept = KeptScans(most_bytes=30)
    for id in ("one", "two", "three"):
        keep(kept, ADA, id, finding(id))
    assert has(kept, ADA, "one")
    keep(kept, ADA, "four", finding("four"))
    assert [id for id in ("one", "two", "three", "four") if has(kept, ADA, id)] == ["one", "three", "four"]
    assert kept.finding("two") is None
    assert kept.of_tag(ADA, "two") is None


def test_the_newest_is_kept_however_large_it_is():
    kept = KeptScans(most_bytes=30)
    keep(kept, ADA, "one", finding("one"))
    keep(kept, ADA, "huge", finding("huge", 1_000))
    assert has(kept, ADA, "huge")
    assert not has(kept, ADA, "one")
    keep(kept, ADA, "next", finding("next"))
    assert not has(kept, ADA, "huge")


def test_a_finding_stays_as_long_as_anybody_s_scan_of_it():
    kept, found = KeptScans(most_bytes=25), finding("tag")
    keep(kept, ADA, "ada's", found)
    keep(kept, BOB, "bob's", found)
    keep(kept, BOB, "other", finding("other"))
    assert not has(kept, ADA, "ada's")
    assert kept.finding("tag") is found
    keep(kept, BOB, "third", finding("third"))
    assert kept.finding("tag") is None


def test_the_same_finding_is_one_scan_for_its_owner_and_a_newer_one_another():
    kept, found, newer = KeptScans(), finding("tag"), finding("tag")
    assert keep(kept, ADA, "one", found).scan_id == keep(kept, ADA, "two", found).scan_id == "one"
    assert keep(kept, ADA, "three", newer).scan_id == "three"
    assert kept.of_tag(ADA, "tag").scan_id == "three"
    assert kept.finding("tag") is newer
    assert has(kept, ADA, "one")


def test_dropping_an_older_scan_of_a_tag_leaves_the_newer_one_found():
    kept = KeptScans(most_bytes=20)
    keep(kept, ADA, "old", finding("tag"))
    keep(kept, ADA, "new", finding("tag"))
    keep(kept, ADA, "next", finding("next"))
    assert not has(kept, ADA, "old")
    assert kept.of_tag(ADA, "tag").scan_id == "new"
    assert kept.finding("tag") is kept.get(ADA, "new").finding


def test_the_answer_is_the_rest_behind_the_id():
    assert Scan("scan_1", finding("tag", 2)).body == b'{"scan_id": "scan_1", xx'
