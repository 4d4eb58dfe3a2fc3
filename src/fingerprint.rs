//! What identifies a finding from run to run, whatever line it stands on.

use crate::engine::{Analysis, Outcome};
use lamlint_model::Finding;
use std::collections::BTreeMap;

/// Fingerprints of the findings of a run, in their orders: 16 hexadecimal digits each, no two alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprints {
    /// Those of [`Outcome::findings`].
    pub findings: Vec<String>,
    /// Those of [`Outcome::silenced`].
    pub silenced: Vec<String>,
}

/// Fingerprint the findings of a run. They are made of rule, path, subject, discriminator, and the number of equal
/// ones before, silenced or not; so they stay when lines are moved, messages are reworded, or one of several equal
/// findings is silenced. `path` says how a path of the run is written: it must not depend on where lamlint is started.
pub fn fingerprints(analysis: &Analysis, outcome: &Outcome, path: impl Fn(&str) -> String) -> Fingerprints {
    let reported = outcome.findings.iter().enumerate().map(|(i, f)| (f, false, i));
    let silenced = outcome.silenced.iter().enumerate().map(|(i, s)| (&s.finding, true, i));
    let mut all: Vec<(&Finding, bool, usize)> = reported.chain(silenced).collect();
    all.sort_by_key(|(f, silenced, i)| (f.primary(), *silenced, *i));
    let mut seen: BTreeMap<[String; 4], u32> = BTreeMap::new();
    let mut out = Fingerprints {
        findings: vec![String::new(); outcome.findings.len()],
        silenced: vec![String::new(); outcome.silenced.len()],
    };
    for (f, silenced, i) in all {
        let place = path(&analysis.sources.file(f.primary().file).path);
        let parts = [f.rule().id.into(), place, f.subject().into(), f.discriminator().into()];
        let ordinal = seen.entry(parts.clone()).or_default();
        let list = if silenced { &mut out.silenced } else { &mut out.findings };
        list[i] = of(&parts, *ordinal);
        *ordinal += 1;
    }
    out
}

fn of(parts: &[String; 4], ordinal: u32) -> String {
    let mut hash = OFFSET;
    for p in parts {
        hash = fnv(hash, p.as_bytes());
        // No byte of UTF-8, so that parts can't run into each other.
        hash = fnv(hash, &[0xff]);
    }
    format!("{:016x}", fnv(hash, &ordinal.to_le_bytes()))
}

/// Start of the hash FNV-1a of 64 bits. Source: <https://datatracker.ietf.org/doc/html/rfc9923>
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

fn fnv(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        assert_eq!(fnv(OFFSET, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv(OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv(OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn parts_do_not_run_together() {
        let parts = |s: [&str; 4]| s.map(str::to_owned);
        let a = of(&parts(["r", "ab", "c", ""]), 0);
        assert_ne!(a, of(&parts(["r", "a", "bc", ""]), 0));
        assert_ne!(a, of(&parts(["r", "ab", "", "c"]), 0));
        assert_ne!(a, of(&parts(["r", "ab", "c", ""]), 1));
    }
}
