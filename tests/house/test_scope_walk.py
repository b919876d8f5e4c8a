"""Every address is asked as a person of another office, of another role, and by a stranger: 404 and silence.

A view that is added is walked by itself; one whose address has a part that is not filled here fails the first test.
The officer of the case asks the same addresses, so that a 404 means what it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from incident_desk.domain.permissions import LINK, PERMISSIONS, PUBLIC, VENDOR, Role
from tests.conftest import NOW
from tests.full_case import PUBLISHED, SECRETS, FullCase, open_full_case
from tests.people import PEOPLE, actor

ROLES = {login: role for login, _name, role, _office in PEOPLE}
OUTSIDERS = ("stranger", "county")
"""An officer elsewhere, and one below who is no part of the case."""

ELSEWHERE = {"filename": "css/base.css", "token": "x" * 22, "rule_id": "R2"}
"""Parts of addresses that name no case: a file of the program, a link that nobody was given, a rule."""

OPEN = {PUBLIC, LINK, VENDOR}
NO_SUCH_CASE = "X420300-2026-9999"
FORM = {
    "text": "x", "note": "x", "kind": "message", "label": "x", "hours": "2", "answer": "yes", "state": "answered",
    "grade": "IV", "basis": "x", "reason": "x",
}  # fmt: skip
"""Good enough for most forms: a refusal must come from whose the case is, not from what was typed."""


BODIES: dict[str, Any] = {
    "api_calls.OnePhoneCall": {"state": "answered"},
    "api_reports.OneReport": {"texts": {}},
    "api_reports.ReportDeliveries": {"recipients": ["own_government"], "channel": "phone", "receiver_name": "x"},
}
"""What a program sends where an empty document is refused before what it names is looked up."""


@dataclass(frozen=True, slots=True)
class Address:
    """One way to ask: method, rule, endpoint, and the word that the view asks for."""

    method: str
    rule: str
    endpoint: str
    word: str | None

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def parts(self) -> list[str]:
        """The names in the address that have to be filled."""
        return re.findall(r"<(?:[^<>:]+:)?(\w+)>", self.rule)

    @property
    def is_of_a_case(self) -> bool:
        return "case_no" in self.parts

    @property
    def is_of_a_draft(self) -> bool:
        return "key" in self.parts

    def filled(self, ids: dict[str, Any]) -> str:
        return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: str((ELSEWHERE | ids)[found.group(1)]), self.rule)


def addresses(app: Any) -> list[Address]:
    found = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        cls = getattr(view, "view_class", None)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            handler = getattr(cls, method.lower()) if cls is not None else view
            found.append(Address(method, rule.rule, rule.endpoint, getattr(handler, "permission", None)))
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, FullCase, dict[str, str]]]:
    """A desk with one full case, made once: no walk may change it, which the last test proves."""
    from incident_desk.app import create_app
    from incident_desk.extensions import db
    from incident_desk.models import Setting
    from incident_desk.services import database, people
    from incident_desk.settings import Settings
    from tests.people import seed_people

    home = tmp_path_factory.mktemp("walk") / "home"
    app = create_app(Settings(home=home, database_url=f"sqlite:///{home / 'desk.sqlite3'}", secret_key="for tests"))
    with app.app_context():
        database.upgrade(db.engine)
        seed_people()
        db.session.add(Setting(name="exercise", value={"on": True}))
        db.session.commit()
        full = open_full_case(datetime.now(UTC))
        tokens = {}
        for login, role in ROLES.items():
            person = actor(login)
            tokens[login] = people.make_token(
                login, role=role, office=person.office, actor=person, now=NOW, person_id=person.person_id
            )
        tokens["quiet"] = people.make_token("quiet", role=Role.DUTY_OFFICER, office="420600", actor=person, now=NOW)
        db.session.remove()
    yield app, full, tokens
    app.extensions["journal_follower"].end()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(house: Any) -> Any:
    return house[0]


@pytest.fixture
def full(house: Any) -> FullCase:
    found: FullCase = house[1]
    return found


Asking = Callable[..., Any]


@pytest.fixture
def ask(house: Any) -> Asking:
    """``ask(address, "stranger", ids)``: by a program's token, so that no form token stands in the way."""
    app, _full, tokens = house

    def once(address: Address, login: str | None, ids: dict[str, Any]) -> Any:
        headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {tokens[login]}"} if login else {})
        more: dict[str, Any] = {"headers": headers}
        if address.method != "GET":
            is_json = address.rule.startswith("/api/") or (address.is_of_a_draft and address.method == "PUT")
            more |= (
                {"json": BODIES.get(address.endpoint, {})} if is_json else {"data": FORM | {"case_no": ids["case_no"]}}
            )
            more["headers"] = headers | {"If-Match": '"1"'}
        return app.test_client().open(address.filled(ids), method=address.method, buffered=True, **more)

    return once


