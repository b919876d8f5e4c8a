// @ts-check
// The live line: one websocket, the journal since the last seen entry, "connection lost" within five seconds.
// <body data-live="desk" data-last-seq="812"> or data-live="case" data-case-no="…". Every fresh batch becomes the DOM
// event desk:entries; refresh.js fetches what it concerns. A lost line loses nothing: joining again replays the rest.

import { JournalCursor } from "./journal_cursor.js";
import { serverTime } from "./time.js";
import { say } from "./words.js";

const ASK_EVERY_MS = 3000;
const ANSWER_WITHIN_MS = 1700;
const REPLAY_WITHIN_MS = 5000;
const JOIN_AGAIN_MS = 60000;

/** @param {"live" | "lost" | "joining"} state */
function show(state) {
  const text = { live: say("connected"), lost: say("connection_lost"), joining: say("connecting") }[state];
  for (const place of document.querySelectorAll("[data-connection]")) {
    place.setAttribute("data-connection", state);
    if (place.textContent !== text) place.textContent = text;
  }
  const banner = document.getElementById("connection-banner");
  if (banner) banner.hidden = state !== "lost";
  if (document.body.dataset.line !== state) {
    document.body.dataset.line = state;
    document.dispatchEvent(new CustomEvent("desk:connection", { detail: { state } }));
  }
}

class LiveLine {
  /** @param {HTMLElement} body @param {import("socket.io-client").Socket} socket */
  constructor(body, socket) {
    this.body = body;
    this.socket = socket;
    this.cursor = new JournalCursor(Number(body.dataset.lastSeq ?? 0));
    this.heardAt = performance.now();
    this.joinedAt = -Infinity;
    this.heardEntries = false;
  }

  start() {
    this.socket.on("connect", () => { this.heard(); this.join(); this.ask(5); });
    this.socket.on("disconnect", () => show("lost"));
    this.socket.on("connect_error", () => show("lost"));
    this.socket.on("journal:entries", (/** @type {import("./journal_cursor.js").Entry[]} */ entries) => this.entries(entries));
    this.socket.on("clock:state", (/** @type {unknown} */ states) => {
      this.heard();
      document.dispatchEvent(new CustomEvent("desk:clock-state", { detail: { states } }));
    });
    this.socket.on("time:tell", (/** @type {any} */ told) => this.told(told));
    setInterval(() => this.ask(1), ASK_EVERY_MS);
    setInterval(() => this.watch(), 250);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.ask(3); });
    show("joining");
  }

  join() {
    this.cursor.joined();
    this.joinedAt = performance.now();
    this.heardEntries = false;
    const last_seq = this.cursor.floor;
    const case_no = this.body.dataset.caseNo;
    if (this.body.dataset.live === "case" && case_no) this.socket.emit("case:join", { case_no, last_seq });
    else this.socket.emit("desk:join", { last_seq });
  }

  /** @param {number} times */
  ask(times) {
    if (!this.socket.connected) return;
    this.socket.emit("time:ask", { sent: performance.now() });
    if (times > 1) setTimeout(() => this.ask(times - 1), 150);
  }

  heard() {
    this.heardAt = performance.now();
    show("live");
  }

  watch() {
    const silent = performance.now() - this.heardAt;
    if (!this.socket.connected || silent > ASK_EVERY_MS + ANSWER_WITHIN_MS) show("lost");
    if (this.socket.connected && silent > 3 * ASK_EVERY_MS) {
      this.heardAt = performance.now() - ASK_EVERY_MS - ANSWER_WITHIN_MS;
      this.socket.disconnect().connect(); // a line that is open and dumb is no line
    }
    const sinceJoin = performance.now() - this.joinedAt;
    if (!this.cursor.settled && this.heardEntries && sinceJoin > REPLAY_WITHIN_MS) this.cursor.settle();
    if (this.socket.connected && sinceJoin > JOIN_AGAIN_MS) this.join();
  }

  /** @param {{sent: number, server: string | number, speed?: number, stalled?: string[]}} told */
  told(told) {
    this.heard();
    for (const band of document.querySelectorAll("[data-stalled]")) {
      const stopped = (told.stalled ?? []).includes(/** @type {HTMLElement} */ (band).dataset.stalled ?? "");
      if (band.hasAttribute("hidden") === stopped) band.toggleAttribute("hidden", !stopped);
    }
    const server = typeof told.server === "number" ? told.server : Date.parse(told.server);
    serverTime.tell(told.sent, server, told.speed ?? 1);
  }

  /** @param {import("./journal_cursor.js").Entry[]} entries */
  entries(entries) {
    this.heard();
    this.heardEntries = true;
    const fresh = this.cursor.accept(entries);
    this.body.dataset.lastSeq = String(this.cursor.floor);
    if (fresh.length) document.dispatchEvent(new CustomEvent("desk:entries", { detail: { entries: fresh } }));
  }
}

export function startLive() {
  const body = document.body;
  if (!body.dataset.live || typeof io === "undefined") return;
  const socket = io({ transports: ["websocket"], upgrade: false, reconnectionDelay: 300, reconnectionDelayMax: 2000, timeout: 4000 });
  new LiveLine(body, socket).start();
}
