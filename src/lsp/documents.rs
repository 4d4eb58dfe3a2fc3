//! The open documents, as their editor shows them.

use super::convert::{Encoding, Lines};
use gen_lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An open document.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) version: i32,
    pub(super) text: Arc<str>,
}

/// All open documents.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<Uri, Document>);

impl Documents {
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) {
        self.0.insert(uri, Document { version, text: text.into() });
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        self.0.remove(uri);
    }

    pub(super) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.0.get(uri)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Uri, &Document)> {
        self.0.iter()
    }

    /// Make changes, one after the other. `false` for a document that is not open.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(doc) = self.0.get_mut(uri) else { return false };
        let mut text = doc.text.to_string();
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(c) => text = c.text,
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(c) => {
                    let lines = Lines::new(&text);
                    let start = lines.offset(c.range.start, encoding);
                    let end = lines.offset(c.range.end, encoding).max(start);
                    text.replace_range(start..end, &c.text);
                }
            }
        }
        *doc = Document { version, text: text.into() };
        true
    }
}
