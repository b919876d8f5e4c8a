// @ts-check
// Function keys of the desk: data-key="F2" new call, "F4" search, "F1" help, "Ctrl+Enter" the act of this page.
// Single letters are not used: they die under a Chinese input method.

/** @param {KeyboardEvent} event */
function nameOf(event) {
  if (/^F\d+$/.test(event.key) && !event.ctrlKey && !event.altKey && !event.metaKey) return event.key;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return "Ctrl+Enter";
  return "";
}

/** @param {HTMLElement} target */
function act(target) {
  if (target instanceof HTMLFormElement) target.requestSubmit();
  else if (target.matches("input, textarea, select")) { target.focus(); if (target instanceof HTMLInputElement) target.select(); }
  else if (target instanceof HTMLDetailsElement) { target.open = !target.open; target.querySelector("summary")?.focus(); }
  else target.click();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat) return;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
        menu.removeAttribute("open");
      }
      return;
    }
    const name = nameOf(event);
    if (!name) return;
    const near = event.target instanceof Element ? event.target.closest(`form[data-key="${name}"]`) : null;
    const target = near ?? document.querySelector(`[data-key="${name}"]`);
    if (!(target instanceof HTMLElement)) return;
    event.preventDefault();
    act(target);
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.removeAttribute("open");
    }
  });
}