def words_of(answer: Any, full: FullCase) -> list[str]:
    """What of the case stands in an answer: its number, its words, the title of its release."""
    said = answer.get_data() + str(answer.headers).encode()
    echoed = answer.request.path.encode()
    said = said.replace(echoed, b"")
    return [word for word in (full.case_no, PUBLISHED, *SECRETS) if word.encode() in said]


def test_every_part_of_every_address_can_be_filled(app: Any, full: FullCase) -> None:
    unknown = {
        f"{address}: {part}"
        for address in addresses(app)
        for part in address.parts
        if part not in ELSEWHERE and part not in full.ids
    }
    assert unknown == set(), "fill it in tests/full_case.py, so that the walk comes past"


def test_the_officer_of_the_case_finds_what_the_others_do_not(app: Any, full: FullCase, ask: Asking) -> None:
    missing = []
    for address in addresses(app):
        if address.method != "GET" or not (address.is_of_a_case or address.is_of_a_draft):
            continue
        answer = ask(address, _who_may(address), full.ids)
        if answer.status_code not in {200, 302, 303}:
            missing.append(f"{address}: {answer.status_code}")
    assert not missing, "an address that its owner cannot open proves nothing:\n" + "\n".join(missing)


def _who_may(address: Address) -> str:
    """Somebody of the case's office whose role carries the word."""
    return next(
        (
            login
            for login in ("officer", "leader", "archivist", "admin", "field")
            if address.word in PERMISSIONS[ROLES[login]]
        ),
        "officer",
    )


def test_the_walk_sees_the_words_of_the_case_where_they_are(app: Any, full: FullCase, ask: Asking) -> None:
    seen: set[str] = set()
    for address in addresses(app):
        if address.method == "GET" and address.word not in OPEN and address.endpoint != "static":
            seen |= set(words_of(ask(address, _who_may(address), full.ids), full))
    assert seen == {full.case_no, PUBLISHED, *SECRETS}


