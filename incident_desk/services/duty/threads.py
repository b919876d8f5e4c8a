"""Every open thread of the cases an office sees, read from the record: what a handover lists (交接班).

A subject that has something to hand over adds one reader to ``READERS``; nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import select

from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.code_lists import code_lists
from incident_desk.domain.duty.handover import OpenThread, ThreadKind, ordered
from incident_desk.domain.permissions import Actor
from incident_desk.domain.reports.report_fields import report_fields
from incident_desk.extensions import db
from incident_desk.models import (
    Callout,
    CalloutMember,
    Expert,
    Incident,
    InquiryRound,
    Office,
    PhoneCall,
    PublicOpinion,
    Report,
    ReportDelivery,
    RoundOffice,
    Task,
)
from incident_desk.services import scope
from incident_desk.services.cases import case_files
from incident_desk.services.command import instructions
from incident_desk.services.law import clocks

Cases = Mapping[int, Incident]
Reader = Callable[[Actor, Cases], Iterable[OpenThread]]
LONGEST_WORDS = 120


def open_threads(actor: Actor) -> tuple[OpenThread, ...]:
    """Everything that is open in the open cases *actor* sees, in the order of the list."""
    cases = {incident.id: incident for incident in case_files.open_cases(actor)}
    return ordered(thread for reader in READERS for thread in reader(actor, cases)) if cases else ()


def word(list_name: str, code: str, locale: str) -> str:
    """The name of a code; nothing where the lists have none, so that no thread is lost for want of a word."""
    found = code_lists().get(list_name, {}).get(code)
    return found.name(locale) if found is not None else ""


def _clocks(actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    found = [line for line in clocks.open_clocks(actor) if line.incident.id in cases]
    offices = scope.offices_by_code({line.clock.office for line in found})
    for line in found:
        clock, due = line.clock, line.urgent_at
        office = offices.get(clock.office)
        to = "、".join(name for _, name in clock.missing_recipients())
        zh = (
            f"{clock.title_zh}（{clock.duty_holder}{f'→{to}' if to else ''}）{f'，{zh_due_time(due)}前' if due else ''}"
        )
        there = ", ".join(word("recipient", code, "en") or name for code, name in clock.missing_recipients())
        holder = (office.name_en or office.name_zh) if office else clock.office
        en = f"{clock.title} ({holder}{f' → {there}' if there else ''})"
        yield OpenThread(ThreadKind.CLOCK, line.incident.case_no, f"clock:{line.id}", zh, en, due)


def _first_calls(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    query = select(PhoneCall).where(PhoneCall.incident_id.in_(cases), PhoneCall.state.in_(("to_make", "no_answer")))
    for row in db.session.scalars(query.order_by(PhoneCall.rank, PhoneCall.id)):
        again = row.state == "no_answer"
        zh = f"{row.name}{'（无人接听，须再拨）' if again else ''}"
        en = f"{row.reason.get('name_en') or row.name}{' (no answer, ring again)' if again else ''}"
        yield OpenThread(ThreadKind.FIRST_CALL, cases[row.incident_id].case_no, f"phone_call:{row.id}", zh, en)


def _asked_experts(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    query = (
        select(CalloutMember, Callout, Expert)
        .join(Callout, CalloutMember.callout_id == Callout.id)
        .join(Expert, CalloutMember.expert_id == Expert.id)
        .where(
            Callout.incident_id.in_(cases), Callout.state == "sent", CalloutMember.answered_at.is_(None),
            CalloutMember.stood_down_at.is_(None),
        )
    )  # fmt: skip
    for member, callout, expert in db.session.execute(query):
        yield OpenThread(
            ThreadKind.QUESTION, cases[callout.incident_id].case_no, f"callout_member:{member.id}",
            f"专家{expert.name}未答复", f"Expert {expert.name} has not answered",
        )  # fmt: skip


def _asked_offices(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    query = (
        select(RoundOffice, InquiryRound, Office)
        .join(InquiryRound, RoundOffice.round_id == InquiryRound.id)
        .join(Office, RoundOffice.office_code == Office.code)
        .where(InquiryRound.incident_id.in_(cases), InquiryRound.ended_at.is_(None), RoundOffice.answered_at.is_(None))
    )
    for asked, inquiry, office in db.session.execute(query):
        yield OpenThread(
            ThreadKind.QUESTION, cases[inquiry.incident_id].case_no, f"round_office:{asked.id}",
            f"第{inquiry.number}轮调度：{office.name_zh}未答复，{zh_due_time(inquiry.due_at)}前",
            f"Round {inquiry.number}: {office.name_en} has not answered", inquiry.due_at,
        )  # fmt: skip


def _asked_leaders(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    callouts = select(Callout).where(Callout.incident_id.in_(cases), Callout.state == "requested")
    for callout in db.session.scalars(callouts):
        yield OpenThread(
            ThreadKind.QUESTION, cases[callout.incident_id].case_no, f"callout:{callout.id}",
            "全库调用专家待带班领导确认", "The leader has not confirmed the call to the whole pool",
        )  # fmt: skip
    reports = select(Report).where(
        Report.incident_id.in_(cases), Report.asked_at.is_not(None), Report.signed_at.is_(None)
    )
    for report in db.session.scalars(reports):
        yield OpenThread(
            ThreadKind.QUESTION, cases[report.incident_id].case_no, f"report_sign:{report.id}",
            f"{word('report_kind', report.report_kind, 'zh_Hans')}（第{report.number}号）送签未批",
            f"{word('report_kind', report.report_kind, 'en')} no. {report.number} waits for the signature",
        )  # fmt: skip


def _public_opinion(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    query = select(PublicOpinion).where(PublicOpinion.incident_id.in_(cases), PublicOpinion.answered_at.is_(None))
    for row in db.session.scalars(query):
        yield OpenThread(
            ThreadKind.QUESTION, cases[row.incident_id].case_no, f"public_opinion:{row.id}",
            f"舆情待回应：{_short(row.text)}", f"Public concern to answer: {_short(row.text)}",
        )  # fmt: skip


def _receipts(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    query = (
        select(ReportDelivery, Report)
        .join(Report, ReportDelivery.report_id == Report.id)
        .where(
            Report.incident_id.in_(cases), ReportDelivery.reached_at.is_(None),
            Report.signed_at.is_not(None) | ReportDelivery.sent_at.is_not(None),
        )
    )  # fmt: skip
    for delivery, report in db.session.execute(query):
        sent = delivery.sent_at is not None
        kind = {locale: word("report_kind", report.report_kind, locale) for locale in ("zh_Hans", "en")}
        to = delivery.name or word("recipient", delivery.recipient, "zh_Hans")
        yield OpenThread(
            ThreadKind.RECEIPT, cases[report.incident_id].case_no, f"delivery:{delivery.id}",
            f"{kind['zh_Hans']}（第{report.number}号）{'已送' if sent else '未送'}{to}，未确认收到",
            f"{kind['en']} no. {report.number} to {to}: {'sent' if sent else 'not sent'}, receipt not confirmed",
        )  # fmt: skip


def _instructions(actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    for incident in cases.values():
        for view in instructions.open_of(actor, incident.case_no):
            kind = {locale: word("instruction_kind", view.row.kind, locale) for locale in ("zh_Hans", "en")}
            number = f"{view.row.number}" if view.row.number else ""
            yield OpenThread(
                ThreadKind.INSTRUCTION, incident.case_no, f"instruction:{view.row.id}",
                f"{kind['zh_Hans']}{f'第{number}号' if number else ''}：{_short(view.row.text)}",
                f"{kind['en']}{f' {number}' if number else ''}: {_short(view.row.text)}", view.row.due_at,
            )  # fmt: skip


def _tasks(_actor: Actor, cases: Cases) -> Iterable[OpenThread]:
    query = select(Task).where(Task.incident_id.in_(cases), Task.done_at.is_(None)).order_by(Task.opened_at, Task.id)
    for row in db.session.scalars(query):
        yield OpenThread(
            ThreadKind.TASK, cases[row.incident_id].case_no, f"task:{row.id}", _task(row, "zh_Hans"), _task(row, "en")
        )


def _task(row: Task, locale: str) -> str:
    subject = row.subject.removeprefix("sheet.")
    fields = {one.field: one for one in report_fields()}
    what = word("call_field", subject, locale)
    if not what and row.subject in fields:
        what = fields[row.subject].label_zh if locale == "zh_Hans" else fields[row.subject].label_en
    if row.subject == "place_on_river":
        what = "事发点在河道上的位置" if locale == "zh_Hans" else "the place on the river"
    kind = word("task_kind", row.kind, locale) or ("待办" if locale == "zh_Hans" else "Task")
    return f"{kind}：{what}" if what and locale == "zh_Hans" else f"{kind}: {what}" if what else kind


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_WORDS else plain[: LONGEST_WORDS - 1] + "…"


READERS: Sequence[Reader] = (
    _clocks, _first_calls, _asked_experts, _asked_offices, _asked_leaders, _public_opinion, _receipts, _instructions,
    _tasks,
)  # fmt: skip
"""One function for every subject that leaves something open."""
