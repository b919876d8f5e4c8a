"""What a photograph says of itself, and a small upright copy to look at. The original is never changed.

The format is told by content, never by name. A picture is measured before it is decoded, so that a file of a
few kilobytes cannot claim gigabytes of memory.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from incident_desk.domain.errors import N_, DomainError

MAX_BYTES = 300 * 1024 * 1024
"""Nothing a telephone takes as one photograph is larger."""

MAX_PIXELS = 120_000_000
"""A little above the 108 megapixels of today's telephones; decoded that is 360 MB at most."""

MAX_PIXELS_OF = {"WEBP": 50_000_000}
"""Formats that take more memory than their pixels while they are decoded; no telephone takes photographs in them."""

MAX_SIDE = 30_000

OPENED = ("JPEG", "PNG", "HEIF", "WEBP")

FORMATS = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "HEIF": "image/heic", "WEBP": "image/webp"}

WECHAT_LONG_SIDES = frozenset({1080, 1440, 1920, 2160})
"""Long sides that WeChat gives a forwarded photograph; together with missing EXIF a hint, never a proof."""

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")

_UNREADABLE = (OSError, ValueError, SyntaxError, KeyError, TypeError, UserWarning)
"""What Pillow says of broken EXIF; a warning where warnings are errors."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation to the turn that undoes it (EXIF 2.32, tag 274)."""

pillow_heif.register_heif_opener()
Image.init()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class NotAnImage(DomainError):
    """The bytes are none of the formats that a telephone makes."""

    code = "not_an_image"
    message_id = N_("This file is not a photograph (JPEG, PNG, HEIC or WebP). Choose the photograph itself.")


class ImageDamaged(DomainError):
    """It begins like a photograph, but cannot be read to its end."""

    code = "image_damaged"
    message_id = N_("This photograph is damaged or cut short. Send the original again.")


class ImageTooManyPixels(DomainError):
    """A decompression bomb, or a picture nobody can open."""

    code = "image_too_many_pixels"
    message_id = N_(
        "This picture has %(megapixels)s million pixels, more than can be opened safely. Send a smaller copy."
    )


class ImageTooLarge(DomainError):
    """More bytes than one photograph has."""

    code = "image_too_large"
    status = 413
    message_id = N_("This file has %(megabytes)s MB; at most 300 MB are taken. Send photographs one by one.")


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the file says. ``width``, ``height`` are upright pixels; position WGS 84 degrees.

    ``taken_at`` is aware only where the file gives an offset (or GPS time); else ``taken_local`` is all there is.
    """

    media_type: str
    width: int
    height: int
    size_bytes: int
    orientation: int
    has_exif: bool
    taken_at: datetime | None
    taken_local: datetime | None
    longitude: float | None
    latitude: float | None
    camera: str | None
    maybe_recompressed: bool


def inspect(source: bytes | Path) -> ImageFacts:
    """Read the head of a photograph, not its pixels.

    Raises:
        NotAnImage: none of the formats.
        ImageTooLarge: more than ``MAX_BYTES``.
        ImageTooManyPixels: more than ``MAX_PIXELS`` or a side above ``MAX_SIDE``.
        ImageDamaged: the head cannot be read.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MAX_BYTES:
        raise ImageTooLarge(field="photo", megabytes=math.ceil(size / 1024 / 1024))
    with _opened(source) as file, _image(file) as image:
        exif = _exif(image)
        orientation = _orientation(exif)
        width, height = image.size if orientation < 5 else image.size[::-1]
        taken_at, taken_local = _taken(exif)
        longitude, latitude = _position(exif)
        has_exif = bool(_sub(exif, ExifTags.IFD.Exif)) or bool(exif.get(ExifTags.Base.Model))
        return ImageFacts(
            media_type=FORMATS[str(image.format)],
            width=width,
            height=height,
            size_bytes=size,
            orientation=orientation,
            has_exif=has_exif,
            taken_at=taken_at,
            taken_local=taken_local,
            longitude=longitude,
            latitude=latitude,
            camera=_camera(exif),
            maybe_recompressed=not has_exif and image.format == "JPEG" and max(width, height) in WECHAT_LONG_SIDES,
        )


