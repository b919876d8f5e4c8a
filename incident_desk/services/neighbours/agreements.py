"""The register of agreements on record: read by whoever is a party, kept by the office that entered them.

Names and numbers of contacts are shown to those who may see callers, masked to the others. Gaps are worked out from
the borders on key basins each time they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, or_, select

from incident_desk.domain.china_time import china_date
from incident_desk.domain.errors import N_, ChangedMeanwhile, DomainError, NotAllowed, NotFound
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.domain.list_files import RowProblem
from incident_desk.domain.neighbours.agreement_list import (
    COLUMNS,
    as_cells,
    party_name,
    read_agreement,
    shown_cells,
)
from incident_desk.domain.neighbours.agreements import (
    Agreement,
    AgreementEnded,
    AgreementLevel,
    Border,
    GapFound,
    border_pairs,
    gaps,
    key_basins,
    masked_name,
    masked_number,
)
from incident_desk.domain.neighbours.progress import Period
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import AgreementProgress, JointAgreement
from incident_desk.services import scope
from incident_desk.services.transaction import Transaction, transaction
from incident_desk.services.water import facilities

SEES_CONTACTS = "caller.read"


class AgreementUnreadable(DomainError):
    """Answers of the form that cannot be read; *problems* name each by field."""

    code = "agreement_unreadable"
    message_id = N_("Not saved: the marked answers cannot be read.")

    def __init__(self, problems: tuple[RowProblem, ...]) -> None:
        self.problems = problems
        super().__init__(field=problems[0].column)


class NumberTaken(DomainError):
    """Another entry of the office has this number."""

    code = "agreement_number_taken"
    status = 409
    message_id = N_("An agreement with the number %(number)s is on the register already.")


@dataclass(frozen=True, slots=True)
class AgreementFilter:
    """What a list shows; empty means all."""

    words: str = ""
    level: AgreementLevel | None = None


@dataclass(frozen=True, slots=True)
class AgreementView:
    """One line of the register; contacts as this actor may see them."""

    row: JointAgreement
    agreement: Agreement
    may_write: bool
    sees_contacts: bool
    disputes_open: int


def listed(actor: Actor, wanted: AgreementFilter | None = None) -> list[AgreementView]:
    """The agreements that *actor* may see, by number; those taken off the register stay out."""
    wanted = wanted or AgreementFilter()
    query = _visible(actor).where(JointAgreement.ended_at.is_(None))
    rows = db.session.scalars(query.order_by(JointAgreement.agreement_no, JointAgreement.id))
    views = [_view(row, actor) for row in rows]
    return [view for view in views if _fits(view, wanted)]


def one(actor: Actor, agreement_id: int) -> AgreementView:
    """One agreement, also one that was taken off.

    Raises:
        NotFound: there is none, or it is between other offices; the two look the same.
    """
    row = db.session.scalar(_visible(actor).where(JointAgreement.id == agreement_id))
    if row is None:
        raise NotFound
    return _view(row, actor)


def save(
    agreement_id: int | None,
    cells: Mapping[str, str],
    *,
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> JointAgreement:
    """Enter an agreement, or change the one with this id; *cells* are texts by column. Journal ``agreement.saved``.

    Cells that are not given stay as they are: whoever sees no contacts changes none.

    Raises:
        AgreementUnreadable: what cannot be read, by field.
        ChangedMeanwhile: it is no longer at *expected_version*; ``params`` hold both contents.
        NumberTaken, AgreementEnded, NotAllowed, NotFound.
    """
    with transaction() as tx:
        row = None if agreement_id is None else find_own(tx, agreement_id, actor)
        before = {} if row is None else as_cells(to_domain(row))
        if row is not None and expected_version is not None and row.version != expected_version:
            raise ChangedMeanwhile(current=cells_of(to_domain(row)), typed=dict(cells), version=row.version)
        given = {name: text for name, text in cells.items() if name in COLUMNS}
        found, problems = read_agreement({**before, **given}, tree=Rulebook.shipped().offices, today=china_date(now))
        if found is None:
            raise AgreementUnreadable(tuple(problems))
        _refuse_taken(tx, found, row, actor)
        if row is None or found != to_domain(row):
            row = put(tx, row, found, actor=actor, now=now)
            data = {"agreement": row.id, "version": row.version}
            tx.journal(None, "agreement.saved", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("agreement", row.id)
    return row


def end(agreement_id: int, *, actor: Actor, now: datetime) -> JointAgreement:
    """Take an agreement off the register; the row stays. Journal ``agreement.ended``.

    Raises:
        AgreementEnded, NotAllowed, NotFound.
    """
    with transaction() as tx:
        row = find_own(tx, agreement_id, actor)
        row.ended_at, row.ended_by = now, actor.ref
        row.agreement_no = f"{row.agreement_no}#{row.id}"  # its number may be given again
        data = {"agreement": row.id}
        tx.journal(None, "agreement.ended", actor=actor, at=now, office=row.office_code, data=data)
        tx.outcome("agreements", "all")
    return row


def gaps_of(actor: Actor, *, now: datetime) -> tuple[GapFound, ...]:
    """What the borders on key basins lack that the actor's office, or one below it, is a party to."""
    prefix = scope.code_prefix(actor.office)
    pairs = [pair for pair in border_pairs(_borders(), key_basins()) if any(c.startswith(prefix) for c in pair.parties)]
    known = [view.agreement for view in listed(actor)]
    return gaps(pairs, known, china_date(now))


