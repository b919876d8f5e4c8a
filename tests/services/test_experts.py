"""The pool: a list is taken whole or not at all; two people editing lose nothing; what goes out comes back in."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from incident_desk.domain.callouts.experts import ExpertChangeKind
from incident_desk.domain.callouts.specialities import Discipline
from incident_desk.domain.errors import ChangedMeanwhile, NotFound
from incident_desk.domain.permissions import Actor
from incident_desk.extensions import db
from incident_desk.models import Expert
from incident_desk.paths import data_dir
from incident_desk.services.callouts import expert_lists, experts
from tests.conftest import NOW
from tests.services.wire import journal_kinds

pytestmark = pytest.mark.usefixtures("app_context")

ADMIN = Actor("person:1", "420300")
HEAD = "编号,姓名,专长,行政区划代码,手机,样例\r\n"
ONE = HEAD + "E1,张工,危险化学品,420300,+8610000000900,是\r\n"


def take(text: str, encoding: str = "utf-8") -> None:
    experts.take_file(text.encode(encoding), actor=ADMIN, now=NOW)


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Expert)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_taken_in_the_encodings_of_offices(encoding: str) -> None:
    take(ONE, encoding)
    assert experts.one("E1").name == "张工"
    assert experts.one("E1").specialities == ["HAZCHEM"]
    assert journal_kinds("expert.") == ["expert.imported"]


def test_reading_a_list_stores_nothing() -> None:
    assert experts.read_file(ONE.encode()).count(ExpertChangeKind.ADDED) == 1
    assert count() == 0


def test_a_list_with_one_fault_is_not_taken_at_all() -> None:
    with pytest.raises(experts.ExpertFileRefused):
        take(ONE + "E2,李工,危险化学品,4203,+8610000000901,是\r\n")
    assert count() == 0


def test_taking_the_same_list_again_changes_nothing() -> None:
    take(ONE)
    take(ONE)
    assert experts.one("E1").version == 1


def test_a_newer_list_changes_and_keeps_those_not_in_it() -> None:
    take(ONE)
    take(HEAD + "E2,李工,气象,420300,+8610000000901,是\r\n")
    take(HEAD + "E1,张高工,危险化学品,420300,+8610000000900,是\r\n")
    assert (experts.one("E1").name, experts.one("E1").version) == ("张高工", 2)
    assert count() == 2


def test_a_number_that_is_somebody_elses_is_a_fault() -> None:
    take(ONE)
    found = experts.read_file((HEAD + "E2,李工,气象,420300,+8610000000900,是\r\n").encode())
    assert not found.ok
    assert "E1" in str(found.problems[0])


def test_a_file_beyond_a_megabyte_is_refused_unread() -> None:
    with pytest.raises(experts.ExpertFileTooLarge):
        experts.read_file(b"x" * 1_000_001)


def test_the_sample_pool_has_eighty_who_cannot_be_rung() -> None:
    assert experts.load_sample_pool(actor=ADMIN, now=NOW) == 80
    rows = experts.listed()
    assert all(row.is_sample and row.phone.startswith("+861000000") for row in rows)
    assert experts.pool(db.session(), is_exercise=False) == {}
    assert len(experts.pool(db.session(), is_exercise=True)) == 80


def test_what_is_exported_is_read_again_as_the_same() -> None:
    experts.load_sample_pool(actor=ADMIN, now=NOW)
    out = expert_lists.for_spreadsheets(map(experts.to_domain, experts.listed()))
    assert out.startswith(b"\xef\xbb\xbf")
    assert experts.read_file(out).count(ExpertChangeKind.UNCHANGED) == 80


def test_an_export_holds_no_formula() -> None:
    take(HEAD + '"E1","=1+1",危险化学品,420300,+8610000000900,是\r\n')
    assert "'=1+1" in expert_lists.for_spreadsheets([experts.to_domain(experts.one("E1"))]).decode("utf-8-sig")


def _change(cells: dict[str, str], version: int | None = 1, *, is_active: bool = True) -> Expert:
    return experts.change_expert("E1", cells, is_active=is_active, actor=ADMIN, now=NOW, expected_version=version)


def test_a_change_is_read_like_a_cell_and_journalled() -> None:
    take(ONE)
    row = _change({"unavailable_from": "2026/12/1", "unavailable_to": "2026年12月31日"})
    assert (row.unavailable_from.isoformat(), row.version) == ("2026-12-01", 2)  # type: ignore[union-attr]
    assert journal_kinds("expert.")[-1] == "expert.changed"


def test_two_people_editing_one_expert_lose_nothing() -> None:
    take(ONE)
    _change({"name": "张一"})
    with pytest.raises(ChangedMeanwhile) as refused:
        _change({"name": "张二"})
    assert refused.value.params["current"]["name"] == "张一"
    assert refused.value.params["typed"]["name"] == "张二"


def test_what_cannot_be_read_is_named_by_field() -> None:
    take(ONE)
    with pytest.raises(experts.ExpertUnreadable) as refused:
        _change({"mobile": "12", "unavailable_from": "soon"})
    assert {problem.column for problem in refused.value.problems} == {"mobile", "unavailable_from"}


def test_saving_without_a_change_makes_no_entry() -> None:
    take(ONE)
    assert _change({"name": "张工"}).version == 1
    assert journal_kinds("expert.") == ["expert.imported"]


def test_somebody_taken_out_of_the_pool_is_kept_and_not_called() -> None:
    take(ONE)
    _change({}, is_active=False)
    assert count() == 1
    assert experts.pool(db.session(), is_exercise=True) == {}


def test_an_expert_who_is_not_there_cannot_be_changed() -> None:
    with pytest.raises(NotFound):
        _change({})


def test_the_list_filters_and_sorts() -> None:
    experts.load_sample_pool(actor=ADMIN, now=NOW)
    oil = experts.listed(experts.PoolFilter(discipline=Discipline.OIL))
    assert 0 < len(oil) < 80
    assert all("OIL_GAS" in row.specialities for row in oil)
    names = [row.name for row in experts.listed(experts.PoolFilter(sort="name", descending=True))]
    assert names == sorted(names, reverse=True)
    assert experts.listed(experts.PoolFilter(words="没有这个人")) == []
    assert {row.region_code[:4] for row in experts.listed(experts.PoolFilter(region="4203"))} == {"4203"}


def test_the_shipped_list_is_the_one_that_is_loaded() -> None:
    assert experts.read_file((data_dir() / "demo" / "experts.csv").read_bytes()).ok
