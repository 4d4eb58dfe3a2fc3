//! A function as rules see it: typed access to its canonical properties, with the service's defaults.

use super::{App, CodeRef, Resource, ResourceId};
use crate::aws::env;
use crate::handler::Ctx;
use crate::tree::{Node, Tree};
use crate::tri::{Prop, Tri, Why};
use crate::value::Value;
use smol_str::SmolStr;

/// A Lambda function of the application.
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    /// The application it belongs to.
    pub app: &'a App,
    /// The function itself.
    pub resource: &'a Resource,
}

impl<'a> Function<'a> {
    /// A property by its canonical name.
    pub fn prop(&self, name: &str) -> Tree {
        self.resource.props.get(name)
    }

    /// Logical name.
    pub fn name(&self) -> &'a str {
        &self.resource.name
    }

    /// Whether its role is one its shorthand makes from `Policies`, which may name policy templates.
    pub fn takes_policy_templates(&self, role: Option<ResourceId>) -> bool {
        let own = role.is_some_and(|r| self.app.resource(r).implied_by == Some(self.resource.id));
        own && self.app.templates.get(self.resource.template as usize).is_some_and(|t| t.policy_templates)
    }

    /// `Runtime`; `None` for images.
    pub fn runtime(&self) -> Prop<Option<SmolStr>> {
        self.prop("Runtime").strings()
    }

    /// `Handler`; `None` for images.
    pub fn handler(&self) -> Prop<Option<SmolStr>> {
        self.prop("Handler").strings()
    }

    /// `Timeout` in seconds; 3 where nothing is set.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>
    pub fn timeout(&self) -> Prop<i64> {
        self.prop("Timeout").ints().or_default(3)
    }

    /// `MemorySize` in MB; 128 where nothing is set.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
    pub fn memory(&self) -> Prop<i64> {
        self.prop("MemorySize").ints().or_default(128)
    }

    /// Where the code is.
    pub fn code(&self) -> Prop<CodeRef> {
        self.resource
            .code
            .clone()
            .unwrap_or_else(|| Prop::unknown(Why::other("no code is named"), self.resource.anchor.span))
    }

    /// Whether it is a container image function, as far as known.
    pub fn is_image(&self) -> bool {
        self.prop("PackageType").strings().alts().iter().any(|a| a.value.as_deref() == Some("Image"))
            || self.code().alts().iter().any(|a| matches!(a.value, CodeRef::Image { .. }))
    }

    /// The environment, as a tree of names.
    pub fn environment(&self) -> Tree {
        self.prop("Environment").get("Variables")
    }

    /// An environment variable; `None` where it is certainly not set by the template.
    pub fn env(&self, name: &str) -> Prop<Option<Value>> {
        self.environment().get(name).values()
    }

    /// Is the variable certainly missing? Proof: the environment that lacks it.
    pub fn env_missing(&self, name: &str) -> Tri {
        self.environment()
            .get(name)
            .every(|_| format!("`{}` has no variable `{name}`", self.name()), |n| *n == Node::Absent)
    }

    /// Whether all variables the code can find are set by the template or by Lambda: not where an image, a runtime of
    /// the user's own or a script that wraps the runtime may set others.
    pub fn has_all_env(&self) -> bool {
        let runtime = self.runtime();
        let managed =
            |r: &Option<SmolStr>| r.as_deref().is_some_and(|r| r != "custom" && !r.starts_with("provided"));
        !self.is_image()
            && runtime.open().is_none()
            && runtime.alts().iter().all(|a| managed(&a.value))
            && matches!(self.env_missing(env::EXEC_WRAPPER), Tri::Yes(_))
    }

    /// Does what the code asked of environment variables certainly not hold for this function, so that nothing behind
    /// it happens? Proof: the variables as they are.
    pub fn never(&self, ctx: &Ctx) -> Tri {
        if ctx.env.is_empty() || !self.has_all_env() {
            return Tri::No;
        }
        let tests = ctx.env.iter().filter(|t| !env::is_of_service(&t.name));
        tests.fold(Tri::No, |never, t| {
            let note = |_: &Option<Value>| format!("the branch on `{}` is not taken", t.name);
            never.or(self.env(&t.name).every(note, |v| t.fails(v.as_ref())))
        })
    }

    /// Names of the variables that are set, with whether there may be others.
    pub fn env_names(&self) -> (Vec<SmolStr>, Option<Why>) {
        let (entries, open) = self.environment().entries();
        (entries.into_iter().map(|(e, _)| e.key).collect(), open)
    }

    /// The layers, and why there may be others.
    pub fn layers(&self) -> (Vec<Tree>, Option<Why>) {
        let (items, open) = self.prop("Layers").items();
        (items.into_iter().map(|(t, _)| t).collect(), open)
    }

    /// Whether the code runs as a classic event function on a runtime Lambda manages and invokes one event at a
    /// time: not a web function, a customer-managed runtime, a managed instance or a durable function.
    pub fn is_classic(&self) -> bool {
        ["DurableConfig", "CapacityProviderConfig", "RuntimeConfig"]
            .iter()
            .all(|k| self.prop(k).is_surely_absent())
            && self.runtime().alts().iter().all(|a| a.value.as_deref() != Some("custom"))
    }

    /// Whether the function is a durable function, as far as known.
    pub fn is_durable(&self) -> bool {
        !self.prop("DurableConfig").is_surely_absent()
    }
}
