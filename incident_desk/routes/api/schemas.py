"""What goes in and out of ``/api/v1``, described once for reading and for the OpenAPI document."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

from incident_desk.domain.law.legal_codes import Grade
from incident_desk.services.screens.board import LAST_SEQ

MOST_ROWS = 500


class Page(Schema):
    """Which part of a list."""

    state = fields.String(validate=validate.OneOf(("open", "closed")))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, MOST_ROWS))
    before = fields.String(metadata={"description": "case number of the last one read"})


class JournalPage(Schema):
    """Which entries of the journal."""

    after = fields.Integer(
        load_default=0, validate=validate.Range(0, LAST_SEQ), metadata={"description": "last seq read"}
    )
    limit = fields.Integer(load_default=MOST_ROWS, validate=validate.Range(1, MOST_ROWS))


class FactQuery(Schema):
    """Which facts."""

    kind = fields.String(validate=validate.Length(max=80))


class SheetIn(Schema):
    """Answers of a call sheet under their form keys; whatever cannot be read is kept as typed and named."""

    class Meta:
        """Every key of the sheet is taken; ``CallSheet.from_form`` knows them."""

        unknown = INCLUDE

    learned_at = fields.String(metadata={"description": "when the office learned; default now"})
    place_text = fields.String()
    coordinates = fields.String(metadata={"description": "as pasted, such as 110.53, 32.68"})
    datum = fields.String()
    substance = fields.String()
    un_no = fields.String()
    carried = fields.String(metadata={"description": "with its unit, such as 18 t"})
    leaked = fields.String()
    into_water = fields.String()


class FactIn(Schema):
    """One dated fact; *data* holds the keys of its kind."""

    kind = fields.String(required=True, validate=validate.Length(1, 80))
    at = fields.AwareDateTime(required=True, format="iso")
    data = fields.Dict(keys=fields.String(), load_default=dict)
    source = fields.String(validate=validate.Length(max=200))


class JudgementIn(Schema):
    """A person's judgement of the grade."""

    grade = fields.String(required=True, validate=validate.OneOf([grade.value for grade in Grade]))
    basis = fields.String(required=True, validate=validate.Length(max=2000))
    second = fields.String(load_default="", validate=validate.Length(max=100))
    at = fields.AwareDateTime(format="iso")


class PhoneCallIn(Schema):
    """How a telephone call went."""

    state = fields.String(required=True)
    answered_by = fields.String(load_default="", validate=validate.Length(max=100))
    said = fields.String(load_default="", validate=validate.Length(max=2000))
    done = fields.String(load_default="", validate=validate.Length(max=2000))


class IncidentOut(Schema):
    """A case as lists show it."""

    case_no = fields.String()
    title = fields.String()
    office = fields.String()
    state = fields.String()
    grade = fields.String(allow_none=True)
    is_exercise = fields.Boolean()
    learned_at = fields.String()
    occurred_at = fields.String(allow_none=True)
    opened_at = fields.String()
    version = fields.Integer()


class FactOut(Schema):
    """A fact on record."""

    id = fields.Integer()
    kind = fields.String()
    at = fields.String()
    recorded_at = fields.String()
    recorded_by = fields.String()
    office = fields.String()
    data = fields.Dict()
    source = fields.String(allow_none=True)


class ClockOut(Schema):
    """A clock as the command line prints it, with its case and who still lacks the report."""

    id = fields.Integer()
    case_no = fields.String()
    rule_id = fields.String()
    office = fields.String()
    title = fields.String()
    title_zh = fields.String()
    article = fields.String()
    duty_holder = fields.String()
    recipients = fields.List(fields.String())
    missing_recipients = fields.List(fields.String())
    starts_at = fields.String()
    due_at = fields.String(allow_none=True)
    strict_due_at = fields.String(allow_none=True)
    strict_because = fields.String(allow_none=True)
    state = fields.String()
    met_at = fields.String(allow_none=True)
    seconds_left = fields.Integer(allow_none=True)
    because = fields.List(fields.Dict())


class ClocksOut(Schema):
    """Clocks at one moment of office time."""

    now = fields.String()
    clocks = fields.List(fields.Nested(ClockOut))
