"""What the pages of reports say: rows, fields to word, recipients with their proof, and the next act of each person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext

from incident_desk.domain.law.legal_codes import MetBy, ReportForm, ReportKind
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.addressees import department_of, in_order, is_department
from incident_desk.domain.reports.report_fields import report_fields
from incident_desk.domain.reports.report_wording import NOT_WORDED, TITLE
from incident_desk.domain.reports.reporting import ReportDraft
from incident_desk.domain.reports.sign_off import Delivery, DeliveryChannel
from incident_desk.domain.reports.urgency import Urgency
from incident_desk.models import DeliveryUndone, ReceiptChase, ReportDelivery
from incident_desk.routes.cases.clock_words import met_by_of
from incident_desk.routes.cases.clock_words import recipient as recipient_word
from incident_desk.routes.code_words import localized
from incident_desk.routes.context import actor_names
from incident_desk.services.law import clocks
from incident_desk.services.reports import (
    report_papers,
    report_receipts,
    report_recipients,
    report_signing,
    report_steps,
    report_versions,
    reporting,
    secret_items,
)
from incident_desk.services.reports.report_rows import ReportView, delivery_of

PHONE_CHANNELS = (DeliveryChannel.PHONE, DeliveryChannel.IN_PERSON)
WRITTEN_CHANNELS = (
    DeliveryChannel.FAX, DeliveryChannel.NETWORK, DeliveryChannel.WECHAT, DeliveryChannel.IN_PERSON,
    DeliveryChannel.MAIL, DeliveryChannel.PHONE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a report on the form: its name, what will be printed, what the case alone would give."""

    field: str
    section: str
    label: str
    text: str
    known: bool
    automatic: str
    own: bool
    may_word: bool
    theirs: str | None = None


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """One recipient: who it is, how far the report has come to it, and what was entered and no longer stands."""

    recipient: str
    name: str
    row: ReportDelivery
    delivery: Delivery | None
    chases: tuple[ReceiptChase, ...] = ()
    undone: tuple[DeliveryUndone, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether it is proven that it arrived."""
        return self.delivery is not None and self.delivery.has_proof()


def beginning(actor: Actor, case_no: str) -> dict[str, Any]:
    """What the form of a new report begins with: kind, office and recipients, from the clock one comes from."""
    rule_id, office = request.args.get("rule") or None, request.args.get("office") or None
    clock_id = request.args.get("clock", type=int)
    if clock_id is not None:
        clock = clocks.clock_of(actor, case_no, clock_id).clock
        rule_id, office = clock.rule_id, clock.office
    views = reporting.all_of(actor, case_no)
    kind = member_kind(request.args.get("kind")) or _next_kind(views, rule_id)
    wanted = report_recipients.wanted(
        actor, case_no, form=ReportForm.WRITTEN, rule_id=rule_id, office=office, kind=kind
    )
    return {
        "views": views,
        "rule_id": rule_id,
        "wanted": wanted,
        "choices": choices(wanted.office),
        "kinds": list(ReportKind),
        "kind": kind,
        "phone_first": rule_id != "R5" and kind is ReportKind.INITIAL,
    }


def member_kind(code: str | None) -> ReportKind | None:
    """The kind that an address names."""
    return ReportKind(code) if code in set(ReportKind) else None


def _next_kind(views: list[ReportView], rule_id: str | None) -> ReportKind:
    """What comes next: what the clock asks for that one comes from, else a follow-up once a first report is out."""
    met_by = met_by_of(rule_id) if rule_id else None
    if met_by is MetBy.RESULT_REPORT:
        return ReportKind.RESULT
    if met_by is MetBy.FOLLOW_UP_REPORT:
        return ReportKind.FOLLOW_UP
    filed = any(view.row.filed_at and view.draft.kind is ReportKind.INITIAL for view in views)
    return ReportKind.FOLLOW_UP if filed and rule_id not in {"R1", "R2", "R3", "R5", "R11"} else ReportKind.INITIAL


def choices(office: str) -> list[tuple[str, str]]:
    """Every addressee that an office may choose, by name in the language of the screen."""
    return [(code, addressee_word(code, name)) for code, name in report_recipients.choices(office)]


def addressee_word(code: str, name_zh: str) -> str:
    """The name of an addressee; of a department, in English, what it is for."""
    department = department_of(code)
    return localized(name_zh, department.name_en) if department else recipient_word(code, name_zh)


def show(actor: Actor, view: ReportView, typed: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the page of one report says; *typed* comes back as it was typed."""
    row = view.row
    recipients = _recipient_rows(view)
    items = secret_items.items_of(row)
    versions = report_versions.of(row)
    by_phone = view.draft.form is ReportForm.PHONE
    people = {row.drafted_by, row.checked_by, row.asked_by, row.sign_recorded_by, row.sign_confirmed_by}
    people |= {one.recorded_by for one in row.deliveries} | {version.saved_by for version in versions}
    people |= {step.recorded_by for step in row.steps} | {item.recorded_by for item in items}
    return {
        "view": view,
        "report": row,
        "fields": fields_of(view, typed, theirs),
        "recipient_rows": recipients,
        "choices": choices(row.office_code),
        "newly_owed": _newly_owed(actor, view),
        "moved_on": reporting.moved_on(view),
        "channels": PHONE_CHANNELS if by_phone else WRITTEN_CHANNELS,
        "script": report_papers.script(view),
        "chat": report_papers.chat(view),
        "signatories": report_signing.signatories(row.office_code),
        "colleagues": report_steps.known_people(row.office_code),
        "secret_items": items,
        "versions": versions,
        "previous": report_versions.previous_of(row),
        "urgencies": list(Urgency),
        "urgency": Urgency(row.urgency),
        "has_sketch": report_papers.has_sketch(view),
        "is_department": is_department,
        "names": actor_names({ref for ref in people if ref}),
        "may_write": reporting.may_write(actor, row),
        "me": actor.ref,
        "texts": row.texts,
    }


def fields_of(view: ReportView, typed: Mapping[str, str], theirs: Mapping[str, str]) -> list[FieldRow]:
    """The fields in the order of the report, the title first, then those that nothing is known of yet."""
    automatic = reporting.plain(view.row)
    rows = [_title_row(view, automatic, typed, theirs)]
    for row in report_fields():
        line = next((one for one in view.lines if one.field == row.field), None)
        alone = automatic.line(row.field)
        if line is None and row.field not in typed:
            continue
        given = alone.text if alone and alone.known else ""
        rows.append(
            FieldRow(
                field=row.field,
                section=row.section_zh,
                label=localized(row.label_zh, row.label_en),
                text=typed.get(row.field, (line.text if line.known else "") if line else ""),
                known=line.known if line else False,
                automatic=given or row.missing_zh,
                own=row.field in view.row.texts,
                may_word=row.field not in NOT_WORDED,
                theirs=theirs.get(row.field),
            )
        )
    return rows


def _title_row(
    view: ReportView, automatic: ReportDraft, typed: Mapping[str, str], theirs: Mapping[str, str]
) -> FieldRow:
    return FieldRow(
        field=TITLE,
        section="",
        label=gettext("Title"),
        text=typed.get(TITLE, view.draft.title),
        known=True,
        automatic=automatic.title,
        own=TITLE in view.row.texts,
        may_word=True,
        theirs=theirs.get(TITLE),
    )


def _recipient_rows(view: ReportView) -> list[RecipientRow]:
    order = in_order(one.recipient for one in view.row.deliveries)
    undone = report_receipts.undone_of(view.row)
    return [
        RecipientRow(
            one.recipient,
            addressee_word(one.recipient, one.name),
            one,
            delivery_of(one) if one.sent_at is not None else None,
            tuple(report_receipts.chases_of(view.row, one)) if one.chase_at is not None else (),
            tuple(entry for entry in undone if entry.recipient == one.recipient),
        )
        for one in sorted(view.row.deliveries, key=lambda one: order.index(one.recipient))
    ]


def _newly_owed(actor: Actor, view: ReportView) -> list[str]:
    """Names of recipients that open clocks lack and this report does not go to."""
    lines = [line.clock for line in clocks.clocks_of(actor, view.incident.case_no)]
    owed = report_recipients.missing_of(lines, view.row.office_code, view.draft.form)
    return [name for code, name in choices(view.row.office_code) if code in owed and code not in view.recipients]
