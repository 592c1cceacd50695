//! Shell text → commands (words, assignments, redirects, heredocs) with spans. Knows nothing of npm.
