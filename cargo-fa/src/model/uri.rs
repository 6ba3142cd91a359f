//! Paths as URIs, as SARIF wants them.

/// A directory as a URI, which ends with `/`.
#[must_use]
pub fn directory(path: &std::path::Path) -> String {
    let text = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let text = text.trim_end_matches('/');
    // `C:/game` has a colon, which is none of a scheme here.
    format!("file://{}{}/", if text.starts_with('/') { "" } else { "/" }, uri(text).replace("%3A", ":"))
}

/// A relative path as a URI reference.
#[must_use]
pub fn uri(path: &str) -> String {
    use std::fmt::Write;
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
