"""Live screens against a real web process, over https: time, catching up, silence, the door."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import requests

from tests.desks import HOST, Desk, in_process
from tests.people import PASSWORD
from tests.sockets.screens import Refused, Screen

pytestmark = pytest.mark.alone

CALL = {"place_text": "堵河某桥", "substance": "苯胺", "un_no": "1547"}


def open_case(desk: Desk, login: str = "officer") -> str:
    answer = desk.ask("POST", "/api/v1/incidents", login=login, json=CALL)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["case_no"]
    return number


def head(desk: Desk) -> int:
    return int(desk.rows("SELECT max(seq) FROM journal")[0][0])


def seqs_of(desk: Desk, case_no: str) -> list[int]:
    return [row[0] for row in desk.rows("SELECT seq FROM journal WHERE case_no = ? ORDER BY seq", case_no)]


def joined(screen: Screen, last_seq: int) -> Screen:
    screen.say("desk:join", {"last_seq": last_seq})
    screen.wait_until(lambda heard: heard.all_of("journal:entries"))
    return screen


def signed_in(desk: Desk, login: str) -> requests.Session:
    """A browser's session; the cookie is secure, so it is asked for by https."""
    browser = requests.Session()
    browser.trust_env = False
    browser.verify = desk.verify
    page = browser.get(f"{desk.url}/sign-in", timeout=10).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    form = {"login": login, "password": PASSWORD, "csrf_token": token}
    answer = browser.post(f"{desk.url}/sign-in?next=/health/live", data=form, timeout=10, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return browser


def test_two_screens_agree_on_the_time_though_one_has_its_clock_wrong_by_an_hour(desk: Desk) -> None:
    with Screen(desk) as right, Screen(desk, "officer2", clock=lambda: time.time() + 3600.0) as wrong:
        by_right, by_wrong = right.server_time(), wrong.server_time()
        moment = time.time()
        assert abs((moment + by_right) - (moment + 3600.0 + by_wrong)) < 1.0
        assert abs(by_wrong - by_right + 3600.0) < 1.0


def test_an_entry_appears_on_every_screen_of_the_office_and_above_it_at_once(desk: Desk) -> None:
    last = head(desk)
    with Screen(desk) as officer, Screen(desk, "leader") as leader, Screen(desk, "province") as province:
        for screen in (officer, leader, province):
            joined(screen, last)
        case_no = open_case(desk)
        wanted = seqs_of(desk, case_no)
        for screen in (officer, leader, province):
            screen.wait_until(lambda heard: {e["seq"] for e in heard.entries()} >= set(wanted), within_s=30)
            told = [entry["seq"] for entry in screen.entries() if entry["case_no"] == case_no]
            assert told[: len(wanted)] == wanted, "each entry of the case once, in the order of the journal"


def test_an_entry_has_the_shape_that_screens_rely_on(desk: Desk) -> None:
    with Screen(desk) as screen:
        joined(screen, head(desk))
        case_no = open_case(desk)
        screen.wait_until(lambda heard: heard.entries())
        entry = screen.entries()[0]
        assert set(entry) == {"seq", "at", "kind", "case_no", "actor", "data"}
        assert entry["case_no"] == case_no
        assert entry["at"].endswith("Z") or entry["at"].endswith("+00:00")


def test_clocks_are_told_when_one_joins_and_when_they_change(desk: Desk) -> None:
    case_no = open_case(desk)
    with Screen(desk) as screen:
        screen.say("case:join", {"case_no": case_no, "last_seq": head(desk)})
        screen.wait_until(lambda heard: heard.all_of("clock:state"))
        first = screen.all_of("clock:state")[0]
        assert {clock["case_no"] for clock in first} == {case_no}
        assert "R1" in {clock["rule_id"] for clock in first}
        answer = desk.ask(
            "PUT", f"/api/v1/incidents/{case_no}/grade", json={"grade": "II", "basis": "现场核实"},
            headers={"If-Match": "*"},
        )  # fmt: skip
        assert answer.ok, answer.text
        screen.wait_until(lambda heard: len(heard.all_of("clock:state")) > 1)
        assert "R2" in {clock["rule_id"] for clock in screen.all_of("clock:state")[-1]}


def test_a_screen_that_was_cut_off_catches_up_without_losing_or_doubling(desk: Desk) -> None:
    last = head(desk)
    numbers = [open_case(desk)]
    screen = joined(Screen(desk), last)
    seen = [entry["seq"] for entry in screen.entries()]
    screen.cut()
    numbers += [open_case(desk), open_case(desk)]
    with Screen(desk) as again:
        joined(again, max(seen))
        numbers.append(open_case(desk))
        wanted = [seq for case_no in numbers for seq in seqs_of(desk, case_no)]
        again.wait_until(lambda heard: {e["seq"] for e in heard.entries()} | set(seen) >= set(wanted))
        time.sleep(0.6)
        assert sorted(seen + [entry["seq"] for entry in again.entries()]) == wanted


def test_a_screen_catches_up_while_entries_come_in_without_a_gap(desk: Desk) -> None:
    """Joined in the middle of a stream: the replay and the live entries together leave nothing out."""
    last = head(desk)
    numbers: list[str] = []
    stream = threading.Thread(target=lambda: numbers.extend(open_case(desk) for _ in range(6)))
    stream.start()
    time.sleep(0.15)
    with Screen(desk) as screen:
        joined(screen, last)
        stream.join()
        wanted = {seq for case_no in numbers for seq in seqs_of(desk, case_no)}
        screen.wait_until(lambda heard: {e["seq"] for e in heard.entries()} >= wanted)
        page = screen.all_of("journal:entries")
        live = [entry["seq"] for entries in page[1:] for entry in entries]
        assert live == sorted(live), "live entries come in order"
        assert len(live) == len(set(live)), "the reader that broadcasts says nothing twice"


def test_a_screen_catches_up_over_a_stop_of_the_server(desk: Desk) -> None:
    with Screen(desk) as screen:
        joined(screen, head(desk))
        seen_to = head(desk)
        desk.stop("web")
        assert screen.closed.wait(6), "the screen hears of it"
    desk.start("web")
    case_no = open_case(desk)
    with Screen(desk) as again:
        joined(again, seen_to)
        again.wait_until(lambda heard: len(heard.entries()) >= len(seqs_of(desk, case_no)))
        time.sleep(0.4)
        assert [entry["seq"] for entry in again.entries()] == seqs_of(desk, case_no)


def test_a_very_late_screen_is_told_everything_however_much_it_is(desk: Desk) -> None:
    write_entries(desk, 6000)
    with Screen(desk) as screen:
        joined(screen, 0)
        wanted = [row[0] for row in desk.rows("SELECT seq FROM journal WHERE office_code LIKE '4203%' ORDER BY seq")]
        screen.wait_until(lambda heard: {e["seq"] for e in heard.entries()} >= set(wanted), within_s=60)
        assert {entry["seq"] for entry in screen.entries()} == set(wanted), "some of it live, all of it there"


def write_entries(desk: Desk, count: int) -> None:
    """Entries of the desk itself, in one transaction."""
    with in_process(desk):
        from incident_desk.services.transaction import transaction
        from tests.conftest import NOW
        from tests.people import actor

        person = actor("officer")
        with transaction() as tx:
            for number in range(count):
                tx.journal(None, "log.added", actor=person, at=NOW, data={"number": number})


def test_screens_beyond_the_number_are_refused_and_pages_still_answer(desk: Desk) -> None:
    admitted: list[Screen] = []
    try:
        for _ in range(desk.screens):
            admitted.append(Screen(desk))
        with pytest.raises(Refused, match="503"):
            Screen(desk)
        assert len(admitted) == desk.screens
        assert desk.ask("GET", "/health/live", timeout=5).ok
        admitted.pop().close()
        _seat_is_free(desk, admitted)
    finally:
        for screen in admitted:
            screen.close()
    _all_left(desk)


def _seat_is_free(desk: Desk, admitted: list[Screen]) -> None:
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        try:
            admitted.append(Screen(desk))
        except Refused:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("a seat that was given up is not given again")


def _all_left(desk: Desk) -> None:
    """Wait until the desk has noticed that the screens are gone."""
    for _ in range(40):
        screens: list[Screen] = []
        try:
            screens.extend(Screen(desk) for _ in range(4))
        except Refused:
            time.sleep(0.2)
        else:
            return
        finally:
            for screen in screens:
                screen.close()


def test_a_stranger_without_a_name_is_refused_before_the_upgrade(desk: Desk) -> None:
    with pytest.raises(Refused, match="401"):
        Screen(desk, None)
    with pytest.raises(Refused, match="401"):
        Screen(desk, None, headers={"Authorization": "Bearer no-such-token"})


def test_many_strangers_do_not_hold_the_threads_that_pages_need(desk: Desk) -> None:
    for _ in range(desk.screens + 80):
        with pytest.raises(Refused, match="401"):
            Screen(desk, None)
    assert desk.ask("GET", "/health/live", timeout=5).ok


def test_a_page_of_another_site_cannot_open_a_screen(desk: Desk) -> None:
    with pytest.raises(Refused):
        Screen(desk, origin="https://elsewhere.example")


def test_a_person_of_another_office_hears_nothing_of_a_case(desk: Desk) -> None:
    """Neither what was there when it asked nor what comes afterwards."""
    case_no = open_case(desk)
    with Screen(desk, "stranger") as stranger, Screen(desk) as officer:
        joined(stranger, 0)
        stranger.say("case:join", {"case_no": case_no, "last_seq": 0})
        stranger.server_time()
        joined(officer, head(desk))
        answer = desk.ask(
            "PUT", f"/api/v1/incidents/{case_no}/grade", json={"grade": "II", "basis": "现场核实"},
            headers={"If-Match": "*"},
        )  # fmt: skip
        assert answer.ok, answer.text
        officer.wait_until(lambda heard: len(heard.all_of("clock:state")) > 1)
        time.sleep(0.7)
        assert case_no not in str(stranger.heard)
        assert {entry["case_no"] for entry in stranger.entries()} <= {None}
        assert [state for state in stranger.all_of("clock:state") if state] == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("case:join", {"case_no": 7, "last_seq": 0}),
        ("case:join", {"case_no": "X420300-2026-9999"}),
        ("case:join", "X420300-2026-0001"),
        ("case:join", None),
        ("desk:join", {"last_seq": "all"}),
        ("desk:join", {"last_seq": -5}),
        ("desk:join", {"last_seq": 10**30}),
        ("desk:join", [1, 2]),
        ("time:ask", {"sent": {"a": "b"}}),
        ("no:such", {}),
    ],
)
def test_nonsense_is_met_with_silence_and_the_line_stays_open(desk: Desk, name: str, message: Any) -> None:
    with Screen(desk) as screen:
        screen.say(name, message)
        assert abs(screen.server_time()) < 5.0


def test_a_session_that_was_ended_loses_its_screen_within_ten_seconds(desk: Desk) -> None:
    browser = signed_in(desk, "officer2")
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    with Screen(desk, None, headers={"Cookie": cookie}) as screen:
        joined(screen, head(desk))
        _sign_out_everywhere(desk, "officer2")
        assert screen.closed.wait(10), "the screen of an ended session is closed"
        heard = len(screen.entries())
        open_case(desk)
        assert len(screen.entries()) == heard
    with pytest.raises(Refused, match="401"):
        Screen(desk, None, headers={"Cookie": cookie})


def _sign_out_everywhere(desk: Desk, login: str) -> None:
    with in_process(desk):
        from incident_desk.services import people

        people.sign_out_everywhere(people.person_by_login(login).id)


def test_the_desk_is_known_by_its_host_name(desk: Desk) -> None:
    assert desk.public_url == f"https://{HOST}:{desk.port}"
    assert requests.get(f"{desk.url}/health/live", headers={"Host": HOST}, verify=desk.verify, timeout=5).ok
