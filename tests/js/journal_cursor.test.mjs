import assert from "node:assert/strict";
import { test } from "node:test";

import { JournalCursor, concerns } from "../../incident_desk/static/js/journal_cursor.js";

const entry = (seq) => ({ seq, at: "2026-11-20T18:25:00Z", kind: "clock.warned", case_no: null });
const seqs = (entries) => entries.map((one) => one.seq);

test("an entry that comes twice is shown once", () => {
  const cursor = new JournalCursor(10);
  assert.deepEqual(seqs(cursor.accept([entry(11), entry(12)])), [11, 12]);
  assert.deepEqual(seqs(cursor.accept([entry(12), entry(13), entry(11)])), [13]);
});

test("what is on the page already is not shown again", () => {
  assert.deepEqual(new JournalCursor(10).accept([entry(9), entry(10)]), []);
});

test("a new entry that overtakes the replay does not hide the older ones", () => {
  const cursor = new JournalCursor(10);
  cursor.joined();
  assert.deepEqual(seqs(cursor.accept([entry(15)])), [15]);
  assert.deepEqual(seqs(cursor.accept([entry(11), entry(14), entry(15)])), [11, 14]);
});

test("a line that breaks before the replay came asks from the old place", () => {
  const cursor = new JournalCursor(10);
  cursor.joined();
  cursor.accept([entry(15)]);
  assert.equal(cursor.floor, 10);
});

test("a settled replay moves the place from which to ask", () => {
  const cursor = new JournalCursor(10);
  cursor.joined();
  cursor.accept([entry(11), entry(15)]);
  cursor.settle();
  cursor.accept([entry(18)]);
  assert.equal(cursor.floor, 18);
  assert.deepEqual(cursor.accept([entry(18)]), []);
});

test("holes in the numbers are other offices' entries and stop nothing", () => {
  const cursor = new JournalCursor(0);
  assert.deepEqual(seqs(cursor.accept([entry(4), entry(90)])), [4, 90]);
});

test("a place is concerned by its kinds, their families, or everything", () => {
  assert.ok(concerns("clock.warned", "incident clock"));
  assert.ok(concerns("clock.warned", "clock.warned"));
  assert.ok(concerns("anything.at_all", "*"));
  assert.ok(!concerns("clockwork.wound", "clock"));
  assert.ok(!concerns("clock.warned", ""));
});
