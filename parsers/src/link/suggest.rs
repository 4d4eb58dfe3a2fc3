//! The nearest name to one that does not exist.

/// Edit distance with transpositions (optimal string alignment), in characters.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(128).collect(), b.chars().take(128).collect());
    let width = b.len() + 1;
    let mut d = vec![0usize; (a.len() + 1) * width];
    for (i, row) in d.chunks_mut(width).enumerate() {
        row[0] = i;
    }
    for (j, cell) in d.iter_mut().take(width).enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (d[(i - 1) * width + j] + 1)
                .min(d[i * width + j - 1] + 1)
                .min(d[(i - 1) * width + j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(d[(i - 2) * width + j - 2] + 1);
            }
            d[i * width + j] = best;
        }
    }
    d[a.len() * width + b.len()]
}

/// Whether two names are near enough to be taken for one another: a third of the longer one, at least two edits,
/// or the same letters in another spelling (`lambdaHandler`, `lambda_handler`).
pub(super) fn near(a: &str, b: &str) -> Option<usize> {
    let fold =
        |s: &str| s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    if fold(a) == fold(b) {
        return Some(0);
    }
    // One name is the other with a word before or after it.
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let boundary = |c: Option<char>| c.is_some_and(|c| matches!(c, '_' | '-' | '/' | '.'));
    if short.len() >= 4
        && (long.strip_suffix(short).is_some_and(|r| boundary(r.chars().last()))
            || long.strip_prefix(short).is_some_and(|r| boundary(r.chars().next())))
    {
        return Some(3);
    }
    let d = distance(a, b);
    let longer = a.chars().count().max(b.chars().count());
    (d <= (longer / 3).max(if longer > 3 { 2 } else { 1 })).then_some(d)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("handler", "hanlder"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(near("lambdaHandler", "lambda_handler"), Some(0));
        assert_eq!(near("handler", "main"), None);
        assert_eq!(near("acme_orders_notify", "notify"), Some(3));
        assert_eq!(near("renotify_customers", "notify"), None);
    }
}
