"""Entity tags: what is in a header, and how one is written."""

from __future__ import annotations

import re

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')


def etag(tag: str) -> str:
    """Return a strong entity tag."""
    return f'"{tag}"'


def tags_in(header: str | None) -> frozenset[str]:
    """Return the tags of an `If-None-Match`, which is met whether they are weak or strong."""
    return frozenset(_TAG.findall(header or ""))
