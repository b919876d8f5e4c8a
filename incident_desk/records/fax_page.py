"""The report for the fax machine: one page of text, black on white, its urgency, and its maps on pages of their own.

HTML that prints from any browser; ``fax_pdf`` sets the same pages as PDF. Long lines are shortened for the page of
text alone, and say so; the whole text is in the document that follows.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from incident_desk.domain.china_time import zh_time_with_year
from incident_desk.domain.reports.reporting import ReceptorLine, ReportDraft, ReportLine
from incident_desk.domain.reports.sign_off import Signature
from incident_desk.domain.reports.urgency import urgency_zh
from incident_desk.paths import templates_dir
from incident_desk.records.scripts import clip
from incident_desk.records.sketch_layout import text_mm

LEFT_OUT = frozenset(
    {
        "report_no",
        "region",
        "photos",
        "reporter_unit",
        "signatory",
        "contact",
        "contact_phone",
        "receptors",
    }
)
"""Fields that stand in head and foot of the page, or that a fax cannot show."""

LINE_LIMITS = (220, 180, 150, 125, 100, 85, 70, 55, 40)
"""Lengths of a line that are tried, longest first, until the page is one page."""

ROOM_MM, ROW_MM, ROW_TEXT_MM, FIELD_MM, TYPE_MM = 186.0, 5.1, 144.0, 1.2, 4.23
"""What ``fax.html`` has between head and foot, a row of it in 12 pt, and what each field takes beside its rows."""


FAX_DPI, PICTURE_MM = 200, (182.0, 230.0)
"""Points to the inch of a fax machine, and the room for a picture on its page."""


RECEPTOR_HEADS = ("序号", "敏感点", "方位、距离", "最早到达", "最可能", "最晚")


@dataclass(frozen=True, slots=True)
class FaxAnnex:
    """What goes with the page: the signature, the drawn map as SVG, a map that was attached, the receptors drawn."""

    signature: Signature | None = None
    signature_image: bytes | None = None
    sketch_svg: bytes | None = None
    receptors: Sequence[ReceptorLine] = ()
    attached_map: bytes | None = None


NO_ANNEX = FaxAnnex()


@dataclass(frozen=True, slots=True)
class FaxPage:
    """The page of text and those of its maps, ready to set. Pictures but the drawn map are black points on white."""

    case_no: str
    exercise: bool
    urgency: str
    title: str
    to: str
    sender: str
    lines: tuple[ReportLine, ...]
    signatory: str
    signature_png: bytes | None
    contact: str
    made_at: str
    check: str
    attached_map_png: bytes | None = None
    sketch_svg: bytes | None = None
    receptors: tuple[ReceptorLine, ...] = ()

    @property
    def page_count(self) -> int:
        """Pages to send, the page of text first."""
        return 1 + (self.attached_map_png is not None) + (self.sketch_svg is not None)

    @property
    def signature_uri(self) -> str | None:
        """The signature inside the page itself."""
        return _uri(self.signature_png, "png")

    @property
    def attached_map_uri(self) -> str | None:
        """The attached map inside its page."""
        return _uri(self.attached_map_png, "png")

    @property
    def sketch_uri(self) -> str | None:
        """The drawn map inside its page."""
        return _uri(self.sketch_svg, "svg+xml")

    @property
    def receptor_heads(self) -> tuple[str, ...]:
        """The heads of the table beside the drawn map."""
        return RECEPTOR_HEADS

    @property
    def receptor_rows(self) -> tuple[tuple[str, ...], ...]:
        """Its rows, one for each receptor in the map's order."""
        return tuple(
            (str(number), line.name, line.distance_zh(), *line.arrival_cells())
            for number, line in enumerate(self.receptors, 1)
        )


