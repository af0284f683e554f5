"""Writing a file in one step: aside, then renamed, so that nobody ever reads half of it."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from tapehawk.core.errors import BadInput, TapehawkError, TryAgain


def write(target: Path, content: bytes) -> None:
    """Write a file, replacing one of that name. Raises BadInput where that is impossible, TryAgain for a full disk."""
    aside = target.with_name(f".{target.name}.{os.getpid()}.writing")
    try:
        aside.write_bytes(content)
        aside.replace(target)
    except OSError as error:
        raise _unwritten(target, error) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. Raises as `write` does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritten(folder, error) from error


def _unwritten(target: Path, error: OSError) -> TapehawkError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return TryAgain(f"there is no room left to write {target}", hint="free some space and run it again")
    reason = error.strerror or str(error)
    return BadInput(f"{target} can't be written: {reason}", hint="is the folder there, and yours to write in?")
