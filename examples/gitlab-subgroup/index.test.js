import assert from "node:assert/strict";
import { test } from "node:test";

import { Queue } from "./index.js";

test("first in, first out, up to the limit", () => {
  const queue = new Queue(2);
  queue.push(1);
  queue.push(2);
  assert.throws(() => queue.push(3), RangeError);
  assert.deepEqual([queue.shift(), queue.shift(), queue.shift()], [1, 2, undefined]);
});
