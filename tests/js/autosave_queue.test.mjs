import assert from "node:assert/strict";
import { test } from "node:test";

import { AutosaveQueue, fieldsOf } from "../../incident_desk/static/js/autosave_queue.js";

/** A desk with a server that answers what the test says, and a timer the test turns. */
function desk(answers, { kept = null, version = "1" } = {}) {
  const seen = { sent: [], states: [], timers: [], text: kept };
  const queue = new AutosaveQueue({
    version,
    send: async (fields, ifMatch) => {
      seen.sent.push({ fields, ifMatch });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(queue) : answer;
    },
    store: { get: () => seen.text, set: (text) => { seen.text = text; }, clear: () => { seen.text = null; } },
    tell: (state) => seen.states.push(state),
    later: (act) => seen.timers.push(act),
  });
  const turn = async () => { for (const act of seen.timers.splice(0)) act(); for (let n = 0; n < 5; n += 1) await Promise.resolve(); };
  return { queue, seen, turn };
}

const saved = (version) => ({ status: 200, version });

test("typing fast sends once, with the last words", async () => {
  const { queue, seen, turn } = desk([saved("2")]);
  queue.change({ place: "黄" });
  queue.change({ place: "黄龙滩" });
  await turn();
  assert.deepEqual(seen.sent, [{ fields: { place: "黄龙滩" }, ifMatch: "1" }]);
});

test("the copy in the browser stands until the server acknowledged", async () => {
  const { queue, seen, turn } = desk([saved("2")]);
  queue.change({ place: "堵河" });
  assert.match(seen.text, /堵河/);
  await turn();
  assert.equal(seen.text, null);
  assert.equal(seen.states.at(-1), "saved");
});

test("what is typed while a save is under way is kept and sent next", async () => {
  const { queue, seen, turn } = desk([(q) => { q.change({ a: "2" }); return saved("2"); }, saved("3")]);
  queue.change({ a: "1" });
  await turn();
  assert.match(seen.text, /"2"/);
  await turn();
  assert.deepEqual(seen.sent.map((one) => one.ifMatch), ["1", "2"]);
  assert.equal(seen.text, null);
});

test("without a line it says so, keeps the copy and tries again", async () => {
  const { queue, seen, turn } = desk([new Error("no line"), saved("2")]);
  queue.change({ a: "1" });
  await turn();
  assert.equal(seen.states.at(-1), "offline");
  assert.match(seen.text, /"1"/);
  await turn();
  assert.equal(seen.states.at(-1), "saved");
});

test("a server that fails is a missing line, not a refusal", async () => {
  const { queue, seen, turn } = desk([{ status: 503 }, saved("2")]);
  queue.change({ a: "1" });
  await turn();
  assert.equal(seen.states.at(-1), "offline");
});

test("when somebody else saved first nothing is overwritten and nothing lost", async () => {
  const { queue, seen, turn } = desk([{ status: 412 }, saved("9")]);
  queue.change({ a: "mine" });
  await turn();
  queue.change({ a: "mine still" });
  await turn();
  assert.equal(seen.sent.length, 1);
  assert.match(seen.text, /mine still/);
  queue.resume("8");
  await turn();
  assert.deepEqual(seen.sent.at(-1), { fields: { a: "mine still" }, ifMatch: "8" });
});

test("after a reload the unacknowledged words are found again", () => {
  const { queue } = desk([], { kept: JSON.stringify({ fields: { a: "1" }, version: "4" }) });
  assert.deepEqual(queue.unsent(), { fields: { a: "1" }, version: "4" });
});

test("a spoilt copy in the browser is no reason to fail", () => {
  assert.equal(desk([], { kept: "{half" }).queue.unsent(), null);
});

test("a browser that refuses to store still saves to the server", async () => {
  const { queue, seen, turn } = desk([saved("2")]);
  queue.store.set = () => { throw new Error("full"); };
  queue.change({ a: "1" });
  await turn();
  assert.equal(seen.states.at(-1), "saved");
});

test("a form becomes JSON without its tokens, and lists stay lists", () => {
  const pairs = [["csrf_token", "x"], ["_idempotency_key", "y"], ["medium", "WATER"], ["place", "桥"], ["r", "1"], ["r", "2"]];
  assert.deepEqual(fieldsOf(pairs, new Set(["medium"])), { medium: ["WATER"], place: "桥", r: ["1", "2"] });
});
