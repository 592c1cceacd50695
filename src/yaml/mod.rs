//! Lossless YAML: a span-carrying tree, queries, comment-preserving edits, safe scalar emission. Knows nothing of CI.
