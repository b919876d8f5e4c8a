"""A whole case as a package: what the service hands over, and where each thing stands in it.

The machine's own part, group 17, ties the rest together: every clock, report, release and photograph names the
journal entries it rests on, and the journal holds their digests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile

from incident_desk.domain.archive import ArchiveItem, payload_path
from incident_desk.domain.errors import N_, DomainError
from incident_desk.domain.journal import Link, iso_utc, to_line
from incident_desk.records import index
from incident_desk.records.bag import BagWriter, Content
from incident_desk.records.verifier import CASE, CLOCKS, EVIDENCE, FORMAT, INDEX_CSV, JOURNAL, RELEASES, REPORTS

INDEX_XML, PROCESS_CSV = "metadata/index.xml", "metadata/process.csv"
SYSTEM_GROUP, REPORT_GROUP, RELEASE_GROUP, IMAGE_GROUP = 17, 3, 10, 12
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/heic": ".heic", "image/webp": ".webp"}


@dataclass(frozen=True, slots=True)
class PackedFile:
    """Any file of the package: a document, the trace, the map, the call sheet."""

    group_no: int
    name: str
    content: Content
    title: str
    maker: str
    made_at: datetime
    media_type: str
    personal: bool = False


@dataclass(frozen=True, slots=True)
class PackedText:
    """A report or a release: ``snapshot`` gives ``digest``, which a journal entry of ``journal`` must hold."""

    no: str
    title: str
    snapshot: bytes
    digest: str
    journal: Sequence[int]
    maker: str
    made_at: datetime
    files: Sequence[PackedFile] = ()


@dataclass(frozen=True, slots=True)
class PackedEvidence:
    """An original; its SHA-256 must stand in a journal entry of ``journal``. It is named by that digest."""

    no: str
    sha256: str
    content: Content
    media_type: str
    caption: str
    maker: str
    made_at: datetime
    journal: Sequence[int]


@dataclass(frozen=True, slots=True)
class CasePackage:
    """Everything of one case. ``clocks`` are JSON objects, each with ``journal``: the entries it rests on.

    ``journal`` is the office's chain from the first entry of the case to the head, links of other cases sealed.
    """

    case_no: str
    exercise: bool
    office: str
    office_name: str
    sealed_at: datetime
    journal: Iterable[Link]
    clocks: Sequence[Mapping[str, object]]
    reports: Sequence[PackedText] = ()
    releases: Sequence[PackedText] = ()
    evidence: Sequence[PackedEvidence] = ()
    files: Sequence[PackedFile] = ()


@dataclass(frozen=True, slots=True)
class WrittenPackage:
    """Where it stands, its digest (of the tag manifest), and which archive groups hold a file."""

    path: Path
    digest: str
    files: int
    octets: int
    groups: frozenset[int]


class EvidenceChanged(DomainError):
    """An original on the disk no longer has its digest; the export stops and names it."""

    code = "evidence_changed"
    status = 409
    message_id = N_("The stored original %(no)s has changed: its SHA-256 is now %(found)s. Restore it from a backup.")


def write_package(case: CasePackage, folder: Path) -> WrittenPackage:
    """Write *case* as ``folder/<case_no>``, a valid BagIt package; all or nothing.

    Raises:
        PackageExists, PackageBusy, BagNotValid: see ``records.bag``.
        EvidenceChanged: an original differs from its record.
    """
    with BagWriter(folder, case.case_no, _bag_info(case)) as bag:
        writing = _Writing(case, bag)
        writing.machine_part()
        writing.contents()
        head = {"case_no": case.case_no, "exercise": "yes" if case.exercise else "no", "office": case.office}
        rows = index.index_rows(writing.items, bag.files)
        bag.add(INDEX_CSV, index.index_csv(rows))
        bag.add(INDEX_XML, index.index_xml(rows, head))
        payload = bag.payload()
        digest = bag.close()
        groups = frozenset(item.group_no for item in writing.items)
        return WrittenPackage(bag.final, digest, len(payload), sum(file.size for file in payload), groups)


def _bag_info(case: CasePackage) -> dict[str, str]:
    return {
        "Source-Organization": f"{case.office_name} ({case.office})",
        "External-Identifier": case.case_no,
        "External-Description": f"{'演练 ' if case.exercise else ''}突发环境事件档案 {case.case_no}",
        "Bagging-Date": iso_utc(case.sealed_at)[:10],
        "Incident-Desk-Case": case.case_no,
        "Incident-Desk-Exercise": "yes" if case.exercise else "no",
        "Incident-Desk-Sealed-At": iso_utc(case.sealed_at),
    }


class _Writing:
    """One package in the making: adds files and remembers what the index says of each."""

    def __init__(self, case: CasePackage, bag: BagWriter) -> None:
        self.case, self.bag = case, bag
        self.items: list[ArchiveItem] = []

    def machine_part(self) -> None:
        head = self._journal()
        case = self.case
        about = {
            "format": FORMAT,
            "case_no": case.case_no,
            "exercise": case.exercise,
            "office": case.office,
            "office_name": case.office_name,
            "sealed_at": iso_utc(case.sealed_at),
            "journal_head": {"seq": head.seq, "hash": head.hash} if head else {"seq": 0, "hash": ""},
        }
        self._system(CASE, index.document(about), "案件与日志链头", "application/json")
        ledger = index.document({"case_no": case.case_no, "clocks": list(case.clocks)})
        self._system(CLOCKS, ledger, "时钟记录", "application/json")

    def _journal(self) -> Link | None:
        """Journal and process record in one pass over the links; the second waits in a file of its own."""
        last: list[Link] = []
        with SpooledTemporaryFile(max_size=1024 * 1024) as process:
            process.write(index.PROCESS_HEAD)

            def lines() -> Iterator[bytes]:
                for link in self.case.journal:
                    last[:] = [link]
                    if link.entry is not None:
                        process.write(index.process_row(link.entry))
                    yield to_line(link)

            self._system(JOURNAL, lines(), "操作日志", "application/jsonl")
            process.seek(0)
            self.bag.add(PROCESS_CSV, iter(lambda: process.read(65_536), b""))
        return last[0] if last else None

    def _system(self, path: str, content: Content, title: str, media_type: str) -> None:
        self.bag.add(path, content)
        case = self.case
        self.items.append(ArchiveItem(path, SYSTEM_GROUP, title, case.office_name, case.sealed_at, media_type))

    def contents(self) -> None:
        case = self.case
        for file in case.files:
            self._file(file)
        reports = [self._text(text, REPORT_GROUP) for text in case.reports]
        releases = [self._text(text, RELEASE_GROUP) for text in case.releases]
        evidence = [self._original(original) for original in case.evidence]
        self._system(REPORTS, index.document({"reports": reports}), "报告清单", "application/json")
        self._system(RELEASES, index.document({"releases": releases}), "信息公开清单", "application/json")
        self._system(EVIDENCE, index.document({"evidence": evidence}), "声像清单", "application/json")

    def _file(self, file: PackedFile) -> dict[str, object]:
        path = payload_path(file.group_no, file.name)
        written = self.bag.add(path, file.content)
        self.items.append(
            ArchiveItem(path, file.group_no, file.title, file.maker, file.made_at, file.media_type, file.personal)
        )
        return {"path": path, "sha256": written.sha256}

    def _text(self, text: PackedText, group_no: int) -> dict[str, object]:
        snapshot = PackedFile(
            group_no, f"{text.no}.json", text.snapshot, text.title, text.maker, text.made_at, "application/json"
        )
        path = self._file(snapshot)["path"]
        files = [self._file(file) for file in text.files]
        return {
            "no": text.no,
            "title": text.title,
            "made_at": iso_utc(text.made_at),
            "digest": text.digest,
            "snapshot": path,
            "journal": list(text.journal),
            "files": files,
        }

    def _original(self, original: PackedEvidence) -> dict[str, object]:
        name = f"{original.sha256}{SUFFIXES.get(original.media_type, '.bin')}"
        path = payload_path(IMAGE_GROUP, name)
        if path not in self.bag.files:  # one photograph sent twice is one file
            written = self.bag.add(path, original.content)
            if written.sha256 != original.sha256:
                raise EvidenceChanged(no=original.no, found=written.sha256)
            self.items.append(
                ArchiveItem(
                    path, IMAGE_GROUP, original.caption, original.maker, original.made_at, original.media_type, True
                )
            )
        return {
            "no": original.no,
            "path": path,
            "sha256": original.sha256,
            "caption": original.caption,
            "made_at": iso_utc(original.made_at),
            "journal": list(original.journal),
        }
