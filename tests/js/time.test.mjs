import assert from "node:assert/strict";
import { test } from "node:test";

import { ServerTime, clockText, median, officeParts } from "../../incident_desk/static/js/time.js";

/** A counter the test moves by hand. */
function counter() {
  const at = { ms: 0 };
  return { at, time: new ServerTime(() => at.ms) };
}

/** One question: the answer is made after *there* ms and arrives after *back* more. */
function ask({ at, time }, server, there, back, speed) {
  const sent = at.ms;
  at.ms += there;
  const said = server(at.ms);
  at.ms += back;
  return time.tell(sent, said, speed);
}

const SERVER = (ms) => 1_800_000_000_000 + ms;

test("time is unknown before the page or the server said it", () => {
  assert.ok(Number.isNaN(new ServerTime(() => 5).now()));
});

test("an even line gives the server's time exactly", () => {
  const own = counter();
  ask(own, SERVER, 40, 40);
  assert.equal(own.time.now(), SERVER(own.at.ms));
});

test("one crooked answer of five does not move the time", () => {
  const own = counter();
  for (const back of [40, 40, 900, 40, 40]) ask(own, SERVER, 40, back);
  assert.equal(own.time.now(), SERVER(own.at.ms));
});

test("a very slow answer is not believed once there is a better one", () => {
  const own = counter();
  ask(own, SERVER, 20, 20);
  assert.equal(ask(own, SERVER, 20, 3000), false);
});

test("an answer from before the question is not believed", () => {
  const own = counter();
  assert.equal(own.time.tell(100, 1), false);
});

test("a server clock that is set anew is followed at once", () => {
  const own = counter();
  for (let n = 0; n < 5; n += 1) ask(own, SERVER, 10, 10);
  const moved = (ms) => SERVER(ms) + 3_600_000;
  ask(own, moved, 10, 10);
  assert.equal(own.time.now(), moved(own.at.ms));
});

test("an exercise at sixty times the speed stays right between answers", () => {
  const own = counter();
  const fast = (ms) => 1_800_000_000_000 + 60 * ms;
  ask(own, fast, 10, 10, 60);
  own.at.ms += 1000;
  assert.equal(own.time.now(), fast(own.at.ms));
});

test("the page's own word serves until the first answer and never after it", () => {
  const own = counter();
  own.time.start(777);
  assert.equal(own.time.now(), 777);
  ask(own, SERVER, 0, 0);
  own.time.start(777);
  assert.equal(own.time.now(), SERVER(0));
});

test("the median of four is between the middle two", () => {
  assert.equal(median([9, 1, 3, 5]), 4);
});

test("the office reads Shanghai time whatever this computer's zone", () => {
  const at = Date.parse("2026-11-20T18:25:08Z");
  assert.equal(clockText(at), "02:25:08");
  assert.equal(officeParts(at).day, 21);
});
