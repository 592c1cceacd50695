//! XML text, written through `quick-xml`, which escapes; here is only what XML 1.0 cannot carry at all.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document under construction, indented.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    /// An empty document.
    pub(super) fn new() -> Self {
        Self { writer: Writer::new_with_indent(Vec::new(), b' ', 2) }
    }

    /// The line that says that this is XML.
    pub(super) fn declare(&mut self) {
        self.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Start(element(name, attributes)));
    }

    /// Closes an element.
    pub(super) fn close(&mut self, name: &str) {
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Empty(element(name, attributes)));
    }

    /// An element that holds text alone.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(name, attributes);
        // A reader takes a bare carriage return for a line break.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.write(Event::Text(BytesText::new(&carried(&text))));
        self.close(name);
    }

    /// The document with a final line break.
    pub(super) fn finish(self) -> String {
        let mut text = String::from_utf8(self.writer.into_inner()).expect("only text was written");
        text.push('\n');
        text
    }

    fn write(&mut self, event: Event<'_>) {
        self.writer.write_event(event).expect("writing to memory cannot fail");
    }
}

fn element<'a>(name: &'a str, attributes: &[(&'a str, &'a str)]) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (key, value) in attributes {
        element.push_attribute((*key, &*carried(value)));
    }
    element
}

/// A text without the characters that XML 1.0 has no way to carry.
fn carried(text: &str) -> Cow<'_, str> {
    let lost =
        |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(lost) { text.replace(lost, "\u{fffd}").into() } else { text.into() }
}
