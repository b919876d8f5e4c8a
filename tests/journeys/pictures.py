"""Photographs as they come from phones at the river."""

from __future__ import annotations

import io
from fractions import Fraction

from PIL import Image

ORIENTATION, TAKEN_AT, GPS, EXIF = 0x0112, 0x9003, 0x8825, 0x8769
TURNED_RIGHT = 6


def _river(size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, (150, 170, 150))
    image.paste((60, 90, 120), (0, size[1] // 2, size[0], size[1]))
    image.paste((240, 240, 240), (40, 40, 140, 80))
    return image


def from_a_camera() -> bytes:
    """Held upright: the pixels lie on their side, the file says so; time and place are in it."""
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    exif.get_ifd(EXIF)[TAKEN_AT] = "2026:11:22 03:20:00"
    exif.get_ifd(GPS).update(
        {
            1: "N", 2: (Fraction(32), Fraction(14), Fraction(4416, 100)),
            3: "E", 4: (Fraction(110), Fraction(14), Fraction(2544, 100)),
        }
    )  # fmt: skip
    out = io.BytesIO()
    _river((640, 480)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def forwarded() -> bytes:
    """Sent on in a chat: small, and nothing about time or place left in it."""
    out = io.BytesIO()
    _river((400, 300)).save(out, "JPEG", quality=60)
    return out.getvalue()
