// @ts-check
// What this screen has seen of the journal: nothing twice, nothing missed. Pure; tested with node.
//
// A screen sees only its own office's entries, so their numbers have holes and a hole proves nothing. Just after
// joining, a new entry may overtake the replay of older ones. So the number up to which all is surely here (`floor`)
// rises only once the replay has settled; until then entries above it are told apart one by one. Joining again with
// the floor, after every break and once a minute, brings whatever is missing.

/**
 * @typedef {{seq: number, at: string, kind: string, case_no: string | null, actor?: unknown, data?: unknown}} Entry
 */

export class JournalCursor {
  /** @param {number} [floor] everything up to here is on the page already */
  constructor(floor = 0) {
    this.floor = floor;
    /** @type {Set<number>} seen above the floor */
    this.seen = new Set();
    this.settled = false;
  }

  /** A join was sent: its replay is under way. */
  joined() {
    this.settled = false;
  }

  /** The replay is through: what was seen is all there is. */
  settle() {
    this.settled = true;
    this.raise();
  }

  raise() {
    for (const seq of this.seen) this.floor = Math.max(this.floor, seq);
    this.seen.clear();
  }

  /**
   * @param {Entry[]} entries in any order, perhaps seen before
   * @returns {Entry[]} what is new, in order
   */
  accept(entries) {
    const fresh = [];
    for (const entry of [...entries].sort((a, b) => a.seq - b.seq)) {
      if (entry.seq <= this.floor || this.seen.has(entry.seq)) continue;
      this.seen.add(entry.seq);
      fresh.push(entry);
    }
    if (this.settled) this.raise();
    return fresh;
  }
}

/**
 * Whether an entry of *kind* concerns a place that names *wanted* ("clock incident.opened *").
 * @param {string} kind
 * @param {string} wanted
 */
export function concerns(kind, wanted) {
  return wanted.split(/\s+/).some((word) => word === "*" || word === kind || (word !== "" && kind.startsWith(`${word}.`)));
}
