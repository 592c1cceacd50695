import assert from "node:assert/strict";
import { test } from "node:test";

import { slug } from "../index.js";

test("words are joined by a dash", () => {
  assert.equal(slug("  Hello, World! "), "hello-world");
});

test("letters of every script stay", () => {
  assert.equal(slug("Über 日本"), slug("u\u0308ber 日本"));
});
