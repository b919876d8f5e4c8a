// @ts-check
// What went wrong with a request that htmx or a script made, said at the top of the page and to a screen reader.

import { say } from "./words.js";

/** @param {string} text @param {"info" | "warn" | "error" | "done"} [kind] */
export function tell(text, kind = "error") {
  const place = document.getElementById("messages");
  if (!place) return;
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.kind = kind;
  notice.setAttribute("role", kind === "error" ? "alert" : "status");
  notice.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--quiet button--small notice__close";
  close.textContent = say("close");
  close.addEventListener("click", () => notice.remove());
  notice.append(close);
  for (const old of place.querySelectorAll(".notice")) if (old.firstChild?.textContent === text) old.remove();
  place.append(notice);
}

/** The sentence of an error answer: problem+json, our error fragment, or the general word. @param {XMLHttpRequest} request */
function sentence(request) {
  const type = request.getResponseHeader("Content-Type") ?? "";
  if (type.includes("json")) {
    try {
      const problem = JSON.parse(request.responseText);
      return problem.detail ?? problem.title ?? say("request_failed");
    } catch {
      return say("request_failed");
    }
  }
  const parsed = new DOMParser().parseFromString(request.responseText, "text/html");
  return parsed.querySelector("[data-error-words]")?.textContent?.trim() || say("request_failed");
}

export function startMessages() {
  document.addEventListener("htmx:responseError", (event) => tell(sentence(/** @type {any} */ (event).detail.xhr)));
  document.addEventListener("htmx:sendError", () => { if (document.body.dataset.line !== "lost") tell(say("not_reached")); });
  document.addEventListener("click", (event) => {
    const close = event.target instanceof Element ? event.target.closest(".notice__close") : null;
    close?.closest(".notice")?.remove();
  });
}
