// @ts-check
// A row of tabs wider than the screen shows the tab one is on.

export function startTabs() {
  for (const tab of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".tabs > [aria-current]"))) {
    const bar = /** @type {HTMLElement} */ (tab.parentElement);
    const left = tab.getBoundingClientRect().left - bar.getBoundingClientRect().left;
    bar.scrollLeft += left - (bar.clientWidth - tab.offsetWidth) / 2;
  }
}
