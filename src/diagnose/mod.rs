//! npm, pnpm, yarn and CI logs → cause, evidence lines, fix.
