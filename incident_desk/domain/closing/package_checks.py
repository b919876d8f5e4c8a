"""真实性、完整性、可用性、安全性: the four properties of an archive package, as far as a program can tell them.

A scan for viruses and an explanation of what is missing are a person's word, kept with who gave it.
Source: 档案法 (2020) 第三十九条, 档案法实施条例 (2024) 第四十条; the tests are those of DA/T 70-2018 by subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from incident_desk.domain.archive import safe_name
from incident_desk.domain.closing.said import Said
from incident_desk.domain.errors import N_, DomainError

READABLE = frozenset(
    {
        ".pdf", ".ofd", ".docx", ".txt", ".csv", ".json", ".jsonl", ".xml", ".jpg", ".jpeg", ".png", ".tif", ".tiff",
        ".heic", ".webp", ".svg", ".html", ".geojson", ".wav", ".mp3", ".mp4", ".mpeg", ".avi", ".warc", ".bin",
    }
)  # fmt: skip
"""Endings that a standard reader opens."""

ACTIVE = frozenset(
    {".exe", ".dll", ".bat", ".cmd", ".com", ".js", ".vbs", ".ps1", ".sh", ".docm", ".xlsm", ".jar", ".msi", ".scr"}
)
"""Endings of what runs when it is opened."""

WORD_LIMITS = {"explained": 1_000, "scanned": 300}


class PackageProperty(StrEnum):
    """The four."""

    AUTHENTIC = "authentic"
    COMPLETE = "complete"
    USABLE = "usable"
    SAFE = "safe"


class NoPackageYet(DomainError):
    """Nothing was exported that could be checked."""

    code = "no_package_yet"
    status = 409
    message_id = N_("No package of this case lies here. Export the case first.")


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """What was found in a package: the verifier's faults, the files, the groups that are empty, personal files."""

    faults: Sequence[str]
    paths: Sequence[str]
    missing_groups: Sequence[str]
    personal_files: int
    explained: str
    scanned: str


@dataclass(frozen=True, slots=True)
class PropertyFound:
    """One of the four: whether it holds, and why in words."""

    prop: PackageProperty
    holds: bool
    words: Said


def check(found: PackageFacts) -> tuple[PropertyFound, ...]:
    """The four properties in their order."""
    return (_authentic(found), _complete(found), _usable(found), _safe(found))


def is_sound(results: Iterable[PropertyFound]) -> bool:
    """Whether all four hold."""
    return all(one.holds for one in results)


def _authentic(found: PackageFacts) -> PropertyFound:
    if found.faults:
        count, first = len(found.faults), found.faults[0]
        words = Said(f"校验发现{count}处不一致，首处：{first}", f"{count} faults, the first: {first}")
        return PropertyFound(PackageProperty.AUTHENTIC, False, words)
    words = Said("全部文件摘要、日志链和引用核对一致", "every digest, the journal's chain and all references agree")
    return PropertyFound(PackageProperty.AUTHENTIC, True, words)


def _complete(found: PackageFacts) -> PropertyFound:
    missing = "、".join(found.missing_groups)
    if not missing:
        words = Said("必备各类均有内容", "every group that must be there holds something")
    elif found.explained:
        words = Said(f"缺{missing}；说明：{found.explained}", f"missing: {missing}; explained: {found.explained}")
    else:
        words = Said(f"缺{missing}，未说明原因", f"missing, not explained: {missing}")
    return PropertyFound(PackageProperty.COMPLETE, not missing or bool(found.explained), words)


def _usable(found: PackageFacts) -> PropertyFound:
    odd = [path for path in found.paths if _ending(path) not in READABLE or not _has_legal_name(path)]
    listed, count = "、".join(odd[:3]), len(found.paths)
    if odd:
        words = Said(
            f"{len(odd)}个文件的格式或名称不在可长期读取之列：{listed}",
            f"{len(odd)} files of a format or name that is not listed: {listed}",
        )
    else:
        words = Said(f"{count}个文件均为通用格式，未加密", f"{count} files, all in common formats, none encrypted")
    return PropertyFound(PackageProperty.USABLE, not odd, words)


def _safe(found: PackageFacts) -> PropertyFound:
    active = [path for path in found.paths if _ending(path) in ACTIVE]
    if active:
        listed = "、".join(active[:3])
        words = Said(f"含可执行内容：{listed}", f"holds what can run: {listed}")
        return PropertyFound(PackageProperty.SAFE, False, words)
    scan_zh = f"病毒查杀：{found.scanned}" if found.scanned else "尚未记录病毒查杀"
    scan_en = f"virus scan: {found.scanned}" if found.scanned else "no virus scan on record"
    words = Said(
        f"无可执行内容，{found.personal_files}个文件含个人信息并已标记；{scan_zh}",
        f"nothing that can run, {found.personal_files} files with personal data are marked; {scan_en}",
    )
    return PropertyFound(PackageProperty.SAFE, bool(found.scanned), words)


def _ending(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _has_legal_name(path: str) -> bool:
    name = PurePosixPath(path).name
    try:
        return safe_name(name) == name
    except ValueError:
        return False
