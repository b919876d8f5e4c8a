"""The journal's hash chain: what an entry is, how it is hashed, and how a chain is checked.

Two steps make the hash, so that a case's archive can prove its place in the office's journal without
showing other cases: ``digest = sha256(canonical(entry))`` and ``hash = sha256(prev_hash ":" digest)``.
An archive carries the entries of its own case whole and, for those between them, only seq and digest.

Entries hold ids, codes and salted digests, never names, numbers or free text of persons: those stand in
rows that can be destroyed later (突发事件应对法 第八十五条) while the chain stays whole.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

GENESIS = "0" * 64
"""``prev_hash`` of the first entry of a journal."""

FAULT_LIMIT = 1_000
"""A journal destroyed from one end to the other is described by this many faults, not by a million."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that differs: where it is and what is wrong with it, in words."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, as it is hashed. ``at`` is aware; ``data`` holds ids, codes and digests only."""

    seq: int
    at: datetime
    kind: str
    case_no: str | None
    office: str
    actor: str | None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry in its chain. ``entry`` is None where an archive shows only ``digest`` (another case's entry)."""

    seq: int
    digest: str
    prev_hash: str
    hash: str
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a walk along a chain found; ``head`` is the hash of the last link seen."""

    entries: int
    sealed: int
    first_seq: int | None
    last_seq: int | None
    head: str
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.faults


def iso_utc(at: datetime) -> str:
    """*at* as ``2026-11-21T18:25:00.000000Z``: always UTC, always six decimals.

    Raises:
        ValueError: *at* has no offset.
    """
    if at.tzinfo is None:
        raise ValueError("a journal time must be aware")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _plain(value: object) -> object:
    """*value* as JSON that any store gives back alike: whole floats become integers, times ISO-Z."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a journal number must be finite")
        return int(value) if value.is_integer() else value
    return _plain_compound(value)


def _plain_compound(value: object) -> object:
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        if any(not isinstance(key, str) for key in value):
            raise ValueError("a journal key must be text")
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(item) for item in value]
    raise ValueError(f"a journal entry cannot hold a {type(value).__name__}")


def canonical(entry: Entry) -> bytes:
    """The bytes that are hashed: JSON with sorted keys and no spaces, UTF-8, times as ISO-Z with microseconds.

    The bytes are the same for an entry just written and for one read back from SQLite or PostgreSQL
    (``jsonb`` turns 1e22 into an integer and keeps no ``-0.0``, hence the rule for whole floats).

    Raises:
        ValueError: a time without offset, a number that is not finite, a value JSON does not know.
    """
    return _encode(
        {
            "actor": entry.actor,
            "at": iso_utc(entry.at),
            "case_no": entry.case_no,
            "data": _plain(entry.data),
            "kind": str(entry.kind),
            "office": entry.office,
            "seq": entry.seq,
        }
    )


def _encode(document: Mapping[str, object]) -> bytes:
    return _ENCODER.encode(document).encode("utf-8")


def entry_digest(entry: Entry) -> str:
    """SHA-256 of the entry's canonical bytes, 64 lower-case hex digits."""
    return hashlib.sha256(canonical(entry)).hexdigest()


def link_hash(prev_hash: str, digest: str) -> str:
    """The hash of a link whose entry has *digest* and stands behind the link with *prev_hash*."""
    return hashlib.sha256(f"{prev_hash}:{digest}".encode("ascii")).hexdigest()


def entry_hash(prev_hash: str, entry: Entry) -> str:
    """The hash of *entry* behind the entry with *prev_hash* (``GENESIS`` before the first)."""
    return link_hash(prev_hash, entry_digest(entry))


def chained(prev_hash: str, entry: Entry) -> Link:
    """*entry* as the next link behind *prev_hash*."""
    digest = entry_digest(entry)
    return Link(entry.seq, digest, prev_hash, link_hash(prev_hash, digest), entry)


def stored_link(entry: Entry, prev_hash: str, hash_: str) -> Link:
    """A link as a store holds it, with no digest of its own: the digest is what the entry gives today."""
    return Link(entry.seq, entry_digest(entry), prev_hash, hash_, entry)


def salted_digest(salt: bytes, payload: bytes) -> str:
    """Digest of personal content for the journal: HMAC-SHA-256 of *payload* under *salt*, hex.

    With row and salt destroyed nobody can try telephone numbers against it; until then it proves the row.

    Raises:
        ValueError: a salt of less than 16 bytes.
    """
    if len(salt) < 16:
        raise ValueError("a salt has at least 16 bytes")
    return hmac.new(salt, payload, hashlib.sha256).hexdigest()


def verify_chain(
    links: Iterable[Link],
    *,
    start: str | None = GENESIS,
    first_seq: int | None = 1,
    head: tuple[int, str] | None = None,
) -> ChainCheck:
    """Walk *links* once, in order of seq, and name every link that differs.

    Args:
        links: read as a stream; nothing is kept.
        start: the hash before the first link; None where the chain begins in mid-journal (an archive).
        first_seq: seq of the first link; None where unknown.
        head: (seq, hash) recorded elsewhere; without it entries cut off at the end cannot be noticed.

    Returns:
        the faults, at most ``FAULT_LIMIT``, each with ``seq N`` as its place.
    """
    walk = _Walk(expected_prev=start, expected_seq=first_seq)
    for link in links:
        walk.step(link)
    return walk.result(head)


