//! What a deployment package may weigh, and libraries the managed runtimes no longer bring along.

/// The most a package may unpack to, layers included, in bytes: 250 MB.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
pub const UNZIPPED_LIMIT: u64 = 250 << 20;

/// A library that runtimes had and newer ones don't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    /// The package's name.
    pub package: &'static str,
    /// The runtime family, as its identifiers start.
    family: &'static str,
    /// The first version of the family without it.
    since: (u32, u32),
    /// What the runtimes have in its place, for people.
    pub instead: &'static str,
}

/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html> ("Runtime-included SDK versions").
const WITHDRAWN: &[Withdrawn] = &[Withdrawn {
    package: "aws-sdk",
    family: "nodejs",
    since: (18, 0),
    instead: "the `@aws-sdk/*` clients of version 3",
}];

/// The entry for a package that the runtime certainly lacks but its forerunners had. Versions that are newer than this
/// table lack it as well.
pub fn withdrawn(runtime: &str, package: &str) -> Option<&'static Withdrawn> {
    WITHDRAWN.iter().find(|w| {
        w.package == package && runtime.strip_prefix(w.family).and_then(version).is_some_and(|v| v >= w.since)
    })
}

/// `24.x` as numbers; `None` for what is no version (`nodejs` alone, `nodejs4.3-edge`).
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, if minor == "x" { 0 } else { minor.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_decide() {
        let gone = |r: &str| withdrawn(r, "aws-sdk").is_some();
        assert!(gone("nodejs18.x") && gone("nodejs24.x") && gone("nodejs30.x"));
        assert!(!gone("nodejs16.x") && !gone("nodejs8.10") && !gone("nodejs") && !gone("python3.14"));
        assert!(withdrawn("nodejs24.x", "axios").is_none());
    }
}
