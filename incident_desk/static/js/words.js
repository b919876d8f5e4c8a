// @ts-check
// Words of the page in its language. The server writes them into <script type="application/json" id="words">
// (templates/_words.html); this module only fills in figures. Message ids are the English fallbacks.

/** @type {Record<string, string> | null} */
let words = null;

/** @returns {Record<string, string>} */
function load() {
  if (words) return words;
  const element = globalThis.document?.getElementById("words");
  words = element ? JSON.parse(element.textContent ?? "{}") : {};
  return words ?? {};
}

/** For tests and the service-less pages: use these words. @param {Record<string, string>} given */
export function useWords(given) {
  words = given;
}

/**
 * The sentence *id* with {name} places filled in.
 * @param {string} id
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function say(id, values = {}) {
  const sentence = load()[id] ?? id;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
