"""A package is whole or not there, the same twice, and valid for the library of others."""

from __future__ import annotations

import csv
import subprocess
import sys
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest

from incident_desk.records import bag, package, verifier
from incident_desk.records.bag import BagNotValid, BagWriter, PackageBusy, PackageExists

from .sample_package import CASE_NO, PHOTO, digest, some_case, written


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_bagit_library_finds_the_package_valid(tmp_path: Path) -> None:
    assert bagit.Bag(str(written(tmp_path).path)).is_valid()


def test_the_bag_says_case_and_exercise(tmp_path: Path) -> None:
    info = bagit.Bag(str(written(tmp_path).path)).info
    assert info["External-Identifier"] == CASE_NO
    assert info["Incident-Desk-Exercise"] == "yes"


def test_folders_carry_the_names_of_the_archive_list(tmp_path: Path) -> None:
    root = written(tmp_path).path
    assert {path.name for path in (root / "data").iterdir()} == {
        "01接报记录",
        "03信息报告",
        "10信息公开",
        "12声像",
        "17系统记录",
    }


def test_an_original_is_named_by_its_digest(tmp_path: Path) -> None:
    photo = written(tmp_path).path / "data" / "12声像" / f"{digest(PHOTO)}.jpg"
    assert photo.read_bytes() == PHOTO


def test_the_same_case_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = written(tmp_path / "a"), written(tmp_path / "b")
    assert contents(one.path) == contents(other.path)
    assert one.digest == other.digest


def test_index_csv_and_xml_list_every_payload_file_alike(tmp_path: Path) -> None:
    root = written(tmp_path).path
    with (root / "metadata" / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    tree = ET.parse(root / "metadata" / "index.xml")
    in_xml = [{cell.tag: cell.text or "" for cell in item} for item in tree.getroot()]
    assert rows == in_xml
    assert {row["path"] for row in rows} == {path for path in contents(root) if path.startswith("data/")}


def test_personal_files_are_marked_for_article_85(tmp_path: Path) -> None:
    with (written(tmp_path).path / "metadata" / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        marked = {row["title"] for row in csv.DictReader(file) if row["personal"] == "yes"}
    assert marked == {"接报记录单", "桥面"}


def test_one_photograph_sent_twice_is_one_file(tmp_path: Path) -> None:
    (photo,) = some_case().evidence
    root = written(tmp_path, evidence=[photo, photo]).path
    assert len(list((root / "data" / "12声像").iterdir())) == 1
    assert verifier.verify(root).ok


def test_a_changed_original_stops_the_export(tmp_path: Path) -> None:
    (photo,) = some_case().evidence
    changed = package.PackedEvidence("P1", photo.sha256, b"other", "image/jpeg", "", "", photo.made_at, (7,))
    with pytest.raises(package.EvidenceChanged, match="P1"):
        written(tmp_path, evidence=[changed])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_a_source_fails(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"first"
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk is gone"), BagWriter(tmp_path, "case", {}) as writer:
        writer.add("data/file", failing())
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_never_overwritten(tmp_path: Path) -> None:
    before = contents(written(tmp_path).path)
    with pytest.raises(PackageExists):
        written(tmp_path)
    assert contents(tmp_path / CASE_NO) == before


def test_two_exports_of_one_case_do_not_meet(tmp_path: Path) -> None:
    with BagWriter(tmp_path, "case", {}), pytest.raises(PackageBusy):
        BagWriter(tmp_path, "case", {})


KILLED = """
import os, signal, sys
from pathlib import Path
from incident_desk.records.bag import BagWriter
writer = BagWriter(Path(sys.argv[1]), "X420300-2026-0001", {})
writer.add("data/file", b"half")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_export_left_is_cleared_by_the_next(tmp_path: Path) -> None:
    outcome = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert outcome.returncode == -9
    assert not (tmp_path / CASE_NO).exists()
    root = written(tmp_path).path
    assert [path.name for path in tmp_path.iterdir()] == [root.name]


@pytest.mark.parametrize("path", ["../out", "data//x", "data/../../x", "/etc/x", "data/a\nb", "data\\x", "data/50%"])
def test_no_file_is_written_outside_the_package(path: str, tmp_path: Path) -> None:
    with BagWriter(tmp_path, "case", {}) as writer, pytest.raises(ValueError, match="path"):
        writer.add(path, b"")


def test_a_path_is_written_once(tmp_path: Path) -> None:
    with BagWriter(tmp_path, "case", {}) as writer:
        writer.add("data/x", b"1")
        with pytest.raises(ValueError, match="used"):
            writer.add("data/x", b"2")


def test_large_files_are_written_and_verified_in_constant_memory(tmp_path: Path) -> None:
    block = bytes(1024 * 1024)
    tracemalloc.start()
    with BagWriter(tmp_path, "case", {}) as writer:
        writer.add("data/large", (block for _ in range(64)))
        writer.close()
    verifier.verify(tmp_path / "case")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


def test_the_library_is_asked_and_its_answer_counts(tmp_path: Path) -> None:
    root = written(tmp_path).path
    (root / "data" / "01接报记录" / "接报记录单.json").write_bytes(b"[]")
    with pytest.raises(BagNotValid, match=r"接报记录单\.json"):
        bag.validate(root)


def test_a_zip_of_the_package_is_the_same_twice_and_holds_everything(tmp_path: Path) -> None:
    root = written(tmp_path).path
    one, other = (bag.zip_bag(root, tmp_path / name) for name in ("a.zip", "b.zip"))
    assert one == other
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        assert {name.removeprefix(f"{CASE_NO}/"): packed.read(name) for name in packed.namelist()} == contents(root)


def test_a_case_with_nothing_but_its_opening_can_be_packed(tmp_path: Path) -> None:
    root = written(tmp_path, clocks=[], reports=[], releases=[], evidence=[], files=[]).path
    assert verifier.verify(root).ok
