//! What a Dockerfile says of the code in its image: what is copied where, through all stages, and what is started.
//! Source: <https://docs.docker.com/reference/dockerfile/>

use super::build::Copy;
use crate::files::join;
use std::collections::BTreeMap;

/// Where the base images for Lambda keep code, and what their variable for it says.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html>
const TASK_ROOT: &str = "/var/task";

/// Bound on copies that are followed; one through many stages may multiply.
const MAX_COPIES: usize = 512;

/// What is known of the code in an image.
#[derive(Debug, Default, Clone)]
pub(super) struct Image {
    /// The base image of the stage that is built, through other stages.
    pub base: String,
    /// Copies out of the build context, with paths relative to where code is looked for.
    pub copies: Vec<Copy>,
    /// The command.
    pub command: Vec<String>,
    /// The entry point, where it is replaced.
    pub entry_point: Vec<String>,
}

/// What a build is told beside the Dockerfile.
#[derive(Debug, Default, Clone)]
pub(super) struct Build {
    /// The build context, relative to the root of the run.
    pub context: String,
    /// The stage to build; the last one where none is named.
    pub target: Option<String>,
    /// Arguments.
    pub arguments: BTreeMap<String, String>,
}

#[derive(Debug, Default, Clone)]
struct Stage {
    name: String,
    base: String,
    root: String,
    values: BTreeMap<String, String>,
    /// From the context to an absolute path of the image.
    copies: Vec<Copy>,
    command: Vec<String>,
    entry_point: Vec<String>,
}

/// Read a Dockerfile.
pub(super) fn read(text: &str, build: &Build) -> Image {
    let mut global = BTreeMap::new();
    let mut stages: Vec<Stage> = Vec::new();
    for (word, rest) in instructions(text) {
        if word == "FROM" {
            stages.push(from(&rest, &global, &stages));
        } else if let Some(mut stage) = stages.pop() {
            stage.take(&word, &rest, &global, &stages, build);
            stages.push(stage);
        } else if word == "ARG" {
            argument(&rest, build, &BTreeMap::new(), &mut global);
        }
    }
    let wanted =
        build.target.as_ref().and_then(|t| stages.iter().position(|s| s.name.eq_ignore_ascii_case(t)));
    let Some(stage) = wanted.map_or(stages.last(), |i| stages.get(i)) else { return Image::default() };
    let inside = |c: &Copy| {
        let roots = [TASK_ROOT, stage.root.as_str()];
        let to = roots.iter().find_map(|r| {
            let rest = c.to.strip_prefix(r)?;
            let ends = rest.is_empty() || rest.starts_with('/') || r.ends_with('/');
            ends.then(|| rest.trim_matches('/').to_owned())
        })?;
        Some(Copy { from: c.from.clone(), to })
    };
    let copies = stage.copies.iter().filter_map(inside);
    Image {
        base: stage.base.clone(),
        copies: copies.collect(),
        command: stage.command.clone(),
        entry_point: stage.entry_point.clone(),
    }
}

/// The start of a stage: that of the stage it is built on, if it is one.
fn from(rest: &str, global: &BTreeMap<String, String>, stages: &[Stage]) -> Stage {
    let words: Vec<&str> = rest.split_whitespace().filter(|w| !w.starts_with("--")).collect();
    let base = substituted(words.first().copied().unwrap_or_default(), global);
    let name = match words.get(1..) {
        Some([word, name, ..]) if word.eq_ignore_ascii_case("as") => (*name).to_owned(),
        _ => String::new(),
    };
    let below = stages.iter().rev().find(|s| !s.name.is_empty() && s.name.eq_ignore_ascii_case(&base));
    if let Some(s) = below {
        return Stage { name, ..s.clone() };
    }
    let is_lambda = base.contains("lambda");
    let root = if is_lambda { TASK_ROOT } else { "/" };
    let values = is_lambda.then(|| ("LAMBDA_TASK_ROOT".to_owned(), TASK_ROOT.to_owned()));
    Stage { name, base, root: root.into(), values: values.into_iter().collect(), ..Stage::default() }
}

