"""The papers of a report: the document to sign and send, the page to fax, the script to read, the text to paste.

All come from the stored draft, so that what goes out is what was signed.
"""

from __future__ import annotations

from pathlib import Path

from incident_desk.domain.errors import DomainError, NotFound
from incident_desk.domain.reports.reporting import KIND_ZH, ReceptorLine
from incident_desk.domain.reports.sign_off import Signature, SignManner
from incident_desk.extensions import db
from incident_desk.models import Evidence, TraceRun
from incident_desk.records import fax_page, images, scripts
from incident_desk.records import fax_pdf as pdf
from incident_desk.records.report_document import ReportAnnex, report_docx
from incident_desk.services.field import evidence
from incident_desk.services.field.content_store import evidence_store
from incident_desk.services.reports import report_sketch, report_values
from incident_desk.services.reports.report_rows import ReportView

PICTURE_PX = 1600
NOT_DRAWN = "敏感点分布示意图：本机没有中文字体，未能绘入本文件，另行报送。"


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


def compose(view: ReportView, signature: Signature | None) -> bytes:
    """The document with *signature* on it; the same view gives the same bytes."""
    drawn = sketch_svg(view)
    sketch = None if drawn is None else report_sketch.png_of(drawn)
    annex = ReportAnnex(
        recipients=view.recipient_names,
        receptors=_receptors(view),
        trace_basis=view.values.trace_basis,
        signature=signature,
        signature_image=_signature_image(signature),
        attached_map=_picture(view.row.basis.get("sketch_map")),
        sketch_map=sketch,
        photos=_photographs(view),
        remarks=(NOT_DRAWN,) if drawn is not None and sketch is None else (),
    )
    return report_docx(view.draft, annex)


def sketch_svg(view: ReportView) -> bytes | None:
    """The sketch map drawn from the trace that the report rests on; None where it rests on none."""
    run = None if view.row.basis.get("trace") is None else db.session.get(TraceRun, view.row.basis["trace"])
    return None if run is None else report_sketch.svg_of(run, view.draft.case_no, exercise=view.draft.exercise)


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
    return pdf.fax_pdf(view.draft, recipients=view.recipient_names, annex=_fax_annex(view))


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


def file_name(view: ReportView, ending: str) -> str:
    """``420300-2026-0001-第1报-初报.docx``."""
    mark = "演练-" if view.draft.exercise else ""
    return f"{mark}{view.draft.case_no}-第{view.draft.sequence}报-{KIND_ZH[view.draft.kind]}.{ending}"


def signature_file(view: ReportView) -> tuple[Path, str]:
    """Where the signature or the signed page lies, and its media type.

    Raises:
        NotFound: there is no picture of it.
    """
    path = _stored(view.row.signature_sha256)
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
