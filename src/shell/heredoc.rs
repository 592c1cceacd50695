//! Heredoc bodies: read when the line that announces them ends.

use super::model::{Heredoc, Word};
use super::reader::Reader;
use crate::text::Span;

/// A heredoc whose body has not begun yet.
pub(super) struct Pending {
    command: usize,
    redirect: usize,
    delimiter: String,
    /// `<<-`: leading tabs do not count.
    strip: bool,
    expands: bool,
}

impl<'a> Reader<'a> {
    /// Notes the heredoc whose redirect is about to be added to the command at `command`.
    pub(super) fn expect_heredoc(&mut self, command: usize, delimiter: &Word<'a>, strip: bool) {
        self.pending.push(Pending {
            command,
            redirect: self.script.commands[command].redirects.len(),
            delimiter: delimiter.value.clone().into_owned(),
            strip,
            expands: !delimiter.quoted,
        });
    }

    /// Reads the bodies that begin at the line which starts here. A missing delimiter means: to the end, as
    /// in a shell.
    pub(super) fn read_heredocs(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut end = self.bytes.len();
            while self.at < self.bytes.len() {
                let line_start = self.at;
                let line_end =
                    memchr::memchr(b'\n', self.rest()).map_or(self.bytes.len(), |len| self.at + len);
                self.at = (line_end + 1).min(self.bytes.len());
                let line = self.slice(line_start, line_end).trim_end_matches('\r');
                let line = if pending.strip { line.trim_start_matches('\t') } else { line };
                if line == pending.delimiter {
                    end = line_start;
                    break;
                }
            }
            let body = Span::new(start.min(end), end);
            let command = self.script.commands.get_mut(pending.command);
            if let Some(redirect) = command.and_then(|command| command.redirects.get_mut(pending.redirect)) {
                redirect.heredoc = Some(Heredoc { body, expands: pending.expands });
            }
        }
    }
}