/// `NAME=default` or `NAME`, which takes the value of before the first stage.
fn argument(
    rest: &str,
    build: &Build,
    global: &BTreeMap<String, String>,
    values: &mut BTreeMap<String, String>,
) {
    for word in rest.split_whitespace() {
        let (name, default) = match word.split_once('=') {
            Some((n, d)) => (n, Some(substituted(d.trim_matches(['"', '\'']), values))),
            None => (word, None),
        };
        let value = build.arguments.get(name).cloned().or(default).or_else(|| global.get(name).cloned());
        // A variable of the environment stands above an argument.
        if let Some(v) = value.filter(|_| !values.contains_key(name)) {
            values.insert(name.to_owned(), v);
        }
    }
}

impl Stage {
    fn take(
        &mut self,
        word: &str,
        rest: &str,
        global: &BTreeMap<String, String>,
        stages: &[Self],
        build: &Build,
    ) {
        match word {
            "ARG" => argument(rest, build, global, &mut self.values),
            "ENV" => self.variables(rest),
            "WORKDIR" => self.root = self.absolute(rest.trim()),
            "COPY" | "ADD" => self.copy(rest, stages, build),
            "CMD" => self.command = words(rest),
            "ENTRYPOINT" => {
                self.entry_point = words(rest);
                // The command of the base image goes with its entry point.
                self.command.clear();
            }
            _ => {}
        }
    }

    fn variables(&mut self, rest: &str) {
        let pairs: Vec<(String, String)> = match rest.split_once(char::is_whitespace) {
            Some((name, value)) if !name.contains('=') => vec![(name.to_owned(), value.trim().to_owned())],
            _ => rest
                .split_whitespace()
                .filter_map(|w| w.split_once('='))
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect(),
        };
        for (name, value) in pairs {
            let value = substituted(value.trim_matches(['"', '\'']), &self.values);
            self.values.insert(name, value);
        }
    }

    /// A path of the image; one with a variable that is not known is nowhere.
    fn absolute(&self, path: &str) -> String {
        let path = substituted(path.trim_matches(['"', '\'']), &self.values);
        if path.contains('$') {
            return "?".to_owned();
        }
        let base = if path.starts_with('/') { "" } else { self.root.as_str() };
        join(base, path.trim_start_matches('/')).map_or_else(|| "?".to_owned(), |p| format!("/{p}"))
    }

    fn copy(&mut self, rest: &str, stages: &[Self], build: &Build) {
        let mut rest = rest.trim_start();
        let mut origin = None;
        while let Some(flag) = rest.strip_prefix("--") {
            let (flag, after) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
            origin = origin.or_else(|| flag.strip_prefix("from="));
            rest = after.trim_start();
        }
        let words = words(rest);
        let [sources @ .., to] = &words[..] else { return };
        let to = self.absolute(to);
        let is_stage = |s: &(usize, &Self), name: &str| {
            name.parse() == Ok(s.0) || !s.1.name.is_empty() && s.1.name.eq_ignore_ascii_case(name)
        };
        let stage = origin.map(|name| stages.iter().enumerate().rev().find(|s| is_stage(s, name)));
        for source in sources.iter().filter(|s| !s.starts_with("<<") && !s.contains("://")) {
            let found = match stage {
                None => {
                    let path = without_pattern(source.trim_start_matches('/'));
                    join(&build.context, path).map(|from| vec![Copy { from, to: to.clone() }])
                }
                Some(Some((_, stage))) => {
                    let path = stage.absolute(without_pattern(source));
                    Some(stage.copies.iter().filter_map(|c| through(c, &path, &to)).collect())
                }
                // Another image.
                Some(None) => None,
            };
            let room = MAX_COPIES.saturating_sub(self.copies.len());
            self.copies.extend(found.into_iter().flatten().take(room));
        }
    }
}

/// A copy into a stage and out of it again, from `path` there to `to`.
fn through(first: &Copy, path: &str, to: &str) -> Option<Copy> {
    let below = |path: &str, dir: &str| {
        let rest = path.strip_prefix(dir.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_matches('/').to_owned())
    };
    if let Some(rest) = below(path, &first.to) {
        return Some(Copy { from: join(&first.from, &rest)?, to: to.to_owned() });
    }
    let rest = below(&first.to, path)?;
    Some(Copy { from: first.from.clone(), to: format!("{}/{rest}", to.trim_end_matches('/')) })
}

