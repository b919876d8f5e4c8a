"""The hash chain: its bytes are fixed, and no change goes unnoticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from incident_desk.domain import journal
from incident_desk.domain.journal import GENESIS, Entry, Link

AT = datetime(2026, 11, 20, 18, 25, 0, 120, tzinfo=UTC)


def some_entry(seq: int = 1, **changes: object) -> Entry:
    entry = Entry(seq, AT + timedelta(seconds=seq), "incident.opened", "X420300-2026-0001", "420300", "u7", {"n": seq})
    return replace(entry, **changes)  # type: ignore[arg-type]


def some_chain(length: int) -> list[Link]:
    links: list[Link] = []
    for seq in range(1, length + 1):
        links.append(journal.chained(links[-1].hash if links else GENESIS, some_entry(seq)))
    return links


def test_canonical_bytes_are_fixed_for_ever() -> None:
    entry = Entry(3, AT, "报告.签发", None, "420300", None, {"b": [1, 2.5], "a": "堵河"})
    assert canonical_text(entry) == (
        '{"actor":null,"at":"2026-11-20T18:25:00.000120Z","case_no":null,"data":{"a":"堵河","b":[1,2.5]},'
        '"kind":"报告.签发","office":"420300","seq":3}'
    )


def canonical_text(entry: Entry) -> str:
    return journal.canonical(entry).decode()


def test_the_hash_is_sha256_of_previous_hash_and_content_digest() -> None:
    entry = some_entry()
    digest = hashlib.sha256(journal.canonical(entry)).hexdigest()
    assert journal.entry_hash(GENESIS, entry) == hashlib.sha256((GENESIS + ":" + digest).encode()).hexdigest()


def test_the_same_instant_in_another_zone_has_the_same_bytes() -> None:
    beijing = timezone(timedelta(hours=8))
    assert journal.canonical(some_entry(at=AT.astimezone(beijing))) == journal.canonical(some_entry(at=AT))


@pytest.mark.parametrize("value", [1e22, -0.0, 3.0, 0.1, 1e-7, 12345678901234567890])
def test_a_number_read_back_from_a_store_has_the_same_bytes(value: float) -> None:
    as_jsonb_prints = {1e22: "10000000000000000000000", -0.0: "0", 3.0: "3.0", 1e-7: "0.0000001"}
    back = json.loads(as_jsonb_prints.get(value, json.dumps(value)))
    assert journal.canonical(some_entry(data={"v": back})) == journal.canonical(some_entry(data={"v": value}))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), b"bytes", object(), {1: "x"}])
def test_a_value_that_json_does_not_know_is_refused(bad: object) -> None:
    with pytest.raises(ValueError, match="journal"):
        journal.canonical(some_entry(data={"v": bad}))


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        journal.canonical(some_entry(at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_whole_chain_has_no_fault() -> None:
    links = some_chain(50)
    check = journal.verify_chain(iter(links), head=(50, links[-1].hash))
    assert check == journal.ChainCheck(50, 0, 1, 50, links[-1].hash, ())


def test_an_empty_journal_is_whole() -> None:
    assert journal.verify_chain([]).ok


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "incident.closed"},
        {"actor": "u8"},
        {"actor": None},
        {"office": "420000"},
        {"case_no": None},
        {"data": {"n": 6}},
        {"data": {}},
        {"at": AT},
    ],
)
def test_a_changed_entry_is_named(change: dict[str, object]) -> None:
    links = some_chain(9)
    entry = links[4].entry
    assert entry is not None
    links[4] = replace(links[4], entry=replace(entry, **change))  # type: ignore[arg-type]
    assert [fault.where for fault in journal.verify_chain(links).faults] == ["seq 5"]


def test_a_changed_entry_in_a_store_without_digests_is_named() -> None:
    links = some_chain(9)
    forged = some_entry(5, kind="nothing.happened")
    links[4] = journal.stored_link(forged, links[4].prev_hash, links[4].hash)
    assert {fault.where for fault in journal.verify_chain(links).faults} == {"seq 5"}


def test_a_rehashed_entry_breaks_the_next_link() -> None:
    links = some_chain(9)
    links[4] = journal.chained(links[3].hash, some_entry(5, kind="nothing.happened"))
    assert [fault.where for fault in journal.verify_chain(links).faults] == ["seq 6"]


def test_a_removed_entry_is_named() -> None:
    links = some_chain(9)
    del links[4]
    assert {fault.where for fault in journal.verify_chain(links).faults} == {"seq 6"}


def test_two_entries_in_the_wrong_order_are_named() -> None:
    links = some_chain(9)
    links[4], links[5] = links[5], links[4]
    assert not journal.verify_chain(links).ok


def test_a_cut_tail_is_named_when_the_head_is_known() -> None:
    links = some_chain(9)
    check = journal.verify_chain(links[:6], head=(9, links[-1].hash))
    assert [fault.where for fault in check.faults] == ["seq 9"]


def test_a_chain_that_does_not_begin_at_genesis_is_named() -> None:
    assert not journal.verify_chain(some_chain(9)[3:]).ok


def test_an_excerpt_may_begin_in_mid_journal() -> None:
    assert journal.verify_chain(some_chain(9)[3:], start=None, first_seq=None).ok


def test_sealed_links_prove_the_chain_without_showing_content() -> None:
    links = [link if link.seq % 3 == 0 else journal.sealed(link) for link in some_chain(9)]
    check = journal.verify_chain(links)
    assert (check.ok, check.entries, check.sealed) == (True, 3, 6)


def test_a_changed_sealed_link_is_named() -> None:
    links = [journal.sealed(link) for link in some_chain(9)]
    links[4] = replace(links[4], digest="f" * 64)
    assert [fault.where for fault in journal.verify_chain(links).faults] == ["seq 5"]


def test_lines_give_back_the_links() -> None:
    links = [*some_chain(3), journal.sealed(some_chain(4)[3])]
    assert [journal.from_line(journal.to_line(link)) for link in links] == links


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"{}", b'{"seq":1}', b"{not json", b'{"seq":1,"digest":"x","hash":"","prev_hash":""}']
)
def test_a_line_that_is_no_link_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        journal.from_line(line)


def test_the_number_of_faults_told_has_a_limit() -> None:
    links = [replace(link, hash="0" * 64) for link in some_chain(1_500)]
    faults = journal.verify_chain(links).faults
    assert len(faults) == journal.FAULT_LIMIT + 1
    assert "more faults" in faults[-1].what


def test_a_salted_digest_needs_the_salt() -> None:
    one, two = (journal.salted_digest(bytes([n]) * 16, b"caller") for n in (1, 2))
    assert one != two


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        journal.salted_digest(b"short", b"caller")
