//! Words in a picture: shortened to what tells things apart, and broken into lines of a bounded width.

/// Columns of a line of a name.
const NAME: usize = 24;
/// Lines of a name.
const NAME_LINES: usize = 3;
/// Columns of a line beside an edge.
const WORDS: usize = 26;
/// Lines of one part of the words beside an edge.
const WORDS_LINES: usize = 2;
/// Columns of the title of a frame.
const TITLE: usize = 64;

/// The lines of a node's name. Of ARNs and addresses of queues, what they name.
pub(super) fn name(s: &str) -> Vec<String> {
    wrap(&pieces(named(s), true), NAME, NAME_LINES)
}

/// The lines beside an edge: one part each, where it fits.
pub(super) fn words(s: &str) -> Vec<String> {
    let parts: Vec<&str> = s.split(", ").collect();
    let last = parts.len() - 1;
    let part = |(i, p): (usize, &&str)| {
        let comma = if i == last { "" } else { "," };
        wrap(&pieces(&format!("{p}{comma}"), false), WORDS, WORDS_LINES)
    };
    parts.iter().enumerate().flat_map(part).filter(|l| !l.is_empty()).collect()
}

/// A path as the title of a frame: its end tells more.
pub(super) fn title(s: &str) -> String {
    let cut = s.chars().count().saturating_sub(TITLE);
    if cut == 0 {
        return s.to_owned();
    }
    let end: String = s.chars().skip(cut + 1).collect();
    // From a slash on, where there is one.
    format!("…{}", end.find('/').and_then(|i| end.get(i..)).unwrap_or(&end))
}

/// Columns a text takes, about: wide letters take two.
pub(super) fn columns(s: &str) -> usize {
    s.chars().map(width).sum()
}

fn width(c: char) -> usize {
    if u32::from(c) >= 0x1100 && !matches!(c, '\u{2000}'..='\u{2fff}') { 2 } else { 1 }
}

fn named(s: &str) -> &str {
    let inner = s.strip_prefix('"').and_then(|r| r.strip_suffix('"')).filter(|r| !r.is_empty());
    let s = inner.unwrap_or(s);
    if s.starts_with("arn:") {
        // arn:partition:service:region:account:resource
        return s.splitn(6, ':').nth(5).filter(|r| !r.is_empty()).unwrap_or(s);
    }
    match s.strip_prefix("https://sqs.").and_then(|r| r.rsplit_once('/')) {
        Some((_, queue)) if !queue.is_empty() => queue,
        _ => s,
    }
}

/// Lines of at most so many columns, broken between pieces, else anywhere. What is too long loses
/// its middle.
fn wrap(pieces: &[&str], most: usize, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces {
        if !line.is_empty() && columns(&line) + columns(piece.trim_end()) > most {
            out.push(std::mem::take(&mut line));
        }
        for c in piece.chars() {
            if columns(&line) + width(c) > most && !c.is_whitespace() {
                out.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    out.push(line);
    let mut out: Vec<String> = out.iter().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    if out.len() > lines {
        let end = out.pop().unwrap_or_default();
        out.truncate(lines.saturating_sub(1));
        out.push(format!("…{end}"));
    }
    if out.is_empty() {
        out.push(String::new());
    }
    out
}

/// The parts of a text that stay together: `/`, `orders/`, `{id}`; where names have humps: `Get`, `Order`.
fn pieces(s: &str, humps: bool) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (i, c) in s.char_indices() {
        let after =
            before.is_some_and(|b| matches!(b, ' ' | '/' | '-') || (humps && matches!(b, '_' | '.' | ':')));
        let hump = humps && c.is_uppercase() && before.is_some_and(char::is_lowercase);
        if i > start && (after || hump) {
            out.push(&s[start..i]);
            start = i;
        }
        before = Some(c);
    }
    out.push(&s[start..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_break_where_their_words_begin() {
        assert_eq!(name("Orders"), ["Orders"]);
        assert_eq!(
            name("BigFanTopicStatusCreatedSubscriberQueue589E974E"),
            ["BigFanTopicStatusCreated", "SubscriberQueue589E974E"]
        );
        assert_eq!(name("arn:aws:sqs:eu-west-1:123456789012:orders"), ["orders"]);
        assert_eq!(name("arn:aws:states:eu-west-1:123456789012:stateMachine:Pay"), ["stateMachine:Pay"]);
        assert_eq!(name("arn:nothing"), ["arn:nothing"]);
        assert_eq!(name("\"events.amazonaws.com\""), ["events.amazonaws.com"]);
        assert_eq!(name("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"), ["jobs"]);
        assert_eq!(name(""), [""]);
    }

    #[test]
    fn no_line_is_too_long() {
        for s in ["x".repeat(500), "é漢".repeat(90), "a b ".repeat(90), " ".repeat(90)] {
            let lines = name(&s);
            assert!(lines.len() <= NAME_LINES && lines.iter().all(|l| columns(l) <= NAME + 1), "{lines:?}");
        }
        assert_eq!(name(&format!("{}End", "x".repeat(96)))[2], "…End");
    }

    #[test]
    fn routes_stand_one_below_the_other() {
        assert_eq!(
            words("GET /orders, POST /orders, and 2 more"),
            ["GET /orders,", "POST /orders,", "and 2 more"]
        );
        assert_eq!(
            words("GET /customers/{customer}/orders/{order}"),
            ["GET /customers/{customer}/", "orders/{order}"]
        );
        assert_eq!(words("PUT /lessons/{lessonId}/rebook"), ["PUT /lessons/{lessonId}/", "rebook"]);
        assert_eq!(
            words("GET /activity/{entity_type}/{entity_id}"),
            ["GET /activity/", "{entity_type}/{entity_id}"]
        );
        assert!(words("").is_empty());
    }

    #[test]
    fn the_end_of_a_path_is_kept() {
        assert_eq!(title("a/template.yaml"), "a/template.yaml");
        let long = title(&format!("{}/template.yaml", "x".repeat(90)));
        assert_eq!(long, "…/template.yaml");
        assert_eq!(title(&"x".repeat(90)).chars().count(), TITLE);
        assert_eq!(title(&format!("{}/a/b/template.yaml", "x".repeat(50))), "…/a/b/template.yaml");
    }
}
