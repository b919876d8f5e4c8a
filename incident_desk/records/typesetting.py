"""Setting pages and pictures through typst, in a font that knows Chinese; typst loads here only, for the first one."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from incident_desk.domain.errors import N_, DomainError
from incident_desk.paths import templates_dir

if TYPE_CHECKING:
    import typst

log = logging.getLogger(__name__)

FONT_FAMILIES = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")
"""Asked for by name, in this order: typst falls back silently to a font without Chinese."""

BODY_FAMILIES = ("FangSong", "FZFangSong-Z02", "Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC")
"""What comes near 仿宋, the type of official documents; where none stands the family of everything else serves."""

FONT_WHEEL = "noto_cjk_sans_otc"
PICTURE_DPI = 300


class ChineseFontMissing(DomainError):
    """A PDF would show boxes instead of Chinese."""

    code = "chinese_font_missing"
    status = 503
    message_id = N_("No Chinese font is installed here, so no PDF can be made. Print the page from the browser.")


class PaperNotSet(DomainError):
    """A paper that could not be set, because a picture or font was not what it seemed."""

    code = "paper_not_set"
    status = 500
    message_id = N_("The PDF could not be made. Send the Word document, or print the page from the browser.")


@dataclass(frozen=True, slots=True)
class Typeset:
    """A PDF and how many pages it has."""

    content: bytes
    pages: int


@cache
def chinese_font() -> tuple[str, typst.Fonts]:
    """The family to set Chinese in and the fonts to look for it: the system's, else the wheel's.

    Raises:
        ChineseFontMissing: neither has one of ``FONT_FAMILIES``.
    """
    import typst  # noqa: PLC0415 - 84 MB of library that only papers need

    wheel = find_spec(FONT_WHEEL)
    beside = [Path(place) for place in wheel.submodule_search_locations or ()] if wheel else []
    for fonts in (typst.Fonts(), typst.Fonts(font_paths=beside)):
        for family in FONT_FAMILIES:
            if family in fonts.families():
                return family, fonts
    raise ChineseFontMissing


def fitted_pdf(
    template: str, inputs: Mapping[str, str], files: Mapping[str, bytes], *, sizes: tuple[float, ...], pages: int,
    made_at: datetime,
) -> bytes | None:  # fmt: skip
    """*template* as PDF/A-2b in the largest type of *sizes*, points, in which it has *pages* pages; None in none.

    The template finds *files* beside it, its values in *inputs*, and says its pages under ``<page-count>``.

    Raises:
        ChineseFontMissing: no font with Chinese stands here.
    """
    family, fonts = chinese_font()
    with _folder(template, files) as folder:
        for points in sizes:
            told = {**inputs, "family": family, "points": str(points)}
            compiler = _compiler(Path(folder) / template, fonts, told)
            (count,) = json.loads(compiler.query("<page-count>", field="value"))
            if count == pages:
                at = int(made_at.astimezone(UTC).timestamp())
                made = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=at)
                assert isinstance(made, bytes)
                return made
    return None


def typeset_pdf(template: str, inputs: Mapping[str, str], files: Mapping[str, bytes], *, made_at: datetime) -> Typeset:
    """*template* as PDF/A-2b on as many pages as it takes; it says them under ``<page-count>``.

    Raises:
        ChineseFontMissing: no font with Chinese stands here.
        PaperNotSet: it cannot be set.
    """
    import typst  # noqa: PLC0415 - as for the fonts

    family, fonts = chinese_font()
    body = next((one for one in BODY_FAMILIES if one in fonts.families()), family)
    with _folder(template, files) as folder:
        compiler = _compiler(Path(folder) / template, fonts, {**inputs, "family": family, "body": body})
        try:
            (count,) = json.loads(compiler.query("<page-count>", field="value"))
            at = int(made_at.astimezone(UTC).timestamp())
            made = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=at)
        except typst.TypstError as error:
            log.exception("a paper could not be set", extra={"template": template})
            raise PaperNotSet from error
    assert isinstance(made, bytes)
    return Typeset(made, count)


@contextmanager
def _folder(template: str, files: Mapping[str, bytes]) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(templates_dir() / "documents" / template, Path(folder) / template)
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        yield folder


def _compiler(template: Path, fonts: typst.Fonts, told: dict[str, str]) -> typst.Compiler:
    import typst  # noqa: PLC0415 - as for the fonts

    return typst.Compiler(str(template), root=str(template.parent), font_paths=fonts, sys_inputs=told)


def black_and_white_png(svg: bytes, width_mm: float) -> bytes:
    """A drawing as PNG of black and white points only, ``PICTURE_DPI`` to the inch.

    Raises:
        ChineseFontMissing: its words could not be drawn.
    """
    family, fonts = chinese_font()
    with _folder("drawing.typ", {"drawing.svg": svg}) as folder:
        told = {"family": family, "width": str(width_mm)}
        compiler = _compiler(Path(folder) / "drawing.typ", fonts, told)
        drawn = compiler.compile(format="png", ppi=PICTURE_DPI)
    assert isinstance(drawn, bytes)
    out = BytesIO()
    with Image.open(BytesIO(drawn)) as image:
        grey = image.convert("L")
    sharp = grey.point(lambda level: 255 if level >= 128 else 0).convert("1")
    sharp.save(out, "PNG", dpi=(PICTURE_DPI, PICTURE_DPI))
    return out.getvalue()
