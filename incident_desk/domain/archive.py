"""What an archive must hold: the groups as data, what is still missing, and names that any system can store.

Source: 突发事件应对法 第九十四条; 重大活动和突发事件档案管理办法 (国家档案局令第16号); 鄂环办〔2021〕31号. The list is
``archive_manifest.csv``; retention codes there are proposals, each office's approved table decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path

from incident_desk.domain.tables import read_table
from incident_desk.paths import rules_dir

COLUMNS = (
    *("no", "folder", "group_zh", "group_en", "item_zh", "item_en", "required"),
    *("retention_code", "retention_confidence", "format", "source", "reviewed_by"),
)
NAME_BYTES = 180
"""Longest name of a file in UTF-8: with its folder it stays below the 255 bytes of every file system."""

_FORBIDDEN = frozenset('<>:"/\\|?*%')
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
_RESERVED = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))})


class ArchiveNeed(StrEnum):
    """When a group must be there."""

    YES = "yes"
    IF_ANY = "if_any"
    WHEN_INVESTIGATED = "when_investigated"


class RetentionCode(StrEnum):
    """How long it is kept: 永久, 30年, 10年."""

    PERMANENT = "Y"
    THIRTY_YEARS = "D30"
    TEN_YEARS = "D10"


@dataclass(frozen=True, slots=True)
class ArchiveGroup:
    """One row of the list; ``folder`` is its folder in the package."""

    no: int
    folder: str
    group_zh: str
    item_zh: str
    item_en: str
    need: ArchiveNeed
    retention: RetentionCode
    format: str
    source: str
    reviewed_by: str


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """What the index says of one file of the package: ``made_at`` aware, ``path`` below the package's root."""

    path: str
    group_no: int
    title: str
    maker: str
    made_at: datetime
    media_type: str
    personal: bool = False


def read_groups(path: Path) -> tuple[ArchiveGroup, ...]:
    """The groups in their order.

    Raises:
        ValueError: other columns, numbers that do not run from 1, a folder twice or without its number.
    """
    groups = tuple(_group_from(row) for row in read_table(path, COLUMNS))
    if [group.no for group in groups] != list(range(1, len(groups) + 1)):
        raise ValueError(f"{path.name}: the numbers must run from 1 without a gap")
    for group in groups:
        if group.folder != safe_name(group.folder) or not group.folder.startswith(f"{group.no:02d}"):
            raise ValueError(f"{path.name}: {group.folder} is no folder name for number {group.no}")
    return groups


def _group_from(row: Mapping[str, str]) -> ArchiveGroup:
    return ArchiveGroup(
        no=int(row["no"]),
        folder=row["folder"],
        group_zh=row["group_zh"],
        item_zh=row["item_zh"],
        item_en=row["item_en"],
        need=ArchiveNeed(row["required"]),
        retention=RetentionCode(row["retention_code"]),
        format=row["format"],
        source=row["source"],
        reviewed_by=row["reviewed_by"],
    )


@cache
def archive_groups() -> tuple[ArchiveGroup, ...]:
    """The list that ships with the program."""
    return read_groups(rules_dir() / "archive_manifest.csv")


def missing_groups(
    present: Iterable[int], *, investigated: bool, groups: Iterable[ArchiveGroup] | None = None
) -> tuple[ArchiveGroup, ...]:
    """The groups that must be there and are not; *present* are the numbers of the groups that hold a file."""
    there = set(present)
    wanted = {ArchiveNeed.YES, ArchiveNeed.WHEN_INVESTIGATED} if investigated else {ArchiveNeed.YES}
    rows = groups if groups is not None else archive_groups()
    return tuple(group for group in rows if group.need in wanted and group.no not in there)


def payload_path(group_no: int, name: str) -> str:
    """``data/03信息报告/初报-第1报.docx``: where a file of group *group_no* stands in the package.

    Raises:
        ValueError: no such group, or nothing is left of the name.
    """
    group = next((group for group in archive_groups() if group.no == group_no), None)
    if group is None:
        raise ValueError(f"there is no archive group {group_no}")
    return f"data/{group.folder}/{safe_name(name)}"


def safe_name(name: str) -> str:
    """*name* as a file name that Windows, Linux and BagIt take: NFC, no path, no control or reserved character.

    Raises:
        ValueError: nothing is left of it.
    """
    text = unicodedata.normalize("NFC", name)
    text = "".join("-" if mark in _FORBIDDEN else mark for mark in text if unicodedata.category(mark) not in _UNSEEN)
    stem, dot, suffix = text.strip(" .").rpartition(".")
    if not dot or len(suffix) > 8:
        stem, suffix = text.strip(" ."), ""
    ending = f".{suffix}" if suffix else ""
    while len(f"{stem}{ending}".encode()) > NAME_BYTES:
        stem = stem[:-1]
    stem = stem.rstrip(" .")
    if not stem:
        raise ValueError("nothing is left of this file name")
    return f"{stem}_{ending}" if stem.upper() in _RESERVED else f"{stem}{ending}"
