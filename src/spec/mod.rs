//! The user's `trustpub.yml`: model, load with spans, defaults applied last, JSON Schema.
