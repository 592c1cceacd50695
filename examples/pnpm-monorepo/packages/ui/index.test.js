import assert from "node:assert/strict";
import { test } from "node:test";

import { button } from "./index.js";

test("the label is escaped", () => {
  assert.match(button("<b>"), /&#60;b&#62;/);
});
