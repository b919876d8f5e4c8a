import assert from "node:assert/strict";
import { test } from "node:test";

import { HOUR, percent, shift, span, ticks, zoom } from "../../incident_desk/static/js/ruler_scale.js";

const WHOLE = { from: 0, to: 24 * HOUR };

test("six of twenty-four hours are a quarter", () => {
  assert.equal(percent(6 * HOUR, WHOLE), 25);
});

test("a span is cut to the track", () => {
  assert.deepEqual(span(-6 * HOUR, 12 * HOUR, WHOLE), { x: 0, width: 50 });
});

test("a span out of sight is not drawn", () => {
  assert.equal(span(30 * HOUR, 40 * HOUR, WHOLE), null);
});

test("zooming keeps the instant under the pointer where it is", () => {
  const before = percent(6 * HOUR, WHOLE);
  assert.equal(percent(6 * HOUR, zoom(WHOLE, 2, 6 * HOUR, WHOLE)), before);
});

test("zooming out ends at the whole axis", () => {
  assert.deepEqual(zoom({ from: 20 * HOUR, to: 24 * HOUR }, 0.01, 22 * HOUR, WHOLE), WHOLE);
});

test("zooming in ends at half an hour", () => {
  const near = zoom(WHOLE, 1e6, 6 * HOUR, WHOLE);
  assert.equal(near.to - near.from, HOUR / 2);
});

test("the window never leaves the axis", () => {
  assert.deepEqual(shift({ from: 0, to: 6 * HOUR }, -HOUR, WHOLE), { from: 0, to: 6 * HOUR });
  assert.deepEqual(shift({ from: 0, to: 6 * HOUR }, 99 * HOUR, WHOLE), { from: 18 * HOUR, to: 24 * HOUR });
});

test("ticks stand on round hours of the office and mark its midnight", () => {
  const from = Date.parse("2026-11-20T18:25:00Z"); // 02:25 at the office
  const found = ticks({ from, to: from + 24 * HOUR });
  assert.equal(new Date(found[0].at).toISOString(), "2026-11-20T20:00:00.000Z");
  assert.deepEqual(found.filter((tick) => tick.day).map((tick) => new Date(tick.at).toISOString()), ["2026-11-21T16:00:00.000Z"]);
  assert.ok(found.length <= 13);
});
