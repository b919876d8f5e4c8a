// @ts-check
// One press, one act. Every posting form carries a key made once; the second click is not sent; a lost answer may be
// asked for again with the same key. htmx requests carry it as a header.

/** A random key; works without https too. @returns {string} */
export function newKey() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {HTMLFormElement} form @returns {HTMLInputElement} */
function keyOf(form) {
  const found = form.querySelector("input[name=_idempotency_key]");
  if (found instanceof HTMLInputElement) return found;
  const input = document.createElement("input");
  input.type = "hidden";
  input.name = "_idempotency_key";
  form.append(input);
  return input;
}

/** @param {HTMLFormElement} form */
function release(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
}

export function startIdempotency() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const key = keyOf(form);
    if (!key.value) key.value = newKey();
    setTimeout(() => {
      if (event.defaultPrevented && !form.matches("[hx-post], [data-hx-post]")) return; // another script sends it
      form.dataset.sent = "1";
      form.setAttribute("aria-busy", "true");
      setTimeout(() => release(form), 15000);
    }, 0);
  }, true);
  document.addEventListener("input", (event) => {
    const form = event.target instanceof Element ? event.target.closest("form") : null;
    const key = form?.querySelector("input[name=_idempotency_key]");
    if (key instanceof HTMLInputElement && event.target !== key) key.value = ""; // other content, other act
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const detail = /** @type {any} */ (event).detail;
    detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
    if (detail.verb === "get") return;
    const form = detail.elt instanceof HTMLFormElement ? detail.elt : null;
    detail.headers["Idempotency-Key"] = (form && keyOf(form).value) || newKey();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const detail = /** @type {any} */ (event).detail;
    if (!(detail.elt instanceof HTMLFormElement)) return;
    release(detail.elt);
    if (detail.successful) keyOf(detail.elt).value = "";
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) { release(form); keyOf(form).value = ""; }
  });
}
