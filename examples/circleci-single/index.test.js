"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");

const { clamp } = require("./index.js");

test("within, below, above", () => {
  assert.deepEqual([clamp(5, 0, 9), clamp(-1, 0, 9), clamp(10, 0, 9)], [5, 0, 9]);
});
