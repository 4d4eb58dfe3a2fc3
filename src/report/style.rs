//! Colours. Everything is written with them; `anstream` takes them away where they are not wanted.

use anstyle::{AnsiColor, Color, Style};
use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;
use lamlint_model::Rule;
use std::io::{self, Write};

/// Bold text.
pub const BOLD: Style = Style::new().bold();
/// Text that matters less.
pub const DIM: Style = Style::new().dimmed();

const fn coloured(c: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(c)))
}

/// The style of a severity.
pub const fn severity(s: lamlint_model::rule::Severity) -> Style {
    use lamlint_model::rule::Severity as S;
    match s {
        S::Error => coloured(AnsiColor::Red).bold(),
        S::Warning => coloured(AnsiColor::Yellow).bold(),
        S::Note => coloured(AnsiColor::Cyan).bold(),
    }
}

const fn of(s: Severity) -> Style {
    match s {
        Severity::Bug | Severity::Error => coloured(AnsiColor::Red),
        Severity::Warning => coloured(AnsiColor::Yellow),
        Severity::Note | Severity::Help => coloured(AnsiColor::Cyan),
    }
}

/// Paint a piece of text.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// What starts a link (OSC 8), and what ends its address.
const LINK: &str = "\u{1b}]8;;";
const END: &str = "\u{1b}\\";

/// A rule's name as a link to its page, for terminals that take links. [`without_links`] takes it away.
pub fn rule(rule: &Rule) -> String {
    format!("{LINK}{}{END}{}{LINK}{END}", page(rule), rule.id)
}

/// Where the page of a rule can be read.
pub fn page(rule: &Rule) -> String {
    concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/v", env!("CARGO_PKG_VERSION"), "/rules/docs/").to_owned()
        + rule.id
        + ".md"
}

/// The same text without links.
pub fn without_links(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, part) in text.split(LINK).enumerate() {
        let shown = if i == 0 { part } else { part.split_once(END).map_or("", |(_, shown)| shown) };
        out.push_str(shown);
    }
    out
}

/// A buffer the renderer of codespan writes to, with colours as escape sequences.
#[derive(Debug, Default)]
pub struct Styled(pub Vec<u8>);

impl Styled {
    fn set(&mut self, style: Style) -> io::Result<()> {
        write!(self.0, "{style}")
    }
}

impl Write for Styled {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl WriteStyle for Styled {
    fn set_header(&mut self, severity: Severity) -> io::Result<()> {
        self.set(of(severity).bold())
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.set(BOLD)
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.set(coloured(AnsiColor::Blue))
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.set(coloured(AnsiColor::Blue))
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.set(coloured(AnsiColor::Blue))
    }

    fn set_label(&mut self, severity: Severity, style: LabelStyle) -> io::Result<()> {
        self.set(match style {
            LabelStyle::Primary => of(severity),
            LabelStyle::Secondary => coloured(AnsiColor::Blue),
        })
    }

    fn reset(&mut self) -> io::Result<()> {
        write!(self.0, "{}", anstyle::Reset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_and_go() {
        let text = format!("error[{}]: x", rule(lamlint_rules::RULES[0]));
        let name = lamlint_rules::RULES[0].id;
        assert!(
            text.contains(&format!("/rules/docs/{name}.md\u{1b}\\{name}\u{1b}]8;;\u{1b}\\]: x")),
            "{text:?}"
        );
        assert_eq!(without_links(&text), format!("error[{name}]: x"));
        assert_eq!(anstream::adapter::strip_str(&text).to_string(), format!("error[{name}]: x"));
        assert_eq!(without_links("plain"), "plain");
    }
}
