// @ts-check
// Unknown is an answer: a [data-unknown-for="name"] box ticked empties and greys its field; typing unticks it.
// [data-confirm-unsaved] forms ask before the page is left with something typed that is not yet saved.

/** @param {HTMLInputElement} box @param {boolean} byHand */
function settle(box, byHand) {
  const form = box.form;
  for (const name of (box.dataset.unknownFor ?? "").split(" ")) {
    const field = form?.elements.namedItem(name);
    for (const input of field instanceof RadioNodeList ? field : field ? [field] : []) {
      if (!(input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement || input instanceof HTMLSelectElement)) continue;
      if (!box.checked || !byHand) continue;
      if (input instanceof HTMLInputElement && ["checkbox", "radio"].includes(input.type)) input.checked = false;
      else input.value = "";
    }
  }
}

export function startForms() {
  document.addEventListener("change", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset.unknownFor) settle(event.target, true);
  }, true);
  document.addEventListener("input", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement || input instanceof HTMLSelectElement) || !input.form) return;
    if (input instanceof HTMLInputElement && input.dataset.unknownFor) return;
    for (const box of input.form.querySelectorAll("[data-unknown-for]")) {
      if (box instanceof HTMLInputElement && box.checked && (box.dataset.unknownFor ?? "").split(" ").includes(input.name)) box.checked = false;
    }
  }, true);
}
