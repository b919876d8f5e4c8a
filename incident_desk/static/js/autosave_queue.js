// @ts-check
// What is typed, until the server has it. Pure: transport, store and timer are passed in; tested with node.
// One save is on its way at a time; what is typed meanwhile goes with the next. Nothing leaves the store before the
// server acknowledged exactly it.

/**
 * @typedef {Record<string, unknown>} Fields
 * @typedef {{status: number, version?: string, savedAt?: number, problems?: Record<string, string>, detail?: string}} Answer
 * @typedef {{get(): string | null, set(text: string): void, clear(): void}} Store
 * @typedef {"saved" | "pending" | "saving" | "offline" | "conflict" | "refused"} SaveState
 */

const DEBOUNCE_MS = 600;
const RETRY_MS = [1000, 2000, 5000, 10000];

export class AutosaveQueue {
  /**
   * @param {object} how
   * @param {(fields: Fields, version: string) => Promise<Answer>} how.send rejects when the server was not reached
   * @param {Store} how.store
   * @param {(state: SaveState, answer: Answer | null) => void} how.tell
   * @param {string} [how.version]
   * @param {(act: () => void, ms: number) => unknown} [how.later]
   */
  constructor({ send, store, tell, version = "", later = (act, ms) => setTimeout(act, ms) }) {
    this.send = send;
    this.store = store;
    this.tell = tell;
    this.version = version;
    this.later = later;
    /** @type {Fields | null} */
    this.fields = null;
    this.generation = 0;
    this.saving = false;
    this.failures = 0;
    this.due = 0;
    this.stopped = false;
  }

  /** Something was typed: it is in the store at once and on its way after a pause. @param {Fields} fields */
  change(fields) {
    this.fields = fields;
    this.generation += 1;
    try {
      this.store.set(JSON.stringify({ fields, version: this.version }));
    } catch {
      // a full or forbidden store: the server copy is the one that counts
    }
    if (this.stopped) return;
    this.tell("pending", null);
    this.schedule(DEBOUNCE_MS);
  }

  /** What an earlier page typed and the server never acknowledged. @returns {{fields: Fields, version: string} | null} */
  unsent() {
    const text = this.store.get();
    if (!text) return null;
    try {
      const kept = JSON.parse(text);
      return kept && typeof kept.fields === "object" && kept.fields ? kept : null;
    } catch {
      return null;
    }
  }

  /** @param {number} ms */
  schedule(ms) {
    const mine = ++this.due;
    this.later(() => { if (mine === this.due) void this.flush(); }, ms);
  }

  /** Sends now; also when the line is back or the page is left. */
  async flush() {
    if (this.saving || this.stopped || !this.fields) return;
    const sent = this.generation;
    this.saving = true;
    this.due += 1;
    this.tell("saving", null);
    let answer;
    try {
      answer = await this.send(this.fields, this.version);
    } catch {
      answer = null;
    }
    this.saving = false;
    this.settle(answer, sent);
  }

  /** @param {Answer | null} answer @param {number} sent */
  settle(answer, sent) {
    if (!answer || answer.status >= 500 || answer.status === 429 || answer.status === 408) {
      const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
      this.failures += 1;
      this.tell("offline", answer);
      this.schedule(wait);
      return;
    }
    this.failures = 0;
    if (answer.status === 409 || answer.status === 412) {
      this.stopped = true; // two people: only a person can decide
      this.tell("conflict", answer);
      return;
    }
    if (answer.status >= 400) {
      this.tell("refused", answer);
      if (sent !== this.generation) this.schedule(DEBOUNCE_MS);
      return;
    }
    if (answer.version !== undefined) this.version = answer.version;
    if (sent === this.generation) {
      this.fields = null;
      this.store.clear();
      this.tell("saved", answer);
    } else {
      this.tell("pending", answer);
      this.schedule(DEBOUNCE_MS);
    }
  }

  /** After a conflict a person chose this page's words. @param {string} version */
  resume(version) {
    this.version = version;
    this.stopped = false;
    if (this.fields) void this.flush();
  }
}

/**
 * A form as JSON: a name that comes twice, or is listed in *many*, is a list; files stay out.
 * @param {Iterable<[string, unknown]>} pairs
 * @param {Set<string>} [many]
 * @returns {Fields}
 */
export function fieldsOf(pairs, many = new Set()) {
  /** @type {Fields} */
  const fields = {};
  for (const name of many) fields[name] = [];
  for (const [name, value] of pairs) {
    if (typeof value !== "string" || name === "csrf_token" || name === "_idempotency_key") continue;
    const known = fields[name];
    if (Array.isArray(known)) known.push(value);
    else if (known === undefined) fields[name] = value;
    else fields[name] = [known, value];
  }
  return fields;
}
