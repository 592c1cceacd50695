import assert from "node:assert/strict";
import { test } from "node:test";

import { speed } from "./index.js";

test("a kilometre in a hundred seconds", () => {
  assert.equal(speed(1, "km", 100), 10);
});