class _Walk:
    """Where a check stands; one instance a walk."""

    def __init__(self, *, expected_prev: str | None, expected_seq: int | None) -> None:
        self.expected_prev = expected_prev
        self.expected_seq = expected_seq
        self.begin = expected_prev or GENESIS
        self.entries = self.sealed = self.left_out = 0
        self.first: int | None = None
        self.last: Link | None = None
        self.faults: list[Fault] = []

    def fault(self, where: str, what: str) -> None:
        if len(self.faults) < FAULT_LIMIT:
            self.faults.append(Fault(where, what))
        else:
            self.left_out += 1

    def step(self, link: Link) -> None:
        where = f"seq {link.seq}"
        if self.first is None:
            self.first = link.seq
        if self.expected_seq is not None and link.seq != self.expected_seq:
            self.fault(where, f"expected seq {self.expected_seq}: entries are missing, doubled or out of order")
        if self.expected_prev is not None and link.prev_hash != self.expected_prev:
            self.fault(where, f"prev_hash is {link.prev_hash}, the entry before has {self.expected_prev}")
        if link.entry is None:
            self.sealed += 1
        else:
            self.entries += 1
            self._compare_content(where, link, link.entry)
        if link_hash(link.prev_hash, link.digest) != link.hash:
            self.fault(where, f"hash is {link.hash}, its content gives {link_hash(link.prev_hash, link.digest)}")
        self.last, self.expected_prev, self.expected_seq = link, link.hash, link.seq + 1

    def _compare_content(self, where: str, link: Link, entry: Entry) -> None:
        if entry.seq != link.seq:
            self.fault(where, f"the entry says seq {entry.seq}")
        try:
            digest = entry_digest(entry)
        except ValueError as unfit:
            self.fault(where, str(unfit))
            return
        if digest != link.digest:
            self.fault(where, f"content gives digest {digest}, recorded is {link.digest}")

    def result(self, head: tuple[int, str] | None) -> ChainCheck:
        last = self.last
        if head is not None and (last is None or (last.seq, last.hash) != head):
            found = "an empty chain" if last is None else f"seq {last.seq}, hash {last.hash}"
            self.faults.append(
                Fault(f"seq {head[0]}", f"the recorded head is hash {head[1]}, the chain ends with {found}")
            )
        if self.left_out:
            self.faults.append(Fault("chain", f"{self.left_out} more faults are not listed"))
        return ChainCheck(
            entries=self.entries,
            sealed=self.sealed,
            first_seq=self.first,
            last_seq=last.seq if last else None,
            head=last.hash if last else self.begin,
            faults=tuple(self.faults),
        )


def to_line(link: Link) -> bytes:
    """One line of ``journal.jsonl``, with its line feed; a link without entry becomes seq and digest alone."""
    line: dict[str, object] = {"digest": link.digest, "hash": link.hash, "prev_hash": link.prev_hash, "seq": link.seq}
    if link.entry is not None:
        line["entry"] = json.loads(canonical(link.entry))
    return _encode(line) + b"\n"


def sealed(link: Link) -> Link:
    """*link* without its content, as an archive of another case may carry it."""
    return Link(link.seq, link.digest, link.prev_hash, link.hash)


def from_line(line: bytes) -> Link:
    """Read what ``to_line`` wrote.

    Raises:
        ValueError: the line is not JSON, or lacks a key, or a value has another type.
    """
    document = json.loads(line)
    if not isinstance(document, dict):
        raise ValueError("a journal line is not an object")
    extra = set(document) - {"digest", "hash", "prev_hash", "seq", "entry"}
    if extra:
        raise ValueError(f"a journal line has keys that do not belong there: {', '.join(sorted(extra))}")
    try:
        raw = document.get("entry")
        entry = None if raw is None else _entry_from(raw)
        return Link(
            int(document["seq"]), _hex(document["digest"]), _hex(document["prev_hash"]), _hex(document["hash"]), entry
        )
    except (KeyError, TypeError) as missing:
        raise ValueError(f"a journal line lacks {missing}") from missing


def _hex(value: object) -> str:
    if not isinstance(value, str) or len(value) != 64 or set(value) - set("0123456789abcdef"):
        raise ValueError("a digest has 64 lower-case hex digits")
    return value


def _entry_from(raw: Mapping[str, object]) -> Entry:
    if set(raw) != {"actor", "at", "case_no", "data", "kind", "office", "seq"}:
        raise ValueError("a journal entry has other keys than the seven it must have")
    data, seq, at = raw["data"], raw["seq"], raw["at"]
    if not isinstance(data, dict) or not isinstance(seq, int) or not isinstance(at, str):
        raise ValueError("a journal entry has a value of another type")
    case_no, actor = raw["case_no"], raw["actor"]
    return Entry(
        seq=seq,
        at=datetime.fromisoformat(at),
        kind=str(raw["kind"]),
        case_no=None if case_no is None else str(case_no),
        office=str(raw["office"]),
        actor=None if actor is None else str(actor),
        data=data,
    )
