// @ts-check
// What only the call sheet does: how the place was given, another row for an intake, whose version stays.
// A click on the map fills the coordinates (map.js) and says place:picked; typing them says that they were pasted.

/** @param {HTMLFormElement} form @param {string} name @param {string} value */
function put(form, name, value) {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = value;
}

/** @param {HTMLFormElement} form */
function placeWasClicked(form) {
  put(form, "position_how", "map");
  put(form, "accuracy_m", "");
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Another row like the last, empty, numbered on. @param {Element} fieldset */
export function addIntake(fieldset) {
  const rows = fieldset.querySelectorAll("[data-intake]");
  const last = rows[rows.length - 1];
  if (!last) return;
  const row = /** @type {Element} */ (last.cloneNode(true));
  for (const input of row.querySelectorAll("input, select")) {
    if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) continue;
    input.name = input.name.replace(/^intakes-(\d+)-/, (_whole, number) => `intakes-${Number(number) + 1}-`);
    if (input instanceof HTMLInputElement) input.value = "";
    else input.selectedIndex = [...input.options].findIndex((option) => option.value === "unknown" || option.value === "");
  }
  for (const error of row.querySelectorAll("[data-error-for]")) {
    error.textContent = "";
    error.setAttribute("data-error-for", (error.getAttribute("data-error-for") ?? "").replace(/^intakes-(\d+)-/, (_w, n) => `intakes-${Number(n) + 1}-`));
  }
  last.after(row);
  const first = row.querySelector("input:not([type=hidden])");
  if (first instanceof HTMLInputElement) first.focus();
}

/** @param {HTMLFormElement} form */
function watchConflict(form) {
  const notice = document.getElementById("draft-conflict");
  const state = form.querySelector("[data-save-state]");
  if (!notice || !state) return;
  new MutationObserver(() => { notice.hidden = state.getAttribute("data-save") !== "conflict"; }).observe(state, { attributes: true, attributeFilter: ["data-save"] });
  notice.querySelector("[data-keep-mine]")?.addEventListener("click", async () => {
    const answer = await fetch(form.dataset.draftUrl ?? "", { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const version = answer.headers.get("ETag")?.replace(/^W\/|"/g, "");
    if (version) document.dispatchEvent(new CustomEvent("draft:keep-mine", { detail: { version } }));
  });
}

export function startCallSheet() {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-add-intake]") : null;
    if (button) addIntake(/** @type {Element} */ (button.closest(".intakes")));
  });
  const form = document.getElementById("call-sheet");
  if (!(form instanceof HTMLFormElement)) return;
  document.addEventListener("place:picked", () => placeWasClicked(form));
  form.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.name === "coordinates" && event.isTrusted) put(form, "position_how", "pasted");
  });
  watchConflict(form);
}
