//! All templates of a run to one model: which are applications, which are nested in others, which are copies.

use super::code::Reader;
use super::eval::{Entity, Eval, Instance};
use super::expr::{Expr, ExprKind};
use super::facts::{RawResource, TemplateFacts};
use super::{Assembled, Deploy, TemplateFile, cdk, params};
use crate::files::{self, Files};
use lamlint_model::ResourceId;
use lamlint_model::app::{ApplicationId, Kind, Resource, Template};
use lamlint_model::source::Span;
use lamlint_model::tree::Tree;
use lamlint_model::tri::Alt;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};

/// Bound on stacks within stacks.
const MAX_NESTING: usize = 12;
/// Bound on uses of templates in a run, against trees of stacks that name each other.
const MAX_INSTANCES: usize = 4096;

/// A resource of an instance.
struct Slot<'a> {
    instance: usize,
    raw: &'a RawResource,
    owner: Option<ResourceId>,
}

struct Assembler<'a> {
    templates: &'a [TemplateFile],
    assemblies: cdk::Assemblies,
    by_path: BTreeMap<&'a str, usize>,
    eval: Eval<'a>,
    slots: Vec<Slot<'a>>,
    /// Of each instance: its file, its application, and whether it repeats another instance of the file.
    uses: Vec<(usize, ApplicationId, bool)>,
    used: BTreeSet<usize>,
    notices: Vec<(Span, String)>,
}

/// Join the templates of a run. Triggers are not derived yet.
pub(super) fn assemble(templates: &[TemplateFile], deploy: &Deploy, vfs: &dyn Files) -> Assembled {
    let assemblies = cdk::Assemblies::of(templates, vfs);
    let mut dropped = packaged_copies(templates);
    dropped.extend(cdk::copies(templates, &assemblies));
    let by_path: BTreeMap<&str, usize> = templates
        .iter()
        .enumerate()
        .filter(|(i, _)| !dropped.contains(i))
        .map(|(i, t)| (t.path.as_str(), i))
        .collect();
    let mut a = Assembler {
        templates,
        assemblies,
        by_path,
        eval: Eval::default(),
        slots: Vec::new(),
        uses: Vec::new(),
        used: BTreeSet::new(),
        notices: Vec::new(),
    };
    let kept: Vec<usize> = (0..templates.len()).filter(|i| !dropped.contains(i)).collect();
    let nested: BTreeSet<usize> =
        kept.iter().flat_map(|i| a.children_of(*i).into_iter().filter(move |c| c != i)).collect();
    let mut applications = 0;
    // Roots first; what only nests itself in a circle comes after.
    for pass in [false, true] {
        for i in &kept {
            if a.used.contains(i) || (!pass && nested.contains(i)) {
                continue;
            }
            let given = params::given(&templates[*i].path, deploy);
            let root = Instance {
                facts: &templates[*i].facts,
                prefix: SmolStr::default(),
                parent: None,
                names: FxHashMap::default(),
                given,
            };
            a.instantiate(*i, root, ApplicationId(applications), &mut Vec::new());
            applications += 1;
        }
    }
    a.group();
    a.eval.forget();
    a.finish(vfs)
}

impl<'a> Assembler<'a> {
    /// The template of the tree that a nested stack names by local path.
    fn child(&self, file: usize, location: &Expr) -> Option<usize> {
        let dir = files::parent(&self.templates[file].path);
        let path = files::join(dir, location.as_text()?)?;
        self.by_path.get(path.as_str()).copied()
    }

    fn children_of(&self, file: usize) -> Vec<usize> {
        let facts = &self.templates[file].facts;
        facts
            .resources
            .iter()
            .filter_map(|r| r.nested.as_ref())
            .filter_map(|(location, _)| self.child(file, location))
            .collect()
    }

