//! The pipeline: texts to facts, facts to models, models to findings.
//!
//! Files are lowered alone and in parallel; results are collected in path order, so the answer is the same for
//! any number of threads. A panic in one file or rule costs that file or rule and is told in a notice.

use crate::discover::{self, Found};
use crate::memo::{Cancelled, Joined, Memo, Noting, Stale};
use crate::merge;
use crate::notice::{Notice, NoticeKind};
use crate::progress::{Progress, Step};
use crate::read::{self, Text};
use crate::selection::Selection;
use crate::suppress::{self, Requests, Silenced};
use crate::vfs::{Overlay, Vfs};
use crate::{broken, origins, shapes};
use anyhow::Context;
use lamlint_model::handler::Handler;
use lamlint_model::rule::{Broken, BrokenKind, Cx, Date, Link, Package};
use lamlint_model::source::{FileId, SourceMap, Span};
use lamlint_model::tri::Basis;
use lamlint_model::{App, Finding, Findings, ResourceId, Rule};
use lamlint_parsers::code::hir::Unit;
use lamlint_parsers::code::program::{Program, Seen};
use lamlint_parsers::code::{self, Entry};
use lamlint_parsers::comments::Directive;
use lamlint_parsers::files::{Files, file_name, join, parent};
use lamlint_parsers::iac::{self, ConfigFile, Deploy, Facts, InlineCode, Settable};
use lamlint_parsers::{SourceText, SyntaxError, link, package};
use rayon::prelude::*;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Stack of a worker: syntax trees of generated code are deep.
const STACK: usize = 16 * 1024 * 1024;

/// Worker threads carry this name.
pub const WORKER: &str = "lamlint-worker";

/// The worker threads of a run, and how far they are.
#[derive(Debug)]
pub struct Workers {
    pool: rayon::ThreadPool,
    progress: Arc<Progress>,
}

impl Workers {
    /// As many as given, else one per processor.
    pub fn new(jobs: Option<NonZeroUsize>) -> anyhow::Result<Self> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.map_or(0, NonZeroUsize::get))
            .stack_size(STACK)
            .thread_name(|i| format!("{WORKER}-{i}"))
            .build()
            .map(|pool| Self { pool, progress: Arc::default() })
            .context("can't start worker threads")
    }

    /// How far the run is.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }
}

/// What is understood of a project: the two models and what led to them.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The texts that were read: source code and possible templates.
    pub sources: SourceMap,
    /// Where the root of the run lies in its repository, else in the nearest folder with settings or a baseline: empty,
    /// or a path with `/` at its end. Nothing where there is neither.
    pub within: Option<String>,
    /// What the templates say.
    pub app: Arc<App>,
    /// How each function links to its code, in the order of `app.functions()`.
    pub links: Vec<Link>,
    /// Where the linked functions start: path (empty for inline code) and symbol.
    pub entries: BTreeMap<ResourceId, (String, SmolStr)>,
    /// What the code does: linked handlers in the order of their functions, then those known by shape.
    pub handlers: Vec<Handler>,
    /// What the packages hold.
    pub packages: Vec<Package>,
    /// Files that do not parse.
    pub broken: Vec<Broken>,
    /// What the project asks not to report, by place.
    pub suppressions: Vec<Directive>,
    /// What was not read or not understood, sorted.
    pub notices: Vec<Notice>,
    /// Number of files that were read: source code, templates, and files that could have been templates.
    pub files: usize,
    /// Files of which an earlier text is taken (in editors only).
    pub stale: Vec<Stale>,
    /// What can be given from outside.
    pub settable: Settable,
}

/// What the rules say about a project.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings, by place.
    pub findings: Vec<Finding>,
    /// Findings that are not reported because the project says so, by place.
    pub silenced: Vec<Silenced>,
    /// Whether the findings were compared with a baseline.
    pub baseline: bool,
    /// The files on the command line, when only files were named: what is shown touches one of them.
    pub only: Option<BTreeSet<String>>,
    /// Findings that are not shown because they are not sure enough.
    pub hidden: usize,
    /// Findings that are not shown because they rest on what parameters are by default, and only what is written counts.
    pub unwritten: usize,
    /// Failures of rules.
    pub notices: Vec<Notice>,
}

/// What one file became.
#[derive(Debug, Clone)]
pub(crate) enum Lowered {
    Code(Arc<Unit>),
    Config(Facts),
    Other,
    Broken(SyntaxError, bool),
    Failed(Notice),
}

