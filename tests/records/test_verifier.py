"""A package proves itself: whatever was changed, removed or added is named, and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from incident_desk.domain.journal import Link, chained
from incident_desk.records import bag, verifier
from incident_desk.records.verifier import CASE, CLOCKS, JOURNAL, NoPackage, VerifyResult, verify

from .sample_package import CASE_NO, PHOTO, REPORT, digest, some_case, some_journal, written

PHOTO_PATH = f"data/12声像/{digest(PHOTO)}.jpg"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return written(tmp_path).path


def places(result: VerifyResult) -> set[str]:
    return {fault.where for fault in result.faults}


def reseal(root: Path) -> None:
    """What a forger does: write all manifests anew, so that only the meaning can give him away."""
    for old in ("manifest-sha256.txt", "tagmanifest-sha256.txt", "metadata/index.csv"):
        (root / old).unlink()
    paths = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    sums = {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths}
    payload = [path for path in paths if path.startswith("data/")]
    rows = [f"{path},{(root / path).stat().st_size},{sums[path]}\n" for path in payload]
    (root / "metadata" / "index.csv").write_text("path,size,sha256\n" + "".join(rows), "utf-8")
    octets = sum((root / path).stat().st_size for path in payload)
    (root / "bag-info.txt").write_text(f"Payload-Oxum: {octets}.{len(payload)}\n", "utf-8")
    (root / "manifest-sha256.txt").write_text("".join(f"{sums[path]}  {path}\n" for path in payload), "utf-8")
    tags = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256((root / p).read_bytes()).hexdigest()}  {p}\n" for p in tags if not p.startswith("data/")]
    (root / "tagmanifest-sha256.txt").write_text("".join(lines), "utf-8")


def edit(root: Path, path: str, change: Callable[[dict[str, list[dict[str, object]]]], object]) -> None:
    document = json.loads((root / path).read_text("utf-8"))
    change(document)
    (root / path).write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    reseal(root)


def test_a_whole_package_has_no_fault(root: Path) -> None:
    result = verify(root)
    assert result.faults == ()
    counts = ("journal_entries", "journal_sealed", "clocks", "reports", "releases", "evidence", "exercise", "case_no")
    assert [result.checked[key] for key in counts] == [5, 2, 1, 1, 1, 1, True, CASE_NO]


def test_the_package_digest_is_the_one_the_writer_gave(tmp_path: Path) -> None:
    done = written(tmp_path)
    assert verify(done.path).checked["package_digest"] == done.digest
    assert verify(done.path, expected_digest=done.digest).ok


def test_every_file_with_one_flipped_byte_is_named(root: Path) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    assert len(files) >= 15
    for path in files:
        good = path.read_bytes()
        name = path.relative_to(root).as_posix()
        for at in {0, len(good) // 3, len(good) // 2, len(good) - 1}:
            for bit in (0x01, 0x20, 0x80):
                path.write_bytes(good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :])
                result = verify(root)
                assert not result.ok, f"{name}, byte {at}, bit {bit}"
                assert any(name in fault.where or name in fault.what for fault in result.faults), f"{name}, byte {at}"
        path.write_bytes(good)
    assert verify(root).ok


def test_every_byte_of_the_tag_manifest_counts(root: Path) -> None:
    path = root / "tagmanifest-sha256.txt"
    good = path.read_bytes()
    for at in range(len(good)):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x01]) + good[at + 1 :])
        assert not verify(root).ok, f"byte {at}"


def test_a_flipped_byte_in_a_photograph_names_that_photograph_alone(root: Path) -> None:
    path = root / PHOTO_PATH
    path.write_bytes(b"\xfe" + path.read_bytes()[1:])
    where = places(verify(root))
    assert PHOTO_PATH in where
    assert all(place in (PHOTO_PATH, "metadata/index.csv") or "evidence.json" in place for place in where)


def test_every_missing_file_is_named(root: Path) -> None:
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        kept = path.read_bytes()
        path.unlink()
        name = path.relative_to(root).as_posix()
        assert name in places(verify(root))
        path.write_bytes(kept)


@pytest.mark.parametrize(
    "name", ["data/03信息报告/new.txt", "data/new.txt", "new.txt", "metadata/new.txt", "data/.DS_Store"]
)
def test_an_extra_file_is_named(root: Path, name: str) -> None:
    (root / name).write_bytes(b"")
    assert name in places(verify(root))


def test_a_renamed_file_is_named_under_both_names(root: Path) -> None:
    (root / PHOTO_PATH).rename(root / "data/12声像/other.jpg")
    assert {PHOTO_PATH, "data/12声像/other.jpg"} <= places(verify(root))


def test_a_link_is_not_followed(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(PHOTO)
    (root / PHOTO_PATH).unlink()
    (root / PHOTO_PATH).symlink_to(secret)
    assert any("link" in fault.what for fault in verify(root).faults if fault.where == PHOTO_PATH)


def test_a_linked_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    shutil.move(root / "data" / "12声像", tmp_path / "elsewhere")
    (root / "data" / "12声像").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    assert {"data/12声像", PHOTO_PATH} <= places(verify(root))


def test_a_pipe_does_not_hang_the_verifier(root: Path) -> None:
    os.mkfifo(root / "data" / "pipe")
    assert "data/pipe" in places(verify(root))


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "data/../../secret", "C:/x", "data\\..\\x"])
def test_a_manifest_that_leads_out_of_the_package_is_named(root: Path, path: str) -> None:
    with (root / "manifest-sha256.txt").open("a", encoding="utf-8") as file:
        file.write(f"{'0' * 64}  {path}\n")
    assert any("leads out" in fault.what for fault in verify(root).faults)


# --- what a forger does who can compute digests too ------------------------------------------------------


def test_resealing_alone_changes_nothing_that_counts(root: Path) -> None:
    reseal(root)
    assert verify(root).ok


def test_a_resealed_package_is_found_by_the_digest_written_down_at_closing(tmp_path: Path) -> None:
    done = written(tmp_path)
    reseal(done.path)
    assert places(verify(done.path, expected_digest=done.digest)) == {"tagmanifest-sha256.txt"}


def test_a_wrong_sum_of_bytes_is_named(root: Path) -> None:
    (root / "bag-info.txt").write_text("Payload-Oxum: 1.1\n", "utf-8")
    tags = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    kept = [path for path in tags if not path.startswith("data/") and path != "tagmanifest-sha256.txt"]
    lines = [f"{digest((root / path).read_bytes())}  {path}\n" for path in kept]
    (root / "tagmanifest-sha256.txt").write_text("".join(lines), "utf-8")
    assert places(verify(root)) == {"bag-info.txt"}


def test_a_forged_report_is_found_by_the_journal(root: Path) -> None:
    snapshot = root / "data/03信息报告/初报-1.json"
    snapshot.write_bytes(REPORT + b" ")
    edit(root, verifier.REPORTS, lambda document: document["reports"][0].update(digest=digest(REPORT + b" ")))
    result = verify(root)
    assert places(result) == {f"{verifier.REPORTS} 初报-1"}
    assert "no journal entry" in result.faults[0].what


def test_a_forged_photograph_is_found_by_the_journal(root: Path) -> None:
    forged = b"\xff\xd8\xff forged"
    (root / PHOTO_PATH).unlink()
    name = f"data/12声像/{digest(forged)}.jpg"
    (root / name).write_bytes(forged)
    edit(root, verifier.EVIDENCE, lambda document: document["evidence"][0].update(path=name, sha256=digest(forged)))
    assert places(verify(root)) == {f"{verifier.EVIDENCE} P1"}


def test_a_photograph_under_another_name_is_found(root: Path) -> None:
    name = "data/12声像/bridge.jpg"
    (root / PHOTO_PATH).rename(root / name)
    edit(root, verifier.EVIDENCE, lambda document: document["evidence"][0].update(path=name))
    assert any("not named by" in fault.what for fault in verify(root).faults)


def test_a_clock_that_rests_on_nothing_is_found(root: Path) -> None:
    edit(root, CLOCKS, lambda document: document["clocks"][0].update(journal=[2, 99]))
    assert [fault.what for fault in verify(root).faults] == [
        "rests on journal entry 99, which the journal does not show"
    ]


def test_a_clock_that_rests_on_another_cases_entry_is_found(root: Path) -> None:
    edit(root, CLOCKS, lambda document: document["clocks"][0].update(journal=[3]))
    assert not verify(root).ok


def forged_journal(root: Path, change: Callable[[list[Link]], list[Link]]) -> VerifyResult:
    links = change(some_journal())
    from incident_desk.domain.journal import to_line

    (root / JOURNAL).write_bytes(b"".join(to_line(link) for link in links))
    reseal(root)
    return verify(root)


def test_a_changed_entry_is_named_by_its_number(root: Path) -> None:
    def change(links: list[Link]) -> list[Link]:
        entry = links[1].entry
        assert entry is not None
        links[1] = replace(links[1], entry=replace(entry, data={"rule_id": "R1"}))
        return links

    assert places(forged_journal(root, change)) == {f"{JOURNAL} seq 2"}


def test_a_rehashed_entry_breaks_the_link_behind_it(root: Path) -> None:
    def change(links: list[Link]) -> list[Link]:
        entry = links[1].entry
        assert entry is not None
        links[1] = chained(links[0].hash, replace(entry, data={"rule_id": "R1"}))
        return links

    assert places(forged_journal(root, change)) == {f"{JOURNAL} seq 3"}


def test_a_journal_cut_at_its_end_does_not_reach_the_recorded_head(root: Path) -> None:
    assert f"{JOURNAL} seq 7" in places(forged_journal(root, lambda links: links[:-1]))


def test_a_missing_head_is_named(root: Path) -> None:
    edit(root, CASE, lambda document: document.pop("journal_head"))
    assert CASE in places(verify(root))


def test_an_entry_of_another_case_must_be_sealed(tmp_path: Path) -> None:
    links = some_journal()
    entry = links[0].entry
    assert entry is not None
    foreign = chained(links[-1].hash, replace(entry, seq=8, case_no="420300-2026-0009"))
    result = verify(written(tmp_path, journal=[*links, foreign]).path)
    assert [fault.what for fault in result.faults] == ["shows an entry of another case, 420300-2026-0009"]


@pytest.mark.parametrize(
    "rubbish", [b"", b"[]", b"{", b'{"reports": 7}', b'{"reports": [1]}', b"[" * 100_000, b"\xff\xfe"]
)
def test_rubbish_in_a_list_is_named_and_does_not_stop_the_rest(root: Path, rubbish: bytes) -> None:
    (root / verifier.REPORTS).write_bytes(rubbish)
    reseal(root)
    result = verify(root)
    assert places(result) == {verifier.REPORTS}
    assert result.checked["evidence"] == 1


def test_a_rubbish_line_in_the_journal_is_named_by_its_number(root: Path) -> None:
    with (root / JOURNAL).open("ab") as file:
        file.write(b"not json\n")
    reseal(root)
    assert places(verify(root)) == {f"{JOURNAL} line 8"}


# --- zip -------------------------------------------------------------------------------------------------


@pytest.fixture
def packed(root: Path, tmp_path: Path) -> Path:
    bag.zip_bag(root, tmp_path / "case.zip")
    return tmp_path / "case.zip"


def test_a_zip_is_verified_without_unpacking(packed: Path, root: Path) -> None:
    result = verify(packed)
    assert result.faults == ()
    assert result.checked == verify(root).checked


def test_any_flipped_byte_of_a_zip_with_its_note_is_found(packed: Path) -> None:
    good = packed.read_bytes()
    for at in range(0, len(good), len(good) // 150):
        packed.write_bytes(good[:at] + bytes([good[at] ^ 0x10]) + good[at + 1 :])
        assert not verify(packed).ok, f"byte {at}"


def test_a_flipped_photograph_in_a_zip_without_its_note_is_named(packed: Path) -> None:
    packed.with_name("case.zip.sha256").unlink()
    data = packed.read_bytes()
    at = data.index(PHOTO) + 10
    packed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    assert PHOTO_PATH in places(verify(packed))


def test_a_zip_member_that_leads_out_is_named_and_nothing_is_written(packed: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    with zipfile.ZipFile(packed, "a") as extra:
        extra.writestr(f"{CASE_NO}/../../evil", b"x")
    assert any("leads out" in fault.what for fault in verify(packed).faults)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_member_that_stands_there_twice_is_named(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as extra:
        extra.writestr(f"{CASE_NO}/bagit.txt", verifier.BAGIT_TXT)
    assert any("twice" in fault.what for fault in verify(packed).faults)


def test_what_is_no_zip_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "case.zip"
    path.write_bytes(b"not a zip")
    assert [fault.where for fault in verify(path).faults] == ["case.zip"]


def test_a_folder_that_is_no_package_is_said_to_be_none(tmp_path: Path) -> None:
    assert places(verify(tmp_path)) == {"bagit.txt"}


def test_nothing_at_all_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(NoPackage):
        verify(tmp_path / "missing")


def test_a_case_read_from_streams_verifies_too(tmp_path: Path) -> None:
    (photo,) = some_case().evidence
    streamed = replace(photo, content=iter([PHOTO[:7], PHOTO[7:]]))
    assert verify(written(tmp_path, evidence=[streamed]).path).ok
