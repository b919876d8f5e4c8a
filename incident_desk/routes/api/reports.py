"""``…/reports``: drafting, wording, checking and recording the way of a report; signing is a person's act on a page."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from marshmallow import Schema, fields, validate

from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.reports.addressees import all_addressees
from incident_desk.domain.reports.report_wording import LONGEST_TEXT
from incident_desk.domain.reports.reporting import TaskKind
from incident_desk.domain.reports.sign_off import DeliveryChannel
from incident_desk.models import ReportDelivery
from incident_desk.routes.api.frame import ApiBlueprint, answer, iso, repeats, version_read
from incident_desk.routes.guard import allow, current_actor, office_now
from incident_desk.services.reports import report_filing, report_papers, report_versions, reporting
from incident_desk.services.reports.report_filing import Passage
from incident_desk.services.reports.report_rows import ReportView, act_of, delivery_of

bp = ApiBlueprint("api_reports", __name__, "Reports upward")

CODES = list(all_addressees())


class ReportBody(Schema):
    """What to draft; without recipients it goes to whom the open clocks still lack, and an empty list is refused.

    A department of the same level is a recipient of its own, such as ``peer_departments.water``.
    """

    kind = fields.String(load_default=ReportKind.INITIAL.value, validate=validate.OneOf([k.value for k in ReportKind]))
    form = fields.String(load_default=ReportForm.WRITTEN.value, validate=validate.OneOf([f.value for f in ReportForm]))
    office = fields.String(validate=validate.Length(max=6))
    rule_id = fields.String(validate=validate.Length(max=10))
    recipients = fields.List(fields.String(validate=validate.OneOf(CODES)))


class ReportTexts(Schema):
    """Own words by field; an empty text goes back to the case."""

    texts = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(validate=validate.Length(max=2 * LONGEST_TEXT)),
        load_default=dict,
    )


class DenialBody(Schema):
    """Who says that nothing came, and when."""

    said_by = fields.String(load_default="", validate=validate.Length(max=60), metadata={"description": "a name"})
    said_at = fields.AwareDateTime(format="iso")
    reason = fields.String(load_default="", validate=validate.Length(max=300))


class DeliveryBody(Schema):
    """One act of sending, with what shows that it arrived."""

    recipients = fields.List(
        fields.String(validate=validate.OneOf(CODES)), load_default=list, metadata={"description": "at least one"}
    )
    channel = fields.String(
        load_default=DeliveryChannel.PHONE.value, validate=validate.OneOf([c.value for c in DeliveryChannel])
    )
    at = fields.AwareDateTime(format="iso")
    receiver_name = fields.String(load_default="", validate=validate.Length(max=60))
    proof = fields.String(load_default="", validate=validate.Length(max=300))
    received_at = fields.AwareDateTime(format="iso")


def report_json(view: ReportView) -> dict[str, Any]:
    """A report with its text, who answered for it and whom it reached."""
    row, signature = view.row, view.sign_off.signature
    previous = report_versions.previous_of(row)
    return {
        "number": row.number,
        "sequence": row.sequence,
        "previous": previous.number if previous else None,
        "urgency": row.urgency,
        "kind": row.report_kind,
        "form": row.form,
        "office": row.office_code,
        "state": view.state.value,
        "version": row.version,
        "title": view.draft.title,
        "made_at": iso(view.draft.made_at),
        "lines": [
            {"field": line.field, "label": line.label_zh, "text": line.text, "known": line.known} for line in view.lines
        ],
        "missing": [
            {"field": task.field, "task": task.kind.value}
            for task in view.draft.tasks
            if task.kind is not TaskKind.SIGN or signature is None
        ],
        "digest": row.digest,
        "document_sha256": row.document_sha256,
        "pdf_sha256": row.pdf_sha256,
        "pages": row.pages,
        "steps": [
            {
                "step": step.step,
                "manner": step.manner,
                "at": iso(step.at),
                "digest": step.digest,
                "confirmed": act_of(step).is_confirmed(),
            }
            for step in row.steps
        ],
        "checked_at": iso(row.checked_at),
        "signature": None
        if signature is None
        else {
            "manner": signature.manner.value,
            "at": iso(signature.at),
            "confirmed": signature.is_confirmed(),
            "listed": signature.is_listed,
        },
        "gaps": [gap.value for gap in view.sign_off.gaps()],
        "recipients": [_recipient(one) for one in row.deliveries],
        "unreached": list(view.unreached),
        "filed_at": iso(row.filed_at),
        "script": report_papers.script(view),
        "chat": report_papers.chat(view),
    }


def _recipient(one: ReportDelivery) -> dict[str, Any]:
    return {
        "recipient": one.recipient,
        "name": one.name,
        "channel": one.channel,
        "at": iso(one.sent_at),
        "reached": one.sent_at is not None and delivery_of(one).has_proof(),
        "chase_at": iso(one.chase_at),
        "document_sha256": one.document_sha256,
    }


@repeats("report")
def _made(identity: str) -> ResponseReturnValue:
    case_no, _, number = identity.partition("/")
    return _one(case_no, int(number), status=201)


def _one(case_no: str, number: int, status: int = 200) -> Response:
    view = reporting.one(current_actor(), case_no, number)
    return answer(report_json(view), status=status, version=view.row.version)


@bp.route("/incidents/<case_no>/reports")
class Reports(MethodView):
    """The reports of a case."""

    @allow("report.read")
    def get(self, case_no: str) -> Response:
        """Every report, newest first."""
        return answer([report_json(view) for view in reporting.all_of(current_actor(), case_no)])

    @allow("report.draft")
    @bp.arguments(ReportBody)
    def post(self, body: dict[str, Any], case_no: str) -> Response:
        """Draft one from the case as it stands."""
        row = reporting.begin(
            case_no,
            kind=ReportKind(body["kind"]),
            form=ReportForm(body["form"]),
            rule_id=body.get("rule_id"),
            office=body.get("office"),
            recipients=body.get("recipients"),
            actor=current_actor(),
            now=office_now(),
        )
        return _one(case_no, row.number, status=201)


@bp.route("/incidents/<case_no>/reports/<int:number>")
class OneReport(MethodView):
    """One report."""

    @allow("report.read")
    def get(self, case_no: str, number: int) -> Response:
        """Its text, signatures and recipients; the ETag is its version."""
        return _one(case_no, number)

    @allow("report.draft")
    @bp.arguments(ReportTexts)
    def patch(self, body: dict[str, Any], case_no: str, number: int) -> Response:
        """Put own words in place of the case's, against the version that was read."""
        actor, now = current_actor(), office_now()
        reporting.one(actor, case_no, number)
        reporting.word(case_no, number, body["texts"], actor=actor, now=now, expected_version=version_read())
        return _one(case_no, number)


