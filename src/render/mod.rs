//! Plan → text of files through `templates/`; read-back and self-check of what was rendered; bundle; drift.
