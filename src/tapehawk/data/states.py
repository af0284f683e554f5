"""What a live scan remembers, on disk: a restart goes on from here in place of years of history.

    SCANNER.npz    one array a kernel and `on(…)` node, a row a symbol; `about`, JSON: what they are good for

It is mapped twice: once as the checkpoint, and once for the scan to go on with, whose pages become its own at once. A
page that is written first after it was read has to be taken from every processor that had read it: left to the scan,
whose threads do just that, half a million such pages of volume curves made a restart take twice as long.

A file is good only for the kernels that made it, the same watched expressions, symbols, timeframe and hours, and the
data version it was built on; where any of these differs it is refused with the reason, and the caller plays the stored
bars again. It is written aside and renamed, so that a reader finds all of it or none.
"""

from __future__ import annotations

import hashlib
import io
import json
import mmap
import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from tapehawk.core.errors import BadInput, CorruptStore, NoData
from tapehawk.core.live import Live
from tapehawk.core.panel import Column, Mask, Panel
from tapehawk.core.state import REBUILT, kernel_hash
from tapehawk.data.faults import disk_full_is_try_again, first_line

_ABOUT: Final = "about"
_HEAD: Final = 65_535 + 10  # bytes: the longest head of an array that numpy writes as version 1.0
_LOCAL: Final = 30  # bytes: what an archive writes before a member's name
_LARGE: Final = 20  # bytes: a member's sizes, when it may be large
_PADDED, _PADDING = 0xD935, struct.Struct("<HH")  # the kind of a field that only pads, and its head


@dataclass(frozen=True)
class Facts:
    """What a saved state is good for. `scan` and `symbols` are hashes, of the watched expressions' texts and the names.

    `data_version`: the stored bars it was built on. `through`: start of the last bar it has seen, µs UTC.
    """

    kernels: str
    scan: str
    symbols: str
    timeframe: str
    hours: str
    calendar: str
    data_version: str
    through: int

    @classmethod
    def of(cls, live: Live, panel: Panel, through: int) -> Facts:
        """Return the facts of a live scan of a panel's symbols, on the panel's data version."""
        return cls(
            kernels=kernel_hash(),
            scan=_hash(live.texts),
            symbols=_hash(panel.symbols),
            timeframe=panel.timeframe,
            hours=panel.hours,
            calendar=panel.calendar,
            data_version=panel.data_version,
            through=through,
        )


_WHAT: Final[Mapping[str, str]] = {
    "kernels": "other kernels",
    "scan": "another scan",
    "symbols": "other symbols",
    "timeframe": "another timeframe",
    "hours": "other hours",
    "calendar": "another market",
    "data_version": "another data version",
}


def save_states(file: Path, live: Live, panel: Panel, *, through: int) -> None:
    """Save what a live scan of the panel's symbols remembers; `through`: start of the last bar it has seen, µs UTC.

    Raises TryAgain when the disk is full; what was there before stays.
    """
    saved = live.saved()
    arrays = {f"a{number}": array for number, array in enumerate(saved.values())}
    about = json.dumps({"facts": asdict(Facts.of(live, panel, through)), "names": list(saved)})
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with disk_full_is_try_again(file.parent):
            _write(aside, {_ABOUT: np.array(about), **arrays})
            aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def load_states(file: Path, live: Live, panel: Panel) -> int:
    """Let a live scan go on from a saved state; returns the start of the last bar it has seen, µs UTC.

    Raises NoData where there is none, CorruptStore where it can't be read, BadInput with the reason where it is good
    for something else: in each case nothing has changed, and playing the stored bars does the same.
    """
    facts, saved, own = _read(file)
    now = Facts.of(live, panel, through=0)
    other = [what for fact, what in _WHAT.items() if getattr(facts, fact) != getattr(now, fact)]
    if other:
        raise BadInput(f"the saved state {file.name} is of {' and '.join(other)}", hint=REBUILT)
    live.restore(saved, own)
    return facts.through


def _write(file: Path, arrays: Mapping[str, Column]) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(_aligned(f"{name}.npy", archive.start_dir), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asarray(array), version=(1, 0), allow_pickle=False)
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _aligned(name: str, at: int) -> zipfile.ZipInfo:
    """Return a member of an archive whose array begins at a multiple of 64 bytes, for those who map it."""
    info = zipfile.ZipInfo(name)
    gap = -(at + _LOCAL + len(name) + _LARGE + _PADDING.size) % 64
    info.extra = _PADDING.pack(_PADDED, gap) + bytes(gap)
    return info


def _read(file: Path) -> tuple[Facts, dict[str, Column], dict[str, Column]]:
    """Return what a file holds: its arrays, mapped and checked, and once more for whoever wants to change them."""
    try:
        with zipfile.ZipFile(file) as archive, ThreadPoolExecutor(2) as pool:
            members = archive.infolist()
            names = [member.filename.removesuffix(".npy") for member in members]
            whole, own = np.memmap(file, np.uint8, "r"), np.memmap(file, np.uint8, "c")
            contents = list(pool.map(lambda member: _taken(whole, own, member), members))
            stored = dict(zip(names, (_array(whole[part]) for part in contents), strict=True))
            mine = dict(zip(names, (_array(own[part]) for part in contents), strict=True))
        about = json.loads(str(stored[_ABOUT]))
        places = {name: f"a{n}" for n, name in enumerate(about["names"])}
        saved, changing = ({name: arrays[a] for name, a in places.items()} for arrays in (stored, mine))
        return Facts(**about["facts"]), saved, changing
    except FileNotFoundError as error:
        raise NoData(f"there is no saved state {file.name}", hint=REBUILT) from error
    except (OSError, ValueError, KeyError, TypeError, EOFError, struct.error, zipfile.BadZipFile) as error:
        message = f"the saved state {file.name} can't be read: {first_line(error, file)}"
        raise CorruptStore(message, hint=REBUILT, path=file) from error


def _taken(whole: Mask, own: Mask, member: zipfile.ZipInfo) -> slice:
    """Return where in the file a member's bytes are, checked; where they can be changed, every page is made our own."""
    content = _checked(whole, member)
    pages = slice(content.start, content.stop, mmap.PAGESIZE)
    own[pages] = whole[pages]
    return content


def _checked(whole: Mask, member: zipfile.ZipInfo) -> slice:
    """Return where in the file a member's bytes are, once they are known to be what was written."""
    name, extra = struct.unpack("<HH", whole[member.header_offset + 26 : member.header_offset + _LOCAL].tobytes())
    first = member.header_offset + _LOCAL + name + extra
    content = slice(first, first + member.file_size)
    if member.compress_type != zipfile.ZIP_STORED or zlib.crc32(whole[content].data) != member.CRC:
        raise zipfile.BadZipFile(f"{member.filename} is not what was written")
    return content


def _array(content: Mask) -> Column:
    """Return a member's array as a view of its bytes."""
    head = io.BytesIO(content[:_HEAD].tobytes())
    np.lib.format.read_magic(head)
    shape, by_columns, dtype = np.lib.format.read_array_header_1_0(head)
    array: Column = content[head.tell() :].view(dtype).reshape(shape, order="F" if by_columns else "C")
    return array


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
