"""Messages to the leaders of an office, promised with the record they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from incident_desk.domain.messages import MessageKind
from incident_desk.domain.permissions import Role
from incident_desk.models import Incident, Person
from incident_desk.notify import wording
from incident_desk.services import addresses
from incident_desk.services.messages import outbox
from incident_desk.services.transaction import Transaction


def tell(
    tx: Transaction,
    incident: Incident,
    kind: MessageKind,
    words: Mapping[str, str],
    *,
    office: str,
    key_of: Callable[[int], str],
    about: Mapping[str, object],
    now: datetime,
) -> int:
    """Promise the text of *kind* to every active leader of *office* with a number; says how many were promised.

    *words* are those of the text besides case, grade and link, which are the same in all.
    """
    leaders = tx.session.scalars(
        select(Person).where(Person.office_code == office, Person.role == Role.LEADER.value, Person.is_active)
    ).all()
    return tell_people(tx, incident, kind, words, people=leaders, key_of=key_of, about=about, now=now)


def tell_people(
    tx: Transaction,
    incident: Incident,
    kind: MessageKind,
    words: Mapping[str, str],
    *,
    people: Iterable[Person],
    key_of: Callable[[int], str],
    about: Mapping[str, object],
    now: datetime,
) -> int:
    """As ``tell``, to *people*, of whom those without a number are left out."""
    told = [person for person in people if person.phone]
    for person in told:
        key = key_of(person.id)
        said = {
            "case": incident.case_no, "grade": grade_zh(incident.grade),
            "link": addresses.of(f"/incidents/{incident.case_no}"), **words,
        }  # fmt: skip
        text = wording.render(kind, said, key=key, exercise=incident.is_exercise)
        outbox.promise(
            tx, incident, key=key, template=kind.value, to_number=person.phone or "", body=text.body, not_before=now,
            about={**about, "person": person.id},
        )  # fmt: skip
    return len(told)


def grade_zh(grade: str | None) -> str:
    """``初判III级``, or that it is undetermined."""
    return f"初步认定{grade}级" if grade else "级别未判明"


def span_zh(span: timedelta) -> str:
    """``1小时32分``, ``3天4小时``; less than a minute is said so."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "不足1分"
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days}天{hours}小时"
    return f"{hours}小时{rest}分" if hours else f"{rest}分"
