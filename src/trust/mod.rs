//! The registry side: `npm trust` plan, package settings, checklist, verification.
