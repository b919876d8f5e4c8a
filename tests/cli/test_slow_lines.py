"""Which slow lines are cut, and which are left to be slow."""

from __future__ import annotations

import pytest

from incident_desk.cli.server.slow_lines import HEAD_S, PATIENCE_S, RESERVE, STALL_S, Line, SlowLines

LONG = PATIENCE_S + 1.0
"""Seconds after which a line counts as slow where threads run short."""


def house(*addresses: str, threads: int = 64) -> tuple[SlowLines, list[Line]]:
    """Lines that began at 0 and wait for their heads."""
    lines = SlowLines(threads)
    return lines, [lines.begin(address, 0.0) for address in addresses]


def test_a_head_that_does_not_end_is_cut() -> None:
    lines, (line,) = house("a")
    line.moved(10, HEAD_S)
    assert lines.to_cut(HEAD_S) == []
    assert lines.to_cut(HEAD_S + 0.1) == [line]


def test_a_slow_photograph_is_left_alone_while_something_comes() -> None:
    lines, (line,) = house("a")
    line.serve(0.0)
    for second in range(0, 600, 50):
        with line.waiting(second):
            assert lines.to_cut(second + 49) == []
        line.moved(100, second + 50)


def test_a_line_on_which_nothing_moves_is_cut() -> None:
    lines, (line,) = house("a")
    line.serve(0.0)
    with line.waiting(5.0):
        assert lines.to_cut(5.0 + STALL_S) == []
        assert lines.to_cut(5.1 + STALL_S) == [line]


def test_long_work_of_ours_and_a_silent_websocket_are_never_cut() -> None:
    lines, found = house(*["a"] * 64)
    for line in found:
        line.serve(0.0)
    assert lines.to_cut(3_600.0) == []


def test_where_threads_run_short_as_many_go_as_keep_the_reserve() -> None:
    lines, _found = house(*["a"] * 60)
    assert len(lines.to_cut(LONG)) == RESERVE - 4
    assert lines.to_cut(PATIENCE_S - 0.1) == []


def test_the_address_with_the_most_slow_lines_loses_first() -> None:
    lines, _found = house(*["attacker"] * 60, "phone", "office", "office")
    assert {line.address for line in lines.to_cut(LONG)} == {"attacker"}


def test_of_one_address_the_slowest_line_goes_first() -> None:
    lines, found = house(*["a"] * (64 - RESERVE + 1))
    for number, line in enumerate(found):
        line.moved(number, 1.0)
    assert lines.to_cut(LONG) == [found[0]]


def test_a_line_that_ended_is_forgotten() -> None:
    lines, found = house(*["a"] * 60)
    for line in found:
        lines.end(line)
    assert lines.to_cut(1e6) == []


@pytest.mark.parametrize("count", [64, 200])
def test_even_a_full_house_gets_its_reserve_back(count: int) -> None:
    lines, _found = house(*["a"] * count)
    gone = lines.to_cut(LONG)
    for line in gone:
        lines.end(line)
    assert 64 - (count - len(gone)) >= RESERVE