def progress_sent(actor: Actor, period: str) -> datetime | None:
    """When the actor's office sent its progress report of the half-year ``2026-h1``; None while it has not.

    Raises:
        NoSuchPeriod: *period* is none.
    """
    query = select(AgreementProgress.sent_at).where(
        AgreementProgress.office_code == actor.office, AgreementProgress.period == Period.read(period).code
    )
    return db.session.scalar(query)


def names_of(codes: set[str]) -> dict[str, str]:
    """Areas by code, in Chinese."""
    offices = Rulebook.shipped().offices
    return {code: offices.get(code).area_zh for code in codes}


def to_domain(row: JointAgreement) -> Agreement:
    """The agreement as the rules see it."""
    values = {name: getattr(row, name) for name in COLUMNS}
    return Agreement(**{**values, "level": AgreementLevel(row.level)})


def cells_of(agreement: Agreement) -> dict[str, str]:
    """An agreement as the texts of its form, areas by name."""
    return shown_cells(agreement, Rulebook.shipped().offices)


def party_word(code: str) -> str:
    """An area for a form: its full name, or the code as it was given."""
    return party_name(code, Rulebook.shipped().offices)


def find_own(tx: Transaction, agreement_id: int, actor: Actor) -> JointAgreement:
    """An agreement that the actor's office, or one below it, entered; held until the commit.

    Raises:
        NotFound: there is none to see. NotAllowed: the other party's entry is read only. AgreementEnded.
    """
    row = tx.session.scalar(_visible(actor).where(JointAgreement.id == agreement_id).with_for_update())
    if row is None:
        raise NotFound
    if not row.office_code.startswith(scope.code_prefix(actor.office)):
        raise NotAllowed
    if row.ended_at is not None:
        raise AgreementEnded
    return row


def _visible(actor: Actor) -> Select[JointAgreement]:
    prefix = scope.code_prefix(actor.office)
    return select(JointAgreement).where(
        or_(
            JointAgreement.office_code.startswith(prefix),
            JointAgreement.upstream_code.startswith(prefix),
            JointAgreement.downstream_code.startswith(prefix),
        )
    )


def _view(row: JointAgreement, actor: Actor) -> AgreementView:
    sees = actor.may(SEES_CONTACTS)
    agreement = to_domain(row)
    return AgreementView(
        row=row,
        agreement=agreement if sees else _masked(agreement),
        may_write=actor.may("agreement.write") and row.office_code.startswith(scope.code_prefix(actor.office)),
        sees_contacts=sees,
        disputes_open=sum(one.settled_on is None for one in row.disputes),
    )


def _masked(agreement: Agreement) -> Agreement:
    return replace(
        agreement,
        upstream_contact=masked_name(agreement.upstream_contact),
        upstream_phone=masked_number(agreement.upstream_phone),
        downstream_contact=masked_name(agreement.downstream_contact),
        downstream_phone=masked_number(agreement.downstream_phone),
    )


def _fits(view: AgreementView, wanted: AgreementFilter) -> bool:
    one = view.agreement
    if wanted.level is not None and one.level is not wanted.level:
        return False
    areas = " ".join(names_of({one.upstream_code, one.downstream_code}).values())
    text = f"{one.agreement_no} {one.title} {one.water_body} {areas}".casefold()
    return all(word in text for word in wanted.words.casefold().split())


def _refuse_taken(tx: Transaction, found: Agreement, row: JointAgreement | None, actor: Actor) -> None:
    office = actor.office if row is None else row.office_code
    other = tx.session.scalar(
        select(JointAgreement.id).where(
            JointAgreement.office_code == office, JointAgreement.agreement_no == found.agreement_no
        )
    )
    if other is not None and (row is None or other != row.id):
        raise NumberTaken(field="agreement_no", number=found.agreement_no)


def put(
    tx: Transaction, row: JointAgreement | None, found: Agreement, *, actor: Actor, now: datetime
) -> JointAgreement:
    """Write *found* into *row*, or into a new row of the actor's office, inside a running transaction."""
    if row is None:
        row = JointAgreement(office_code=actor.office, version=0, entered_at=now, entered_by=actor.ref)
        tx.session.add(row)
    for name in COLUMNS:
        setattr(row, name, getattr(found, name))
    row.level = found.level.value
    row.version += 1
    row.changed_at, row.changed_by = now, actor.ref
    tx.session.flush()
    return row


def _borders() -> list[Border]:
    """Every border that the shipped rivers know."""
    found = []
    for place in facilities.places():
        told = place.attributes
        if place.kind == "border" and told.get("from_code") and told.get("to_code"):
            level = AgreementLevel(told["border_level"])
            found.append(Border(place.name, place.river or "", level, told["from_code"], told["to_code"]))
    return found
