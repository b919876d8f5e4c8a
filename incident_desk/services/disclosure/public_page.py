"""Our page for the public: what was published, which word corrects which, and what stood there when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from incident_desk.domain.errors import NotFound
from incident_desk.extensions import db
from incident_desk.models import Incident, PublicState, Release
from incident_desk.services.disclosure import public_states
from incident_desk.services.disclosure.release_rows import NEWEST, ReleaseView, view_of


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """A release on the page: its place among its corrections, and what it corrects and is corrected by, if shown."""

    view: ReleaseView
    version: int
    versions: int
    corrects: ReleaseView | None
    corrected_by: ReleaseView | None


@dataclass(frozen=True, slots=True)
class PublicCase:
    """What anybody may see of a case: its number, whether it is an exercise, and what was published, newest first."""

    case_no: str
    is_exercise: bool
    releases: tuple[ShownRelease, ...]
    states: tuple[PublicState, ...] = ()


def public_case(case_no: str) -> PublicCase:
    """What anybody may see of one case.

    Raises:
        NotFound: nothing of it is on the public page; whether there is such a case is not said.
    """
    found = _cases(Incident.case_no == case_no)
    if not found:
        raise NotFound
    case, incident = found[0]
    states = public_states.states_of(db.session(), incident)
    return PublicCase(case.case_no, case.is_exercise, case.releases, tuple(states))


def public_cases() -> list[PublicCase]:
    """Every case with something on the public page, the newest publication first."""
    return [case for case, _ in _cases()]


def _cases(*conditions: ColumnElement[bool], limit: int = 200) -> list[tuple[PublicCase, Incident]]:
    query = (
        select(Release, Incident)
        .join(Incident, Release.incident_id == Incident.id)
        .where(Release.is_on_public_page, Release.withdrawn_at.is_(None), *conditions)
        .order_by(*NEWEST)
        .limit(limit)
    )
    by_case: dict[str, list[ReleaseView]] = {}
    for row, incident in db.session.execute(query):
        by_case.setdefault(incident.case_no, []).append(view_of(incident, row))
    return [
        (PublicCase(case_no, views[0].incident.is_exercise, shown_among(views)), views[0].incident)
        for case_no, views in by_case.items()
    ]


def shown_among(views: list[ReleaseView]) -> tuple[ShownRelease, ...]:
    """*views* with their place among the corrections that are there."""
    by_id = {view.row.id: view for view in views}
    later: dict[int | None, ReleaseView] = {
        view.row.corrects_id: view for view in reversed(views) if view.row.corrects_id in by_id
    }
    return tuple(_placed(view, by_id, later) for view in views)


def _placed(
    view: ReleaseView, by_id: Mapping[int, ReleaseView], later: Mapping[int | None, ReleaseView]
) -> ShownRelease:
    before = _walk(view, lambda one: by_id.get(one.row.corrects_id or 0))
    after = _walk(view, lambda one: later.get(one.row.id))
    return ShownRelease(
        view=view,
        version=len(before) + 1,
        versions=len(before) + 1 + len(after),
        corrects=before[0] if before else None,
        corrected_by=after[0] if after else None,
    )


def _walk(view: ReleaseView, step: Callable[[ReleaseView], ReleaseView | None]) -> list[ReleaseView]:
    """What follows *view* by *step*, nearest first; each once."""
    found: list[ReleaseView] = []
    here = step(view)
    while here is not None and here not in found:
        found.append(here)
        here = step(here)
    return found
