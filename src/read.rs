//! The texts of a run: each file that can matter is read once, within limits, and what can't be read gets a notice.

use crate::encoding;
use crate::memo::Memo;
use crate::notice::{Notice, NoticeKind};
use crate::progress::Progress;
use crate::vfs::{MAX_TEXT, Vfs};
use lamlint_parsers::files::file_name;
use lamlint_parsers::{code, iac};
use rayon::prelude::*;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

/// Ends of names a template can have.
const TEMPLATE_EXTENSIONS: &[&str] = &["yaml", "yml", "json", "template", "tmpl", "tpl", "tf", "tfvars"];

/// How much of a file that is too large is looked at to see whether it would have mattered.
const PEEK: usize = 64 * 1024;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Text {
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
}

/// Read all files of the run that are source code or can be templates; what was read before is not read again.
pub(crate) fn read_all(
    files: &[String],
    vfs: &Vfs,
    memo: &mut Memo,
    progress: &Progress,
) -> (Vec<Text>, Vec<Notice>) {
    type Read = Result<Option<Arc<str>>, Notice>;
    let fresh: Vec<(bool, Read)> = files
        .par_iter()
        .map(|p| match memo.text(p).filter(|_| vfs.over(p).is_none()) {
            Some(known) => (false, known.clone()),
            None => (true, read(p, vfs)),
        })
        .inspect(|_| progress.one())
        .collect();
    let (mut texts, mut notices) = (Vec::new(), Vec::new());
    for (path, (is_new, r)) in files.iter().zip(fresh) {
        if is_new && vfs.over(path).is_none() {
            memo.keep_text(path, r.clone());
        }
        match r {
            Ok(Some(text)) => texts.push(Text { path: path.clone(), text }),
            Ok(None) => {}
            Err(n) => notices.push(n),
        }
    }
    (texts, notices)
}

/// Whether a file is source code or can be a template, by its name.
pub(crate) fn may_matter(path: &str) -> bool {
    code::language(path).is_some() || TEMPLATE_EXTENSIONS.contains(&extension(path).as_str())
}

fn extension(path: &str) -> String {
    file_name(path).rsplit_once('.').map_or("", |(_, e)| e).to_ascii_lowercase()
}

fn read(path: &str, vfs: &Vfs) -> Result<Option<Arc<str>>, Notice> {
    if !may_matter(path) {
        return Ok(None);
    }
    let is_code = code::language(path).is_some();
    let unreadable =
        |e: &std::io::Error| Notice::about(path, NoticeKind::Unreadable, format!("not read: {}", e.kind()));
    let mut bytes = Vec::new();
    if let Some(text) = vfs.over(path) {
        bytes.extend_from_slice(text.as_bytes());
    } else {
        let mut file = File::open(vfs.on_disk(path)).map_err(|e| unreadable(&e))?;
        file.by_ref().take(MAX_TEXT + 1).read_to_end(&mut bytes).map_err(|e| unreadable(&e))?;
    }

    // Data files are not worth a word unless they look like templates.
    let matters =
        |bytes: &[u8]| is_code || is_template_name(path) || mentions_aws(bytes.get(..PEEK).unwrap_or(bytes));
    if bytes.len() as u64 > MAX_TEXT {
        let text = format!("not read: larger than {} MiB", MAX_TEXT / 1024 / 1024);
        return if matters(&bytes) { Err(Notice::about(path, NoticeKind::TooLarge, text)) } else { Ok(None) };
    }
    let not_text = |text: &str, bytes: &[u8]| {
        if matters(bytes) { Err(Notice::about(path, NoticeKind::NotText, text)) } else { Ok(None) }
    };
    if encoding::is_utf16(&bytes) {
        // Few languages have code in it.
        match encoding::decode(&bytes).filter(|_| !is_code || code::may_be_utf16(path)) {
            Some(text) => bytes = text.into_bytes(),
            None => return not_text("not read: UTF-16, not UTF-8", &bytes),
        }
    }
    if bytes.contains(&0) {
        return not_text("not read: binary (it holds NUL bytes)", &bytes);
    }
    match String::from_utf8(bytes) {
        Err(e) => {
            let line =
                1 + e.as_bytes().iter().take(e.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count();
            not_text(&format!("not read: not UTF-8 (line {line})"), e.as_bytes())
        }
        Ok(text) if is_code || iac::is_candidate(path, &text) => Ok(Some(text.into())),
        Ok(text)
            if text.trim_start_matches('\u{feff}').trim().is_empty()
                && is_template_name(path)
                && extension(path) != "tf" =>
        {
            Err(Notice::about(path, NoticeKind::Template, "not read: empty"))
        }
        Ok(_) => Ok(None),
    }
}

/// Whether a file can hardly be anything but a template, by its name.
fn is_template_name(path: &str) -> bool {
    let name = file_name(path);
    let stem = name.split('.').next();
    matches!(extension(path).as_str(), "template" | "tf") || matches!(stem, Some("template" | "serverless"))
}

/// Whether bytes hold `AWS::`, in UTF-8 or UTF-16.
fn mentions_aws(bytes: &[u8]) -> bool {
    let narrow = b"AWS::";
    // Either order of bytes: the zero before the first or after the last is left out.
    let wide: Vec<u8> = narrow.iter().flat_map(|b| [*b, 0]).take(narrow.len() * 2 - 1).collect();
    bytes.windows(narrow.len()).any(|w| w == narrow) || bytes.windows(wide.len()).any(|w| w == wide)
}
