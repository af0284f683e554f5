"""Make the pictures of README and docs from what `make screenshots` took: `python scripts/choose_pictures.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image

ROOT: Final = Path(__file__).parents[1]
CHOSEN: Final = ("desk-live-dark", "scan-dark", "symbol-dark", "signals-light", "range-whole-light", "analytics-light")
MOST: Final = 150_000  # bytes
COLOURS: Final = (256, 192, 128, 96, 64, 48)


def main() -> None:
    """Write every chosen picture with as many colours as keep it small enough."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for name in CHOSEN:
        whole = Image.open(ROOT / "build" / "screenshots" / f"{name}.png").convert("RGB")
        file = folder / f"{name}.png"
        for colours in COLOURS:
            whole.quantize(colours, dither=Image.Dither.NONE).save(file, optimize=True)
            if file.stat().st_size <= MOST:
                break
        else:
            raise SystemExit(f"{name} has more than {MOST:,} bytes even in {COLOURS[-1]} colours: choose another")
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes, {colours} colours")


if __name__ == "__main__":
    main()
