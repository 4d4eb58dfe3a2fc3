//! Applications of the AWS CDK, as `cdk synth` leaves them: the cloud assembly (`cdk.out`).
//!
//! Its templates are plain CloudFormation, so they are read as such. What only the assembly knows is read here: which
//! templates belong to it, by which path a construct is called, which line of the program made it, and what the
//! framework has added for itself.
//! Sources: <https://docs.aws.amazon.com/cdk/v2/guide/deploy.html>, the package `@aws-cdk/cloud-assembly-schema`.

mod custom;
mod generated;
mod traces;

#[cfg(test)]
mod tests;

pub(crate) use custom::canonical;
pub use traces::Frame;

use super::TemplateFile;
use super::expr::Expr;
use super::facts::RawResource;
use crate::files::{Files, file_name, join, parent};
use lamlint_model::source::Span;
use serde_json::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The file that says how a CDK application is run.
pub const PROJECT: &str = "cdk.json";

/// Where the output goes unless the project says otherwise.
const OUTPUT: &str = "cdk.out";

/// The file that lists what an assembly holds.
const MANIFEST: &str = "manifest.json";

/// Bound on files of an assembly, in bytes: a manifest holds stack traces of every construct.
const MAX_SIZE: u64 = 64 << 20;

/// Bound on assemblies within assemblies; the framework makes one level.
const MAX_DEPTH: usize = 8;

/// Bound on templates of an assembly: an application has at most a few hundred stacks.
const MAX_TEMPLATES: usize = 4096;

/// What a project file leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Project {
    /// It runs no application.
    None,
    /// Nothing is synthesised: the directory where the assembly would be.
    Absent(String),
    /// The templates of its assembly, sorted.
    Templates(Vec<String>),
}

/// What the project file at `path` leads to.
pub fn project(files: &dyn Files, path: &str) -> Project {
    let Some(json) = load(files, path) else { return Project::None };
    if json.get("app").and_then(Value::as_str).is_none_or(|a| a.trim().is_empty()) {
        return Project::None;
    }
    let output = json.get("output").and_then(Value::as_str).unwrap_or(OUTPUT);
    let Some(dir) = join(parent(path), output) else { return Project::None };
    if !files.is_file(&below(&dir, MANIFEST)) {
        return Project::Absent(dir);
    }
    let mut found = BTreeSet::new();
    templates_of(files, &dir, 0, &mut found);
    Project::Templates(found.into_iter().collect())
}

/// The templates of an assembly and of those within it, with those of nested stacks.
fn templates_of(files: &dyn Files, dir: &str, depth: usize, out: &mut BTreeSet<String>) {
    let Some(manifest) = load(files, &below(dir, MANIFEST)) else { return };
    if depth > MAX_DEPTH {
        return;
    }
    let mut put = |name: &str| {
        if let Some(path) = join(dir, name).filter(|p| files.is_file(p))
            && out.len() < MAX_TEMPLATES
        {
            out.insert(path);
        }
    };
    let mut inner = Vec::new();
    for artifact in artifacts(&manifest) {
        let property = |key: &str| artifact.get("properties")?.get(key)?.as_str();
        match artifact.get("type").and_then(Value::as_str).unwrap_or_default() {
            "aws:cloudformation:stack" => property("templateFile").into_iter().for_each(&mut put),
            "cdk:asset-manifest" => {
                let assets = property("file").and_then(|f| load(files, &join(dir, f)?));
                let listed = assets.as_ref().and_then(|a| a.get("files")?.as_object());
                listed
                    .into_iter()
                    .flatten()
                    .filter_map(|(_, a)| a.get("source")?.get("path")?.as_str())
                    .filter(|p| p.ends_with(".template.json"))
                    .for_each(&mut put);
            }
            "cdk:cloud-assembly" => inner.extend(property("directoryName").and_then(|d| join(dir, d))),
            _ => {}
        }
    }
    for d in inner.into_iter().filter(|d| d != dir) {
        templates_of(files, &d, depth + 1, out);
    }
}

fn artifacts(manifest: &Value) -> impl Iterator<Item = &Value> {
    manifest.get("artifacts").and_then(Value::as_object).into_iter().flatten().map(|(_, a)| a)
}

fn load(files: &dyn Files, path: &str) -> Option<Value> {
    serde_json::from_slice(&files.bytes(path, MAX_SIZE)?).ok()
}

fn below(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

/// Where the program makes a resource, as far as it can be told: places of a stack trace, innermost first, or the ids of
/// the construct and of those around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// The part of the template that describes the resource.
    pub part: Span,
    /// Places of the program in this tree.
    pub frames: Vec<Frame>,
    /// Ids of constructs, innermost first, without the stack's own.
    pub ids: Vec<SmolStr>,
    /// The directory of the application.
    pub app: String,
}

