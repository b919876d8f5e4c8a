// @ts-check
// Ticks every clock on the page with the server's time, in words; re-sorts the board when its order changes.
// <… data-due=ISO data-starts=ISO data-state=running [data-strict-due=ISO]>: a .countdown inside shows the time left.
// A row carries the data; its parts: [data-left] legal, [data-left-strict] strict, [data-state-word] the word.

import { byUrgency, durationWords, stateAt, timeLeft } from "./clock_words.js";
import { say } from "./words.js";

/** @param {Element} element @param {string} name */
function instant(element, name) {
  return Date.parse(element.getAttribute(name) ?? "");
}

/** @param {Element} element @param {string} text */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {HTMLElement} row @param {number} now */
function tickRow(row, now) {
  const due = instant(row, "data-due");
  if (!Number.isFinite(due)) return;
  const was = row.dataset.state ?? "running";
  const starts = instant(row, "data-starts");
  const state = stateAt(was, starts, due, now);
  if (!["running", "warned", "overdue"].includes(state)) return;
  if (state !== was) {
    row.dataset.state = state;
    row.dispatchEvent(new CustomEvent("clock:state", { bubbles: true, detail: { was, state } }));
  }
  const places = row.matches(".countdown, [data-left]") ? [row] : row.querySelectorAll("[data-left]");
  for (const place of places) {
    write(place, timeLeft(due, now));
    place.setAttribute("data-state", state);
  }
  for (const place of row.querySelectorAll("[data-state-word]")) {
    write(place, say(`state_${state}`));
    place.setAttribute("data-state", state);
  }
  const strict = instant(row, "data-strict-due");
  for (const place of row.querySelectorAll("[data-left-strict]")) {
    place.setAttribute("data-state", stateAt("running", starts, strict, now));
    write(place, say("strict", { left: timeLeft(strict, now) }));
  }
}

/** @param {Element} list */
function sortList(list) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children].filter((row) => row instanceof HTMLElement));
  const keyed = rows.map((row) => {
    const strict = instant(row, "data-strict-due");
    return { row, state: row.dataset.state ?? "", strict: Number.isFinite(strict) ? strict : instant(row, "data-due") };
  });
  const sorted = [...keyed].sort(byUrgency);
  if (sorted.every((item, index) => item.row === rows[index])) return;
  if (list.contains(document.activeElement)) return; // never move a row under somebody's hands
  list.append(...sorted.map((item) => item.row));
}

/** @param {number} now */
export function tickClocks(now) {
  if (!Number.isFinite(now)) return;
  for (const row of document.querySelectorAll("[data-due]")) tickRow(/** @type {HTMLElement} */ (row), now);
  for (const list of document.querySelectorAll("[data-sort-clocks]")) sortList(list);
  for (const place of document.querySelectorAll("[data-since]")) {
    const since = instant(place, "data-since");
    if (Number.isFinite(since)) write(place, durationWords(Math.max(0, now - since)));
  }
  for (const place of document.querySelectorAll("[data-until]")) {
    const until = instant(place, "data-until");
    if (Number.isFinite(until)) write(place, until >= now ? say("in", { time: durationWords(until - now) }) : say("ago", { time: durationWords(now - until) }));
  }
}

export function startClocks() {
  document.addEventListener("desk:second", (event) => tickClocks(/** @type {CustomEvent} */ (event).detail.now));
}
