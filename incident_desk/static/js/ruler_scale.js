// @ts-check
// Geometry of the two-lane ruler: instants to percent of the track, zoom and ticks. Pure; tested with node.

export const HOUR = 3600000;
const STEPS = [HOUR / 12, HOUR / 6, HOUR / 4, HOUR / 2, HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];
const SHORTEST = HOUR / 2;

/** @typedef {{from: number, to: number}} Window */

/** Percent of the track, not clamped. @param {number} at @param {Window} window */
export function percent(at, { from, to }) {
  return ((at - from) / (to - from)) * 100;
}

/**
 * A span cut to the track; null when none of it is in sight.
 * @param {number} begin @param {number} end @param {Window} window
 * @returns {{x: number, width: number} | null}
 */
export function span(begin, end, window) {
  const left = Math.max(0, percent(Math.min(begin, end), window));
  const right = Math.min(100, percent(Math.max(begin, end), window));
  return right < 0 || left > 100 || right < left ? null : { x: left, width: right - left };
}

/**
 * The window after zooming by *factor* (> 1 nearer) about *anchor*, never beyond *whole*, never under half an hour.
 * @param {Window} window @param {number} factor @param {number} anchor @param {Window} whole
 * @returns {Window}
 */
export function zoom(window, factor, anchor, whole) {
  const full = whole.to - whole.from;
  const length = Math.min(full, Math.max(Math.min(SHORTEST, full), (window.to - window.from) / factor));
  const share = (anchor - window.from) / (window.to - window.from);
  return shift({ from: anchor - share * length, to: anchor + (1 - share) * length }, 0, whole);
}

/** The window moved by *ms*, kept inside *whole*. @param {Window} window @param {number} ms @param {Window} whole */
export function shift({ from, to }, ms, whole) {
  const length = to - from;
  const begin = Math.min(Math.max(from + ms, whole.from), whole.to - length);
  return { from: begin, to: begin + length };
}

/**
 * Round office times in the window, at most *most* of them.
 * @param {Window} window @param {number} [most] @param {number} [offsetMinutes]
 * @returns {{at: number, day: boolean}[]}
 */
export function ticks({ from, to }, most = 13, offsetMinutes = 480) {
  const step = STEPS.find((s) => (to - from) / s <= most) ?? 24 * HOUR * Math.ceil((to - from) / (24 * HOUR) / most);
  const shiftMs = offsetMinutes * 60000;
  const found = [];
  for (let at = Math.ceil((from + shiftMs) / step) * step - shiftMs; at <= to; at += step) {
    found.push({ at, day: (at + shiftMs) % (24 * HOUR) === 0 });
  }
  return found;
}
