// @ts-check
// The call sheet saves as one types:
//   <form data-draft-url="/calls/drafts/…" data-draft-version="3" data-autosave>  … <span data-save-state></span>
// PUT JSON with If-Match. Answer 200 {version, saved_at, problems?: {field: sentence}}; 409/412 somebody else saved.
// Until the server acknowledged, a copy stands in this browser; after a reload it is put back and sent.

import { AutosaveQueue, fieldsOf } from "./autosave_queue.js";
import { serverTime, clockText, officeOffset } from "./time.js";
import { say } from "./words.js";

/** @returns {string} */
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
}

/** @param {string} key @returns {import("./autosave_queue.js").Store} */
function storeFor(key) {
  return {
    get: () => localStorage.getItem(key),
    set: (text) => localStorage.setItem(key, text),
    clear: () => localStorage.removeItem(key),
  };
}

/** @param {HTMLFormElement} form @returns {Set<string>} names that are always lists */
function listNames(form) {
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("input[type=checkbox][data-list], select[multiple]"));
  return new Set([...boxes].map((box) => box.name));
}

/** @param {HTMLFormElement} form */
function read(form) {
  return fieldsOf(new FormData(form).entries(), listNames(form));
}

/** @param {HTMLFormElement} form @param {import("./autosave_queue.js").Fields} fields */
function putBack(form, fields) {
  for (const element of form.elements) {
    if (!(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement)) continue;
    if (!element.name || ["csrf_token", "_idempotency_key"].includes(element.name)) continue;
    const value = fields[element.name];
    const values = Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
    if (element instanceof HTMLInputElement && ["checkbox", "radio"].includes(element.type)) element.checked = values.includes(element.value);
    else if (element instanceof HTMLSelectElement && element.multiple) for (const option of element.options) option.selected = values.includes(option.value);
    else if (element.type !== "file" && value !== undefined) element.value = values.join(", ");
  }
  form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
}

/** @param {HTMLFormElement} form @param {Record<string, string>} problems */
function showProblems(form, problems) {
  for (const place of form.querySelectorAll("[data-error-for]")) {
    const sentence = problems[place.getAttribute("data-error-for") ?? ""] ?? "";
    if (place.textContent !== sentence) place.textContent = sentence;
    place.closest(".field")?.classList.toggle("field--invalid", sentence !== "");
    const input = form.elements.namedItem(place.getAttribute("data-error-for") ?? "");
    if (input instanceof HTMLElement) input.toggleAttribute("aria-invalid", sentence !== "");
    if (input instanceof HTMLElement && sentence) input.setAttribute("aria-invalid", "true");
  }
}

/** @param {HTMLFormElement} form */
function sender(form) {
  return async (/** @type {import("./autosave_queue.js").Fields} */ fields, /** @type {string} */ version) => {
    const response = await fetch(form.dataset.draftUrl ?? "", {
      method: "PUT",
      credentials: "same-origin",
      keepalive: true,
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken(), ...(version ? { "If-Match": `"${version}"` } : {}) },
      body: JSON.stringify(fields),
      signal: AbortSignal.timeout(8000),
    });
    const body = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    const etag = response.headers.get("ETag")?.replace(/^W\/|"/g, "");
    const savedAt = Date.parse(body.saved_at ?? "");
    return {
      status: response.status,
      version: body.version !== undefined ? String(body.version) : etag,
      savedAt: Number.isFinite(savedAt) ? savedAt : serverTime.now(),
      problems: body.problems,
      detail: body.detail,
    };
  };
}

/** @param {HTMLFormElement} form */
function watch(form) {
  /** @type {(state: import("./autosave_queue.js").SaveState, answer: import("./autosave_queue.js").Answer | null) => void} */
  const tell = (state, answer) => {
    const time = clockText(answer?.savedAt ?? serverTime.now(), officeOffset());
    const text = { saved: say("save_saved", { time }), pending: say("save_pending"), saving: say("save_saving"), offline: say("save_offline"), conflict: answer?.detail ?? say("save_conflict"), refused: answer?.detail ?? say("save_refused") }[state];
    for (const place of document.querySelectorAll("[data-save-state]")) {
      place.setAttribute("data-save", state);
      place.textContent = text;
    }
    if (answer?.problems) showProblems(form, answer.problems);
    if (state === "saved") document.dispatchEvent(new CustomEvent("draft:saved", { detail: answer }));
  };
  const queue = new AutosaveQueue({ send: sender(form), store: storeFor(`draft:${form.dataset.draftUrl}`), tell, version: form.dataset.draftVersion ?? "" });
  const kept = queue.unsent();
  if (kept) {
    putBack(form, kept.fields);
    queue.change(kept.fields);
  }
  form.addEventListener("input", () => queue.change(read(form)));
  form.addEventListener("change", () => queue.change(read(form)));
  form.addEventListener("submit", () => {
    queue.stopped = true;
    queue.store.set(JSON.stringify({ fields: read(form), version: queue.version, submitted: true }));
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) queue.stopped = false; });
  document.addEventListener("desk:connection", (event) => { if (/** @type {CustomEvent} */ (event).detail.state === "live") void queue.flush(); });
  window.addEventListener("online", () => void queue.flush());
  window.addEventListener("pagehide", () => void queue.flush());
  document.addEventListener("draft:keep-mine", (event) => queue.resume(/** @type {CustomEvent} */ (event).detail.version));
}

/** A sheet that was sent and answered with another page, no refusal, needs its copy no longer. */
function forgetSubmitted() {
  if (document.querySelector("[data-error-words]")) return;
  const here = new Set([...document.querySelectorAll("form[data-draft-url]")].map((form) => `draft:${form.getAttribute("data-draft-url")}`));
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("draft:") && !here.has(key) && localStorage.getItem(key)?.endsWith('"submitted":true}')) localStorage.removeItem(key);
  }
}

export function startAutosave() {
  forgetSubmitted();
  for (const form of document.querySelectorAll("form[data-autosave][data-draft-url]")) watch(/** @type {HTMLFormElement} */ (form));
}
