//! Templates that a program wrote, and where in that program a resource comes from.

use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The templates a program wrote, with the places in the program's sources that made their resources.
///
/// Rules see the template: its values are what is deployed. People can only change the program, so findings are moved
/// to its places when all rules have spoken.
#[derive(Debug, Clone, Default)]
pub struct Origins {
    files: BTreeSet<FileId>,
    places: BTreeMap<FileId, Vec<(u32, u32, Span)>>,
}

impl Origins {
    /// A template was written by a program: what is changed in it is lost.
    pub fn add_file(&mut self, file: FileId) {
        self.files.insert(file);
    }

    /// What stands in a part of a template comes from a place of the program. Parts do not overlap.
    pub fn add(&mut self, part: Span, origin: Span) {
        let places = self.places.entry(part.file).or_default();
        let at = places.partition_point(|(start, ..)| *start < part.start);
        places.insert(at, (part.start, part.end, origin));
    }

    /// Whether a program wrote the file.
    pub fn is_written(&self, file: FileId) -> bool {
        self.files.contains(&file)
    }

    /// The place people know: that of the program, where a program wrote the template and it is known.
    pub fn known(&self, at: Span) -> Span {
        self.of(at).unwrap_or(at)
    }

    /// The place of the program that a place of a template comes from.
    pub fn of(&self, at: Span) -> Option<Span> {
        let places = self.places.get(&at.file)?;
        let i = places.partition_point(|(start, ..)| *start <= at.start).checked_sub(1)?;
        places.get(i).filter(|(_, end, _)| at.end <= *end).map(|(.., origin)| *origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_by_the_part_they_lie_in() {
        let template = |a, b| Span::new(FileId(0), a, b);
        let source = |a| Span::new(FileId(1), a, a + 1);
        let mut o = Origins::default();
        o.add_file(FileId(0));
        o.add(template(50, 80), source(5));
        o.add(template(10, 20), source(1));
        assert_eq!(o.of(template(10, 20)), Some(source(1)));
        assert_eq!(o.of(template(60, 61)), Some(source(5)));
        assert_eq!(o.of(template(15, 25)), None);
        assert_eq!(o.of(template(5, 6)), None);
        assert_eq!(o.of(template(30, 31)), None);
        assert_eq!(o.of(source(1)), None);
        assert!(o.is_written(FileId(0)) && !o.is_written(FileId(1)));
    }
}