/// What an assembly says of the constructs in its templates.
#[derive(Debug, Default)]
struct Assembly {
    /// The directory of the application.
    app: String,
    /// Stack traces by construct path, with its leading `/`.
    traces: BTreeMap<String, Vec<String>>,
    /// Paths of constructs that are handlers of the framework.
    handlers: BTreeSet<String>,
    /// Construct paths by template and logical id, where the template doesn't say.
    paths: BTreeMap<(String, String), String>,
}

/// The assemblies of a run, by directory.
#[derive(Debug, Default)]
pub(super) struct Assemblies(BTreeMap<String, Assembly>);

impl Assemblies {
    /// Those of the directories that hold templates.
    pub(super) fn of(templates: &[TemplateFile], files: &dyn Files) -> Self {
        let dirs: BTreeSet<&str> = templates.iter().map(|t| parent(&t.path)).collect();
        let read = |dir: &str| Some((dir.to_owned(), assembly(files, dir)?));
        Self(dirs.into_iter().filter_map(read).collect())
    }

    fn at(&self, template: &str) -> Option<&Assembly> {
        self.0.get(parent(template))
    }

    /// Whether a template belongs to an assembly.
    pub(super) fn hold(&self, template: &str) -> bool {
        self.at(template).is_some()
    }

    /// The directory an assembly stages under a hash; those within it share that of the outer one.
    pub(super) fn staged(&self, files: &dyn Files, template: &str, hash: &str) -> Option<String> {
        self.at(template)?;
        let dir = parent(template);
        let name = format!("asset.{hash}");
        [dir, parent(dir)].iter().map(|d| below(d, &name)).find(|d| files.is_dir(d))
    }

    /// The path of the construct that a resource of a template is.
    fn path(&self, template: &str, r: &RawResource) -> Option<SmolStr> {
        let written = r.metadata.as_ref().and_then(|m| m.get("aws:cdk:path")?.as_text());
        let known = || {
            let key = (file_name(template).to_owned(), r.name.to_string());
            self.at(template)?.paths.get(&key).map(|p| p.trim_start_matches('/'))
        };
        written.or_else(known).map(SmolStr::from)
    }

    /// How people know a resource: the path of the construct that stands for it in the program.
    pub(super) fn name(&self, template: &str, r: &RawResource) -> Option<SmolStr> {
        let path = self.path(template, r)?;
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        match &parts[..] {
            [outer @ .., "Resource" | "Default"] if outer.len() > 1 => Some(outer.join("/").into()),
            [_, _, ..] => Some(parts.join("/").into()),
            _ => None,
        }
    }

    /// Whether the framework adds the resource for its own purposes.
    pub(super) fn is_generated(&self, template: &str, r: &RawResource) -> bool {
        let Some(path) = self.path(template, r) else { return generated::by_id(&r.name) };
        let marked = self
            .at(template)
            .is_some_and(|a| prefixes(&path).iter().any(|p| a.handlers.contains(&format!("/{p}"))));
        marked || generated::by_path(&path) || generated::by_id(&r.name) || is_granted(&path, r)
    }

    /// Where the program makes a resource.
    pub(super) fn creation(
        &self,
        files: &dyn Files,
        template: &str,
        r: &RawResource,
        part: Span,
    ) -> Option<Creation> {
        let assembly = self.at(template)?;
        let path = self.path(template, r)?;
        let prefixes = prefixes(&path);
        // What a construct is made of is made where it is made; a stack is too much to point at.
        let inner = prefixes.get(..prefixes.len().saturating_sub(1)).unwrap_or_default();
        let frames = inner
            .iter()
            .flat_map(|p| [format!("/{p}"), format!("/{p}/Resource"), format!("/{p}/Default")])
            .filter_map(|p| assembly.traces.get(&p))
            .map(|t| traces::frames(files, &assembly.app, t))
            .find(|f| !f.is_empty())
            .unwrap_or_default();
        let ids = path.split('/').skip(1).filter(|p| !matches!(*p, "" | "Resource" | "Default"));
        let ids = ids.map(SmolStr::from).collect::<Vec<_>>().into_iter().rev().collect();
        Some(Creation { part, frames, ids, app: assembly.app.clone() })
    }
}

/// Whether a permission is the one that rotating a secret grants, on which nobody can name a source.
/// Source: `aws-cdk-lib/aws-secretsmanager/lib/rotation-schedule.ts`
fn is_granted(path: &str, r: &RawResource) -> bool {
    r.type_name == "AWS::Lambda::Permission"
        && file_name(path).starts_with("Invoke")
        && r.props.get("Principal").and_then(Expr::as_text) == Some("secretsmanager.amazonaws.com")
}

/// A path and those above it, longest first.
fn prefixes(path: &str) -> Vec<&str> {
    let mut out = vec![path];
    let mut rest = path;
    while let Some((outer, _)) = rest.rsplit_once('/') {
        out.push(outer);
        rest = outer;
    }
    out
}

