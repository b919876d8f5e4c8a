// @ts-check
// The wall: shows [data-wall-view] one after another by itself, has no controls, and begins afresh once a day so that
// a week on the wall leaves nothing behind. It reloads only when the server answers.

const SHOW_MS = 20000;
const AFRESH_MS = 24 * 3600000;

/** @param {HTMLElement[]} views @param {number} which */
function show(views, which) {
  views.forEach((view, index) => {
    view.hidden = index !== which;
  });
  for (const marks of document.querySelectorAll("[data-wall-position]")) {
    if (marks.childElementCount !== views.length) marks.replaceChildren(...views.map(() => document.createElement("i")));
    [...marks.children].forEach((mark, index) => mark.toggleAttribute("aria-current", index === which));
  }
  dispatchEvent(new Event("resize")); // a map that was hidden measures itself again
}

/** Whether the map still shows the case that the ruler shows; a new most urgent case begins the wall afresh. */
function isOneCase() {
  const shown = [...document.querySelectorAll("[data-wall-case]")].map((view) => view.getAttribute("data-wall-case"));
  return new Set(shown).size <= 1 && !(shown.length === 1 && shown[0]);
}

async function afresh() {
  try {
    const answer = await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    if (answer.ok) location.reload();
  } catch {
    // no server now: what is on the wall stays, and says how old it is
  }
}

export function startWall() {
  if (!document.body.classList.contains("body--wall")) return;
  const begun = performance.now();
  let which = 0;
  const views = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-wall-view]")]);
  show(views(), 0);
  setInterval(() => {
    const all = views();
    if (all.length) show(all, (which = (which + 1) % all.length));
    if (performance.now() - begun > AFRESH_MS || !isOneCase()) void afresh();
  }, SHOW_MS);
}
