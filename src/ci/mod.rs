//! Readers: what CI configuration really says → pipelines → publish paths, every node with its span.
