// Text in both themes is readable: WCAG 2.2 AA, 4.5:1 for words, 3:1 for what only marks a control or a bar.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const CSS = readFileSync(new URL("../../incident_desk/static/css/tokens.css", import.meta.url), "utf8");

/** The custom properties of one block. */
function tokens(selector) {
  const begin = CSS.indexOf(`${selector} {`);
  const block = CSS.slice(begin, CSS.indexOf("}", begin));
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const day = tokens(":root");
const night = { ...day, ...tokens(':root[data-theme="dark"]') };
const GROUNDS = ["ground", "surface", "raised", "sunken"];
const WORDS = [
  ...["ink", "ink-2", "ink-3", "link", "met", "river"].flatMap((ink) => GROUNDS.map((ground) => [ink, ground])),
  ["warned", "surface"], ["warned", "raised"], ["warned", "warned-ground"], ["overdue-ink", "overdue"], ["overdue-text", "surface"],
  ["overdue-text", "overdue-ground"], ["ink", "overdue-ground"], ["ink-3", "overdue-ground"], ["ink-3", "warned-ground"], ["void", "surface"],
  ["river", "river-ground"], ["plume", "surface"], ["plume", "raised"], ["primary-ink", "primary"], ["bar-ink", "bar"], ["bar-ink-2", "bar"],
  ["band-ink", "band-ground"], ...[1, 2, 3, 4].map((n) => [`grade-${n}-ink`, `grade-${n}`]),
];
const MARKS = [["line-strong", "surface"], ["line-strong", "raised"], ["focus", "surface"], ["focus", "raised"]];

for (const [theme, colours] of [["day", day], ["night", night]]) {
  for (const [pairs, least] of [[WORDS, 4.5], [MARKS, 3]]) {
    for (const [ink, ground] of pairs) {
      test(`${ink} on ${ground} has contrast ${least} by ${theme}`, () => {
        const found = contrast(colours[ink], colours[ground]);
        assert.ok(found >= least, `${colours[ink]} on ${colours[ground]} is ${found.toFixed(2)}`);
      });
    }
  }
}
