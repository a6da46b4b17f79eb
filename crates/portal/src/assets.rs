//! Built-in files that pages load. Their URLs contain a content hash, so browsers may cache them forever.

use bytes::Bytes;
use flate2::Compression;

use crate::compression;

/// One built-in file.
#[derive(Debug)]
pub struct Asset {
    /// Name without the content mark.
    stem: &'static str,
    /// Extension with its dot.
    extension: &'static str,
    /// `Content-Type`.
    pub media_type: &'static str,
    /// The file.
    pub body: &'static str,
    mark: u64,
}

impl Asset {
    const fn new(stem: &'static str, extension: &'static str, media_type: &'static str, body: &'static str) -> Self {
        Self { stem, extension, media_type, body, mark: mark(body.as_bytes()) }
    }

    /// Returns the name in URLs: `portal.0123456789abcdef.css`.
    pub fn url_name(&self) -> String {
        url_name(self.stem, self.extension, self.mark)
    }
}

/// Returns the name in URLs of a file with this content mark.
pub(crate) fn url_name(stem: &str, extension: &str, mark: u64) -> String {
    format!("{stem}.{mark:016x}{extension}")
}

/// Whether a name in URLs is that of some version of a file.
pub(crate) fn is_version(name: &str, stem: &str, extension: &str) -> bool {
    let mark = name.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(extension));
    mark.is_some_and(|mark| mark.len() == 16 && mark.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The style sheet.
pub const CSS: Asset = Asset::new("portal", ".css", "text/css; charset=utf-8", include_str!("../assets/portal.css"));
/// The script: copying, printing, local times, a guard against double submission.
pub const JS: Asset =
    Asset::new("portal", ".js", "text/javascript; charset=utf-8", include_str!("../assets/portal.js"));
/// The script of pages with passkeys.
pub const PASSKEYS_JS: Asset =
    Asset::new("passkeys", ".js", "text/javascript; charset=utf-8", include_str!("../assets/passkeys.js"));
/// The script for pages of the application, which has a URL without a content hash.
pub const POSTERN_JS: Asset =
    Asset::new("postern", ".js", "text/javascript; charset=utf-8", include_str!("../assets/postern.js"));
/// The icon.
pub const ICON: Asset = Asset::new("mark", ".svg", "image/svg+xml", include_str!("../assets/mark.svg"));

static ALL: [&Asset; 5] = [&CSS, &JS, &PASSKEYS_JS, &POSTERN_JS, &ICON];

/// The assets, compressed once with gzip.
pub(crate) struct Compressed([Option<Bytes>; ALL.len()]);

impl Compressed {
    pub(crate) fn new() -> Self {
        Self(ALL.map(|asset| compression::gzip(asset.body.as_bytes(), Compression::best())))
    }

    /// Returns the compressed form of an asset; `None` if it is not shorter.
    pub(crate) fn of(&self, asset: &Asset) -> Option<&Bytes> {
        let mut both = ALL.iter().zip(&self.0);
        both.find(|(known, _)| known.mark == asset.mark).and_then(|(_, compressed)| compressed.as_ref())
    }
}

/// Finds the asset of a URL, and whether the content hash is the current one. During an upgrade a page of another replica
/// may name another version: it gets the current content, which must then not be cached.
pub fn find(name: &str) -> Option<(&'static Asset, bool)> {
    let asset = ALL.iter().find(|asset| is_version(name, asset.stem, asset.extension))?;
    Some((*asset, name == asset.url_name()))
}

/// Marks contents, with FNV-1a. It distinguishes versions and is no protection.
pub(crate) const fn mark(mut bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    while let [byte, rest @ ..] = bytes {
        hash = (hash ^ *byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
        bytes = rest;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_by_its_name_and_by_that_of_another_version() {
        let (asset, current) = find(&CSS.url_name()).unwrap();
        assert!(current && asset.body == CSS.body);
        assert!(!find("portal.0000000000000000.css").unwrap().1);
        for unknown in ["portal.css", "portal..css", "portal.0.css", "../portal.css", "portal.000000000000000g.css", ""]
        {
            assert!(find(unknown).is_none(), "{unknown}");
        }
    }
}
