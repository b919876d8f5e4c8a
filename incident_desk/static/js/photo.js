// @ts-check
// The field page: <main data-field data-upload-url="…">
//   input[type=file][data-photo]   take or choose; kept on the phone first, then sent
//   form[data-queued]              Arrived, Reading, Message: kept and sent the same way
//   [data-position] [data-position-ask]   where the phone thinks it is
//   [data-queue-state] [data-queue]       "3 not yet on the server", one line an item

import { FieldQueue } from "./field_queue.js";
import { clockText, officeOffset, serverTime } from "./time.js";
import { say } from "./words.js";

/** @type {GeolocationPosition | null} */
let position = null;
let positionWord = "";
/** @type {Map<string, string>} */
const pictures = new Map();

/** @returns {Record<string, string>} what the phone says about itself at this moment */
function circumstances() {
  const now = serverTime.now();
  /** @type {Record<string, string>} */
  const fields = Number.isFinite(now) ? { phone_at: new Date(now).toISOString() } : {};
  if (!position) return fields;
  const { longitude, latitude, accuracy } = position.coords;
  return { ...fields, phone_longitude: longitude.toFixed(6), phone_latitude: latitude.toFixed(6), phone_accuracy_m: accuracy.toFixed(0) };
}

function showPosition() {
  for (const place of document.querySelectorAll("[data-position]")) {
    place.textContent = position ? say("position_within", { metres: Math.round(position.coords.accuracy) }) : positionWord || say("position_none");
    place.setAttribute("data-position", position ? "known" : "unknown");
  }
}

function askPosition() {
  if (!navigator.geolocation || !window.isSecureContext) {
    positionWord = say("position_needs_https");
    showPosition();
    return;
  }
  positionWord = say("position_asking");
  showPosition();
  navigator.geolocation.watchPosition(
    (found) => { position = found; showPosition(); },
    (error) => { positionWord = error.code === error.PERMISSION_DENIED ? say("position_denied") : say("position_none"); showPosition(); },
    { enableHighAccuracy: true, maximumAge: 30000, timeout: 30000 },
  );
}

/** @param {string} tag @param {string} [className] @param {string} [text] */
function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** @param {import("./field_queue.js").Item} item @param {boolean} sending @param {number} share @param {FieldQueue} queue */
function line(item, sending, share, queue) {
  const row = make("li", "queue__item");
  const image = /** @type {HTMLImageElement} */ (make("img"));
  image.alt = "";
  if (item.file?.type.startsWith("image/")) {
    if (!pictures.has(item.key)) pictures.set(item.key, URL.createObjectURL(item.file));
    image.src = pictures.get(item.key) ?? "";
  }
  const words = make("div", "queue__words");
  words.append(make("b", "", item.fields.note || item.name || say("message")));
  words.append(make("span", "", item.state === "refused" ? say("queue_refused", { why: item.why }) : sending ? say("queue_sending", { percent: Math.round(share * 100) }) : say("queue_waiting")));
  row.append(image, words);
  if (sending) {
    const bar = /** @type {HTMLProgressElement} */ (make("progress"));
    bar.max = 1;
    bar.value = share;
    row.append(bar);
  }
  if (item.state === "refused") {
    const drop = make("button", "button button--small", say("queue_remove"));
    drop.setAttribute("type", "button");
    drop.addEventListener("click", () => void queue.discard(item.key));
    words.append(drop);
  }
  return row;
}

/** @param {FieldQueue} queue @param {import("./field_queue.js").Item[]} items @param {string} sending @param {number} share */
function show(queue, items, sending, share) {
  const refused = items.filter((item) => item.state === "refused").length;
  const state = !items.length ? "empty" : sending ? "sending" : refused === items.length ? "failed" : "waiting";
  for (const place of document.querySelectorAll("[data-queue-state]")) {
    place.setAttribute("data-queue", state);
    place.textContent = items.length ? say("queue_count", { count: items.length }) : say("queue_empty");
  }
  for (const list of document.querySelectorAll("[data-queue-list]")) list.replaceChildren(...items.map((item) => line(item, item.key === sending, share, queue)));
  const alive = new Set(items.map((item) => item.key));
  for (const [key, url] of pictures) if (!alive.has(key)) { URL.revokeObjectURL(url); pictures.delete(key); }
}

/** @param {any} answer @param {import("./field_queue.js").Item} item */
function received(answer, item) {
  for (const list of document.querySelectorAll("[data-received-list]")) {
    list.prepend(make("li", "", say("queue_received", { what: item.fields.note || item.name || say("message"), time: clockText(Date.parse(answer?.received_at ?? "") || serverTime.now(), officeOffset()) })));
  }
  document.dispatchEvent(new CustomEvent("field:received", { detail: { item, answer } }));
}

/** @param {HTMLElement} page */
function startFieldPage(page) {
  /** @type {FieldQueue} */
  const queue = new FieldQueue((items, sending, share) => show(queue, items, sending, share), (item, answer) => received(answer, item));
  const url = page.dataset.uploadUrl ?? "";
  page.addEventListener("change", async (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.matches("[data-photo]")) return;
    const note = /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (page.querySelector("[data-photo-note]"));
    const forwarded = /** @type {HTMLInputElement | null} */ (page.querySelector("[data-photo-forwarded]"));
    const files = [...(input.files ?? [])];
    for (const file of files) {
      const fields = { ...circumstances(), note: note?.value ?? "", forwarded: forwarded?.checked ? "1" : "", file_modified_at: new Date(file.lastModified).toISOString() };
      try {
        await queue.keep({ url, fields, file, name: file.name });
      } catch {
        page.querySelector("[data-queue-state]")?.replaceChildren(say("queue_full"));
        return; // the choice stays in the input, nothing is lost from the phone's own gallery
      }
    }
    input.value = "";
    if (note) note.value = "";
  });
  page.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-queued]")) return;
    event.preventDefault();
    const fields = /** @type {Record<string, string>} */ ({ ...circumstances() });
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && !name.startsWith("_") && name !== "csrf_token") fields[name] = value;
    await queue.keep({ url: form.action, fields, file: null, name: form.dataset.queued ?? "" });
    form.reset();
  });
  page.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("[data-position-ask]")) askPosition();
    if (target?.closest("[data-queue-send]")) void queue.run(true);
  });
  window.addEventListener("online", () => void queue.run());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) void queue.run(); });
  void navigator.storage?.persist?.();
  askPosition();
  void queue.show().then(() => queue.run());
}

export function startPhoto() {
  const page = document.querySelector("[data-field][data-upload-url]");
  if (page instanceof HTMLElement) startFieldPage(page);
}
