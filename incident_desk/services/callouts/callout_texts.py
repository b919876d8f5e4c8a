"""The texts of a call-out, promised with the record they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident_desk.domain.callouts.specialities import Discipline
from incident_desk.domain.china_time import zh_due_time
from incident_desk.domain.labels import label
from incident_desk.domain.messages import MessageKind, message_key
from incident_desk.models import Callout, CalloutMember, Expert, Incident, Office, OutboxMessage
from incident_desk.notify import wording
from incident_desk.services.callouts import answer_links
from incident_desk.services.calls import case_sheet
from incident_desk.services.messages import outbox
from incident_desk.services.tokens import token_digest
from incident_desk.services.transaction import Transaction

ANSWER_WITHIN = timedelta(minutes=15)
"""How long a person has to answer before the desk telephones."""


def ask(tx: Transaction, incident: Incident, people: Mapping[CalloutMember, Expert], *, now: datetime) -> None:
    """Promise each of *people* the text that asks, with a link of their own; members are on record already."""
    event = event_zh(tx.session, incident)
    sent: dict[CalloutMember, OutboxMessage] = {}
    for member, expert in people.items():
        token = answer_links.token_of(member.id, incident)
        member.link_digest = token_digest(token)
        words = {
            "office": sender_zh(_office_of(tx, member)),
            "event": event,
            "role": label(Discipline(member.reason["discipline"]), "zh_Hans"),
            "until": zh_due_time(now + ANSWER_WITHIN),
            "link": answer_links.address_of(token),
        }
        kind = MessageKind.CALLOUT_REQUEST
        sent[member] = _promise(
            tx, incident, member, expert, kind=kind, words=words, about=f"callout-{member.callout_id}", now=now
        )
    tx.session.flush()
    for member, message in sent.items():
        member.outbox_id = message.id


def tell(
    tx: Transaction,
    incident: Incident,
    member: CalloutMember,
    kind: MessageKind,
    words: Mapping[str, str],
    *,
    about: str,
    now: datetime,
) -> None:
    """Promise a short text to somebody who was asked; *about* makes its key."""
    expert = tx.session.get_one(Expert, member.expert_id)
    _promise(tx, incident, member, expert, kind=kind, words=words, about=about, now=now)


def sender_zh(office: str) -> str:
    """Who sends the text: the bureau by its name, a bare area with what it is about."""
    return office if "生态环境" in office else f"{office}环境应急"


def event_zh(session: Session, incident: Incident) -> str:
    """What happened and where, as the text says it."""
    sheet = case_sheet.current_sheet(incident, session)
    found = sheet.identified
    what = found.name_zh if found else sheet.substance
    return f"{place_zh(session, incident)}发生{what or ''}突发环境事件"


def place_zh(session: Session, incident: Incident) -> str:
    """Where it happened, as it was told."""
    sheet = case_sheet.current_sheet(incident, session)
    return sheet.place_text or sheet.water_body or "地点正在核实"


def _office_of(tx: Transaction, member: CalloutMember) -> str:
    """The name of the office that calls, which may stand above the case's own."""
    callout = tx.session.get_one(Callout, member.callout_id)
    office = tx.session.get(Office, callout.office_code)
    return office.name_zh if office else ""


def _promise(
    tx: Transaction,
    incident: Incident,
    member: CalloutMember,
    expert: Expert,
    *,
    kind: MessageKind,
    words: Mapping[str, str],
    about: str,
    now: datetime,
) -> OutboxMessage:
    key = message_key(incident.case_no, kind, about, f"expert-{expert.id}", member.round_no)
    text = wording.render(kind, {"case": incident.case_no, **words}, key=key, exercise=incident.is_exercise)
    return outbox.promise(
        tx, incident, key=key, template=kind.value, to_number=expert.phone, body=text.body, not_before=now,
        about={"member": member.id},
    )  # fmt: skip
