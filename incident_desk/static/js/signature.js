// @ts-check
// A signature by finger: <div data-signature><canvas></canvas><input type="hidden" name="signature"></div>.
// The hidden input holds a PNG data URL; it is empty until enough was drawn to be a name.

const LEAST_INK_PX = 60;

class Signature {
  /** @param {HTMLElement} place @param {HTMLCanvasElement} canvas @param {HTMLInputElement} input */
  constructor(place, canvas, input) {
    this.place = place;
    this.canvas = canvas;
    this.input = input;
    this.ink = 0;
    /** @type {{x: number, y: number} | null} */
    this.last = null;
  }

  start() {
    this.fit();
    this.canvas.addEventListener("pointerdown", (event) => { this.canvas.setPointerCapture(event.pointerId); this.last = this.at(event); event.preventDefault(); });
    this.canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.lift());
    this.place.querySelector("[data-signature-clear]")?.addEventListener("click", () => this.clear());
    new ResizeObserver(() => { if (!this.ink) this.fit(); }).observe(this.canvas);
  }

  fit() {
    const scale = Math.max(1, Math.min(3, window.devicePixelRatio || 1));
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * scale));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * scale));
    const pen = this.pen();
    pen.scale(scale, scale);
    pen.lineWidth = 2.5;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "#000000";
  }

  /** @returns {CanvasRenderingContext2D} */
  pen() {
    return /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
  }

  /** @param {PointerEvent} event */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left - this.canvas.clientLeft, y: event.clientY - box.top - this.canvas.clientTop };
  }

  /** @param {PointerEvent} event */
  draw(event) {
    if (!this.last) return;
    const points = event.getCoalescedEvents?.() ?? [];
    for (const point of points.length ? points : [event]) {
      const to = this.at(point);
      const pen = this.pen();
      pen.beginPath();
      pen.moveTo(this.last.x, this.last.y);
      pen.lineTo(to.x, to.y);
      pen.stroke();
      this.ink += Math.hypot(to.x - this.last.x, to.y - this.last.y);
      this.last = to;
    }
    event.preventDefault();
  }

  lift() {
    if (!this.last) return;
    this.last = null;
    this.settle(this.ink >= LEAST_INK_PX ? this.canvas.toDataURL("image/png") : "");
  }

  clear() {
    this.ink = 0;
    this.fit();
    this.settle("");
  }

  /** @param {string} value */
  settle(value) {
    this.input.value = value;
    this.place.toggleAttribute("data-signed", value !== "");
    for (const button of this.place.closest("form")?.querySelectorAll("[data-needs-signature]") ?? []) button.toggleAttribute("disabled", value === "");
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

export function startSignatures() {
  for (const place of document.querySelectorAll("[data-signature]")) {
    const canvas = place.querySelector("canvas");
    const input = place.querySelector("input[type=hidden]");
    if (!(place instanceof HTMLElement) || !canvas || !(input instanceof HTMLInputElement)) continue;
    const signature = new Signature(place, canvas, input);
    signature.start();
    signature.settle("");
  }
}
