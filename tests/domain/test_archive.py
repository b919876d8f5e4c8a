"""What an archive must hold, and names that every system can store."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident_desk.domain.archive import (
    COLUMNS,
    NAME_BYTES,
    archive_groups,
    missing_groups,
    payload_path,
    read_groups,
    safe_name,
)

REQUIRED = {1, 2, 3, 5, 7, 8, 10, 12, 14, 16, 17}  # rows of the list that say "yes", counted by hand


def test_the_list_has_its_seventeen_groups() -> None:
    groups = archive_groups()
    assert len(groups) == 17
    assert (groups[0].folder, groups[16].folder) == ("01接报记录", "17系统记录")


def test_an_empty_archive_misses_what_is_required() -> None:
    assert {group.no for group in missing_groups((), investigated=False)} == REQUIRED


def test_an_investigated_case_must_hold_its_investigation() -> None:
    assert {group.no for group in missing_groups((), investigated=True)} == REQUIRED | {13}


def test_a_full_archive_misses_nothing() -> None:
    assert missing_groups(range(1, 18), investigated=True) == ()


def test_a_file_stands_in_the_folder_of_its_group() -> None:
    assert payload_path(3, "初报 第1报.docx") == "data/03信息报告/初报 第1报.docx"


def test_there_is_no_eighteenth_group() -> None:
    with pytest.raises(ValueError, match="18"):
        payload_path(18, "x")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "-..-etc-passwd"),
        ("a/b\\c:d.txt", "a-b-c-d.txt"),
        ("line\r\nbreak.txt", "linebreak.txt"),
        ("50%.txt", "50-.txt"),
        ("NUL.txt", "NUL_.txt"),
        ("con", "con_"),
        (" . trailing. ", "trailing"),
        ("e\u0301.jpg", "\u00e9.jpg"),
        ("right\u202eto left.txt", "rightto left.txt"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_suffix() -> None:
    name = safe_name("很长的名字" * 40 + ".docx")
    assert name.endswith(".docx")
    assert len(name.encode()) <= NAME_BYTES


@pytest.mark.parametrize("name", ["", "...", " ", "\n", "."])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        safe_name(name)


@pytest.mark.parametrize("folder", ["信息报告", "02信息报告", "01信息/报告"])
def test_a_list_with_a_bad_folder_is_refused(folder: str, tmp_path: Path) -> None:
    path = tmp_path / "archive_manifest.csv"
    path.write_text(f"{','.join(COLUMNS)}\n1,{folder},a,b,c,d,yes,Y,medium,PDF,source,\n", "utf-8")
    with pytest.raises(ValueError, match="folder"):
        read_groups(path)
