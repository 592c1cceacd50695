import assert from "node:assert/strict";
import { test } from "node:test";

import { once } from "./index.js";

test("the first result stays", () => {
  const next = once((value) => value + 1);
  assert.deepEqual([next(1), next(5)], [2, 2]);
});
