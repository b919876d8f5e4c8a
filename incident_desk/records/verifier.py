"""Does an archive prove itself? One module that needs Python alone and the hash chain of the journal.

It recomputes every digest of the package and the whole chain, follows every reference between clock, report,
release, photograph and journal, and names what differs. It reads a folder or a zip as a stream, writes nothing,
and never follows a path out of the package.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from incident_desk.domain.journal import Fault, Link, from_line, verify_chain

FORMAT = "incident-desk-archive/1"
BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST, TAG_MANIFEST, BAG_INFO = "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"
INDEX_CSV = "metadata/index.csv"
SYSTEM = "data/17系统记录"
CASE, JOURNAL, CLOCKS = f"{SYSTEM}/case.json", f"{SYSTEM}/journal.jsonl", f"{SYSTEM}/clocks.json"
REPORTS, RELEASES, EVIDENCE = f"{SYSTEM}/reports.json", f"{SYSTEM}/releases.json", f"{SYSTEM}/evidence.json"

BLOCK = 1024 * 1024
MAX_DOCUMENT = 64 * BLOCK
MAX_LINE = BLOCK

_LINE = re.compile(r"([0-9a-f]{64})  ([^\r\n]+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class NoPackage(ValueError):
    """There is nothing at this path that could be verified."""


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """The outcome: counts of what was checked, and every difference."""

    ok: bool
    checked: Mapping[str, object]
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, object]:
        """The document that ``archive verify --json`` prints."""
        faults = [{"where": fault.where, "what": fault.what} for fault in self.faults]
        return {"ok": self.ok, "checked": dict(self.checked), "faults": faults}


class _Source(Protocol):
    """A folder or a zip: its files by path below the package's root, with ``/`` between parts."""

    faults: list[Fault]
    sizes: dict[str, int]

    def open(self, path: str) -> BinaryIO: ...


class _Folder:
    """A package as a folder; links and special files are faults, not followed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[Fault] = []
        self.sizes: dict[str, int] = {}
        self._real: dict[str, Path] = {}
        for place, folders, files in os.walk(root, followlinks=False):
            here = Path(place)
            for name in [*files, *(folder for folder in folders if (here / folder).is_symlink())]:
                self._take(here / name)

    def _take(self, real: Path) -> None:
        path = unicodedata.normalize("NFC", real.relative_to(self.root).as_posix())
        facts = real.lstat()
        if not stat.S_ISREG(facts.st_mode):
            self.faults.append(Fault(path, "is a link or a special file, which a package must not hold"))
        elif path in self.sizes:
            self.faults.append(Fault(path, "stands there twice under names that look alike"))
        else:
            self.sizes[path], self._real[path] = facts.st_size, real

    def open(self, path: str) -> BinaryIO:
        return self._real[path].open("rb")


class _Zip:
    """A package as a zip, read without unpacking; one folder around everything is allowed."""

    def __init__(self, path: Path) -> None:
        self.faults: list[Fault] = []
        self.sizes: dict[str, int] = {}
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._zip = zipfile.ZipFile(path)
        named = [(_zip_name(info), info) for info in self._zip.infolist() if not info.is_dir()]
        root = _common_root([name for name, _ in named])
        for name, info in named:
            self._take(name.removeprefix(root), info)

    def _take(self, path: str, info: zipfile.ZipInfo) -> None:
        if not _is_inside(path):
            self.faults.append(Fault(path, "leads out of the package"))
        elif stat.S_ISLNK(info.external_attr >> 16):
            self.faults.append(Fault(path, "is a link, which a package must not hold"))
        elif info.flag_bits & 0x1:
            self.faults.append(Fault(path, "is encrypted"))
        elif path in self.sizes:
            self.faults.append(Fault(path, "stands in the zip twice"))
        else:
            self.sizes[path], self._members[path] = info.file_size, info

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self._zip.open(self._members[path]))


def _zip_name(info: zipfile.ZipInfo) -> str:
    """A member's name; one that an old Chinese Windows wrote without saying so is read as GB 18030."""
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return unicodedata.normalize("NFC", name)


