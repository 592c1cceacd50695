import assert from "node:assert/strict";
import { test } from "node:test";

import { chunk } from "./index.js";

test("the last chunk may be shorter", () => {
  assert.deepEqual(chunk([1, 2, 3], 2), [[1, 2], [3]]);
  assert.deepEqual(chunk([], 2), []);
  assert.throws(() => chunk([1], 0), RangeError);
});
