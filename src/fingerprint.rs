//! What identifies a finding from run to run: no line, no column, no words of the message.

use crate::engine::Analysis;
use lamlint_model::finding::Finding;
use std::collections::BTreeMap;

/// A fingerprint for each finding, in their order: 16 hexadecimal digits over rule, path, subject and discriminator.
/// Findings that are equal in these are told apart by their number in order of place.
pub fn fingerprints(analysis: &Analysis, findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
    let of = |f: &Finding| {
        let path = &analysis.sources.file(f.primary().file).path;
        let hash = fnv(&[f.rule().id, path, f.subject(), f.discriminator()]);
        let n = seen.entry(hash).or_default();
        *n += 1;
        if *n == 1 { hash } else { fnv(&[&format!("{hash:016x}"), &n.to_string()]) }
    };
    findings.iter().map(of).map(|h| format!("{h:016x}")).collect()
}

/// FNV-1a with 64 bits, with a byte that no text holds after each part.
/// Source: <https://datatracker.ietf.org/doc/draft-eastlake-fnv/>
fn fnv(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|p| p.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::fnv;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(fnv(&["ab", "c"]), fnv(&["a", "bc"]));
        // What a baseline holds must not change from version to version.
        assert_eq!(
            format!("{:016x}", fnv(&["event-loop", "a.yaml"])),
            format!("{:016x}", fnv(&["event-loop", "a.yaml"]))
        );
    }
}
