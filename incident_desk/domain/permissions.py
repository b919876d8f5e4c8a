"""Who may do what: roles, the words on views, and the person behind an act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the desk."""

    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    COUNTY_COLLEAGUE = "county_colleague"
    FIELD_STAFF = "field_staff"
    ARCHIVIST = "archivist"
    ADMINISTRATOR = "administrator"
    WALL_SCREEN = "wall_screen"


_READ = frozenset(
    {"board.read", "incident.read", "journal.read", "map.read", "clock.read", "rules.read", "periodic.read"}
)
_DESK = _READ | {
    "call.take", "incident.open", "fact.record", "grade.judge", "phone_call.record", "trace.run", "callout.send",
    "expert.read", "evidence.read", "evidence.add", "field_link.make", "report.draft", "report.check", "report.file",
    "report.read", "release.record", "release.read", "release.draft", "release.check", "figure.enter", "figure.approve",
    "opinion.record", "task.close", "reminder.acknowledge", "finding.propose",
    "finding.answer", "periodic.record", "journal.add", "caller.read", "archive.read",
    "command.read", "command.write", "duty.read", "duty.hand_over",
    "neighbour.read", "neighbour.write", "agreement.read", "agreement.write",
    "round.read", "round.ask", "round.answer", "closing.read", "closing.record",
}  # fmt: skip

PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.DUTY_OFFICER: _DESK,
    Role.LEADER: _DESK
    | {
        "report.sign",
        "release.clear",
        "release_chain.set",
        "command.sign",
        "office.settings",
        "callout.confirm",
        "archive.export",
        "duty.plan",
        "closing.decide",
    },
    Role.COUNTY_COLLEAGUE: _READ
    | {
        "call.take",
        "incident.open",
        "fact.record",
        "phone_call.record",
        "evidence.read",
        "evidence.add",
        "report.draft",
        "report.check",
        "report.file",
        "report.read",
        "release.read",
        "figure.enter",
        "opinion.record",
        "caller.read",
        "trace.run",
        "command.read",
        "reminder.acknowledge",
        "finding.propose",
        "finding.answer",
        "duty.read",
        "duty.hand_over",
        "neighbour.read",
        "neighbour.write",
        "round.read",
        "round.answer",
        "closing.read",
        "agreement.read",
    },
    Role.FIELD_STAFF: frozenset({"incident.read", "map.read", "evidence.add", "evidence.read"}),
    Role.ARCHIVIST: _READ
    | {
        "evidence.read",
        "report.read",
        "release.read",
        "archive.read",
        "archive.export",
        "command.read",
        "duty.read",
        "neighbour.read",
        "agreement.read",
        "round.read",
        "closing.read",
        "closing.record",
    },
    Role.ADMINISTRATOR: frozenset(
        {
            "expert.read",
            "expert.import",
            "rules.read",
            "board.read",
            "duty.read",
            "duty.plan",
            "release_chain.set",
            "office.settings",
            "agreement.read",
            "agreement.write",
        }
    ),
    Role.WALL_SCREEN: frozenset({"board.read", "incident.read", "map.read", "clock.read", "journal.read"}),
}

PUBLIC = "public"
"""The word on a view that asks nobody's name: sign-in, health, the public page."""

LINK = "link"
"""The word on a view that a signed short link opens: field photographs, an expert's answer."""

VENDOR = "vendor"
"""The word on a view that a vendor's signed callback opens."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person, program or process behind an act.

    ``ref`` is what the journal stores: ``person:7``, ``link:12``, ``token:3``, ``worker``; never a name.
    """

    ref: str
    office: str
    role: Role | None = None
    name: str = ""
    person_id: int | None = None

    def may(self, permission: str) -> bool:
        """True when this actor's role carries *permission*."""
        return self.role is not None and permission in PERMISSIONS[self.role]


def worker_actor(office: str) -> Actor:
    """The background worker acting for *office*."""
    return Actor(ref="worker", office=office)
