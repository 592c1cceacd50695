use std::io::Write as _;

/// Replaces Rust's panic message by one for people. A panic is always our fault.
pub(super) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        let what = info.payload_as_str().unwrap_or("no message");
        // Where stderr is closed there is nobody left to tell.
        let _ = writeln!(
            anstream::stderr(),
            "error: trustpub has a bug and had to stop{place}: {what}\n\n\
             Files are written whole or not at all, so none is half-written. Please report this with the \
             command line and, if you can, the file that it was reading."
        );
        #[expect(clippy::exit, reason = "the release profile would abort, and dump core, after this hook")]
        std::process::exit(101);
    }));
}