/// Read and understand the files of a run. `parameters` are values of template parameters that win over everything.
pub fn analyze(found: &Found, parameters: &[(String, String)], workers: &Workers) -> Analysis {
    analyze_over(found, &Overlay::new(), parameters, workers)
}

/// The same where other texts stand for some files.
pub fn analyze_over(
    found: &Found,
    overlay: &Overlay,
    parameters: &[(String, String)],
    workers: &Workers,
) -> Analysis {
    // Nothing gives up a run that nobody watches.
    analyze_again(found, overlay, parameters, workers, &mut Memo::default()).unwrap_or_default()
}

/// The same where much may be as in an earlier run over the same tree.
///
/// # Errors
/// When nobody waits for the answer any more.
pub fn analyze_again(
    found: &Found,
    overlay: &Overlay,
    parameters: &[(String, String)],
    workers: &Workers,
    memo: &mut Memo,
) -> Result<Analysis, Cancelled> {
    workers.pool.install(|| analyze_here(found, overlay, parameters, &workers.progress, memo))
}

fn analyze_here(
    found: &Found,
    overlay: &Overlay,
    parameters: &[(String, String)],
    progress: &Progress,
    memo: &mut Memo,
) -> Result<Analysis, Cancelled> {
    progress.start(Step::Read, found.files.len());
    let vfs = Vfs::new(&found.root).with(overlay.clone());
    let (texts, mut notices) = read::read_all(&found.files, &vfs, memo, progress);
    notices.extend(found.notices.iter().cloned());
    let within = discover::within(&found.root);
    let mut out = Analysis { files: texts.len(), within, ..Analysis::default() };
    for Text { path, text } in texts {
        match memo.source(&path, &text) {
            Some(known) => out.sources.add_file(known),
            None => out.sources.add(path, text),
        };
    }
    memo.go_on()?;

    let ids: Vec<FileId> = out.sources.iter().map(|(id, _)| id).collect();
    progress.start(Step::Parse, ids.len());
    let mut lowered: Vec<Lowered> = ids
        .par_iter()
        .map(|id| memo.lowered(*id, out.sources.file(*id)).unwrap_or_else(|| lower(&out.sources, *id)))
        .inspect(|_| progress.one())
        .collect();
    progress.start(Step::Link, 0);
    for (id, l) in ids.iter().zip(&mut lowered) {
        let source = Arc::clone(out.sources.shared(*id));
        if let Some((good, facts)) = memo.keep(*id, &source, l) {
            out.stale.push(Stale { file: *id, text: Arc::clone(&source.text), error: error_of(l) });
            out.sources.replace(*id, good);
            *l = facts;
        }
    }
    memo.go_on()?;
    let mut program = Program::default();
    let mut configs = Vec::new();
    for (id, l) in ids.iter().zip(lowered) {
        let path = &out.sources.file(*id).path;
        match l {
            Lowered::Code(unit) => {
                out.suppressions.extend(unit.suppressions.iter().cloned());
                program.add(path, unit);
            }
            Lowered::Config(facts) => {
                out.broken.extend(facts.broken().iter().cloned());
                out.suppressions.extend(facts.suppressions().iter().cloned());
                configs.push(ConfigFile { path: path.clone(), facts });
            }
            Lowered::Other => {}
            // A bound of ours says nothing about the text.
            Lowered::Broken(e, true) if e.is_certain() => {
                out.broken.push(Broken { span: e.span, what: e.message, kind: BrokenKind::Template });
            }
            Lowered::Broken(e, _) => notices.push(Notice {
                path: path.clone(),
                at: Some(e.span),
                kind: NoticeKind::Syntax,
                text: format!("not read: {}", e.message),
            }),
            Lowered::Failed(n) => notices.push(n),
        }
    }

    memo.go_on()?;
    let whole = memo.manifests(&mut program, &vfs).or_else(|| {
        let tree = Noting::new(&vfs);
        let whole =
            guarded(&mut notices, "", "reading manifests", || link::read_manifests(&mut program, &tree))?;
        memo.keep_manifests(&program, &tree, whole);
        Some(whole)
    });
    if whole == Some(false) {
        let text =
            "the tree is too large: not every manifest (package.json, go.mod, a project file) was looked at";
        notices.push(Notice::about("", NoticeKind::TooLarge, text));
    }
    let services =
        guarded(&mut notices, "", "reading configurations", || iac::service_modules(&program, &out.sources));
    for s in services.unwrap_or_default() {
        match s.read {
            Ok(facts) => {
                out.suppressions.retain(|d| !s.files.contains(&d.span.file));
                out.suppressions.extend(facts.suppressions.iter().cloned());
                configs.push(ConfigFile { path: s.path, facts: Facts::Serverless(Arc::new(facts)) });
            }
            Err(why) => {
                let text = format!("not read: {why}; `serverless print` writes a configuration as YAML");
                notices.push(Notice::about(s.path, NoticeKind::Template, text));
            }
        }
    }
    configs.sort_by(|a, b| a.path.cmp(&b.path));
    let samconfigs = samconfigs(&found.files, &configs, &vfs, &mut notices);
    let deploy = Deploy {
        parameters: parameters.to_vec(),
        samconfigs,
        stage: found.stage.clone(),
        tfvars: found.tfvars.clone(),
    };
    let assembled = match memo.joined(&configs, &deploy, &vfs) {
        Some(known) => known,
        None => joined(configs, deploy, &vfs, &out.sources, memo, &mut notices),
    };
    out.app = assembled.app;
    out.settable = assembled.settable;
    notices.extend(assembled.notices.into_iter().map(|(span, text)| Notice {
        path: out.sources.file(span.file).path.clone(),
        at: Some(span),
        kind: NoticeKind::Template,
        text,
    }));
    for (code, unit) in inline_units(&assembled.inline, &out.sources, &mut notices) {
        out.suppressions.extend(unit.suppressions.iter().cloned());
        program.add_inline(code.span, unit);
    }

    let (links, mut entries) =
        guarded(&mut notices, "", "linking functions to their code", || link::link(&out.app, &program, &vfs))
            .unwrap_or_default();
    out.links = links;
    for e in &entries {
        if let Some(f) = e.function {
            out.entries.insert(f, (program.path(e.unit).to_owned(), e.symbol.clone()));
        }
    }
    let (certain, doubtful) = broken::code(&program, &entries, &out.app, &out.links);
    out.broken.extend(certain);
    notices.extend(doubtful.into_iter().map(|(span, what)| Notice {
        path: out.sources.file(span.file).path.clone(),
        at: Some(span),
        kind: NoticeKind::Syntax,
        text: format!("this part was not understood, nothing is concluded from it: {what}"),
    }));

    memo.go_on()?;
    entries.extend(shapes::entries(&program, &entries));
    progress.start(Step::Follow, entries.len());
    memo.review_handlers(&program, &entries);
    let known: &Memo = memo;
    let handlers = entries.par_iter().map(|e| match known.followed(&program, e) {
        Some(h) => Ok((Some(h), None)),
        None => follow(&program, e),
    });
    let handlers: Vec<Result<_, Notice>> = handlers.inspect(|_| progress.one()).collect();
    progress.start(Step::Measure, 0);
    for (e, h) in entries.iter().zip(handlers) {
        match h {
            Ok((h, seen)) => {
                if let (Some(seen), Some(h)) = (seen, &h) {
                    memo.keep_followed(&program, e, seen, h);
                }
                out.handlers.extend(h);
            }
            Err(n) => notices.push(n),
        }
    }
    memo.go_on()?;
    let folders = folders(&out);
    let broken = guarded(&mut notices, "", "reading manifests", || link::broken_manifests(&folders, &vfs));
    notices.extend(broken.into_iter().flatten().map(|(path, why)| manifest(path, &why)));
    out.packages = guarded(&mut notices, "", "measuring packages", || package::measure(&out.app, &vfs))
        .unwrap_or_default();
    out.broken.sort_by_key(|b| b.span);
    out.suppressions.sort_by_key(|d| d.span);
    // A template that is used twice has its inline code twice.
    out.suppressions.dedup();
    notices.sort();
    notices.dedup();
    out.notices = notices;
    Ok(out)
}

