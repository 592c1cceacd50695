//! The vendored official schemas and ours: compile once, validate, map a pointer to a span.
