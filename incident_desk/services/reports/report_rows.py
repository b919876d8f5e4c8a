"""Reports as stored: found through scope, read as domain values, written as drafts; what is signed or sent is fixed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.legal_codes import ReportForm, ReportKind
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.addressees import in_order
from incident_desk.domain.reports.report_snapshots import draft_from_snapshot, values_from_json
from incident_desk.domain.reports.report_steps import (
    ReportStep,
    ReportStepManner,
    StepAct,
    signed_lines,
    standing_check,
)
from incident_desk.domain.reports.report_wording import worded_draft, worded_values
from incident_desk.domain.reports.reporting import ReportDraft, ReportLine, ReportValues, TaskKind, draft_report
from incident_desk.domain.reports.sign_off import (
    Delivery,
    DeliveryChannel,
    Signature,
    SignManner,
    SignOff,
    SignState,
    unreached,
)
from incident_desk.models import Incident, Report, ReportDelivery, ReportStepRecord, ReportVersion
from incident_desk.services import scope
from incident_desk.services.cases import tasks
from incident_desk.services.transaction import Transaction


class ReportIsFixed(DomainError):
    """What is signed or sent stays as it is; what is new goes into a new report."""

    code = "report_is_fixed"
    status = 409
    message_id = N_("This report is signed or sent and stays as it is. Write a follow-up or a new report instead.")


class DraftChanged(DomainError):
    """The text that was read is not the text that would be signed or sent."""

    code = "draft_changed"
    status = 409
    message_id = N_("The report was changed after you opened it. Read it again, then act.")


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report with everything read out of its row; ``values`` carry the officer's own words."""

    incident: Incident
    row: Report
    draft: ReportDraft
    values: ReportValues
    sign_off: SignOff
    recipients: tuple[str, ...]
    deliveries: tuple[Delivery, ...]

    @property
    def state(self) -> SignState:
        """How far it has come."""
        return self.sign_off.state(self.deliveries)

    @property
    def is_fixed(self) -> bool:
        """Whether nothing about its content changes any more."""
        return is_fixed(self.row)

    @property
    def recipient_names(self) -> tuple[str, ...]:
        """The bodies it goes to by their full names, in the order of the hierarchy."""
        names = {one.recipient: one.name for one in self.row.deliveries}
        return tuple(names[recipient] for recipient in self.recipients)

    @property
    def lines(self) -> tuple[ReportLine, ...]:
        """The lines as they are read now: once signed, the line of the signatory says who signed."""
        return signed_lines(self.draft, self.sign_off.signature)

    @property
    def unreached(self) -> tuple[str, ...]:
        """Recipients without proof, in their order."""
        return unreached(self.recipients, self.deliveries)


def rows_of(incident_id: int) -> Select[Report]:
    """The reports of a case, newest first."""
    return select(Report).where(Report.incident_id == incident_id).order_by(Report.number.desc())


def find(actor: Actor, case_no: str, number: int, session: Session, *, lock: bool = False) -> tuple[Incident, Report]:
    """One report of a case *actor* may see.

    Raises:
        NotFound: there is none.
    """
    incident = scope.incident(actor, case_no, session)
    query = rows_of(incident.id).where(Report.number == number)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return incident, row


def find_own(actor: Actor, case_no: str, number: int, session: Session) -> tuple[Incident, Report]:
    """One report that the actor's office, or one below it, makes; locked until the commit.

    Raises:
        NotFound: there is none.
        NotAllowed: another office's report can be read, not written.
    """
    incident, row = find(actor, case_no, number, session, lock=True)
    if not row.office_code.startswith(scope.code_prefix(actor.office)):
        raise NotAllowed
    return incident, row


def refuse_fixed(row: Report) -> None:
    """Refuse a change of content of what is signed or sent.

    Raises:
        ReportIsFixed: it is.
    """
    if is_fixed(row):
        raise ReportIsFixed


def refuse_other_version(row: Report, expected_version: int | None, typed: Mapping[str, Any] | None = None) -> None:
    """Refuse an act on a version that is no longer the newest; nothing typed is lost.

    Raises:
        ChangedMeanwhile: ``params`` hold what stands there, what was typed, and the newest version.
    """
    if expected_version is not None and row.version != expected_version:
        raise ChangedMeanwhile(current=dict(row.texts), typed=dict(typed or {}), version=row.version)


def refuse_other_digest(row: Report, digest: str | None) -> None:
    """Refuse an act on a text that is not the one that was read.

    Raises:
        DraftChanged: it was written anew since.
    """
    if row.digest != digest:
        raise DraftChanged


def is_fixed(row: Report) -> bool:
    """Whether a report was signed or has gone out to anybody."""
    return row.signed_at is not None or any(one.sent_at is not None for one in row.deliveries)


def automatic_draft(row: Report) -> ReportDraft:
    """The draft as the case alone gives it, without an officer's words."""
    return draft_report(
        values_from_json(row.basis["values"]),
        draft_of(row).made_at,
        kind=ReportKind(row.report_kind),
        form=ReportForm(row.form),
        urgency=row.urgency,
    )