/// The directory that a pattern (`src/*.py`) looks in; a path as it is.
fn without_pattern(path: &str) -> &str {
    let Some(i) = path.find(['*', '?', '[']) else { return path.trim_end_matches('/') };
    let dir = path.get(..i).unwrap_or_default();
    dir.rfind('/').and_then(|i| dir.get(..i)).unwrap_or(".")
}

/// The words of an instruction in either of its forms.
fn words(rest: &str) -> Vec<String> {
    serde_json::from_str(rest.trim())
        .unwrap_or_else(|_| rest.split_whitespace().map(|w| w.trim_matches(['"', '\'']).to_owned()).collect())
}

/// Text with the values of its variables; those that are not known stay.
fn substituted(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(i) = rest.find('$') {
        let (before, from) = rest.split_at(i);
        out.push_str(before);
        let after = from.get(1..).unwrap_or_default();
        let plain = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        let braced = after.strip_prefix('{').and_then(|a| a.split_once('}')).map(|(inner, _)| inner);
        let name = braced.or(after.get(..plain)).unwrap_or_default();
        let end = name.len() + if braced.is_some() { 3 } else { 1 };
        let (name, default) = name.split_once(":-").map_or((name, None), |(n, d)| (n, Some(d)));
        match values.get(name).map(String::as_str).or(default) {
            Some(v) => out.push_str(v),
            None => out.push_str(from.get(..end).unwrap_or(from)),
        }
        rest = from.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The instructions with their words: continued lines are joined, comments and texts put in (`<<EOF`) left out.
fn instructions(text: &str) -> Vec<(String, String)> {
    let mut escape = '\\';
    let mut out = Vec::new();
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix('#') {
            if out.is_empty()
                && let Some((key, value)) = comment.split_once('=')
                && key.trim().eq_ignore_ascii_case("escape")
            {
                escape = value.trim().chars().next().unwrap_or(escape);
            }
            continue;
        }
        let mut whole = line.to_owned();
        while whole.ends_with(escape) {
            whole.pop();
            // Comments and empty lines between continued lines count for nothing.
            let next = lines.by_ref().find(|l| !l.starts_with('#') && !l.is_empty());
            whole.push(' ');
            whole.push_str(next.unwrap_or_default());
        }
        for mark in heredocs(&whole) {
            for l in lines.by_ref() {
                if l == mark {
                    break;
                }
            }
        }
        if let Some((word, rest)) = whole.split_once(char::is_whitespace) {
            out.push((word.to_ascii_uppercase(), rest.trim().to_owned()));
        }
    }
    out
}

/// The ends of the texts an instruction puts in.
fn heredocs(line: &str) -> Vec<String> {
    let takes = ["RUN ", "COPY ", "ADD "].iter().any(|w| line.to_ascii_uppercase().starts_with(w));
    let mark = |w: &str| {
        let name = w.strip_prefix("<<")?.trim_start_matches('-').trim_matches(['"', '\'']);
        let word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (word && !name.is_empty()).then(|| name.to_owned())
    };
    if takes { line.split_whitespace().filter_map(mark).collect() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> Image {
        read(text, &Build { context: "ctx".into(), ..Build::default() })
    }

    fn copies(i: &Image) -> Vec<String> {
        i.copies.iter().map(|c| format!("{} > {}", c.from, c.to)).collect()
    }

    #[test]
    fn copies_into_the_task_root() {
        let i = image(
            "FROM public.ecr.aws/lambda/python:3.14\nCOPY requirements.txt .\nCOPY src/ ${LAMBDA_TASK_ROOT}/src/\nCOPY *.py ./\ncopy --chown=1:1 [\"lib\", \"$LAMBDA_TASK_ROOT\"]\nADD https://x/y.tar.gz .\nCOPY conf /etc/conf\nCMD [ \"src.app.handler\" ]\n",
        );
        assert_eq!(copies(&i), ["ctx/requirements.txt > ", "ctx/src > src", "ctx > ", "ctx/lib > "]);
        assert_eq!(i.command, ["src.app.handler"]);
        assert!(i.entry_point.is_empty() && i.base.ends_with("python:3.14"));
    }

    #[test]
    fn stages_lead_back_to_the_context() {
        let i = image(
            "FROM node:24 AS build\nWORKDIR /app\nCOPY package.json ./\nCOPY . .\nRUN npm run build\nCMD [\"x\"]\nFROM public.ecr.aws/lambda/nodejs:24\nCOPY --from=build /app/dist/ ./\nCOPY --from=0 /app/node_modules ./node_modules\nCOPY --from=public.ecr.aws/x/y:1 /opt /opt\nCMD [\"index.handler\"]\n",
        );
        assert!(copies(&i).contains(&"ctx/dist > ".to_owned()), "{:?}", copies(&i));
        assert!(copies(&i).contains(&"ctx/node_modules > node_modules".to_owned()));
        assert_eq!(i.command, ["index.handler"]);
        // All of a stage brings what was copied into it.
        let i =
            image("FROM a AS b\nCOPY app.py /out/code/\nFROM lambda/python\nCOPY --from=B /out /var/task\n");
        assert_eq!(copies(&i), ["ctx/app.py > code"]);
    }

    #[test]
    fn a_stage_on_a_stage_keeps_what_it_has() {
        let text = "ARG BASE=public.ecr.aws/lambda/python:3.13\nFROM ${BASE} AS base\nCOPY a.py .\nCMD [\"a.handler\"]\nFROM base AS one\nFROM base AS two\nCOPY b.py .\nCMD [\"b.handler\"]\n";
        let build = |target: Option<&str>, base: Option<&str>| Build {
            context: String::new(),
            target: target.map(str::to_owned),
            arguments: base.map(|b| ("BASE".to_owned(), b.to_owned())).into_iter().collect(),
        };
        let i = read(text, &build(None, None));
        assert_eq!((copies(&i).len(), i.command[0].as_str()), (2, "b.handler"));
        assert_eq!(i.base, "public.ecr.aws/lambda/python:3.13");
        let i = read(text, &build(Some("one"), Some("x/lambda/python:3.9")));
        assert_eq!(
            (copies(&i).len(), i.command[0].as_str(), &*i.base),
            (1, "a.handler", "x/lambda/python:3.9")
        );
    }

    #[test]
    fn own_bases_start_where_they_are_told() {
        let i = image(
            "ARG FUNCTION_DIR=\"/function\"\nFROM python:3.14-slim\nARG FUNCTION_DIR\nENV CODE=code\nRUN mkdir -p ${FUNCTION_DIR}\nWORKDIR ${FUNCTION_DIR}\nCOPY app.py ${FUNCTION_DIR}/${CODE}/\nCOPY other.py ${UNKNOWN}/\nENTRYPOINT [ \"python\", \"-m\", \"awslambdaric\" ]\nCMD [\"code.app.handler\"]\n",
        );
        assert_eq!(copies(&i), ["ctx/app.py > code"]);
        assert_eq!(i.entry_point, ["python", "-m", "awslambdaric"]);
        assert_eq!(i.command, ["code.app.handler"]);
    }

    #[test]
    fn lines_that_are_joined_and_texts_that_are_put_in() {
        let i = image(
            "# syntax=docker/dockerfile:1\nFROM lambda/python\nRUN a && \\\n# a comment\n\n  b \\\n  CMD [\"no.handler\"]\nRUN <<EOF\nCMD [\"no.handler\"]\nEOF\nCOPY <<-'END' /x\nCMD [\"no.handler\"]\nEND\nCOPY a.py \\\n  b.py ./\nCMD [\"yes.handler\"]\n",
        );
        assert_eq!(copies(&i), ["ctx/a.py > ", "ctx/b.py > "]);
        assert_eq!(i.command, ["yes.handler"]);
        let i = image("# escape=`\nFROM lambda/python\nCMD `\n [\"a.b\"]\n");
        assert_eq!(i.command, ["a.b"]);
    }

    #[test]
    fn bad_input_is_no_image() {
        for text in [
            "",
            "CMD [\"a\"]",
            "FROM",
            "FROM \\",
            "RUN <<EOF\n",
            "FROM a\nCOPY --from=",
            "FROM a\nCOPY x",
            "FROM $",
        ] {
            assert!(copies(&image(text)).is_empty(), "{text}");
        }
        assert_eq!(substituted("${A", &BTreeMap::new()), "${A");
        assert_eq!(substituted("$A-${B:-c}$", &BTreeMap::new()), "$A-c$");
    }
}
