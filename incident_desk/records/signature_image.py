"""A signature drawn by finger, as it comes from the page: read, measured, refused when nothing is drawn."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image

from incident_desk.domain.reports.sign_off import SignatureImageMissing
from incident_desk.records import images

PREFIX = "data:image/png;base64,"
MOST_BYTES = 2_000_000
LEAST_INK = 40
"""Dark pixels below which a drawing is a slip of the finger, not a name."""
DARK = 128
LONGEST_SIDE = 6_000


def read_drawing(data_url: str) -> bytes:
    """The PNG of a data URL.

    Raises:
        SignatureImageMissing: no PNG, too large, or nothing drawn on it.
    """
    if not data_url.startswith(PREFIX) or len(data_url) > MOST_BYTES * 4 // 3 + len(PREFIX):
        raise SignatureImageMissing(field="signature")
    try:
        content = base64.b64decode(data_url.removeprefix(PREFIX), validate=True)
        facts = images.inspect(content)
    except (binascii.Error, ValueError, images.NotAnImage, images.ImageDamaged, images.ImageTooManyPixels) as damage:
        raise SignatureImageMissing(field="signature") from damage
    too_large = max(facts.width, facts.height) > LONGEST_SIDE
    if facts.media_type != "image/png" or too_large or not _has_ink(content):
        raise SignatureImageMissing(field="signature")
    return content


def _has_ink(content: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(content)) as drawn:
            layer = drawn.convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError) as damage:
        raise SignatureImageMissing(field="signature") from damage
    flat = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("L")
    return sum(flat.histogram()[:DARK]) >= LEAST_INK