def preview(source: bytes | Path, max_px: int = 1600, *, quality: int = 82) -> bytes:
    """A JPEG of at most *max_px* on its long side, upright, without EXIF, position or comment.

    Raises:
        NotAnImage, ImageTooLarge, ImageTooManyPixels: as ``inspect``.
        ImageDamaged: the pixels cannot be read to their end.
    """
    inspect(source)
    with _opened(source) as file, _image(file) as image:
        try:
            image.draft("RGB", (max_px, max_px))
            turn = _UPRIGHT.get(_orientation(_exif(image)))
            image.thumbnail((max_px, max_px), Image.Resampling.LANCZOS)
            flat = _on_white(image if turn is None else image.transpose(turn))
        except (OSError, ValueError, SyntaxError, EOFError) as damage:
            raise ImageDamaged(field="photo") from damage
    clean = Image.new("RGB", flat.size)
    clean.paste(flat)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=quality, optimize=True, progressive=False)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def _opened(source: bytes | Path) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _image(file: BinaryIO) -> Image.Image:
    """Open without decoding; refuse what is none of the formats and what is too large to decode."""
    try:
        image = Image.open(file, formats=OPENED)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_many(int(re.findall(r"\d+", str(bomb))[0])) from bomb
    except UnidentifiedImageError as unknown:
        raise NotAnImage(field="photo") from unknown
    except (OSError, ValueError, SyntaxError, EOFError) as damage:
        raise ImageDamaged(field="photo") from damage
    width, height = image.size
    if width * height > MAX_PIXELS_OF.get(str(image.format), MAX_PIXELS) or max(width, height) > MAX_SIDE:
        image.close()
        raise _too_many(width * height)
    return image


def _too_many(pixels: int) -> ImageTooManyPixels:
    return ImageTooManyPixels(field="photo", megapixels=math.ceil(pixels / 1_000_000))


def _exif(image: Image.Image) -> Image.Exif:
    """The file's EXIF; unreadable EXIF is none, the photograph itself is still good."""
    try:
        return image.getexif()
    except _UNREADABLE:
        return Image.Exif()


def _sub(exif: Image.Exif, ifd: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(ifd)
    except _UNREADABLE:
        return {}


def _orientation(exif: Image.Exif) -> int:
    value = exif.get(ExifTags.Base.Orientation, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _camera(exif: Image.Exif) -> str | None:
    words = [exif.get(ExifTags.Base.Make), exif.get(ExifTags.Base.Model)]
    text = " ".join(word.strip("\0 ") for word in words if isinstance(word, str))
    return text[:120] or None


YEARS = range(1900, 2200)
"""Years that a camera's clock can mean; at a calendar's end no zone can be reckoned."""


def _taken(exif: Image.Exif) -> tuple[datetime | None, datetime | None]:
    """Aware and local time of exposure; the offset of EXIF 2.31 first, else the satellites' time."""
    detail = _sub(exif, ExifTags.IFD.Exif)
    local = _exif_time(detail.get(ExifTags.Base.DateTimeOriginal) or detail.get(ExifTags.Base.DateTimeDigitized))
    offset = _exif_offset(detail.get(ExifTags.Base.OffsetTimeOriginal) or detail.get(ExifTags.Base.OffsetTime))
    if local is not None and offset is not None:
        return local.replace(tzinfo=offset).astimezone(UTC), local
    return _satellite_time(_sub(exif, ExifTags.IFD.GPSInfo)), local


def _exif_time(text: object) -> datetime | None:
    try:
        at = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - local by definition
    except ValueError:
        return None
    return at if at.year in YEARS else None


def _exif_offset(text: object) -> timezone | None:
    match = _OFFSET.fullmatch(str(text).strip("\0 "))
    if match is None:
        return None
    span = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-span if match[1] == "-" else span) if span < timedelta(hours=24) else None


def _satellite_time(gps: Mapping[int, Any]) -> datetime | None:
    try:
        day = datetime.strptime(str(gps[ExifTags.GPS.GPSDateStamp]).strip("\0 "), "%Y:%m:%d").replace(tzinfo=UTC)
        hours, minutes, seconds = (float(part) for part in gps[ExifTags.GPS.GPSTimeStamp])
        return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (KeyError, ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None


def _position(exif: Image.Exif) -> tuple[float | None, float | None]:
    """Longitude, latitude in degrees WGS 84; both or neither. 0, 0 is a camera that never saw a satellite."""
    gps = _sub(exif, ExifTags.IFD.GPSInfo)
    longitude = _degrees(gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W")
    latitude = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S")
    if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
        return None, None
    return (None, None) if longitude == latitude == 0 else (longitude, latitude)


def _degrees(parts: Any, reference: object, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value):
        return None
    return -value if str(reference).strip("\0 ").upper() == negative else value
