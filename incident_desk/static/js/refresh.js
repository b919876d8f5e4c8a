// @ts-check
// Fetches again what a journal entry concerns:
//   <section id="clocks" data-refresh-on="clock report" data-refresh-url="/board/clocks" [data-case-no="…"]>
// The answer replaces the element (htmx, outerHTML). Rows with data-row-key that changed flash once. What somebody is
// typing in is left alone until they leave it.

import { concerns } from "./journal_cursor.js";
import { tickClocks } from "./clocks.js";
import { serverTime } from "./time.js";

const GATHER_MS = 120;
const AT_MOST_EVERY_MS = 800;

/** @type {Map<string, {timer: number, last: number, busy: boolean, again: boolean}>} */
const waiting = new Map();

/** @param {Element} element */
function isBeingTypedIn(element) {
  const active = document.activeElement;
  return Boolean(active && element.contains(active) && active.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select"));
}

/** What a row says, without what only counts. @param {Element} row */
function digest(row) {
  const copy = /** @type {Element} */ (row.cloneNode(true));
  for (const counting of copy.querySelectorAll("[data-left], [data-left-strict], [data-since], [data-until], [data-state-word]")) counting.remove();
  return `${row.getAttribute("data-state")}|${copy.textContent?.replace(/\s+/g, " ")}`;
}

/** @param {Element} element */
function rows(element) {
  return new Map([...element.querySelectorAll("[data-row-key]")].map((row) => [row.getAttribute("data-row-key"), digest(row)]));
}

/** @param {HTMLElement} element */
async function fetchNow(element) {
  const url = element.dataset.refreshUrl;
  if (!url || !element.id) return;
  if (isBeingTypedIn(element)) {
    element.dataset.stale = "1";
    element.addEventListener("focusout", () => setTimeout(() => schedule(element), 50), { once: true });
    return;
  }
  const before = rows(element);
  const scrolled = element.scrollTop;
  // each place asks for itself: requests without a source share one queue of htmx, in which all but the last are dropped
  await htmx.ajax("get", url, { source: element, target: element, swap: element.dataset.refreshSwap ?? "outerHTML" });
  const after = document.getElementById(element.id);
  if (!after) return;
  after.scrollTop = scrolled;
  for (const row of after.querySelectorAll("[data-row-key]")) {
    if (before.get(row.getAttribute("data-row-key")) !== digest(row)) flash(row);
  }
  tickClocks(serverTime.now());
}

/** @param {Element} row */
export function flash(row) {
  row.classList.add("flash");
  setTimeout(() => row.classList.remove("flash"), 700);
}

/** Fetch soon; what is asked for while an answer is on its way is asked again after it. @param {HTMLElement} element */
export function schedule(element) {
  const key = element.id;
  const entry = waiting.get(key) ?? { timer: 0, last: -Infinity, busy: false, again: false };
  waiting.set(key, entry);
  if (entry.busy) entry.again = true;
  if (entry.timer || entry.busy) return;
  const wait = Math.max(GATHER_MS, entry.last + AT_MOST_EVERY_MS - performance.now());
  entry.timer = window.setTimeout(() => {
    entry.timer = 0;
    entry.last = performance.now();
    entry.busy = true;
    void fetchHere(key).then((done) => {
      entry.busy = false;
      if (entry.again || !done) setTimeout(() => scheduleAnew(key), done ? 0 : 3000);
      entry.again = false;
    });
  }, wait);
}

/** @param {string} key @returns {Promise<boolean>} whether an answer came */
async function fetchHere(key) {
  const element = document.getElementById(key);
  try {
    if (element) await fetchNow(element);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} key */
function scheduleAnew(key) {
  const element = document.getElementById(key);
  if (element) schedule(element);
}

/** Refreshes every place that asks for *kind*. @param {string} kind @param {string | null} [caseNo] */
export function refreshFor(kind, caseNo = null) {
  for (const place of document.querySelectorAll("[data-refresh-on]")) {
    const element = /** @type {HTMLElement} */ (place);
    const only = element.dataset.caseNo;
    if (only && caseNo && only !== caseNo) continue;
    if (concerns(kind, element.dataset.refreshOn ?? "")) schedule(element);
  }
}

export function startRefresh() {
  document.addEventListener("desk:entries", (event) => {
    for (const entry of /** @type {CustomEvent} */ (event).detail.entries) refreshFor(entry.kind, entry.case_no);
  });
  document.addEventListener("draft:saved", () => refreshFor("draft"));
}