def write_draft(tx: Transaction, incident: Incident, row: Report, *, actor: Actor, now: datetime) -> ReportDraft:
    """Write the draft of *row* anew from its values and words; a check of the version before is void.

    Journal ``report.drafted`` with the digest; what is missing becomes tasks, what is no longer missing closes them.
    """
    values = values_from_json(row.basis["values"])
    automatic = draft_report(
        values, now, kind=ReportKind(row.report_kind), form=ReportForm(row.form), urgency=row.urgency
    )
    draft = worded_draft(automatic, row.texts)
    row.snapshot, row.digest = json.loads(draft.snapshot()), draft.digest()
    row.state, row.checked_by, row.checked_at = "draft", None, None
    row.version = (row.version or 0) + 1
    tx.session.flush()
    tx.session.add(
        ReportVersion(
            report_id=row.id, version=row.version, texts=dict(row.texts), snapshot=row.snapshot, digest=row.digest,
            saved_by=actor.ref, saved_at=now,
        )
    )  # fmt: skip
    data = {"report": row.id, "number": row.number, "kind": row.report_kind, "form": row.form}
    tx.journal(
        incident, "report.drafted", actor=actor, at=now, office=row.office_code,
        data={**data, "version": row.version, "digest": row.digest},
    )  # fmt: skip
    _tell_tasks(tx, incident, draft, actor=actor, now=now)
    return draft


def _tell_tasks(tx: Transaction, incident: Incident, draft: ReportDraft, *, actor: Actor, now: datetime) -> None:
    wanted = {(task.kind.value, task.field) for task in draft.tasks}
    for kind, field in sorted(wanted):
        tasks.open_task(tx, incident, kind, field, actor=actor, now=now)
    for line in draft.lines:
        for kind in TaskKind:
            if (kind.value, line.field) not in wanted and kind is not TaskKind.SIGN:
                tasks.close_task(tx, incident, kind.value, line.field, actor=actor, now=now)


def draft_of(row: Report) -> ReportDraft:
    """The draft as stored; its digest is the row's."""
    return draft_from_snapshot(row.snapshot)


def snapshot_bytes(row: Report) -> bytes:
    """The snapshot exactly as digested, for the archive."""
    return draft_of(row).snapshot()


def view_of(incident: Incident, row: Report) -> ReportView:
    """Everything that a page or a document needs of one report."""
    return ReportView(
        incident=incident,
        row=row,
        draft=draft_of(row),
        values=worded_values(values_from_json(row.basis["values"]), row.texts),
        sign_off=sign_off_of(row),
        recipients=recipients_of(row),
        deliveries=tuple(delivery_of(one) for one in row.deliveries if one.sent_at is not None),
    )


def recipients_of(row: Report) -> tuple[str, ...]:
    """To whom a report goes, in the order of the hierarchy."""
    return in_order(one.recipient for one in row.deliveries)


def sign_off_of(row: Report) -> SignOff:
    """Who has answered for a report."""
    acts = acts_of(row)
    check = standing_check(acts, row.digest or "")
    return SignOff(
        drafted_at=draft_of(row).made_at,
        digest=row.digest or "",
        checked_by=row.checked_by,
        checked_at=row.checked_at,
        signature=signature_of(row),
        check_open=check is not None and not check.is_confirmed(),
        draft_open=any(act.step is ReportStep.DRAFT and not act.is_confirmed() for act in acts),
    )


def acts_of(row: Report) -> tuple[StepAct, ...]:
    """Who drafted and checked a report, in the order in which it was recorded."""
    return tuple(act_of(step) for step in row.steps)


def act_of(step: ReportStepRecord) -> StepAct:
    """A stored step as a domain value."""
    return StepAct(
        ReportStep(step.step), ReportStepManner(step.manner), step.name, step.at, step.recorder_name, step.digest,
        image_sha256=step.image_sha256, second_hearer=step.second_hearer, confirmed_at=step.confirmed_at,
    )  # fmt: skip


def signature_of(row: Report) -> Signature | None:
    """The signature on record; the names are those written then."""
    if row.signed_at is None or row.sign_method is None:
        return None
    return Signature(
        manner=SignManner(row.sign_method),
        signatory=row.signatory or "",
        at=row.signed_at,
        recorded_by=row.basis.get("recorded_by_name", ""),
        digest=row.digest or "",
        image_sha256=row.signature_sha256,
        second_hearer=row.second_hearer,
        confirmed_at=row.sign_confirmed_at,
        confirmed_by=row.sign_confirmed_by,
        is_listed=row.signatory_listed is not False,
    )


def delivery_of(one: ReportDelivery) -> Delivery:
    """A report's way to one recipient; ``at`` is the act, ``received_at`` when it was confirmed."""
    assert one.sent_at is not None
    return Delivery(
        recipient=one.recipient,
        channel=DeliveryChannel(one.channel or DeliveryChannel.PHONE),
        at=one.sent_at,
        sent_by=one.recorded_by or "",
        receiver_name=one.receiver_name,
        proof=one.proof or one.proof_sha256,
        received_at=one.reached_at,
    )