@bp.route("/incidents/<case_no>/reports/<int:number>/check")
class ReportCheck(MethodView):
    """Checking a draft."""

    @allow("report.check")
    def post(self, case_no: str, number: int) -> Response:
        """Say that the version that was read is right."""
        actor, now = current_actor(), office_now()
        reporting.one(actor, case_no, number)
        reporting.check(case_no, number, actor=actor, now=now, expected_version=version_read())
        return _one(case_no, number)


@bp.route("/incidents/<case_no>/reports/<int:number>/deliveries")
class ReportDeliveries(MethodView):
    """The way of a report to its recipients."""

    @allow("report.file")
    @bp.arguments(DeliveryBody)
    def post(self, body: dict[str, Any], case_no: str, number: int) -> Response:
        """Record that it went out, and with proof that it arrived; the clocks follow."""
        now = office_now()
        passage = Passage(
            channel=DeliveryChannel(body["channel"]),
            at=body.get("at") or now,
            receiver_name=body["receiver_name"],
            proof=body["proof"],
            received_at=body.get("received_at"),
        )
        chosen = body["recipients"]
        report_filing.record_delivery(case_no, number, chosen, passage, actor=current_actor(), now=now)
        return _one(case_no, number, status=201)


@bp.route("/incidents/<case_no>/reports/<int:number>/deliveries/<recipient>/denials")
class ReportDenials(MethodView):
    """Receipts that the other side denies."""

    @allow("report.file")
    @bp.arguments(DenialBody)
    def post(self, body: dict[str, Any], case_no: str, number: int, recipient: str) -> Response:
        """Record who says that nothing came; the fact is withdrawn and its clocks are open again."""
        actor, now = current_actor(), office_now()
        reporting.one(actor, case_no, number)
        report_filing.deny(
            case_no, number, recipient, said_by=body["said_by"], said_at=body.get("said_at") or now,
            reason=body["reason"], actor=actor, now=now,
        )  # fmt: skip
        return _one(case_no, number, status=201)


@bp.route("/incidents/<case_no>/reports/<int:number>/versions")
class ReportVersions(MethodView):
    """The saved versions of a report."""

    @allow("report.read")
    def get(self, case_no: str, number: int) -> Response:
        """Every version, oldest first, with what changed since the one before."""
        actor = current_actor()
        view = reporting.one(actor, case_no, number)
        return answer([_version(case_no, number, version.version) for version in report_versions.of(view.row)])


def _version(case_no: str, number: int, version: int) -> dict[str, Any]:
    found = report_versions.compare(current_actor(), case_no, number, before=None, after=version)
    return {
        "version": version,
        "digest": found.after.digest,
        "saved_at": iso(found.after.saved_at),
        "saved_by": found.after.saved_by,
        "changed": [
            {"field": field.field, "pieces": [[piece.change.value, piece.text] for piece in field.pieces]}
            for field in found.fields
            if field.is_changed
        ],
    }