/// Where a file certainly does not parse, and why.
fn error_of(lowered: &Lowered) -> Option<(Span, String)> {
    match lowered {
        Lowered::Code(unit) => unit.taints.iter().find(|t| t.certain).map(|t| (t.span, t.what.clone())),
        Lowered::Broken(e, true) if e.is_certain() => Some((e.span, e.message.clone())),
        _ => None,
    }
}

fn lower(sources: &SourceMap, id: FileId) -> Lowered {
    let file = sources.file(id);
    let src = SourceText::file(id, &file.text);
    let result = catch_unwind(AssertUnwindSafe(|| match code::language(&file.path) {
        Some(lang) => Lowered::Code(Arc::new(code::lower(lang, &src, &file.path))),
        None => match iac::read(&src, &file.path) {
            Ok(Some(facts)) => Lowered::Config(facts),
            Ok(None) => Lowered::Other,
            Err((e, clearly)) => Lowered::Broken(e, clearly),
        },
    }));
    result.unwrap_or_else(|p| Lowered::Failed(Notice::internal(&file.path, "parsing the file", &*p)))
}

fn inline_units<'a>(
    inline: &'a [InlineCode],
    sources: &SourceMap,
    notices: &mut Vec<Notice>,
) -> Vec<(&'a InlineCode, Arc<Unit>)> {
    let mut out = Vec::new();
    for c in inline {
        let Some(lang) = c.runtime.as_deref().and_then(code::runtime_language) else { continue };
        let src = SourceText { file: c.span.file, text: &c.text, map: Some(&c.map) };
        let path = &sources.file(c.span.file).path;
        if let Some(unit) = guarded(notices, path, "parsing inline code", || code::lower(lang, &src, "index"))
        {
            out.push((c, Arc::new(unit)));
        }
    }
    out
}