@pytest.mark.parametrize("login", OUTSIDERS)
def test_another_office_gets_404_at_every_address_of_the_case(
    app: Any, full: FullCase, ask: Asking, login: str
) -> None:
    wrong = []
    for address in addresses(app):
        if not address.is_of_a_case or address.word in OPEN:
            continue
        answer = ask(address, login, full.ids)
        expected = 404 if address.word in PERMISSIONS[ROLES[login]] else 403
        if answer.status_code != expected:
            wrong.append(f"{address}: {answer.status_code}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("login", [*OUTSIDERS, None])
def test_nothing_of_the_case_stands_in_any_answer_to_outsiders(
    app: Any, full: FullCase, ask: Asking, login: str | None
) -> None:
    leaks = []
    for address in addresses(app):
        words = words_of(ask(address, login, full.ids), full)
        if _is_public_release(address):
            words = [word for word in words if word not in {PUBLISHED, full.case_no}]
        if words:
            leaks.append(f"{address}: {words}")
    assert not leaks, "\n".join(leaks)


def _is_public_release(address: Address) -> bool:
    """What was published may be read by everybody, and nothing else of the case."""
    return address.endpoint.startswith("public.")


def test_a_case_of_another_office_and_no_case_look_the_same(app: Any, full: FullCase, ask: Asking) -> None:
    different = []
    for address in addresses(app):
        if "case_no" not in address.parts or address.word in OPEN or address.method != "GET":
            continue
        foreign, none = (ask(address, "stranger", full.ids | {"case_no": no}) for no in (full.case_no, NO_SUCH_CASE))
        if (foreign.status_code, plain(foreign, full.case_no)) != (none.status_code, plain(none, NO_SUCH_CASE)):
            different.append(str(address))
    assert not different, "\n".join(different)


def test_a_draft_of_another_office_looks_like_a_sheet_that_nobody_began_and_stays_as_it_is(
    app: Any, full: FullCase, ask: Asking
) -> None:
    before = draft_row(app, full.ids["key"])
    for address in addresses(app):
        if not address.is_of_a_draft:
            continue
        foreign = ask(address, "stranger", full.ids)
        if address.method == "GET":
            none = ask(address, "stranger", full.ids | {"key": "x" * 22})
            assert plain(foreign, full.ids["key"]) == plain(none, "x" * 22), str(address)
        elif address.endpoint != "calls.discard":
            assert foreign.status_code == 404, str(address)
        assert draft_row(app, full.ids["key"]) == before, str(address)


def draft_row(app: Any, key: str) -> Any:
    from sqlalchemy import select

    from incident_desk.extensions import db
    from incident_desk.models import CallDraft

    with app.app_context():
        row = db.session.execute(select(CallDraft.__table__).where(CallDraft.key == key)).one()
        db.session.remove()
        return tuple(row)


def plain(answer: Any, case_no: str) -> str:
    """An answer without what differs from one to the next by itself: nonces, tokens, the number that was asked for."""
    text = answer.get_data(as_text=True).replace(case_no, "CASE")
    text = re.sub(r"\b\d\d:\d\d:\d\d\b", "TIME", text)  # two pages may be written in two seconds
    return re.sub(r'(nonce|value|content|data-server-now)="[^"]*"', r"\1", text)


def test_a_stranger_without_a_name_is_sent_to_sign_in_or_away(app: Any, full: FullCase, ask: Asking) -> None:
    wrong = []
    for address in addresses(app):
        if address.word in OPEN or address.endpoint == "static":
            continue
        answer = ask(address, None, full.ids)
        is_sign_in = answer.status_code == 302 and "/sign-in" in answer.headers["Location"]
        if not is_sign_in and answer.status_code not in {400, 401, 404}:
            wrong.append(f"{address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_a_link_that_nobody_was_given_opens_nothing(app: Any, full: FullCase, ask: Asking) -> None:
    for address in addresses(app):
        if "token" in address.parts:
            assert ask(address, None, full.ids).status_code == 404, str(address)


@pytest.mark.parametrize("login", ["field", "archivist", "admin", "county"])
def test_a_role_without_the_word_is_refused_everywhere(app: Any, full: FullCase, ask: Asking, login: str) -> None:
    wrong = []
    for address in addresses(app):
        if address.word is None or address.word in OPEN or address.word in PERMISSIONS[ROLES[login]]:
            continue
        answer = ask(address, login, full.ids)
        if answer.status_code not in {403, 404} or words_of(answer, full):
            wrong.append(f"{address}: {answer.status_code} {words_of(answer, full)}")
    assert not wrong, "\n".join(wrong)


def test_the_ids_of_another_offices_case_open_nothing_under_a_case_of_ones_own(
    app: Any, full: FullCase, ask: Asking
) -> None:
    """The number in the address is the stranger's own; what it names inside belongs to Shiyan."""
    own = own_case(app)
    wrong = []
    for address in addresses(app):
        inner = [part for part in address.parts if part not in {"case_no", "field", *ELSEWHERE}]
        if "case_no" not in address.parts or not inner or address.word in OPEN:
            continue
        answer = ask(address, "stranger", full.ids | {"case_no": own})
        expected = 404 if address.word in PERMISSIONS[Role.DUTY_OFFICER] else 403
        if answer.status_code != expected or words_of(answer, full):
            wrong.append(f"{address}: {answer.status_code} {words_of(answer, full)}")
    assert not wrong, "\n".join(wrong)


def own_case(app: Any) -> str:
    """A case of the stranger's office, with nothing but a call in it."""
    from incident_desk.extensions import db
    from incident_desk.services.calls import call_taking
    from tests.services.sheets import NOTHING_KNOWN, sheet

    with app.app_context():
        number: str = call_taking.take_call(sheet(NOTHING_KNOWN), actor=actor("stranger"), now=NOW).case_no
        db.session.remove()
        return number


def test_counts_do_not_tell_another_office_that_there_is_a_case(app: Any, ask: Asking, full: FullCase) -> None:
    """The numbers for whoever watches the desk are those of the asker's own office and below; this one has no case."""
    metrics = Address("GET", "/metrics", "health.metrics", "board.read")
    told = {
        login: dict(line.split() for line in ask(metrics, login, full.ids).get_data(as_text=True).splitlines())
        for login in ("quiet", "officer")
    }
    assert int(told["officer"]["incident_desk_open_cases"]) >= 1
    assert told["quiet"]["incident_desk_open_cases"] == "0"
    assert told["quiet"]["incident_desk_open_clocks"] == "0"


def test_no_walk_has_changed_the_case(app: Any, full: FullCase, ask: Asking) -> None:
    """Asked last: everybody who may not comes past once more, and every row of the case stays as it is."""
    before = rows_of(app, full.case_no)
    assert len(before) > 50
    for login in (*OUTSIDERS, None):
        for address in addresses(app):
            if address.method != "GET":
                ask(address, login, full.ids)
    assert rows_of(app, full.case_no) == before


def rows_of(app: Any, case_no: str) -> dict[str, list[Any]]:
    """Every row that belongs to the case, by table."""
    from sqlalchemy import select

    from incident_desk.extensions import db
    from incident_desk.models import Base, Incident

    found: dict[str, Any] = {}
    with app.app_context():
        identity = db.session.scalar(select(Incident.id).where(Incident.case_no == case_no))
        for table in Base.metadata.sorted_tables:
            column = next((table.c[name] for name in ("incident_id", "case_no") if name in table.c), None)
            if column is None:
                continue
            wanted = case_no if column.name == "case_no" else identity
            rows = db.session.execute(select(table).where(column == wanted)).all()
            found |= {f"{table.name} {number}": tuple(row) for number, row in enumerate(rows)}
        db.session.remove()
    return found
