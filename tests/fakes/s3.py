"""A fake S3-compatible storage with Massive's flat files of a truth (providers.md 1.7), and the same as a folder.

Signatures are checked by a second hand: AWS's recipe for Signature Version 4, in plain hashlib.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import hmac
import io
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

import polars as pl
from aiohttp import web

from tests.fakes.server import FakeServer
from tests.fakes.truth import Truth

BUCKET = "flatfiles"
FOLDERS = {"1d": "us_stocks_sip/day_aggs_v1", "1m": "us_stocks_sip/minute_aggs_v1"}
ERRORS = {
    401: ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    403: ("AccessDenied", "Access Denied"),  # 1.7: outside plan history
    404: ("NoSuchKey", "The specified key does not exist."),
    429: ("SlowDown", "Please reduce your request rate."),
    500: ("InternalError", "We encountered an internal error. Please try again."),
}
CHANGED = dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC)


class FakeS3(FakeServer):
    """`objects`: key → content; `replaced` objects get another ETag by being written again."""

    secret = "fake-secret-77b2e1d0"  # noqa: S105 - a fake one

    def __init__(self, truth: Truth) -> None:
        super().__init__()
        self.objects = flat_files(truth)
        self.most_a_page = 1000

    def routes(self):
        return {f"/{BUCKET}": self.listing, f"/{BUCKET}/{{key:.+}}": self.object}

    def error(self, status):
        code, said = ERRORS.get(status, ("InvalidRequest", "Bad request"))
        return {"Code": code, "Message": said}, {}

    def refused(self, status):
        return xml_error(status)

    def _broken(self, faults):
        if faults.body != "json":
            return super()._broken(faults)
        return xml_error(faults.status or 200)

    def refusal(self, request):
        said = dict(
            part.strip().split("=", 1)
            for part in request.headers.get("Authorization", "").partition(" ")[2].split(",")
            if "=" in part
        )
        if said.get("Credential", "").split("/")[0] != self.key:
            return 401
        return None if said.get("Signature") == signature(request, said, self.secret) else 403

    async def listing(self, request):
        """ListObjectsV2: keys below a prefix, in pages (1.7)."""
        prefix, after = request.query.get("prefix", ""), request.query.get("continuation-token", "")
        keys = [key for key in sorted(self.objects) if key.startswith(prefix) and key > after]
        page, more = keys[: self.most_a_page], len(keys) > self.most_a_page
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        extra = "<XNew><A>1</A></XNew>" if self.faults.extra_fields else ""
        contents = "".join(
            f"<Contents>{extra}<Key>{escape(key)}</Key><LastModified>{CHANGED:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f"<ETag>{escape(etag(self.objects[key]))}</ETag><Size>{len(self.objects[key])}</Size></Contents>"
            for key in page
        )
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>{BUCKET}</Name><KeyCount>{len(page)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{token}{contents}</ListBucketResult>"
        )
        return web.Response(text=text, content_type="application/xml")

    async def object(self, request):
        """One object; weekends and holidays have none (404 NoSuchKey; 1.7)."""
        content = self.objects.get(request.match_info["key"])
        if content is None:
            return self.refused(404)
        if self.faults.extra_fields:
            content = with_an_extra_column(content)
        headers = {"ETag": etag(content), "Last-Modified": format_datetime(CHANGED, usegmt=True)}
        return web.Response(body=content, headers=headers, content_type="application/octet-stream")


def xml_error(status: int) -> web.Response:
    """Return an error as S3 says it."""
    code, said = ERRORS.get(status, ("InvalidRequest", "Bad request"))
    text = f"<Error><Code>{code}</Code><Message>{said}</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>"
    return web.Response(text=text, status=403 if status == 401 else status, content_type="application/xml")


def etag(content: bytes) -> str:
    """Return what changes when an object is replaced."""
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def flat_files(truth: Truth) -> dict[str, bytes]:
    """Return a truth as flat files: one gzipped CSV a session."""
    found = {}
    for timeframe, bars in (("1d", truth.daily), ("1m", truth.minutes)):
        zone = "UTC" if timeframe == "1d" else "America/New_York"
        dated = bars.with_columns(day=pl.col("time").dt.convert_time_zone(zone).dt.date())
        for (day,), rows in dated.partition_by("day", as_dict=True).items():
            found[f"{FOLDERS[timeframe]}/{day:%Y/%m}/{day}.csv.gz"] = csv_of(rows, timeframe)
    return found


def csv_of(bars: pl.DataFrame, timeframe: str) -> bytes:
    """Return a session's bars as a flat file: open, CLOSE, high, low; `window_start` in ns, a day's at midnight ET."""
    start = pl.col("time")
    if timeframe == "1d":
        start = start.dt.replace_time_zone(None).dt.replace_time_zone("America/New_York")
    rows = bars.select(
        pl.col("symbol").alias("ticker"),
        *("volume", "open", "close", "high", "low"),
        start.dt.epoch("ns").alias("window_start"),
        pl.lit(17).alias("transactions"),
    )
    text = io.BytesIO()
    rows.write_csv(text)
    return gzip.compress(text.getvalue(), mtime=0)


def with_an_extra_column(content: bytes) -> bytes:
    """Return a flat file with a column that nobody announced, the first of them."""
    lines = gzip.decompress(content).decode().splitlines()
    more = ["x_new," + lines[0], *(f"what,{line}" for line in lines[1:])]
    return gzip.compress(("\n".join(more) + "\n").encode(), mtime=0)


def write_folder(truth: Truth, root: Path) -> None:
    """Write the same layout into a folder."""
    for key, content in flat_files(truth).items():
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(content)


def signature(request, said: dict[str, str], secret: str) -> str:
    """Return the signature that AWS's recipe gives for a request (Signature Version 4)."""
    _, date, region, service, _ = said["Credential"].split("/")
    signed = said["SignedHeaders"].split(";")
    query = sorted(
        (quote(unquote(name), safe="~"), quote(unquote(value), safe="~"))
        for name, _, value in (part.partition("=") for part in request.rel_url.raw_query_string.split("&") if part)
    )
    canonical = "\n".join(
        [
            request.method,
            request.rel_url.raw_path,
            "&".join(f"{name}={value}" for name, value in query),
            *(f"{name}:{' '.join(request.headers[name].split())}" for name in signed),
            "",
            ";".join(signed),
            request.headers["x-amz-content-sha256"],
        ]
    )
    scope = f"{date}/{region}/{service}/aws4_request"
    to_sign = "\n".join(
        ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
    )
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request", to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()
