use percent_encoding::percent_decode_str;

/// The key of an object as it was written.
pub(crate) fn decoded(key: &str) -> String {
    percent_decode_str(&key.replace('+', " ")).decode_utf8_lossy().into_owned()
}
