//! Languages of commands: names without case, arguments by name, what a pipeline hands on, scripts that run for each
//! event.

use super::call::{Args, Site};
use super::value::{Frame, FrameRef, V, member};
use super::{Interp, unit_span};
use crate::code::api::{self, command};
use crate::code::hir::{Function, PIPED, Pattern};
use crate::code::program::UnitId;
use lamlint_model::handler::Phase;
use lamlint_model::tri::Reason;
use lamlint_model::value::{Deps, Value};
use smol_str::SmolStr;
use std::cell::RefCell;
use std::rc::Rc;

impl Interp<'_> {
    /// A name as frames have it. Variables are in lower case already.
    pub(super) fn folded(&self, name: &SmolStr) -> SmolStr {
        let folds = self.lang.traits().folds_case && !name.starts_with(['$', '#']);
        if folds && name.contains(|c: char| c.is_ascii_uppercase()) {
            SmolStr::new(name.to_ascii_lowercase())
        } else {
            name.clone()
        }
    }

    /// A variable of the script, named as such, that nothing was put in so far.
    pub(super) fn is_unset(&self, name: &SmolStr) -> bool {
        self.lang.traits().folds_case
            && self.frame.borrow().outer_names.contains(name)
            && super::lookup(&self.frame, name).is_none()
    }

    /// The event or the context, where they are there without being handed over.
    pub(super) fn ambient(&self, name: &str) -> Option<V> {
        let at = self.lang.traits().ambient.iter().position(|n| *n == name)?;
        if self.phase != Phase::Invoke {
            return None;
        }
        Some(V::Sym(if at == 0 { Value::Event(Vec::new()) } else { Value::Context(Vec::new()) }))
    }

    /// The frame around a function that is called: that of its caller, if the caller sees where it is defined.
    pub(super) fn around(&self, defined: &FrameRef) -> FrameRef {
        let mut at = Some(self.frame.clone());
        for _ in 0..64 {
            let Some(f) = at else { break };
            if Rc::ptr_eq(&f, defined) {
                return self.frame.clone();
            }
            let parent = f.borrow().parent.clone();
            at = parent;
        }
        defined.clone()
    }

    /// Whether an argument is meant by a parameter: by its name or the beginning of it, where no other begins so.
    pub(super) fn is_meant(f: &Function, parameter: &str, argument: &str) -> bool {
        let name = |n: &str| n.trim_start_matches('$').split('\'').next().unwrap_or_default().to_owned();
        let begins = |n: &str| n.get(..argument.len()).is_some_and(|h| h.eq_ignore_ascii_case(argument));
        let own = name(parameter);
        let exact = |n: &str| n.eq_ignore_ascii_case(argument);
        let names: Vec<String> = f
            .params
            .iter()
            .filter_map(|p| match &p.pattern {
                Pattern::Name(n, _) => Some(name(n)),
                _ => None,
            })
            .collect();
        if names.iter().any(|n| exact(n)) {
            return exact(&own);
        }
        begins(&own) && names.iter().filter(|n| begins(n)).count() == 1
    }

    /// What a pipeline hands a function of the project: it runs for each element.
    pub(super) fn unpiped(target: &V, args: &mut Args) {
        if matches!(target, V::Ext(..) | V::OneOf(..)) {
            return;
        }
        if let Some(i) = args.named.iter().position(|(n, _)| n == PIPED) {
            let (_, v) = args.named.remove(i);
            args.pos.push(v.element());
            args.open = true;
        }
    }

    /// Put the named arguments of a command into the order of its row.
    pub(super) fn in_order(&self, q: &str, args: Args) -> Args {
        let names = command::positions(self.lang, q);
        let mut slots: Vec<Option<V>> = vec![None; names.len()];
        let mut named = Vec::new();
        let mut piped = None;
        for (k, v) in args.named {
            match names.iter().position(|n| n.eq_ignore_ascii_case(&k)) {
                Some(i) => slots[i] = Some(v),
                None if k == PIPED => piped = Some(v),
                None => named.push((k, v)),
            }
        }
        if let Some(v) = piped {
            match slots.first_mut() {
                Some(first @ None) => *first = Some(v),
                Some(_) => {}
                None => slots.push(Some(v)),
            }
        }
        let mut rest = Vec::new();
        for v in args.pos {
            match slots.iter_mut().find(|s| s.is_none()) {
                Some(s) => *s = Some(v),
                None => rest.push(v),
            }
        }
        while matches!(slots.last(), Some(None)) {
            slots.pop();
        }
        let pos = slots.into_iter().map(|s| s.unwrap_or(V::Sym(Value::Null))).chain(rest).collect();
        Args { pos, named, open: args.open }
    }

    /// A command that calls an operation of a service with a client of its own.
    pub(super) fn command_call(&mut self, q: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let calls = command::calls(self.lang, q)?;
        let mut entries: Vec<(SmolStr, Value)> = Vec::new();
        let mut open = args.open;
        let mut foreign = self.foreign;
        for (k, v) in &args.named {
            foreign |= command::is_foreign(k);
            open |= k == PIPED;
            if k != PIPED
                && let Some(name) = calls.input(self.lang, k)
            {
                entries.push((name, v.to_value()));
            }
        }
        let given = |n: &str| args.named.iter().any(|(k, _)| k.eq_ignore_ascii_case(n));
        let mut free = calls.positional().filter(|n| !given(n));
        for v in &args.pos {
            match free.next().and_then(|n| calls.input(self.lang, n)) {
                Some(name) => entries.push((name, v.to_value())),
                None => open = true,
            }
        }
        let input = Value::Map(entries, open);
        let functions = args.functions();
        self.hand_over(functions, Deps::CALL, true);
        Some(self.call_operation(calls.service, SmolStr::new_static(calls.operation), input, foreign, site))
    }

    /// A command or type nothing is known of: it may do anything.
    pub(super) fn command_unknown(&mut self, q: &str, site: &Site<'_>) {
        // What gave the object was judged when it was called.
        let of_result = q.contains("()") || q.starts_with('#');
        if !of_result && !api::is_inert(self.lang, q) {
            let name = site.name();
            self.give_up(Reason::NotInTree, format!("`{name}` is called and not known"));
            self.beyond(None, format!("`{name}` may call AWS services"));
        }
    }

    /// A part of the event or of a value, whatever the case of its name.
    pub(super) fn folded_part(&self, o: &V, name: &str) -> Option<V> {
        if !self.lang.traits().folds_case {
            return None;
        }
        match o {
            V::Sym(Value::Event(path)) => {
                let known = api::events::member(path, name);
                let name = if known.eq_ignore_ascii_case(name) { known } else { name.into() };
                Some(V::Sym(member(&Value::Event(path.clone()), &name)))
            }
            // The result of a task.
            V::Sym(Value::CallResult { path, .. })
                if path.is_empty() && name.eq_ignore_ascii_case("Result") =>
            {
                Some(o.clone())
            }
            V::Map(m, _) => m.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone()),
            _ => None,
        }
    }

    /// Run a whole script, as it is done for each event, and then a function of it, if one is named.
    pub(super) fn run_script(&mut self, id: UnitId, function: &str) {
        let unit = self.program.unit(id).clone();
        let frame: FrameRef = Rc::new(RefCell::new(Frame { unit: Some(id), ..Frame::default() }));
        self.modules.insert(id, frame.clone());
        self.frame = frame;
        self.phase = Phase::Invoke;
        self.scripted = true;
        if !unit.taints.is_empty() {
            self.give_up(Reason::Syntax, "a file has a syntax error");
        }
        self.block(&unit.body);
        if function.is_empty() {
            return;
        }
        let name = self.folded(&function.into());
        match super::lookup(&self.frame, &name) {
            Some((f, _)) => {
                let args = [Value::Event(Vec::new()), Value::Context(Vec::new())];
                self.call_value(&f, Args::of(args.map(V::Sym).to_vec()), unit_span(&unit));
            }
            None => self.give_up(Reason::NotInTree, format!("`{function}` is not known")),
        }
    }
}
