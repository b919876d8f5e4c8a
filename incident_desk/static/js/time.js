// @ts-check
// The server's time on this screen. The computer's own clock is never read: only the monotonic counter of the page,
// tied to the server by time:ask / time:tell. The median of five answers stands; slow answers are not believed.

const SAMPLES = 5;
const SLOWEST_ANSWER_MS = 2000;
const JUMP_MS = 1500;

export class ServerTime {
  /** @param {() => number} [monotonic] milliseconds of a counter that never goes back */
  constructor(monotonic = () => performance.now()) {
    this.monotonic = monotonic;
    this.speed = 1;
    /** @type {number[]} server time at counter zero, by each answer */
    this.bases = [];
    this.base = NaN;
    this.answered = false;
  }

  /** First guess, from the page itself: the server's time when it wrote the page. @param {number} serverMs */
  start(serverMs) {
    if (!this.answered && Number.isFinite(serverMs)) this.base = serverMs - this.speed * this.monotonic();
  }

  /**
   * One answer: asked when the counter stood at *sent*, the server then said *serverMs*.
   * @param {number} sent
   * @param {number} serverMs
   * @param {number} [speed] how fast the office clock of an exercise runs
   * @returns {boolean} whether it was believed
   */
  tell(sent, serverMs, speed = 1) {
    const received = this.monotonic();
    const took = received - sent;
    if (!Number.isFinite(serverMs) || took < 0 || (this.answered && took > SLOWEST_ANSWER_MS)) return false;
    if (speed > 0 && speed !== this.speed) {
      this.speed = speed;
      this.bases = [];
    }
    const base = serverMs - this.speed * (sent + took / 2);
    if (this.bases.length && Math.abs(base - median(this.bases)) > JUMP_MS) this.bases = [];
    this.bases.push(base);
    if (this.bases.length > SAMPLES) this.bases.shift();
    this.base = median(this.bases);
    this.answered = true;
    return true;
  }

  /** Server time now, milliseconds since the epoch; NaN before anything is known. */
  now() {
    return this.base + this.speed * this.monotonic();
  }
}

/** @param {number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/**
 * The parts of an instant at the office (a fixed offset from UTC; China has no summer time).
 * @param {number} ms
 * @param {number} [offsetMinutes]
 */
export function officeParts(ms, offsetMinutes = 480) {
  const at = new Date(ms + offsetMinutes * 60000);
  return {
    year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(),
    hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds(),
  };
}

/** 02:25:08 @param {number} ms @param {number} [offsetMinutes] */
export function clockText(ms, offsetMinutes = 480) {
  if (!Number.isFinite(ms)) return "--:--:--";
  const p = officeParts(ms, offsetMinutes);
  return `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}

/** 02:25 @param {number} ms @param {number} [offsetMinutes] */
export function minuteText(ms, offsetMinutes = 480) {
  return clockText(ms, offsetMinutes).slice(0, 5);
}

/** The one server time of this page. */
export const serverTime = new ServerTime();

/** @returns {number} minutes of the office east of UTC, as the page says */
export function officeOffset() {
  return Number(document.documentElement.dataset.utcOffset ?? 480);
}

/** Starts the guess from the page and writes the time into every [data-server-time] once a second. */
export function startTime() {
  const said = Date.parse(document.documentElement.dataset.serverNow ?? "");
  serverTime.start(said);
  const write = () => {
    const now = serverTime.now();
    const text = clockText(now, officeOffset());
    for (const element of document.querySelectorAll("[data-server-time]")) {
      if (element.textContent !== text) element.textContent = text;
    }
    document.dispatchEvent(new CustomEvent("desk:second", { detail: { now } }));
    const into = Number.isFinite(now) ? ((now % 1000) + 1000) % 1000 : 0;
    setTimeout(write, Math.max(50, (1000 - into) / Math.max(serverTime.speed, 1)));
  };
  write();
}
