//! Command output: tables, or JSON with `--json`.

use std::io::{self, Write};

use serde_json::Value;

use postern_config::printable;

/// The destination and form of the output.
pub(super) struct Output<'a> {
    pub(super) to: &'a mut dyn Write,
    pub(super) json: bool,
}

impl Output<'_> {
    /// Prints `value` for programs, or what `people` writes for people.
    pub(super) fn show(
        &mut self,
        value: &Value,
        people: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.json { writeln!(self.to, "{value:#}") } else { people(self.to) }
    }
}

/// Writes rows in columns, under their titles. Control characters are escaped.
pub(super) fn table(to: &mut dyn Write, titles: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(titles.get(column).map(|title| title.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..titles.len()).map(width).collect();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        writeln!(to, "{}", padded.join("  ").trim_end())
    };
    line(&mut titles.iter().copied())?;
    rows.iter().try_for_each(|row| line(&mut row.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_escapes_are_shown() {
        let mut text = Vec::new();
        let rows = [vec!["a".to_owned(), "x\u{1b}[31m".to_owned()], vec!["long".to_owned(), "ü".to_owned()]];
        table(&mut text, &["ID", "NAME"], &rows).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "ID    NAME\na     x\\u{1b}[31m\nlong  ü\n");
    }
}