def _common_root(names: list[str]) -> str:
    if "bagit.txt" in names:
        return ""
    roots = {name.partition("/")[0] for name in names}
    return f"{roots.pop()}/" if len(roots) == 1 else ""


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    drive = len(path) > 1 and path[1] == ":"
    return not (drive or "\\" in path or "\0" in path or any(part in ("", ".", "..") for part in parts))


def verify(path: Path, *, expected_digest: str | None = None) -> VerifyResult:
    """Check the package at *path*, a folder or a zip.

    *expected_digest* is the package digest that was written down when the case was closed (the SHA-256 of
    ``tagmanifest-sha256.txt``): with it a package that was rewritten from end to end is found too.

    Raises:
        NoPackage: nothing stands at *path*.
    """
    if path.is_dir():
        return _Check(_Folder(path), expected_digest).run()
    if not path.is_file():
        raise NoPackage(f"{path} is neither a folder nor a file")
    faults = list(_beside(path))
    try:
        source = _Zip(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as damage:
        return VerifyResult(False, {"files": 0}, (*faults, Fault(path.name, f"is no readable zip: {damage}")))
    with source._zip:
        result = _Check(source, expected_digest).run()
    every = (*faults, *result.faults)
    return VerifyResult(not every, result.checked, every)


def _beside(path: Path) -> Iterator[Fault]:
    """The zip against the ``.sha256`` file beside it, if there is one."""
    note = path.with_name(f"{path.name}.sha256")
    if not note.is_file():
        return
    recorded = note.read_bytes()[:64].decode("ascii", "replace")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if recorded != found:
        yield Fault(path.name, f"SHA-256 is {found}, {note.name} says {recorded}")


@dataclass(slots=True)
class _Check:
    """One walk over a package; every step adds to ``faults`` and ``checked``."""

    source: _Source
    expected_digest: str | None = None
    faults: list[Fault] = field(default_factory=list)
    checked: dict[str, object] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    case: Mapping[str, object] = field(default_factory=dict)
    mentions: dict[int, frozenset[str]] = field(default_factory=dict)

    def run(self) -> VerifyResult:
        self.faults += self.source.faults
        if "bagit.txt" not in self.source.sizes:
            self.fault("bagit.txt", "is missing: this is no BagIt package")
            return VerifyResult(False, {"files": len(self.source.sizes)}, tuple(self.faults))
        self._digest_everything()
        self._tags()
        self._payload()
        self._index()
        self._case()
        self._journal()
        self._clocks()
        self._texts(REPORTS, "reports")
        self._texts(RELEASES, "releases")
        self._evidence()
        return VerifyResult(not self.faults, self.checked, tuple(self.faults))

    def fault(self, where: str, what: str) -> None:
        self.faults.append(Fault(where, what))

    # --- bytes -------------------------------------------------------------------------------------------

    def _digest_everything(self) -> None:
        octets = 0
        for path in sorted(self.source.sizes):
            try:
                self.digests[path], size = self._digest(path)
                octets += size
            except (OSError, zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as damage:
                self.fault(path, f"cannot be read: {damage}")
        self.checked |= {"files": len(self.source.sizes), "octets": octets}

    def _digest(self, path: str) -> tuple[str, int]:
        running, size = hashlib.sha256(), 0
        with self.source.open(path) as file:
            while block := file.read(BLOCK):
                running.update(block)
                size += len(block)
        return running.hexdigest(), size

    def _read(self, path: str) -> bytes | None:
        """A small file whole; None, with its fault, where it is missing, unreadable or absurdly large."""
        if path not in self.source.sizes:
            self.fault(path, "is missing")
            return None
        if self.source.sizes[path] > MAX_DOCUMENT:
            self.fault(path, f"has {self.source.sizes[path]} bytes, more than such a file can have")
            return None
        try:
            with self.source.open(path) as file:
                return file.read()
        except (OSError, zipfile.BadZipFile, EOFError, ValueError):
            return None  # named when it was digested

    # --- BagIt (RFC 8493) ----------------------------------------------------------------------------------

    def _tags(self) -> None:
        if self._read("bagit.txt") not in (BAGIT_TXT, None):
            self.fault("bagit.txt", "does not say BagIt-Version 1.0 and UTF-8")
        digest = self.digests.get(TAG_MANIFEST)
        self.checked["package_digest"] = digest
        if self.expected_digest is not None and digest != self.expected_digest:
            self.fault(TAG_MANIFEST, f"package digest is {digest}, expected is {self.expected_digest}")
        listed = self._manifest(TAG_MANIFEST)
        found = {path for path in self.source.sizes if not path.startswith("data/") and path != TAG_MANIFEST}
        self._compare(listed, found, TAG_MANIFEST)
        self.checked["tag_files"] = len(listed)

    def _payload(self) -> None:
        listed = self._manifest(MANIFEST)
        found = {path for path in self.source.sizes if path.startswith("data/")}
        self._compare(listed, found, MANIFEST)
        self.checked["payload_files"] = len(listed)
        octets = sum(self.source.sizes[path] for path in found)
        info = self._read(BAG_INFO) or b""
        oxum = [
            line[14:].strip()
            for line in info.decode("utf-8", "replace").splitlines()
            if line.startswith("Payload-Oxum: ")
        ]
        if oxum != [f"{octets}.{len(found)}"]:
            said = oxum[0] if oxum else "nothing"
            self.fault(BAG_INFO, f"Payload-Oxum says {said}, the payload has {octets}.{len(found)} (bytes.files)")

    def _manifest(self, name: str) -> dict[str, str]:
        """Path to digest; every line must have the one form that is written, so that no byte of it is free."""
        listed: dict[str, str] = {}
        data = self._read(name)
        if data is None:
            return listed
        text = data.decode("utf-8", "replace")
        if text and not text.endswith("\n"):
            self.fault(name, "does not end with a line feed")
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            match = _LINE.fullmatch(line)
            if match is None:
                self.fault(name, f"line {number} is not a digest, two spaces and a path")
            elif not _is_inside(match[2]):
                self.fault(name, f"line {number} leads out of the package: {match[2]}")
            elif match[2] in listed:
                self.fault(name, f"line {number} lists {match[2]} a second time")
            else:
                listed[match[2]] = match[1]
        return listed

    def _compare(self, listed: Mapping[str, str], found: set[str], name: str) -> None:
        for path in sorted(found - set(listed)):
            self.fault(path, f"is not listed in {name}")
        for path in sorted(listed):
            if path not in found:
                self.fault(path, f"is missing, {name} lists it")
            elif path in self.digests and self.digests[path] != listed[path]:
                self.fault(path, f"SHA-256 is {self.digests[path]}, {name} says {listed[path]}")

    def _index(self) -> None:
        data = self._read(INDEX_CSV)
        if data is None:
            return
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace"))))
        self.checked["index_rows"] = len(rows)
        named = [row.get("path") or "" for row in rows]
        payload = {path for path in self.source.sizes if path.startswith("data/")}
        for path in sorted(payload - set(named)):
            self.fault(INDEX_CSV, f"does not list {path}")
        for path in sorted(set(named) - payload):
            self.fault(INDEX_CSV, f"lists {path}, which is not there")
        for path, row in zip(named, rows, strict=True):
            if path in self.digests and row.get("sha256") != self.digests[path]:
                self.fault(INDEX_CSV, f"says another SHA-256 for {path}")
            if path in payload and row.get("size") != str(self.source.sizes[path]):
                self.fault(INDEX_CSV, f"says another size for {path}")

    # --- the case ----------------------------------------------------------------------------------------

    def _document(self, path: str) -> Mapping[str, object]:
        data = self._read(path)
        if data is None:
            return {}
        try:
            document = json.loads(data)
        except (ValueError, RecursionError) as damage:
            self.fault(path, f"is no JSON: {damage}")
            return {}
        if not isinstance(document, dict):
            self.fault(path, "is not one JSON object")
            return {}
        return document

    def _rows(self, path: str, key: str) -> list[Mapping[str, object]]:
        rows = self._document(path).get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fault(path, f"has no list of {key}")
            rows = []
        self.checked[key] = len(rows)
        return rows

    def _case(self) -> None:
        self.case = self._document(CASE)
        self.checked |= {"case_no": self.case.get("case_no"), "exercise": self.case.get("exercise")}
        if self.case and self.case.get("format") != FORMAT:
            self.fault(CASE, f"format is {self.case.get('format')}, this verifier knows {FORMAT}")

    def _journal(self) -> None:
        if JOURNAL not in self.source.sizes:
            self.fault(JOURNAL, "is missing")
            return
        head = self.case.get("journal_head")
        expected = None
        if isinstance(head, dict) and isinstance(head.get("seq"), int):
            expected = (head["seq"], str(head.get("hash")))
        else:
            self.fault(CASE, "does not record the head of the journal")
        chain = verify_chain(self._links(), start=None, first_seq=None, head=expected)
        self.faults += [Fault(f"{JOURNAL} {fault.where}", fault.what) for fault in chain.faults]
        self.checked |= {
            "journal_entries": chain.entries,
            "journal_sealed": chain.sealed,
            "journal_head": chain.head,
        }

    def _links(self) -> Iterator[Link]:
        """The journal's links as a stream; the case's own are remembered by what they mention."""
        try:
            with self.source.open(JOURNAL) as file:
                number = 0
                while line := file.readline(MAX_LINE):
                    number += 1
                    try:
                        link = from_line(line)
                    except (ValueError, RecursionError) as damage:
                        self.fault(f"{JOURNAL} line {number}", str(damage))
                        continue
                    self._remember(link)
                    yield link
        except (OSError, zipfile.BadZipFile, EOFError):
            return  # named when it was digested

    def _remember(self, link: Link) -> None:
        if link.entry is None:
            return
        if link.entry.case_no not in (None, self.case.get("case_no")):
            self.fault(f"{JOURNAL} seq {link.seq}", f"shows an entry of another case, {link.entry.case_no}")
        self.mentions[link.seq] = frozenset(_digests_in(link.entry.data))

    def _references(self, where: str, row: Mapping[str, object]) -> list[int]:
        """The journal entries a row rests on; each must be in this journal and readable."""
        seqs = row.get("journal")
        if not isinstance(seqs, list) or not seqs:
            self.fault(where, "names no journal entry")
            return []
        for seq in seqs:
            if seq not in self.mentions:
                self.fault(where, f"rests on journal entry {seq}, which the journal does not show")
        return [seq for seq in seqs if seq in self.mentions]

    def _vouched(self, where: str, row: Mapping[str, object], digest: str) -> None:
        if not any(digest in self.mentions[seq] for seq in self._references(where, row)):
            self.fault(where, f"no journal entry it names holds the digest {digest}")

    def _clocks(self) -> None:
        for number, row in enumerate(self._rows(CLOCKS, "clocks"), 1):
            where = f"{CLOCKS} {row.get('rule_id', number)} {row.get('office', '')}".rstrip()
            self._references(where, row)

    def _texts(self, document: str, key: str) -> None:
        """Reports and releases: the snapshot gives the digest, the journal holds it, the files are what was said."""
        for number, row in enumerate(self._rows(document, key), 1):
            where, digest = f"{document} {row.get('no', number)}", str(row.get("digest"))
            snapshot = str(row.get("snapshot"))
            if snapshot not in self.digests:
                self.fault(where, f"its snapshot {snapshot} is missing")
            elif self.digests[snapshot] != digest:
                self.fault(where, f"{snapshot} gives digest {self.digests[snapshot]}, signed and recorded is {digest}")
            self._vouched(where, row, digest)
            files = row.get("files")
            for file in files if isinstance(files, list) else ():
                self._file(where, file)

    def _file(self, where: str, file: object) -> None:
        if not isinstance(file, dict) or str(file.get("path")) not in self.digests:
            self.fault(where, f"names a file that is missing: {file}")
        elif self.digests[str(file["path"])] != file.get("sha256"):
            self.fault(
                where, f"{file['path']} gives {self.digests[str(file['path'])]}, recorded is {file.get('sha256')}"
            )

    def _evidence(self) -> None:
        for number, row in enumerate(self._rows(EVIDENCE, "evidence"), 1):
            path, digest = str(row.get("path")), str(row.get("sha256"))
            where = f"{EVIDENCE} {row.get('no', number)}"
            self._file(where, {"path": path, "sha256": digest})
            if Path(path).name.partition(".")[0] != digest:
                self.fault(where, f"{path} is not named by its SHA-256 {digest}")
            self._vouched(where, row, digest)


def _digests_in(value: object) -> Iterator[str]:
    """Every SHA-256 that stands anywhere in a journal entry's data."""
    if isinstance(value, str):
        if _DIGEST.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _digests_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _digests_in(item)
