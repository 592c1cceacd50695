import assert from "node:assert/strict";
import { test } from "node:test";

import { colours } from "./index.js";

test("every colour has six hexadecimal digits", () => {
  for (const value of Object.values(colours)) assert.match(value, /^[0-9a-f]{6}$/);
});
