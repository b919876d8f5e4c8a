"""The package's table of contents: ``index.csv`` and ``index.xml`` say the same of every file.

Elements after DA/T 46-2009 and DA/T 48-2009 by subject: title, responsible body, date, retention, format, size,
digest; the personal mark is for the assessment of 突发事件应对法 第八十五条.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from incident_desk.domain.archive import ArchiveItem, archive_groups
from incident_desk.domain.journal import Entry, iso_utc
from incident_desk.records.bag import WrittenFile

COLUMNS = (
    "path",
    "group_no",
    "group",
    "title",
    "maker",
    "made_at",
    "retention",
    "personal",
    "format",
    "size",
    "sha256",
)


def index_rows(items: Iterable[ArchiveItem], files: Mapping[str, WrittenFile]) -> list[dict[str, str]]:
    """One row a file, by path.

    Raises:
        KeyError: an item whose file was not written.
    """
    groups = {group.no: group for group in archive_groups()}
    return [
        {
            "path": item.path,
            "group_no": str(item.group_no),
            "group": groups[item.group_no].group_zh,
            "title": item.title,
            "maker": item.maker,
            "made_at": iso_utc(item.made_at),
            "retention": groups[item.group_no].retention.value,
            "personal": "yes" if item.personal else "no",
            "format": item.media_type,
            "size": str(files[item.path].size),
            "sha256": files[item.path].sha256,
        }
        for item in sorted(items, key=lambda item: item.path)
    ]


def index_csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """UTF-8 with a byte order mark, so that a spreadsheet reads the Chinese."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def index_xml(rows: Iterable[Mapping[str, str]], head: Mapping[str, str]) -> bytes:
    """The same rows as XML, with the case's *head* as attributes of the root."""
    out = io.BytesIO()
    nothing: AttributesImpl[str] = AttributesImpl({})
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("archive", AttributesImpl({key: _xml_text(value) for key, value in head.items()}))
    xml.characters("\n")
    for row in rows:
        xml.startElement("item", nothing)
        for column in COLUMNS:
            xml.startElement(column, nothing)
            xml.characters(_xml_text(row[column]))
            xml.endElement(column)
        xml.endElement("item")
        xml.characters("\n")
    xml.endElement("archive")
    xml.endDocument()
    return out.getvalue()


def _xml_text(text: str) -> str:
    """*text* without what XML 1.0 cannot hold."""
    return "".join(mark for mark in text if mark in "\t\n" or (mark >= " " and mark not in "￾￿"))


def process_row(entry: Entry) -> bytes:
    """One line of ``process.csv``: when, who, what, of which entry."""
    out = io.StringIO(newline="")
    row = (iso_utc(entry.at), entry.actor or "", entry.office, entry.kind, str(entry.seq))
    csv.writer(out, lineterminator="\n").writerow(row)
    return out.getvalue().encode()


PROCESS_HEAD = b"\xef\xbb\xbfat,actor,office,kind,seq\n"


def document(value: object) -> bytes:
    """*value* as JSON for people and programs: sorted keys, two spaces, UTF-8."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