/// Join the templates, and keep how, unless the code counts, too.
fn joined(
    configs: Vec<ConfigFile>,
    deploy: Deploy,
    vfs: &Vfs,
    sources: &SourceMap,
    memo: &mut Memo,
    notices: &mut Vec<Notice>,
) -> Joined {
    let tree = Noting::new(vfs);
    let assembled = guarded(notices, "", "joining the templates", || iac::assemble(&configs, &deploy, &tree));
    let failed = assembled.is_none();
    let assembled = assembled.unwrap_or_default();
    let mut app = assembled.app;
    origins::find(&assembled.creations, sources, &mut app.origins);
    let out = Joined {
        app: Arc::new(app),
        inline: assembled.inline.into(),
        notices: assembled.notices,
        settable: assembled.settable,
    };
    if assembled.creations.is_empty() && !failed {
        memo.keep_joined(configs, deploy, &tree, &out);
    }
    out
}

fn follow(program: &Program, entry: &Entry) -> Result<(Option<Handler>, Option<Seen>), Notice> {
    let seen = Seen::default();
    let result = catch_unwind(AssertUnwindSafe(|| code::analyze_seen(program, entry, &seen)));
    result.map(|h| (h, Some(seen))).map_err(|p| {
        let doing = format!("following the handler `{}`", entry.symbol);
        Notice::internal(program.path(entry.unit), &doing, &*p)
    })
}

/// Run one step; a panic becomes a notice.
fn guarded<T>(notices: &mut Vec<Notice>, path: &str, doing: &str, step: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(v) => Some(v),
        Err(p) => {
            notices.push(Notice::internal(path, doing, &*p));
            None
        }
    }
}

/// The `samconfig.toml` files of the walk, and those beside a template though git ignores them.
fn samconfigs(
    files: &[String],
    configs: &[ConfigFile],
    vfs: &Vfs,
    notices: &mut Vec<Notice>,
) -> Vec<(String, String)> {
    const NAME: &str = "samconfig.toml";
    let mut paths: BTreeSet<String> = files.iter().filter(|p| file_name(p) == NAME).cloned().collect();
    let templates = || configs.iter().filter(|c| matches!(c.facts, Facts::Template(_)));
    paths.extend(templates().filter_map(|t| join(parent(&t.path), NAME)));
    paths.retain(|p| vfs.is_file(p));
    notices
        .extend(paths.iter().filter_map(|p| link::broken_toml(p, vfs).map(|why| manifest(p.clone(), &why))));
    for t in templates() {
        // The tools take these, too.
        for other in ["samconfig.yaml", "samconfig.yml", "samconfig.json"] {
            if let Some(path) = join(parent(&t.path), other).filter(|p| vfs.is_file(p)) {
                notices.push(manifest(path, &format!("only {NAME} is understood")));
            }
        }
    }
    paths.into_iter().filter_map(|p| vfs.read(&p).map(|text| (p, text))).collect()
}

/// The folders of code that is in use: of linked functions, and of all that follows from them.
fn folders(analysis: &Analysis) -> BTreeSet<String> {
    let of = |path: &str| parent(path).to_owned();
    let linked = analysis.entries.values().filter(|(path, _)| !path.is_empty()).map(|(path, _)| of(path));
    let facts = analysis.handlers.iter().flat_map(|h| &h.facts);
    let reached: BTreeSet<FileId> = facts.map(|f| f.span.file).collect();
    let reached = reached.into_iter().map(|id| of(&analysis.sources.file(id).path));
    linked.chain(reached).collect()
}

