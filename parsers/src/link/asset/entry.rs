//! The entry of a bundle, as the program that makes the function names it.

use super::super::build::below;
use super::super::target::stem;
use crate::files::{file_name, join, parent};

/// How far behind the call of a construct its properties may stand, in bytes.
const MAX_REACH: usize = 8192;

/// Where the entry of the function may be that is made at an offset of a text: what the property `entry` says, else
/// the default of `NodejsFunction`. `file` is the path of the text, `app` the directory of the application.
/// Source: <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_lambda_nodejs-readme.html>
pub(super) fn places(text: &str, at: usize, file: &str, app: &str, id: &str) -> Vec<String> {
    let Some(call) = arguments(text, at) else { return Vec::new() };
    match property(call, "entry") {
        Some(value) => written(value, file, app).into_iter().collect(),
        None if call.contains("...") => Vec::new(),
        None => ["ts", "js", "mts", "mjs", "cts", "cjs"]
            .iter()
            .map(|e| below(parent(file), &format!("{}.{id}.{e}", file_name(stem(file)))))
            .collect(),
    }
}

/// What stands in the parentheses of the call at an offset.
pub(super) fn arguments(text: &str, at: usize) -> Option<&str> {
    let rest = text.get(at..)?;
    let open = rest.find('(').filter(|i| rest.get(..*i).is_some_and(|c| !c.contains([';', '{'])))?;
    let inner = rest.get(open + 1..)?;
    let end = ends(inner, |c| c == ')')?;
    inner.get(..end).filter(|a| a.len() <= MAX_REACH)
}

/// Where text at the outermost level first meets a character.
fn ends(text: &str, stop: impl Fn(char) -> bool) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0usize, None, false);
    for (i, c) in text.char_indices() {
        if let Some(q) = quote {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                c if c == q => quote = None,
                _ => {}
            }
            continue;
        }
        if depth == 0 && stop(c) {
            return Some(i);
        }
        match c {
            '"' | '\'' | '`' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The value of a property of the object among the arguments.
fn property<'t>(call: &'t str, name: &str) -> Option<&'t str> {
    let found = call.match_indices(name).find(|(i, _)| {
        let before = call.get(..*i).unwrap_or_default().trim_end();
        let after = call.get(i + name.len()..).unwrap_or_default().trim_start();
        before.ends_with(['{', ',']) && after.starts_with(':')
    })?;
    let rest = call.get(found.0 + name.len()..)?.trim_start().strip_prefix(':')?;
    let end = ends(rest, |c| matches!(c, ',' | '}')).unwrap_or(rest.len());
    rest.get(..end).map(str::trim)
}

/// Names that may stand in an expression for a path: what they mean is known.
const KNOWN: &[&str] = &[
    "path",
    "join",
    "resolve",
    "require",
    "__dirname",
    "import",
    "meta",
    "url",
    "dirname",
    "new",
    "URL",
    "pathname",
    "fileURLToPath",
];

/// The path that an expression names: `path.join(__dirname, '..', 'src', 'a.ts')`, `'src/a.ts'`, with backquotes, too.
fn written(value: &str, file: &str, app: &str) -> Option<String> {
    let (mut path, mut names, mut rest) = (String::new(), Vec::new(), value);
    while let Some(i) = rest.find(['"', '\'', '`']) {
        names.extend(words(rest.get(..i)?));
        let quote = rest.get(i..)?.chars().next()?;
        let (text, after) = rest.get(i + 1..)?.split_once(quote)?;
        let text = match text.strip_prefix("${__dirname}") {
            Some(t) => {
                names.push("__dirname");
                t
            }
            None => text,
        };
        if text.contains("${") || text.contains('\\') {
            return None;
        }
        path.push('/');
        path.push_str(text);
        rest = after;
    }
    names.extend(words(rest));
    if path.is_empty() || !names.iter().all(|n| KNOWN.contains(n)) {
        return None;
    }
    // `__dirname` and what is relative to the module start at the file, everything else where the program is run.
    let near = names.iter().any(|n| matches!(*n, "__dirname" | "meta" | "require"));
    join(if near { parent(file) } else { app }, path.trim_start_matches('/'))
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).filter(|w| !w.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(properties: &str) -> Option<String> {
        let text =
            format!("const f = new NodejsFunction(this, 'Get', {properties});\nnew X({{entry: 'no.ts'}})");
        places(&text, 10, "infra/lib/api.ts", "infra", "Get").first().cloned()
    }

    #[test]
    fn entries_that_are_written() {
        for (value, is) in [
            ("path.join(__dirname, '../src/get.ts')", "infra/src/get.ts"),
            ("join(__dirname, '..', \"src\", 'get.ts')", "infra/src/get.ts"),
            ("path.resolve(__dirname, `../../get.ts`)", "get.ts"),
            ("`${__dirname}/get.ts`", "infra/lib/get.ts"),
            ("require.resolve('./get.ts')", "infra/lib/get.ts"),
            ("fileURLToPath(new URL('../src/get.ts', import.meta.url))", "infra/src/get.ts"),
            ("'src/get.ts'", "infra/src/get.ts"),
            ("\"./src/get.ts\"", "infra/src/get.ts"),
        ] {
            let found = first(&format!("{{ timeout: f(1, 2), entry: {value}, handler: 'x' }}"));
            assert_eq!(found.as_deref(), Some(is), "{value}");
        }
    }

    #[test]
    fn entries_that_are_not_known() {
        for value in [
            "path.join(__dirname, dir, 'get.ts')",
            "`${dir}/get.ts`",
            "props.entry",
            "'/abs/' + name",
            "path.join(__dirname, '../../../get.ts')",
        ] {
            assert_eq!(first(&format!("{{ entry: {value} }}")), None, "{value}");
        }
        assert_eq!(first("{ ...props }"), None);
        assert_eq!(places("a; b(", 0, "a.ts", "", "X"), [""; 0]);
        assert_eq!(places("f(", 0, "a.ts", "", "X"), [""; 0]);
        assert_eq!(places("f('", 9, "a.ts", "", "X"), [""; 0]);
    }

    #[test]
    fn the_default_has_the_name_of_the_construct() {
        assert_eq!(first("{ reentry: 'x' }").as_deref(), Some("infra/lib/api.Get.ts"));
        assert_eq!(places("f(this, 'A')", 0, "a.ts", "", "A")[0], "a.A.ts");
    }
}