def _uri(content: bytes | None, kind: str) -> str | None:
    return None if content is None else f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def fax_page(
    draft: ReportDraft,
    *,
    recipients: Sequence[str] = (),
    annex: FaxAnnex = NO_ANNEX,
    line_limit: int | None = None,
) -> FaxPage:
    """The pages of *draft* to the bodies named, its lines cut to *line_limit* characters.

    Without a limit they are cut to what one printed page holds. A signature that covers another version is not shown.
    """
    attached = _as_points(annex.attached_map) if annex.attached_map else None
    shown = [_with_page(line, annex) for line in draft.lines if line.field not in LEFT_OUT]
    limit = line_limit if line_limit is not None else _limit_for_one_page(shown)
    given = annex.signature
    valid = given if given is not None and given.digest == draft.digest() else None
    texts = {line.field: line.text for line in draft.lines}
    return FaxPage(
        case_no=draft.case_no,
        exercise=draft.exercise,
        urgency=urgency_zh(draft.urgency),
        title=clip(draft.title, 80),
        to="、".join(dict.fromkeys(recipients)) or "＿＿＿＿＿＿",
        sender=texts.get("reporter_unit", ""),
        lines=tuple(_shortened(line, limit) for line in shown),
        signatory=valid.signatory if valid else texts.get("signatory", "待签发"),
        signature_png=_black_on_white(annex.signature_image) if valid and annex.signature_image else None,
        contact=" ".join(texts[name] for name in ("contact", "contact_phone") if name in texts),
        made_at=zh_time_with_year(draft.made_at),
        check=draft.digest()[:16],
        attached_map_png=attached,
        sketch_svg=annex.sketch_svg,
        receptors=tuple(annex.receptors) if annex.sketch_svg else (),
    )


def _with_page(line: ReportLine, annex: FaxAnnex) -> ReportLine:
    """The line of the map says on which page it is, or why there is none."""
    if line.field != "sketch_map":
        return line
    maps = bool(annex.attached_map) + bool(annex.sketch_svg)
    said = ("见第2页", "见第2、3页")[maps - 1] if maps else line.text
    return replace(line, label_zh="附图", text=f"{line.label_zh}：{said}")


def _as_points(picture: bytes) -> bytes:
    """A picture of any colours as black points on white, as fine as a fax machine sends them."""
    with Image.open(io.BytesIO(picture)) as opened:
        image = opened.convert("L")
    image.thumbnail(tuple(round(side / 25.4 * FAX_DPI) for side in PICTURE_MM))  # type: ignore[arg-type]
    out = io.BytesIO()
    image.convert("1").save(out, "PNG")
    return out.getvalue()


def _limit_for_one_page(lines: Sequence[ReportLine]) -> int:
    """The longest limit at which the lines stand on one page of ``fax.html``."""
    for limit in LINE_LIMITS:
        texts = [_shortened(line, limit).text for line in lines]
        if sum(_height_mm(text) for text in texts) <= ROOM_MM:
            return limit
    return LINE_LIMITS[-1]


def _height_mm(text: str) -> float:
    rows = sum(max(1, ceil(text_mm(part, TYPE_MM) / ROW_TEXT_MM)) for part in text.split("\n"))
    return rows * ROW_MM + FIELD_MM


def _shortened(line: ReportLine, limit: int) -> ReportLine:
    if len(line.text) <= limit:
        return line
    return replace(line, text=f"{clip(line.text, limit - 6)}（详见书面）")


def _black_on_white(image: bytes) -> bytes:
    """A signature without grey: a fax turns grey into dots."""
    with Image.open(io.BytesIO(image)) as drawn:
        layer = drawn.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("L")
    out = io.BytesIO()
    flat.point(lambda grey: 255 if grey > 160 else 0).convert("1").save(out, "PNG")
    return out.getvalue()


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(templates_dir() / "documents")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def fax_html(page: FaxPage, *, nonce: str = "") -> str:
    """The page as self-contained HTML; *nonce* lets its one style block through our policy."""
    return _templates().get_template("fax.html").render(page=page, nonce=nonce)
