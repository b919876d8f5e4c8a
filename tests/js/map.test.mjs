import assert from "node:assert/strict";
import test from "node:test";

import { plainPosition } from "../../incident_desk/static/js/map.js";

test("two plain numbers, longitude first, are a position", () => {
  assert.deepEqual(plainPosition("110.24, 32.24"), { longitude: 110.24, latitude: 32.24 });
  assert.deepEqual(plainPosition(" 110.240000，32.240000 "), { longitude: 110.24, latitude: 32.24 });
});

test("what is no position in China moves no pin", () => {
  for (const text of ["", "32.24, 110.24", "110°14′E 32°14′N", "10.24, 32.24", "桥的东边"]) assert.equal(plainPosition(text), null);
});
