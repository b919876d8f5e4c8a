import assert from "node:assert/strict";
import { test } from "node:test";

import { byUrgency, durationWords, stateAt, timeLeft } from "../../incident_desk/static/js/clock_words.js";
import { useWords } from "../../incident_desk/static/js/words.js";

useWords({
  days_hours: "{days}天{hours}小时", hours_minutes: "{hours}小时{minutes}分", minutes: "{minutes}分",
  minutes_seconds: "{minutes}分{seconds}秒", seconds: "{seconds}秒", left: "剩余 {time}", over: "超时限 {time}",
});
const MINUTE = 60000;
const HOUR = 60 * MINUTE;

test("an hour and a half left is said as an officer says it", () => {
  assert.equal(timeLeft(92 * MINUTE, 0), "剩余 1小时32分");
});

test("twelve minutes over is overdue by twelve minutes", () => {
  assert.equal(timeLeft(0, 12 * MINUTE), "超时限 12分");
});

test("the very second of due is still in time", () => {
  assert.equal(timeLeft(5000, 5000), "剩余 0秒");
  assert.equal(stateAt("running", 0, 5000, 5000), "warned");
  assert.equal(stateAt("running", 0, 5000, 5001), "overdue");
});

test("seconds are counted only below ten minutes", () => {
  assert.equal(durationWords(10 * MINUTE + 1000), "10分");
  assert.equal(durationWords(9 * MINUTE + 8000), "9分08秒");
});

test("days are said with their hours", () => {
  assert.equal(durationWords(76 * HOUR), "3天4小时");
});

test("a clock is near its limit from three quarters of its time", () => {
  assert.equal(stateAt("running", 0, 4 * HOUR, 3 * HOUR - 1), "running");
  assert.equal(stateAt("running", 0, 4 * HOUR, 3 * HOUR), "warned");
});

test("a due time moved later makes a warned clock run again", () => {
  assert.equal(stateAt("warned", 0, 8 * HOUR, 3 * HOUR), "running");
});

for (const state of ["met", "met_late", "void", "not_applicable", "no_limit"]) {
  test(`time does not change a clock that is ${state}`, () => {
    assert.equal(stateAt(state, 0, HOUR, 9 * HOUR), state);
  });
}

test("the board puts the nearest strict time first, then duties without a number, then what is settled", () => {
  const rows = [
    { state: "met", strict: 1 }, { state: "no_limit", strict: NaN }, { state: "running", strict: 9 },
    { state: "overdue", strict: 2 }, { state: "warned", strict: 5 },
  ];
  assert.deepEqual(rows.sort(byUrgency).map((row) => row.state), ["overdue", "warned", "running", "no_limit", "met"]);
});
