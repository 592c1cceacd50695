import { createHash } from "node:crypto";

/** The SHA-256 of a string's UTF-8 bytes, in hexadecimal digits. */
export function checksum(text) {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
