//! Archives of sources: what is inside is known by the directory at their end, and nothing is ever unpacked.

use super::{MAX_PLACES, Tree, staged};
use crate::code::hir::Lang;
use crate::code::program::UnitId;
use crate::link::build::below;
use crate::link::target::Target;
use std::collections::BTreeMap;

/// Bound on archives, in bytes.
const MAX_ARCHIVE: u64 = 64 << 20;
/// Bound on entries of an archive.
const MAX_ENTRIES: usize = 20_000;

/// Sums and sizes of the files of an archive, by their paths; `None` where it is not read as a whole.
fn entries(bytes: &[u8]) -> Option<BTreeMap<String, (u32, u64)>> {
    let archive = rawzip::ZipArchive::from_slice(bytes).ok()?;
    let mut entries = archive.entries();
    let mut out = BTreeMap::new();
    while let Some(entry) = entries.next_entry().ok()? {
        if entry.is_dir() {
            continue;
        }
        let name = std::str::from_utf8(entry.file_path().as_ref()).ok()?.trim_start_matches("./").to_owned();
        let known = out.insert(name, (entry.crc32(), entry.uncompressed_size_hint()));
        // Which of two files of one name is loaded depends on what unpacks them.
        if known.is_some() || out.len() > MAX_ENTRIES {
            return None;
        }
    }
    Some(out)
}

/// The source that the file of a handler in an archive is a copy of: the same sum and size under the same path, in the
/// one place that has most of the other files, too.
pub(in crate::link) fn source(tree: Tree<'_>, lang: Lang, target: &Target, path: &str) -> Option<UnitId> {
    let entries = entries(&tree.files.bytes(path, MAX_ARCHIVE)?)?;
    let names = target.runtime_files(lang).into_iter().chain(target.source_files(lang));
    let (name, (sum, size)) = names.into_iter().find_map(|n| entries.get(&n).map(|e| (n.clone(), *e)))?;
    let tail = format!("/{name}");
    let named = |p: &str| (p == name || p.ends_with(&tail)) && staged(p).is_none();
    let mut best: Option<(usize, Vec<UnitId>)> = None;
    for (id, p, _) in tree.program.iter().filter(|(_, p, _)| named(p)).take(MAX_PLACES) {
        if tree.files.size(p) != Some(size)
            || tree.files.bytes(p, size).is_none_or(|b| rawzip::crc32(&b) != sum)
        {
            continue;
        }
        let base = p.get(..p.len() - name.len()).unwrap_or_default().trim_end_matches('/');
        let same = |(n, (_, s)): &(&String, &(u32, u64))| tree.files.size(&below(base, n)) == Some(*s);
        let alike = entries.iter().take(MAX_PLACES).filter(same).count();
        match &mut best {
            Some((most, _)) if *most > alike => {}
            Some((most, ids)) if *most == alike => ids.push(id),
            _ => best = Some((alike, vec![id])),
        }
    }
    match best?.1[..] {
        [one] => Some(one),
        _ => None,
    }
}
