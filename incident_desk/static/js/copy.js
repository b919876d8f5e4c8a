// @ts-check
// <button data-copy="#element">: copies its text (or value). Works on plain http too, where the clipboard is closed.

import { say } from "./words.js";

/** @param {string} text */
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // refused by the browser: the old way below
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  area.readOnly = true;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** The text of *source* as a person would paste it: a line for each list item or block. @param {Element} source */
export function textOf(source) {
  if (source instanceof HTMLTextAreaElement || source instanceof HTMLInputElement) return source.value;
  const items = [...source.querySelectorAll("[data-copy-line], li, p")].filter((item) => !item.querySelector("li, p, [data-copy-line]"));
  const lines = items.length ? items : [source];
  return lines.map((line) => [...line.childNodes].map((node) => node.textContent?.replace(/\s+/g, " ").trim()).filter(Boolean).join(" ")).filter(Boolean).join("\n");
}

export function startCopy() {
  document.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
    const source = button && document.querySelector(button.getAttribute("data-copy") ?? "");
    if (!(button instanceof HTMLElement) || !source) return;
    const place = button.querySelector("[data-copy-word]") ?? button;
    button.dataset.word ??= place.textContent ?? "";
    place.textContent = (await copy(textOf(source))) ? say("copied") : say("copy_failed");
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { place.textContent = button.dataset.word ?? ""; }, 2000);
  });
}
