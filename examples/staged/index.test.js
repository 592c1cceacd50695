import assert from "node:assert/strict";
import { test } from "node:test";

import { checksum } from "./index.js";

test("the empty string", () => {
  assert.equal(checksum(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
