//! The types of the provider and their canonical counterparts.
//!
//! Source: "Argument Reference" of each page under
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>

mod events;
mod http;
mod iam;
mod lambda;
mod messages;
mod stores;

use super::map::Arg;

pub(super) use events::TARGET;
pub(super) use stores::ENCRYPTION;

/// A type of the provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    /// Its name.
    pub(super) name: &'static str,
    /// The canonical type.
    pub(super) canonical: &'static str,
    /// Its arguments.
    pub(super) args: &'static [Arg],
    /// Properties whose default is another one than the canonical type's.
    pub(super) defaults: &'static [(&'static str, &'static str)],
    /// The argument that gives the start of a name, and the property with the name.
    pub(super) prefix: Option<(&'static str, &'static str)>,
}

/// A type without defaults of its own.
const fn of(name: &'static str, canonical: &'static str, args: &'static [Arg]) -> Type {
    Type { name, canonical, args, defaults: &[], prefix: None }
}

/// The same where the start of the name can be given alone.
const fn named(
    name: &'static str,
    canonical: &'static str,
    prefix: (&'static str, &'static str),
    args: &'static [Arg],
) -> Type {
    Type { name, canonical, args, defaults: &[], prefix: Some(prefix) }
}

/// All tables.
const TABLES: &[&[Type]] =
    &[lambda::TYPES, iam::TYPES, messages::TYPES, stores::TYPES, events::TYPES, http::TYPES];

/// A type by its name.
pub(super) fn find(name: &str) -> Option<&'static Type> {
    TABLES.iter().flat_map(|t| t.iter()).find(|t| t.name == name)
}

/// The one type that is a canonical type.
pub(super) fn back(canonical: &str) -> Option<&'static Type> {
    let mut all = TABLES.iter().flat_map(|t| t.iter()).filter(|t| t.canonical == canonical);
    all.next().filter(|_| all.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::TABLES;
    use std::collections::BTreeSet;

    #[test]
    fn every_type_stands_once() {
        let mut seen = BTreeSet::new();
        for t in TABLES.iter().flat_map(|t| t.iter()) {
            assert!(seen.insert(t.name), "{}", t.name);
            let own = ["BucketNotification", "Custom::Script", "Nested"].contains(&t.canonical);
            assert!(t.canonical.starts_with("AWS::") || own, "{}", t.name);
            let arguments: BTreeSet<_> = t.args.iter().map(|(a, ..)| a).collect();
            assert_eq!(arguments.len(), t.args.len(), "{}", t.name);
        }
    }
}
