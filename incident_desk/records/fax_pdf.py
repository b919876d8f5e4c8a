"""The fax pages as PDF/A, set in the largest type in which the text is one page."""

from __future__ import annotations

import json
from collections.abc import Sequence

from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.reports.reporting import ReportDraft
from incident_desk.records.fax_page import LINE_LIMITS, NO_ANNEX, FaxAnnex, FaxPage, fax_page
from incident_desk.records.typesetting import fitted_pdf

POINTS = (16.0, 15.0, 14.0, 13.0, 12.0, 11.0, 10.0)
"""Sizes of type that are tried, largest first, for each length of line."""

SIGNATURE, ATTACHED, SKETCH = "signature.png", "attached.png", "sketch.svg"


class FaxPageTooLong(DomainError):
    """Even shortened lines do not fit on one page."""

    code = "fax_page_too_long"
    message_id = N_("This report does not fit on one page. Print the page from the browser or send the document.")


def fax_pdf(draft: ReportDraft, *, recipients: Sequence[str] = (), annex: FaxAnnex = NO_ANNEX) -> bytes:
    """The pages as PDF/A-2b on A4: exactly one of text, one for each map; the same arguments give the same bytes.

    Raises:
        ChineseFontMissing: no font with Chinese stands here.
        FaxPageTooLong: it cannot be brought to one page.
    """
    for limit in LINE_LIMITS:
        page = fax_page(draft, recipients=recipients, annex=annex, line_limit=limit)
        pictures = {SIGNATURE: page.signature_png, ATTACHED: page.attached_map_png, SKETCH: page.sketch_svg}
        files = {name: content for name, content in pictures.items() if content is not None}
        made = fitted_pdf(
            "fax.typ", {"page": _as_json(page)}, files, sizes=POINTS, pages=page.page_count, made_at=draft.made_at
        )
        if made is not None:
            return made
    raise FaxPageTooLong


def _as_json(page: FaxPage) -> str:
    return json.dumps(
        {
            "exercise": page.exercise,
            "mark": "演练",
            "urgency": page.urgency,
            "count": page.page_count,
            "title": page.title,
            "to": f"收：{page.to}",
            "from": f"发：{page.sender}",
            "sender": page.sender,
            "lines": [{"label": line.label_zh, "text": line.text} for line in page.lines],
            "sign-label": "签发人：",
            "signatory": page.signatory,
            "signature": SIGNATURE if page.signature_png else "",
            "contact": f"联系：{page.contact}",
            "made-at": page.made_at,
            "attached": ATTACHED if page.attached_map_png else "",
            "sketch": SKETCH if page.sketch_svg else "",
            "heads": page.receptor_heads,
            "receptors": page.receptor_rows,
            "case": f"{page.case_no}　校验 {page.check}",
            "footer": "收到请回传或回电确认：收件人＿＿＿＿＿＿　时间＿＿＿＿＿＿",
        },
        ensure_ascii=False,
    )
