// @ts-check
// The two-lane ruler moves: the now-line every second, zoom by Ctrl+wheel, pinch or buttons, a press says the mark.
// Everything stands in SVG attributes; marks carry their instants in data-from / data-to / data-at (ISO).

import { percent, shift, span, ticks, zoom } from "./ruler_scale.js";
import { minuteText, officeOffset, officeParts, serverTime } from "./time.js";
import { say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const pc = (/** @type {number} */ x) => `${Math.round(x * 1000) / 1000}%`;

class Ruler {
  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.figure = figure;
    this.whole = { from: Date.parse(figure.dataset.from ?? ""), to: Date.parse(figure.dataset.to ?? "") };
    this.window = { ...this.whole };
    /** @type {Map<number, number>} */
    this.fingers = new Map();
  }

  start() {
    this.figure.addEventListener("click", (event) => this.pressed(event));
    const body = /** @type {HTMLElement | null} */ (this.figure.querySelector(".ruler__body"));
    body?.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    body?.addEventListener("pointerdown", (event) => { if (event.pointerType === "touch") this.fingers.set(event.pointerId, event.clientX); });
    body?.addEventListener("pointermove", (event) => this.pinch(event));
    for (const end of ["pointerup", "pointercancel", "pointerleave"]) body?.addEventListener(end, (event) => this.fingers.delete(/** @type {PointerEvent} */ (event).pointerId));
    this.drawNow(serverTime.now());
  }

  /** @param {number} clientX @returns {number} the instant under a pointer */
  instantAt(clientX) {
    const box = this.figure.querySelector(".ruler__grid")?.getBoundingClientRect();
    const share = box && box.width ? Math.min(1, Math.max(0, (clientX - box.left) / box.width)) : 0.5;
    return this.window.from + share * (this.window.to - this.window.from);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (event.ctrlKey) {
      event.preventDefault();
      this.show(zoom(this.window, event.deltaY < 0 ? 1.25 : 0.8, this.instantAt(event.clientX), this.whole));
    } else if (event.shiftKey && this.window.to - this.window.from < this.whole.to - this.whole.from) {
      event.preventDefault();
      this.show(shift(this.window, Math.sign(event.deltaY) * (this.window.to - this.window.from) / 12, this.whole));
    }
  }

  /** @param {PointerEvent} event */
  pinch(event) {
    if (!this.fingers.has(event.pointerId) || this.fingers.size !== 2) return;
    const before = spread(this.fingers);
    this.fingers.set(event.pointerId, event.clientX);
    const after = spread(this.fingers);
    if (before.width < 8 || after.width < 8) return;
    this.show(zoom(this.window, after.width / before.width, this.instantAt(after.middle), this.whole));
  }

  /** @param {Event} event */
  pressed(event) {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest("[data-zoom]");
    if (button) {
      const middle = (this.window.from + this.window.to) / 2;
      const now = serverTime.now();
      const anchor = now > this.window.from && now < this.window.to ? now : middle;
      const how = button.getAttribute("data-zoom");
      this.show(how === "all" ? { ...this.whole } : zoom(this.window, how === "in" ? 2 : 0.5, anchor, this.whole));
      return;
    }
    const row = target?.closest(".ruler__row");
    if (row) this.tellMark(row);
  }

  /** @param {Element} row */
  tellMark(row) {
    const detail = this.figure.querySelector(".ruler__detail");
    const open = row.getAttribute("aria-expanded") === "true";
    for (const other of this.figure.querySelectorAll(".ruler__row")) other.setAttribute("aria-expanded", "false");
    if (!detail) return;
    detail.textContent = "";
    if (open) return;
    row.setAttribute("aria-expanded", "true");
    detail.append(row.getAttribute("data-words") ?? "");
    const anchor = row.getAttribute("data-target");
    if (!anchor) return;
    const link = document.createElement("a");
    link.href = anchor;
    link.textContent = say("go_there");
    detail.append(" ", link);
  }

  /** @param {import("./ruler_scale.js").Window} window */
  show(window) {
    this.window = window;
    for (const mark of this.figure.querySelectorAll("[data-span]")) {
      const place = span(Date.parse(mark.getAttribute("data-from") ?? ""), Date.parse(mark.getAttribute("data-to") ?? ""), window);
      mark.toggleAttribute("hidden", !place);
      mark.setAttribute("visibility", place ? "visible" : "hidden");
      if (place) { mark.setAttribute("x", pc(place.x)); mark.setAttribute("width", pc(place.width)); }
    }
    for (const mark of this.figure.querySelectorAll("[data-at]")) {
      const x = percent(Date.parse(mark.getAttribute("data-at") ?? ""), window);
      mark.setAttribute("visibility", x >= 0 && x <= 100 ? "visible" : "hidden");
      for (const name of mark.tagName === "line" ? ["x1", "x2"] : mark.tagName === "circle" ? ["cx"] : ["x"]) mark.setAttribute(name, pc(x));
    }
    this.drawTicks();
    this.drawNow(serverTime.now());
  }

  drawTicks() {
    const group = this.figure.querySelector("[data-ticks]");
    if (!group) return;
    group.textContent = "";
    const most = this.figure.clientWidth < 600 ? 6 : 13;
    for (const tick of ticks(this.window, most, officeOffset())) {
      const x = pc(percent(tick.at, this.window));
      const line = document.createElementNS(SVG, "line");
      for (const [name, value] of Object.entries({ x1: x, x2: x, y1: "0", y2: "100%", class: `ruler__tick${tick.day ? " ruler__tick--day" : ""}` })) line.setAttribute(name, value);
      const label = document.createElementNS(SVG, "text");
      for (const [name, value] of Object.entries({ x, y: "100%", dy: "-6", class: "ruler__tick-label" })) label.setAttribute(name, value);
      const day = officeParts(tick.at, officeOffset());
      label.textContent = tick.day ? say("month_day", { month: day.month, day: day.day }) : minuteText(tick.at, officeOffset());
      group.append(line, label);
    }
  }

  /** @param {number} now */
  drawNow(now) {
    if (!Number.isFinite(now)) return;
    if (now > this.whole.to) this.whole.to = now;
    const x = percent(now, this.window);
    const inside = x >= 0 && x <= 100;
    const line = this.figure.querySelector(".ruler__now");
    const label = this.figure.querySelector(".ruler__now-label");
    const past = this.figure.querySelector(".ruler__past");
    line?.setAttribute("visibility", inside ? "visible" : "hidden");
    label?.setAttribute("visibility", inside ? "visible" : "hidden");
    line?.setAttribute("x1", pc(x));
    line?.setAttribute("x2", pc(x));
    label?.setAttribute("x", pc(x));
    if (label) label.textContent = minuteText(now, officeOffset());
    past?.setAttribute("width", pc(Math.min(100, Math.max(0, x))));
  }
}

/** @param {Map<number, number>} fingers */
function spread(fingers) {
  const [a, b] = [...fingers.values()];
  return { width: Math.abs(a - b), middle: (a + b) / 2 };
}

/** @type {WeakMap<Element, Ruler>} */
const rulers = new WeakMap();

function findRulers() {
  const found = [];
  for (const figure of document.querySelectorAll("[data-ruler]")) {
    let ruler = rulers.get(figure);
    if (!ruler) {
      ruler = new Ruler(/** @type {HTMLElement} */ (figure));
      rulers.set(figure, ruler);
      ruler.start();
      if (figure.clientWidth < 600) ruler.drawTicks();
    }
    found.push(ruler);
  }
  return found;
}

export function startRulers() {
  findRulers();
  document.addEventListener("desk:second", (event) => {
    for (const ruler of findRulers()) ruler.drawNow(/** @type {CustomEvent} */ (event).detail.now);
  });
}
