"""What a photograph says of itself, and what is no photograph."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from incident_desk.records import images
from incident_desk.records.images import ImageDamaged, ImageTooLarge, ImageTooManyPixels, NotAnImage


def some_exif(orientation: int = 1, *, offset: str | None = "+08:00", gps: bool = True) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Sample"
    exif[ExifTags.Base.Model] = "Phone 1"
    detail = exif.get_ifd(ExifTags.IFD.Exif)
    detail[ExifTags.Base.DateTimeOriginal] = "2026:11:21 02:58:30"
    if offset:
        detail[ExifTags.Base.OffsetTimeOriginal] = offset
    if gps:
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
        place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (110.0, 31.0, 48.0)
        place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (32.0, 40.0, 48.0)
    return exif


def two_halves(width: int = 80, height: int = 40) -> Image.Image:
    """Left half red, right half blue: after a turn one sees which way is up."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste(Image.new("RGB", (width // 2, height), "red"), (0, 0))
    return image


def saved(image: Image.Image, form: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    image.save(out, form, quality=95, **({"exif": exif.tobytes()} if exif else {}))
    return out.getvalue()


def test_time_place_and_camera_are_read() -> None:
    facts = images.inspect(saved(two_halves(), exif=some_exif()))
    assert facts.taken_at == datetime(2026, 11, 20, 18, 58, 30, tzinfo=UTC)
    assert facts.longitude == pytest.approx(110.53)
    assert facts.latitude == pytest.approx(32.68)
    assert facts.camera == "Sample Phone 1"
    assert facts.has_exif


def test_a_time_without_offset_is_not_called_an_instant() -> None:
    facts = images.inspect(saved(two_halves(), exif=some_exif(offset=None, gps=False)))
    assert facts.taken_at is None
    assert facts.taken_local == datetime(2026, 11, 21, 2, 58, 30)  # noqa: DTZ001


def test_the_satellites_give_the_time_where_the_offset_is_missing() -> None:
    exif = some_exif(offset=None)
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSDateStamp], place[ExifTags.GPS.GPSTimeStamp] = "2026:11:20", (18.0, 58.0, 30.0)
    assert images.inspect(saved(two_halves(), exif=exif)).taken_at == datetime(2026, 11, 20, 18, 58, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("HEIF", "image/heic")],
)
def test_the_format_is_told_by_content(form: str, media_type: str, tmp_path: Path) -> None:
    path = tmp_path / "report.docx"
    path.write_bytes(saved(two_halves(), form))
    assert images.inspect(path).media_type == media_type


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_is_upright_in_its_preview(orientation: int) -> None:
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transpose that a camera would have applied
    stored = two_halves() if orientation == 1 else two_halves().transpose(Image.Transpose(undo[orientation]))
    data = saved(stored, exif=some_exif(orientation))
    facts = images.inspect(data)
    shown = Image.open(io.BytesIO(images.preview(data, 80)))
    assert (facts.width, facts.height) == (80, 40) == shown.size
    red, blue = shown.getpixel((10, 20)), shown.getpixel((70, 20))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] - red[2] > 150
    assert blue[2] - blue[0] > 150


def test_a_preview_carries_no_position() -> None:
    preview = images.preview(saved(two_halves(), exif=some_exif()))
    assert not images.inspect(preview).has_exif
    assert b"Exif" not in preview
    assert b"Phone 1" not in preview


def test_a_preview_is_not_larger_than_asked() -> None:
    assert Image.open(io.BytesIO(images.preview(saved(two_halves(800, 400)), 100))).size == (100, 50)


def test_a_transparent_picture_stands_on_white() -> None:
    clear = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    shown = Image.open(io.BytesIO(images.preview(saved(clear, "PNG"))))
    assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_a_forwarded_photograph_is_taken_and_marked() -> None:
    facts = images.inspect(saved(Image.new("RGB", (1080, 810), "grey")))
    assert (facts.has_exif, facts.maybe_recompressed) == (False, True)


@pytest.mark.parametrize(
    "data", [b"", b"not an image", b"%PDF-1.7\n", b"PK\x03\x04" + bytes(100), b"<svg/>", b"GIF89a" + bytes(40)]
)
def test_what_is_no_photograph_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(NotAnImage, match="not a photograph"):
        images.inspect(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_cut_short_is_named_damaged(form: str) -> None:
    noise = Image.effect_noise((400, 400), 90).convert("RGB")
    data = saved(noise, form)
    with pytest.raises((ImageDamaged, NotAnImage)):
        images.preview(data[: len(data) // 2])


def png_head_alone(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # as it is outside of tests
@pytest.mark.parametrize(("width", "height"), [(40_000, 40_000), (12_000, 12_000), (40_000, 10)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(ImageTooManyPixels, match=f" {-(-width * height // 1_000_000)} million pixels"):
        images.inspect(png_head_alone(width, height))


def test_a_webp_of_more_pixels_than_its_decoder_has_memory_for_is_refused() -> None:
    out = io.BytesIO()
    Image.new("RGB", (8_000, 6_500)).save(out, "WEBP", quality=1, method=0)
    with pytest.raises(ImageTooManyPixels, match=" 52 million pixels"):
        images.inspect(out.getvalue())


def test_300_megabytes_are_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(images.MAX_BYTES + 1)
    with pytest.raises(ImageTooLarge, match="301 MB"):
        images.inspect(path)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # Pillow's own, on opening
def test_broken_exif_does_not_lose_the_photograph() -> None:
    data = saved(two_halves(), exif=some_exif())
    start = data.index(b"Exif\0\0") + 6
    broken = data[:start] + b"II*\0\xff\xff\xff\xff" + data[start + 8 :]
    assert images.inspect(broken).width == 80
    assert images.preview(broken)


def test_a_position_of_zero_is_no_position() -> None:
    exif = some_exif()
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLongitude] = place[ExifTags.GPS.GPSLatitude] = (0.0, 0.0, 0.0)
    assert images.inspect(saved(two_halves(), exif=exif)).longitude is None
