import assert from "node:assert/strict";
import { test } from "node:test";

import { table } from "./index.js";

test("columns are aligned", () => {
  assert.equal(table([["a", 1], ["long", 2]]), "a     1\nlong  2");
  assert.equal(table([]), "");
});
