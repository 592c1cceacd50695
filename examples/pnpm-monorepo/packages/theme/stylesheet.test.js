import assert from "node:assert/strict";
import { test } from "node:test";

import { stylesheet } from "./stylesheet.js";

test("each token becomes a custom property", () => {
  assert.match(stylesheet(), /^ {2}--acme-accent: #0b6bcb;$/m);
});