/// A manifest that is not understood.
fn manifest(path: String, why: &str) -> Notice {
    Notice::about(path, NoticeKind::Manifest, format!("not read: {why}"))
}

/// Run the selected rules over what was understood.
pub fn check(
    analysis: &Analysis,
    selection: &Selection,
    only: Option<&BTreeSet<String>>,
    today: Date,
    workers: &Workers,
) -> Outcome {
    let cx = Cx {
        app: &analysis.app,
        handlers: &analysis.handlers,
        links: &analysis.links,
        packages: &analysis.packages,
        broken: &analysis.broken,
        suppressions: &[],
        sources: &analysis.sources,
        today,
    };
    let (last, first): (Vec<&Rule>, Vec<&Rule>) =
        selection.rules.iter().partition(|r| suppress::runs_last(r));
    let mut out = Outcome { only: only.cloned(), ..Outcome::default() };
    let mut requests = Requests::new(analysis, &selection.ignores);
    // The severity the settings give a finding by its rule and its file.
    let levelled = |found: Vec<Finding>| -> Vec<Finding> {
        let level = |f: Finding| {
            let path = &analysis.sources.file(f.primary().file).path;
            let severity = selection.severity(f.rule(), path, f.severity())?;
            Some(f.with_severity(severity))
        };
        // What a program writes is changed in the program.
        let found = found.into_iter().map(|f| f.moved(&|at| analysis.app.origins.of(at)));
        found.into_iter().filter_map(level).collect()
    };
    let (found, mut ran) = run(&first, &cx, &mut out.notices, workers);
    let (mut left, mut silenced) = requests.split(levelled(found));
    let suppressions = requests.judge(&ran);
    let cx = Cx { suppressions: &suppressions, ..cx };
    let (found, more_ran) = run(&last, &cx, &mut out.notices, workers);
    let (more_left, more_silenced) = requests.split(levelled(found));
    ran.extend(more_ran);
    out.notices.extend(requests.idle(&ran));
    left.extend(more_left);
    silenced.extend(more_silenced);

    let shown = |f: &Finding| {
        let touches = |paths: &BTreeSet<String>| {
            f.evidence().iter().any(|e| paths.contains(&analysis.sources.file(e.span().file).path))
        };
        f.severity() >= selection.min_severity && only.is_none_or(touches)
    };
    for f in merge::merge(left).into_iter().filter(shown) {
        if f.confidence() < selection.min_confidence {
            out.hidden += 1;
        } else if selection.written_only && rests_on_parameters(&f) {
            out.unwritten += 1;
        } else {
            out.findings.push(f);
        }
    }
    let silenced = merge::merge(silenced).into_iter().filter(shown);
    out.silenced = silenced
        .filter(|f| f.confidence() >= selection.min_confidence)
        .filter(|f| !selection.written_only || !rests_on_parameters(f))
        .filter_map(|f| requests.with_reason(f))
        .collect();
    out
}

/// Whether a finding rests on what a parameter is unless somebody gives it another value.
fn rests_on_parameters(f: &Finding) -> bool {
    let assumed = |b: &Basis| matches!(b, Basis::ParameterDefault(_) | Basis::ParameterAllowed(_));
    f.evidence().iter().any(|e| assumed(e.basis()))
}

/// Run some rules; gives what they say and the names of those that came to an end.
fn run(
    rules: &[&'static Rule],
    cx: &Cx<'_>,
    notices: &mut Vec<Notice>,
    workers: &Workers,
) -> (Vec<Finding>, BTreeSet<&'static str>) {
    workers.progress.start(Step::Rules, rules.len());
    let found: Vec<Result<Vec<Finding>, Notice>> = workers.pool.install(|| {
        rules
            .par_iter()
            .map(|rule| {
                catch_unwind(AssertUnwindSafe(|| {
                    let mut findings = Findings::new(rule);
                    (rule.check)(cx, &mut findings);
                    findings.into_vec()
                }))
                .map_err(|p| Notice::internal("", &format!("running the rule `{}`", rule.id), &*p))
            })
            .inspect(|_| workers.progress.one())
            .collect()
    });
    let (mut findings, mut ran) = (Vec::new(), BTreeSet::new());
    for (rule, f) in rules.iter().zip(found) {
        match f {
            Ok(f) => {
                findings.extend(f);
                ran.insert(rule.id);
            }
            Err(n) => notices.push(n),
        }
    }
    (findings, ran)
}
