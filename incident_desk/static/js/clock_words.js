// @ts-check
// The words of a legal clock: what is left, what is over, which state. Pure; tested with node.

import { say } from "./words.js";

const OPEN = new Set(["running", "warned", "overdue"]);
const WARN_SHARE = 0.75;

/**
 * A duration in the two largest units that matter: 3天4小时, 1小时32分, 12分, and with seconds below ten minutes.
 * @param {number} ms not negative
 */
export function durationWords(ms) {
  const seconds = Math.floor(ms / 1000);
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days) return say("days_hours", { days, hours });
  if (hours) return say("hours_minutes", { hours, minutes });
  if (minutes >= 10) return say("minutes", { minutes });
  const rest = seconds % 60;
  if (minutes) return say("minutes_seconds", { minutes, seconds: String(rest).padStart(2, "0") });
  return say("seconds", { seconds: rest });
}

/**
 * 剩余 1小时32分 / 超时限 12分. An act at the very second of due is in time, so due itself still reads "0 left".
 * @param {number} dueMs
 * @param {number} nowMs
 */
export function timeLeft(dueMs, nowMs) {
  const left = dueMs - nowMs;
  return left >= 0 ? say("left", { time: durationWords(left) }) : say("over", { time: durationWords(-left) });
}

/**
 * The state of an open clock as time passes; a closed state stays what the server said.
 * @param {string} state
 * @param {number} startsMs
 * @param {number} dueMs
 * @param {number} nowMs
 */
export function stateAt(state, startsMs, dueMs, nowMs) {
  if (!OPEN.has(state) || !Number.isFinite(dueMs) || !Number.isFinite(nowMs)) return state;
  if (nowMs > dueMs) return "overdue";
  if (Number.isFinite(startsMs) && nowMs >= startsMs + WARN_SHARE * (dueMs - startsMs)) return "warned";
  return "running";
}

/**
 * Most urgent first: open clocks by strict time, then those without a limit, then what is settled.
 * @param {{state: string, strict: number}} a
 * @param {{state: string, strict: number}} b
 */
export function byUrgency(a, b) {
  const rank = (/** @type {{state: string}} */ c) => (OPEN.has(c.state) ? 0 : c.state === "no_limit" ? 1 : 2);
  const byRank = rank(a) - rank(b);
  if (byRank) return byRank;
  if (Number.isFinite(a.strict) && Number.isFinite(b.strict)) return a.strict - b.strict;
  return Number.isFinite(a.strict) ? -1 : Number.isFinite(b.strict) ? 1 : 0;
}
