import assert from "node:assert/strict";
import { test } from "node:test";

import { metres } from "./index.js";

test("kilometres and miles", () => {
  assert.equal(metres(2, "km"), 2000);
  assert.equal(metres(1, "mi"), 1609.344);
  assert.throws(() => metres(1, "toString"), RangeError);
});
