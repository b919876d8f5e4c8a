// @ts-check
// Day desk or night desk: form[data-theme-form] posts to the server, which remembers it with the person; here the page
// changes at once and what is typed in it stays.

import { csrfToken } from "./autosave.js";

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches("[data-theme-form]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const root = document.documentElement;
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-form] button")) button.setAttribute("aria-pressed", String(theme === "dark"));
    document.dispatchEvent(new CustomEvent("desk:theme"));
    const body = new URLSearchParams({ theme, next: location.pathname });
    void fetch(form.action, { method: "POST", body, redirect: "manual", credentials: "same-origin", headers: { "X-CSRFToken": csrfToken() } }).catch(() => undefined);
  }, true);
}
