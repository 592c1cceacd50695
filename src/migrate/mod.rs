//! A token-based repository → a spec, rewritten pipelines, what a human must still do.