/// The assembly in a directory.
fn assembly(files: &dyn Files, dir: &str) -> Option<Assembly> {
    let path = below(dir, MANIFEST);
    let manifest = files.is_file(&path).then(|| load(files, &path))??;
    // Other tools have manifests, too.
    if !artifacts(&manifest).any(|a| a.get("type").and_then(Value::as_str).is_some_and(|t| t.contains(':'))) {
        return None;
    }
    // The outermost assembly lies in the directory of the application.
    let mut app = parent(dir);
    while files.is_file(&below(app, MANIFEST)) && !app.is_empty() && !files.is_file(&below(app, PROJECT)) {
        app = parent(app);
    }
    let mut out = Assembly { app: app.to_owned(), ..Assembly::default() };
    for artifact in artifacts(&manifest) {
        let template = artifact.get("properties").and_then(|p| p.get("templateFile")?.as_str());
        let more = artifact.get("additionalMetadataFile").and_then(Value::as_str);
        let more = more.and_then(|f| load(files, &join(dir, f)?));
        for metadata in artifact.get("metadata").into_iter().chain(more.as_ref()) {
            out.add(template.unwrap_or_default(), metadata);
        }
    }
    Some(out)
}

/// The start of types of metadata that mark a handler of the framework.
const HANDLER: &str = "aws:cdk:is-custom-resource-handler-";

/// The kind of such metadata that only names a runtime, also of people's own functions.
const FAMILY: &str = "aws:cdk:is-custom-resource-handler-runtime-family";

impl Assembly {
    fn add(&mut self, template: &str, metadata: &Value) {
        for (path, entries) in metadata.as_object().into_iter().flatten() {
            for e in entries.as_array().into_iter().flatten() {
                let kind = e.get("type").and_then(Value::as_str).unwrap_or_default();
                let trace = match kind {
                    "aws:cdk:creationStack" => e.get("data"),
                    "aws:cdk:logicalId" => {
                        if let Some(id) = e.get("data").and_then(Value::as_str) {
                            let key = (template.to_owned(), id.to_owned());
                            self.paths.entry(key).or_insert_with(|| path.clone());
                        }
                        e.get("trace")
                    }
                    k if k.starts_with(HANDLER) && k != FAMILY => {
                        self.handlers.insert(path.clone());
                        None
                    }
                    _ => None,
                };
                let trace = trace.and_then(Value::as_array).into_iter().flatten();
                let trace: Vec<String> = trace.filter_map(Value::as_str).map(str::to_owned).collect();
                if !trace.is_empty() {
                    self.traces.insert(path.clone(), trace);
                }
            }
        }
    }
}

/// The part of a template each resource stands in, by where its key starts.
pub(super) fn parts(resources: &[RawResource]) -> BTreeMap<u32, Span> {
    let own: BTreeMap<u32, Span> = resources
        .iter()
        .filter(|r| r.owner.is_none())
        .map(|r| (r.anchor.span.start, r.anchor.span))
        .collect();
    let starts: Vec<u32> = own.keys().copied().collect();
    let next = |start: u32| starts.get(starts.partition_point(|s| *s <= start)).copied();
    own.iter()
        .map(|(start, span)| (*start, Span { end: next(*start).unwrap_or(u32::MAX), ..*span }))
        .collect()
}

/// Templates that repeat others: those of snapshots that tests keep (`app.test.ts.snapshot`), and what was synthesised of
/// the same stacks before and kept somewhere in the application.
pub(super) fn copies(templates: &[TemplateFile], assemblies: &Assemblies) -> BTreeSet<usize> {
    let stacks = |t: &TemplateFile| -> BTreeSet<SmolStr> {
        let written = |r: &RawResource| {
            let path = r.metadata.as_ref()?.get("aws:cdk:path")?.as_text()?;
            path.split('/').next().map(SmolStr::from)
        };
        t.facts.resources.iter().filter_map(written).collect()
    };
    let mut known: BTreeMap<&str, BTreeSet<SmolStr>> = BTreeMap::new();
    for t in templates {
        if let Some(a) = assemblies.at(&t.path) {
            known.entry(&a.app).or_default().extend(stacks(t));
        }
    }
    let copied = |t: &TemplateFile| {
        let own = stacks(t);
        if own.is_empty() || assemblies.hold(&t.path) && !is_snapshot(&t.path) {
            return false;
        }
        let inside =
            |app: &str| app.is_empty() || t.path.strip_prefix(app).is_some_and(|r| r.starts_with('/'));
        is_snapshot(&t.path) || known.iter().any(|(app, all)| inside(app) && own.is_subset(all))
    };
    (0..templates.len()).filter(|i| copied(&templates[*i])).collect()
}

fn is_snapshot(path: &str) -> bool {
    path.split('/').any(|p| p.ends_with(".snapshot") || p == "__snapshots__")
}
