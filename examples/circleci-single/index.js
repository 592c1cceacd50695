"use strict";

/** Keeps `value` within `low` and `high`. */
exports.clamp = (value, low, high) => Math.min(Math.max(value, low), high);
