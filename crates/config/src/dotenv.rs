//! Reads a `.env` file like python-dotenv, which the backend reads the same file with: `export`, quotes, comments,
//! `${NAME}` and `${NAME:-default}`; a lone `$` is literal. The process's environment is not changed.

use std::collections::BTreeMap;

/// Parses the variables of a `.env` file. `${…}` is looked up in `environment` first, then in the lines above. The
/// error is the number of the invalid line.
pub(crate) fn parse(text: &str, environment: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, usize> {
    let mut variables = BTreeMap::new();
    let mut rest = text.trim_start_matches('\u{feff}');
    while !rest.is_empty() {
        let line = text.len() - rest.len();
        let number = || text.get(..line).unwrap_or_default().matches('\n').count() + 1;
        let (item, next) = statement(rest).ok_or_else(number)?;
        if let Some((name, value)) = item {
            let value = expand(&value, |name| environment.get(name).or_else(|| variables.get(name)).cloned());
            variables.insert(name, value);
        }
        rest = next;
    }
    Ok(variables)
}

/// A name and its value.
type Item = (String, String);

/// Parses one statement and returns the rest of the text. The item is `None` for an empty line, a comment, or a name
/// without a value.
fn statement(text: &str) -> Option<(Option<Item>, &str)> {
    let line_end = text.find('\n').map_or(text.len(), |end| end + 1);
    let (line, next) = text.split_at(line_end);
    let bare = line.trim();
    if bare.is_empty() || bare.starts_with('#') {
        return Some((None, next));
    }
    let bare = bare.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(bare).trim_start();
    let Some((name, _)) = bare.split_once('=') else {
        return is_name(bare.split('#').next().unwrap_or_default().trim()).then_some((None, next));
    };
    let name = name.trim().trim_matches('\'');
    if !is_name(name) {
        return None;
    }
    let value = text.split_once('=').map(|(_, value)| value.trim_start_matches([' ', '\t']))?;
    match value.chars().next() {
        Some(quote @ ('\'' | '"')) => {
            let (value, after) = quoted(value.get(1..)?, quote)?;
            let end = after.find('\n').map_or(after.len(), |end| end + 1);
            let (tail, next) = after.split_at(end);
            let tail = tail.trim();
            (tail.is_empty() || tail.starts_with('#')).then(|| (Some((name.to_owned(), value)), next))
        }
        _ => {
            let value = value.split('\n').next().unwrap_or_default();
            let comment = value.match_indices('#').map(|(at, _)| at);
            let comment = comment.into_iter().find(|at| value.get(..*at).is_some_and(|v| v.ends_with([' ', '\t'])));
            let value = value.get(..comment.unwrap_or(value.len())).unwrap_or_default().trim();
            // A comment may directly follow the equals sign.
            let value = if value.starts_with('#') { "" } else { value };
            Some((Some((name.to_owned(), value.to_owned())), next))
        }
    }
}

/// Parses the text up to the closing quote, resolves its escapes, and returns the rest.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            c if c == quote => return Some((value, text.get(at + 1..)?)),
            '\\' => {
                let (_, escaped) = characters.next()?;
                match escaped {
                    '\\' => value.push('\\'),
                    c if c == quote => value.push(c),
                    'n' if quote == '"' => value.push('\n'),
                    'r' if quote == '"' => value.push('\r'),
                    't' if quote == '"' => value.push('\t'),
                    other => value.extend(['\\', other]),
                }
            }
            c => value.push(c),
        }
    }
    None
}

fn expand(value: &str, look_up: impl Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inner, next)) = after.split_once('}') else { break };
        let (name, default) = inner.split_once(":-").unwrap_or((inner, ""));
        expanded.push_str(before);
        expanded.push_str(&look_up(name).unwrap_or_else(|| default.to_owned()));
        rest = next;
    }
    expanded.push_str(rest);
    expanded
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let environment = [("HOME".to_owned(), "/home/ada".to_owned())].into();
        parse(text, &environment).unwrap().into_iter().collect()
    }

    #[test]
    fn values_are_what_the_backend_reads() {
        for (line, value) in [
            ("A=b", "b"),
            ("export A = b c ", "b c"),
            ("A=b # comment", "b"),
            ("A=b#c", "b#c"),
            ("A=# comment", ""),
            ("A=", ""),
            ("A='b # c' # d", "b # c"),
            ("A=\"b\\n\\\"c\\\"\"", "b\n\"c\""),
            ("A='b\\n\\'c'", "b\\n'c"),
            ("A='two\nlines'", "two\nlines"),
            ("A=pa$$word$1", "pa$$word$1"),
            ("A=${HOME}/x${NONE:-y}${NONE}", "/home/ada/xy"),
            ("A=a=b=c", "a=b=c"),
            ("A=b\r", "b"),
        ] {
            assert_eq!(read(line), [("A".to_owned(), value.to_owned())], "{line:?}");
        }
    }

    #[test]
    fn lines_follow_one_another_and_later_ones_win() {
        let read = read("# first\n\nA=1\nB=${A}2\nNOTHING\nA=3\n");
        assert_eq!(read, [("A".to_owned(), "3".to_owned()), ("B".to_owned(), "12".to_owned())]);
    }

    #[test]
    fn what_cannot_be_read_is_numbered() {
        for text in ["A=1\nB='open\n", "\nthis is no line\n", "A=1\nB='x' y", "\na b = c"] {
            assert_eq!(parse(text, &BTreeMap::new()), Err(2), "{text:?}");
        }
    }
}