    fn instantiate(
        &mut self,
        file: usize,
        instance: Instance<'a>,
        application: ApplicationId,
        stack: &mut Vec<usize>,
    ) -> usize {
        let facts: &'a TemplateFacts = instance.facts;
        let prefix = instance.prefix.clone();
        let at = self.eval.instances.len();
        self.eval.instances.push(instance);
        let repeated = !self.used.insert(file);
        self.uses.push((file, application, repeated));
        if !repeated {
            self.notices.extend(facts.notices.iter().cloned());
        }
        stack.push(file);
        let mut ids: FxHashMap<usize, ResourceId> = FxHashMap::default();
        let mut children = Vec::new();
        for (i, raw) in facts.resources.iter().enumerate() {
            if self.eval.is_never(at, raw.condition.as_ref()) {
                continue;
            }
            if let Some((location, passed)) = &raw.nested {
                match self.child(file, location) {
                    Some(c)
                        if !stack.contains(&c)
                            && stack.len() < MAX_NESTING
                            && self.eval.instances.len() + children.len() < MAX_INSTANCES =>
                    {
                        children.push((raw, c, passed));
                        continue;
                    }
                    found => self.missing(location, found.is_some(), repeated),
                }
            }
            let id = ResourceId(u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
            ids.insert(i, id);
            self.slots.push(Slot { instance: at, raw, owner: raw.owner.and_then(|o| ids.get(&o).copied()) });
            let names = &mut self.eval.instances[at].names;
            if raw.owner.is_none() || !names.contains_key(raw.name.as_str()) {
                names.insert(&raw.name, Entity::Resource(id, i));
            }
        }
        for (raw, child, passed) in children {
            let instance = Instance {
                facts: &self.templates[child].facts,
                prefix: format_smolstr!("{prefix}{}.", raw.name),
                parent: Some((at, passed)),
                names: FxHashMap::default(),
                given: BTreeMap::new(),
            };
            let c = self.instantiate(child, instance, application, stack);
            self.eval.instances[at].names.insert(&raw.name, Entity::Child(c));
        }
        stack.pop();
        at
    }

    /// Say that a nested template was not read.
    fn missing(&mut self, location: &Expr, circular: bool, repeated: bool) {
        if repeated {
            return;
        }
        let what = match location.as_text() {
            Some(t) if circular => format!("nested template `{t}` contains itself; it is not followed"),
            Some(t) => format!("nested template `{t}` is not in this tree"),
            None if location.get("ApplicationId").is_some() => {
                "an application from the Serverless Application Repository is not read".to_owned()
            }
            None if matches!(location.kind, ExprKind::NoValue) => {
                "a nested stack names no template".to_owned()
            }
            None => "the location of a nested template is not constant".to_owned(),
        };
        self.notices.push((location.span, what));
    }

    /// Stacks that a program deploys together import from each other.
    fn group(&mut self) {
        for (at, (file, ..)) in self.uses.iter().enumerate() {
            let TemplateFile { path, facts } = &self.templates[*file];
            if !self.assemblies.hold(path) {
                continue;
            }
            let group = SmolStr::from(files::parent(path));
            self.eval.groups.insert(at, group.clone());
            for (i, o) in facts.outputs.iter().enumerate() {
                let Some(name) = &o.export else { continue };
                let entry = self.eval.exports.entry((group.clone(), name.clone()));
                entry.and_modify(|e| *e = None).or_insert(Some((at, i)));
            }
        }
    }

    /// The places of the programs that write templates.
    fn creations(&self, vfs: &dyn Files, out: &mut Assembled) {
        for file in &self.used {
            let TemplateFile { path, facts } = &self.templates[*file];
            if !self.assemblies.hold(path) {
                continue;
            }
            out.app.origins.add_file(facts.file);
            let parts = cdk::parts(&facts.resources);
            let own = facts.resources.iter().filter(|r| r.owner.is_none());
            out.creations.extend(own.filter_map(|r| {
                let part = parts.get(&r.anchor.span.start)?;
                self.assemblies.creation(vfs, path, r, *part)
            }));
        }
    }

    fn finish(mut self, vfs: &dyn Files) -> Assembled {
        let mut out = Assembled { notices: std::mem::take(&mut self.notices), ..Assembled::default() };
        self.creations(vfs, &mut out);
        for (file, application, _) in &self.uses {
            let facts = &self.templates[*file].facts;
            out.app.templates.push(Template {
                file: facts.file,
                application: *application,
                dialect: facts.dialect,
                policy_templates: facts.dialect == "SAM",
                open: facts.open.clone(),
                more: facts.more.clone(),
            });
        }
        for (i, slot) in self.slots.iter().enumerate() {
            let raw = slot.raw;
            let (file, application, repeated) = self.uses[slot.instance];
            let guards = self.eval.guards_of(slot.instance, raw.condition.as_ref(), 0);
            let mut props = self.eval.eval_when(slot.instance, raw.condition.as_ref(), &raw.props);
            if !guards.is_empty() {
                let alts = props
                    .alts()
                    .iter()
                    .filter_map(|a| guards.and(&a.guards).map(|guards| Alt { guards, ..a.clone() }))
                    .collect();
                props = Tree::new(alts, props.open().cloned(), props.span());
            }
            let metadata = match &raw.metadata {
                Some(m) => self.eval.eval(slot.instance, m),
                None => Tree::absent_at(raw.anchor.span),
            };
            let kind = Kind::of_type(&raw.type_name);
            let code = matches!(kind, Kind::Function | Kind::Layer).then(|| {
                Reader {
                    eval: &self.eval,
                    instance: slot.instance,
                    dir: files::parent(&self.templates[file].path),
                    props: &props,
                    metadata: &metadata,
                    inline: &mut out.inline,
                    staged: &|hash| self.assemblies.staged(vfs, &self.templates[file].path, hash),
                }
                .code(raw)
            });
            let path = &self.templates[file].path;
            out.app.resources.push(Resource {
                id: ResourceId(u32::try_from(i).unwrap_or(u32::MAX)),
                kind,
                type_name: raw.type_name.clone(),
                name: self
                    .assemblies
                    .name(path, raw)
                    .or_else(|| raw.shown.clone())
                    .unwrap_or_else(|| raw.name.clone()),
                anchor: raw.anchor.clone(),
                guards,
                props,
                metadata,
                application,
                template: u32::try_from(slot.instance).unwrap_or(u32::MAX),
                implied_by: slot.owner,
                generated: repeated || self.assemblies.is_generated(path, raw),
                code,
            });
        }
        out
    }
}

/// The directory of a template, and the names and types of its resources.
type Declared<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// Templates whose functions all come from a bucket while another template in the same directory declares the same
/// resources from source: what `sam package` and `aws cloudformation package` write beside their input.
fn packaged_copies(templates: &[TemplateFile]) -> BTreeSet<usize> {
    let mut groups: BTreeMap<Declared<'_>, Vec<usize>> = BTreeMap::new();
    for (i, t) in templates.iter().enumerate() {
        let declared = t.facts.resources.iter().filter(|r| r.owner.is_none());
        let mut ids: Vec<_> = declared.map(|r| (r.name.as_str(), r.type_name.as_str())).collect();
        ids.sort_unstable();
        groups.entry((files::parent(&t.path), ids)).or_default().push(i);
    }
    let mut out = BTreeSet::new();
    for group in groups.values().filter(|g| g.len() > 1) {
        let packaged: Vec<usize> =
            group.iter().copied().filter(|i| is_packaged(&templates[*i].facts)).collect();
        if packaged.len() < group.len() {
            out.extend(packaged);
        }
    }
    out
}

/// Whether some functions come from a bucket and none from the tree; inline code and images stay as they are.
/// The tools write the object they have uploaded: a bucket or key that is computed is somebody's own.
fn is_packaged(facts: &TemplateFacts) -> bool {
    let mut from_bucket = false;
    for r in facts.resources.iter().filter(|r| r.type_name == "AWS::Lambda::Function") {
        match r.props.get("Code") {
            Some(c) if c.as_text().is_some_and(|t| t.starts_with("s3://")) => from_bucket = true,
            Some(c) if ["S3Bucket", "S3Key"].iter().all(|k| c.get(k).and_then(Expr::as_text).is_some()) => {
                from_bucket = true;
            }
            Some(c) if c.get("ZipFile").is_some() || c.get("ImageUri").is_some() => {}
            _ => return false,
        }
    }
    from_bucket
}
