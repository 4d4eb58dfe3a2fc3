//! Names grouped by the verbs they share: `Get.Put:Object,ObjectAcl Test:` is four names and `Test`.

/// Each name as its verb (with the marks behind it) and its rest.
pub(super) fn split(groups: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    groups.split(' ').filter_map(|g| g.split_once(':')).flat_map(|(verbs, rests)| {
        rests.split(',').flat_map(move |rest| verbs.split('.').map(move |verb| (verb, rest)))
    })
}

/// Whether a name, in any case, is among the groups; with the marks behind its verb.
pub(super) fn find(groups: &'static str, name: &str) -> Option<(&'static str, &'static str)> {
    split(groups).find(|(verb, rest)| is(bare(verb), rest, name))
}

/// The verb without its marks.
pub(super) fn bare(verb: &str) -> &str {
    verb.find(['!', '~']).map_or(verb, |i| &verb[..i])
}

fn is(verb: &str, rest: &str, name: &str) -> bool {
    name.len() == verb.len() + rest.len()
        && name.get(..verb.len()).is_some_and(|n| n.eq_ignore_ascii_case(verb))
        && name.get(verb.len()..).is_some_and(|n| n.eq_ignore_ascii_case(rest))
}

/// The rows of a table by their first column: binary search over the lines.
pub(super) fn row<'a>(lines: &[&'a str], key: &str) -> Option<&'a str> {
    let i = lines.binary_search_by(|l| first(l).cmp(key)).ok()?;
    lines.get(i).copied()
}

/// The first column of a row.
pub(super) fn first(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

/// The lines of a table but its comments.
pub(super) fn lines(table: &'static str) -> Vec<&'static str> {
    table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
}
