//! Reading of files that the configuration names: never more than a file of their kind can have.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Most bytes of a file: room for the certificates of every public authority, several times over.
pub(crate) const MOST: u64 = 4 << 20;

/// Reads a file of at most [`MOST`] bytes.
///
/// # Errors
/// Those of the file; [`ErrorKind::FileTooLarge`] where it has more bytes, as devices such as `/dev/zero` do.
pub(crate) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= MOST => Ok(bytes),
        _ => Err(io::Error::new(ErrorKind::FileTooLarge, "it is larger than 4 MiB")),
    }
}

/// Does the same as [`bytes`] for a text.
///
/// # Errors
/// As [`bytes`], and [`ErrorKind::InvalidData`] if it is not UTF-8.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path)?).map_err(|_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_an_end_is_refused_and_one_without_bytes_is_not() {
        assert_eq!(bytes(Path::new("/dev/zero")).unwrap_err().kind(), ErrorKind::FileTooLarge);
        assert_eq!(bytes(Path::new("/dev/null")).unwrap(), b"");
        assert_eq!(text(Path::new("/dev/null")).unwrap(), "");
    }
}
