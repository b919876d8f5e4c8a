"""The papers of a report: the document to sign and send, its PDF/A, the page to fax, the script, the text to paste.

All come from the stored draft, so that what goes out is what was signed. Document and PDF/A are kept by their content
when a report is signed and when it first goes out; from then on it is those that are handed out.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.domain.reports.report_titles import part_zh
from incident_desk.domain.reports.reporting import ReceptorLine
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.extensions import db
from incident_desk.models import Evidence, Report, TraceRun
from incident_desk.records import fax_page, images, scripts
from incident_desk.records import fax_pdf as fax_sheets
from incident_desk.records.report_document import ReportAnnex, report_docx
from incident_desk.records.report_pdf import FaxCover, report_pdf
from incident_desk.records.typesetting import ChineseFontMissing, PaperNotSet
from incident_desk.services.field import evidence
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.reports import report_sketch, report_values
from incident_desk.services.reports.report_rows import ReportView

log = logging.getLogger(__name__)

PICTURE_PX = 1600
NOT_DRAWN = "敏感点分布示意图：本机没有中文字体，未能绘入本文件，另行报送。"


@dataclass(frozen=True, slots=True)
class Papers:
    """A document and its PDF/A as kept: their SHA-256, and the pages of the PDF; no PDF where none could be set."""

    document_sha256: str
    pdf_sha256: str | None = None
    pages: int | None = None


def document(view: ReportView) -> bytes:
    """The report as DOCX: the one that was stored at signing or sending, else as it stands now."""
    stored = stored_document(view)
    return stored.read_bytes() if stored is not None else compose(view, view.sign_off.signature)


def stored_document(view: ReportView) -> Path | None:
    """Where the stored document lies, None before there is one."""
    if view.row.document_sha256 is None:
        return None
    path = evidence_store().path(view.row.document_sha256)
    return path if path.is_file() else None


def stored(view: ReportView) -> Papers | None:
    """The papers on record, None before there are any."""
    row = view.row
    return None if row.document_sha256 is None else Papers(row.document_sha256, row.pdf_sha256, row.pages)


def keep_papers(view: ReportView, signature: Signature | None) -> Papers:
    """Compose and keep the document and its PDF/A; a PDF that cannot be set here never holds a report back."""
    annex = annex_of(view, signature)
    document_sha256 = keep(report_docx(view.draft, annex))
    try:
        made = report_pdf(view.draft, annex)
    except (ChineseFontMissing, PaperNotSet):
        log.warning("a report is kept without its PDF", extra={"report": view.row.id})
        return Papers(document_sha256)
    return Papers(document_sha256, keep(made.content), made.pages)


def lay_down(row: Report, papers: Papers) -> None:
    """Write on *row* which papers are its own."""
    row.document_sha256, row.pdf_sha256, row.pages = papers.document_sha256, papers.pdf_sha256, papers.pages


def pdf(view: ReportView) -> bytes:
    """The report as PDF/A: the one that was kept at signing or sending, else as it stands now.

    Raises:
        ChineseFontMissing, PaperNotSet: send the document instead.
    """
    path = None if view.row.pdf_sha256 is None else evidence_store().path(view.row.pdf_sha256)
    if path is not None and path.is_file():
        return path.read_bytes()
    return report_pdf(view.draft, annex_of(view, view.sign_off.signature)).content


def fax_with_cover(view: ReportView, recipients: Sequence[str] = ()) -> bytes:
    """A cover to *recipients*, by name, and the report behind it, as PDF/A; the cover counts the pages of both.

    Raises:
        ChineseFontMissing, PaperNotSet: print the page from the browser instead.
    """
    cover = FaxCover(tuple(recipients) or view.recipient_names)
    return report_pdf(view.draft, annex_of(view, view.sign_off.signature), cover=cover).content


def compose(view: ReportView, signature: Signature | None) -> bytes:
    """The document with *signature* on it; the same view gives the same bytes."""
    return report_docx(view.draft, annex_of(view, signature))


def annex_of(view: ReportView, signature: Signature | None) -> ReportAnnex:
    """What stands beside the text of *view* in its document and its PDF."""
    drawn = sketch_svg(view)
    sketch = None if drawn is None else report_sketch.png_of(drawn)
    return ReportAnnex(
        recipients=view.recipient_names,
        receptors=_receptors(view),
        trace_basis=view.values.trace_basis,
        signature=signature,
        signature_image=_signature_image(signature),
        attached_map=_picture(view.row.basis.get("sketch_map")),
        sketch_map=sketch,
        sketch_svg=drawn,
        photos=_photographs(view),
        remarks=(NOT_DRAWN,) if drawn is not None and sketch is None else (),
    )


def sketch_svg(view: ReportView) -> bytes | None:
    """The sketch map drawn from the trace that the report rests on; None where it rests on none."""
    run = None if view.row.basis.get("trace") is None else db.session.get(TraceRun, view.row.basis["trace"])
    return None if run is None else report_sketch.svg_of(run, view.draft.case_no, exercise=view.draft.exercise)


def has_sketch(view: ReportView) -> bool:
    """Whether the report has a sketch map, drawn or attached."""
    return view.row.basis.get("trace") is not None or bool(view.row.basis.get("sketch_map"))


def attached_map(view: ReportView) -> bytes:
    """The map that somebody attached, as upright JPEG.

    Raises:
        NotFound: there is none, or it can no longer be read.
    """
    picture = _picture(view.row.basis.get("sketch_map"))
    if picture is None:
        raise NotFound
    return picture


def keep(content: bytes) -> str:
    """Store a document by its content; gives back its SHA-256."""
    return evidence_store().keep_bytes(content)


def fax_html(view: ReportView, *, nonce: str) -> str:
    """The black-and-white pages for the browser to print."""
    page = fax_page.fax_page(view.draft, recipients=view.recipient_names, annex=_fax_annex(view))
    return fax_page.fax_html(page, nonce=nonce)


def fax_pdf(view: ReportView) -> bytes:
    """The same pages as PDF/A.

    Raises:
        ChineseFontMissing, FaxPageTooLong: print the page from the browser instead.
    """
    return fax_sheets.fax_pdf(view.draft, recipients=view.recipient_names, annex=_fax_annex(view))


def _fax_annex(view: ReportView) -> fax_page.FaxAnnex:
    signature = view.sign_off.signature
    return fax_page.FaxAnnex(
        signature=signature,
        signature_image=_signature_image(signature),
        sketch_svg=sketch_svg(view),
        receptors=_receptors(view),
        attached_map=_picture(view.row.basis.get("sketch_map")),
    )


def _receptors(view: ReportView) -> tuple[ReceptorLine, ...]:
    """The receptors for the table; none where an officer put own words in their place."""
    return () if "receptors" in view.row.texts else view.values.receptors


def script(view: ReportView) -> str:
    """What to read into the telephone, as of the draft."""
    return scripts.telephone_script(view.values, view.draft.made_at)


def chat(view: ReportView) -> str:
    """What to paste into a chat, at most 400 characters, as of the draft."""
    return scripts.chat_text(view.values, view.draft.made_at)


def file_name(view: ReportView, ending: str, *, what: str = "") -> str:
    """``420300-2026-0001-第1报-初报.docx``, with *what* it is behind the kind."""
    mark = "演练-" if view.draft.exercise else ""
    part = part_zh(view.draft.kind, view.row.follow_up_no)
    return f"{mark}{view.draft.case_no}-第{view.draft.sequence}报-{part}{what}.{ending}"


def signature_file(view: ReportView) -> tuple[Path, str]:
    """Where the signature or the signed page lies, and its media type.

    Raises:
        NotFound: there is no picture of it.
    """
    path = _stored(view.row.signature_sha256)
    return path, images.inspect(path).media_type


def step_file(view: ReportView, step_id: int) -> tuple[Path, str]:
    """Where the photograph of a page drafted or checked by hand lies, and its media type.

    Raises:
        NotFound: there is none.
    """
    digests = {step.id: step.image_sha256 for step in view.row.steps}
    path = _stored(digests.get(step_id))
    return path, images.inspect(path).media_type


def proof_file(view: ReportView, recipient: str) -> Path:
    """Where the receipt of one recipient lies.

    Raises:
        NotFound: there is none.
    """
    digests = {one.recipient: one.proof_sha256 for one in view.row.deliveries}
    return _stored(digests.get(recipient))


def _stored(sha256: str | None) -> Path:
    path = None if sha256 is None else evidence_store().path(sha256)
    if path is None or not path.is_file():
        raise NotFound
    return path


def _signature_image(signature: Signature | None) -> bytes | None:
    if signature is None or signature.manner is not SignManner.FINGER or signature.image_sha256 is None:
        return None
    path = evidence_store().path(signature.image_sha256)
    return path.read_bytes() if path.is_file() else None


def _picture(sha256: str | None) -> bytes | None:
    """A stored picture as upright JPEG; one that cannot be read is left out, never the report."""
    if sha256 is None:
        return None
    path = evidence_store().path(sha256)
    try:
        return images.preview(path, PICTURE_PX) if path.is_file() else None
    except DomainError:
        return None


def _photographs(view: ReportView) -> list[tuple[str, bytes]]:
    rows = report_values.photographs_by_id(view.row.basis.get("photographs", ()))
    found = [(report_values.caption(row), _preview(row)) for row in rows]
    return [(caption, content) for caption, content in found if content is not None]


def _preview(row: Evidence) -> bytes | None:
    try:
        return evidence.preview_of(row, PICTURE_PX)
    except (DomainError, OSError):
        return None
