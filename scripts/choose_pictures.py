"""Make the pictures of README and docs from what `make screenshots` took: `python scripts/choose_pictures.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

ROOT: Final = Path(__file__).parents[1]
CHOSEN: Final = ("desk-live-dark", "scan-dark", "symbol-dark", "signals-light", "range-whole-light", "analytics-light")
MOST: Final = 150_000  # bytes


def main() -> None:
    """Write every chosen picture with 256 colours, which keeps it small."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for name in CHOSEN:
        file = folder / f"{name}.png"
        whole = Image.open(ROOT / "build" / "screenshots" / f"{name}.png").convert("RGB")
        whole.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)
        size = file.stat().st_size
        if size > MOST:
            raise SystemExit(f"{name} has {size:,} bytes, more than {MOST:,}: choose another")
        print(f"{file.relative_to(ROOT)}: {size:,} bytes")


if __name__ == "__main__":
    main()
