"""What the pages of command share: their sections, times as typed, refusals that keep what was typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from incident_desk.domain.errors import DomainError, NotAllowed, NotFound
from incident_desk.domain.law.rulebook import Rulebook
from incident_desk.routes.cases import case_forms
from incident_desk.routes.cases.case_frame import render_case
from incident_desk.routes.code_words import localized
from incident_desk.routes.form_parts import refusal, uploaded
from incident_desk.routes.guard import office_now
from incident_desk.services import installation
from incident_desk.services.command import command_rows

SECTIONS = (
    ("headquarters.index", lazy_gettext("Headquarters")),
    ("instructions.index", lazy_gettext("Instructions")),
    ("papers.index", lazy_gettext("Papers to the government")),
    ("response.index", lazy_gettext("Response and warning")),
    ("scene.index", lazy_gettext("Heads to the scene")),
    ("minutes.index", lazy_gettext("Meeting minutes")),
)
"""The pages of the tab and their words, in the order of a night."""

Page = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the tab."""

    href: str
    word: str
    current: bool


def render_command(template: str, case_no: str, *, section: str, **context: Any) -> str:
    """*template* inside the frame of the case, with the tab's own navigation."""
    sections = [
        Section(url_for(endpoint, case_no=case_no), str(word), endpoint.startswith(f"{section}."))
        for endpoint, word in SECTIONS
    ]
    around: dict[str, Any] = {"sections": sections, "errors": {}, "said": {}, "refusal": None, "failed": ""}
    return render_case(template, case_no, tab="command", **{**around, **context})


def act(do: Callable[[], object], *, page: Page, then: Callable[[Any], str], failed: str = "") -> ResponseReturnValue:
    """Do it and go where *then* says of its outcome; a refusal shows *page* again with everything that was typed.

    *failed* says which form of the page was refused.
    """
    try:
        done = do()
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        return page(status=error.status, **refusal(error), said=request.form, failed=failed)
    return redirect(then(done), code=303)


def bureau_word(code: str) -> str:
    """The ecology-and-environment office of *code* in the language of the screen."""
    return localized(Rulebook.shipped().offices.bureau_zh(code), installation.office_name(code, "en"))


def typed_past(field: str) -> datetime:
    """A time that has passed, as typed; nothing typed is now.

    Raises:
        TimeUnreadable, TimeInFuture: with *field*.
    """
    return case_forms.read_past(request.form.get(field, ""), office_now(), field=field)


def kept_upload(field: str) -> str | None:
    """The file of *field*, kept by its content; None where none was chosen.

    Raises:
        TooLarge, EmptyFile: the file.
    """
    return command_rows.keep_file(uploaded(field))
