//! Colours. Everything is written with them; `anstream` takes them away where they are not wanted.

use anstyle::{AnsiColor, Color, Style};
use codespan_reporting::diagnostic::{LabelStyle, Severity};
use codespan_reporting::term::WriteStyle;
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
