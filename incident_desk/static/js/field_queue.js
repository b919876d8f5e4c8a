// @ts-check
// What the phone has and the server has not: photographs and short words, kept in IndexedDB until the server said
// "received" with the same SHA-256. Survives a reload, a flat battery, a night without signal. Sends one at a time.

import { csrfToken } from "./autosave.js";
import { newKey } from "./idempotency.js";

const DATABASE = "incident-desk-field";
const STORE = "items";
const OLD_PAGE = new Set(["form_expired", "sign_in_needed"]);
const WAITS_MS = [1000, 3000, 10000, 30000, 60000];

/**
 * @typedef {object} Item
 * @property {string} key          client key and Idempotency-Key; the server takes one key once
 * @property {string} url
 * @property {Record<string, string>} fields
 * @property {Blob | null} file
 * @property {string} name
 * @property {string} sha256       "" where the page has no secure context
 * @property {number} kept_at      page order only; never a time of record
 * @property {"waiting" | "sending" | "refused"} state
 * @property {string} why
 */

/** @returns {Promise<IDBDatabase>} */
function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>} settles when the transaction is on disk
 */
async function within(mode, act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode, { durability: "strict" });
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @param {Blob} file @returns {Promise<string>} hex, or "" where the browser offers no digest */
export async function digestOf(file) {
  if (!globalThis.crypto?.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The page stood open for days: fetch it anew for a token that counts. Nothing kept is touched. */
async function renewToken() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("meta[name=csrf-token]")?.getAttribute("content");
    if (answer.ok && fresh) document.querySelector("meta[name=csrf-token]")?.setAttribute("content", fresh);
  } catch {
    // no line: the next try asks again
  }
}

export class FieldQueue {
  /**
   * @param {(items: Item[], sending: string, share: number) => void} tell called after every change
   * @param {(sent: Item, answer: any) => void} received called when the server has one
   */
  constructor(tell, received) {
    this.tell = tell;
    this.received = received;
    this.busy = false;
    this.failures = 0;
    this.timer = 0;
    this.sending = "";
    this.share = 0;
  }

  /** @returns {Promise<Item[]>} oldest first */
  async items() {
    const all = /** @type {Item[]} */ (await within("readonly", (store) => store.getAll()));
    return all.sort((a, b) => a.kept_at - b.kept_at);
  }

  async show() {
    this.tell(await this.items(), this.sending, this.share);
  }

  /** Keeps one on the phone, then starts sending. @param {{url: string, fields: Record<string, string>, file: Blob | null, name: string}} what */
  async keep({ url, fields, file, name }) {
    // the bytes are copied: a File from the camera may be gone after a reload
    const copy = file ? new Blob([await file.arrayBuffer()], { type: file.type }) : null;
    const sha256 = copy ? await digestOf(copy) : "";
    const kept_at = performance.timeOrigin + performance.now();
    /** @type {Item} */
    const item = { key: newKey(), url, fields, file: copy, name, sha256, kept_at, state: "waiting", why: "" };
    await within("readwrite", (store) => store.put(item));
    await this.show();
    void this.run();
  }

  /** @param {string} key */
  async discard(key) {
    await within("readwrite", (store) => store.delete(key));
    await this.show();
  }

  /** Sends what waits; called again by a timer, the online event, a press. @param {boolean} [anyway] refused ones too */
  async run(anyway = false) {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      if (navigator.locks) await navigator.locks.request(`${DATABASE}-send`, { ifAvailable: true }, async (lock) => { if (lock) await this.sendAll(anyway); });
      else await this.sendAll(anyway);
    } finally {
      this.busy = false;
      this.sending = "";
      await this.show();
    }
  }

  /** @param {boolean} anyway */
  async sendAll(anyway) {
    for (const item of await this.items()) {
      if (item.state === "refused" && !anyway) continue;
      this.sending = item.key;
      this.share = 0;
      await this.show();
      const outcome = await this.send(item);
      if (outcome === "again") {
        const wait = WAITS_MS[Math.min(this.failures++, WAITS_MS.length - 1)];
        this.timer = window.setTimeout(() => void this.run(), wait);
        return;
      }
      this.failures = 0;
    }
  }

  /** @param {Item} item @returns {Promise<"done" | "refused" | "again">} */
  async send(item) {
    const answer = await this.post(item);
    const whole = !item.sha256 || !answer.body?.sha256 || answer.body.sha256 === item.sha256;
    if (answer.status >= 200 && answer.status < 300 && whole) {
      await within("readwrite", (store) => store.delete(item.key));
      this.received(item, answer.body);
      return "done";
    }
    if (answer.status === 0 || answer.status >= 500 || [408, 425, 429].includes(answer.status) || !whole) return "again";
    if (OLD_PAGE.has(answer.body?.code)) {
      await renewToken();
      return "again";
    }
    const why = answer.body?.title ?? answer.body?.detail ?? String(answer.status);
    await within("readwrite", (store) => store.put({ ...item, state: "refused", why }));
    return "refused";
  }

  /** @param {Item} item @returns {Promise<{status: number, body: any}>} */
  post(item) {
    const form = new FormData();
    for (const [name, value] of Object.entries(item.fields)) form.append(name, value);
    form.append("client_key", item.key);
    if (item.sha256) form.append("sha256", item.sha256);
    if (item.file) form.append("file", item.file, item.name);
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", item.url);
      request.responseType = "json";
      request.timeout = 600000;
      request.setRequestHeader("Accept", "application/json");
      request.setRequestHeader("Idempotency-Key", item.key);
      request.setRequestHeader("X-CSRFToken", csrfToken());
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) { this.share = event.loaded / event.total; void this.show(); }
      };
      request.onload = () => resolve({ status: request.status, body: request.response });
      request.onerror = request.ontimeout = request.onabort = () => resolve({ status: 0, body: null });
      request.send(form);
    });
  }
}
