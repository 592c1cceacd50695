//! One file per rule: metadata, documentation, check, fix. A rule reads the model; it never parses, prints or writes.
