import { metres } from "@acme/length";

/** A speed in metres a second. */
export function speed(amount, unit, seconds) {
  return metres(amount, unit) / seconds;
}
