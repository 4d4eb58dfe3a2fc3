//! What identifies a finding from run to run, whatever line it stands on.

use crate::report::Report;
use std::collections::BTreeMap;

/// Fingerprints of the findings of a report, in their order: 16 hexadecimal digits each, no two alike.
///
/// They are made of rule, path, subject, discriminator, and the number of equal ones before; so they stay when lines
/// are moved or messages are reworded.
pub fn fingerprints(report: &Report<'_>) -> Vec<String> {
    let mut seen: BTreeMap<[String; 4], u32> = BTreeMap::new();
    let findings = report.outcome.findings.iter();
    findings
        .map(|f| {
            let parts = [f.rule().id.into(), report.path_of(f), f.subject().into(), f.discriminator().into()];
            let ordinal = seen.entry(parts.clone()).or_default();
            let out = of(&parts, *ordinal);
            *ordinal += 1;
            out
        })
        .collect()
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
