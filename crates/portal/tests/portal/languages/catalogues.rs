//! Every language says everything that English says, with the same names and tags.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use fluent_syntax::parser;
use postern_portal::language::complete;

/// Arguments of every message.
const EVERYWHERE: [&str; 2] = ["product", "provider"];
/// The message of an exact time, whose parts each language arranges its own way: what it may use, and what it needs.
const TIME: (&str, [&str; 6], [&str; 2]) =
    ("time-exact", ["year", "month", "mm", "day", "dd", "time"], ["year", "time"]);

/// A message as far as languages have to agree about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said {
    variables: BTreeSet<String>,
    tags: BTreeSet<String>,
    /// The words of every variant.
    pub(super) words: String,
}

pub(super) fn folder(tag: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(tag)
}

/// Reads the catalogue of a language, by file.
pub(super) fn catalogue(tag: &str) -> BTreeMap<String, BTreeMap<String, Said>> {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let resource = parser::parse(text.as_str()).unwrap_or_else(|(_, errors)| panic!("{path:?}: {errors:?}"));
        let mut messages = BTreeMap::new();
        for entry in resource.body {
            match entry {
                Entry::Message(message) => {
                    assert!(messages.insert(message.id.name.to_owned(), said(&message)).is_none(), "{path:?}: twice");
                }
                Entry::Term(_) | Entry::Junk { .. } => panic!("{path:?}: a term or something that cannot be read"),
                Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            }
        }
        (path.file_name().unwrap().to_str().unwrap().to_owned(), messages)
    };
    std::fs::read_dir(folder(tag)).unwrap().map(read).collect()
}

fn said(message: &Message<&str>) -> Said {
    assert!(message.attributes.is_empty(), "{}: attributes are not read", message.id.name);
    let mut said = Said { variables: BTreeSet::new(), tags: BTreeSet::new(), words: String::new() };
    walk(message.value.as_ref().unwrap(), &mut said);
    said.tags = tags(&said.words);
    said
}

fn walk(pattern: &Pattern<&str>, said: &mut Said) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => said.words.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => {
                let name = variable(inline);
                said.words.push_str(&format!("{{ ${name} }}"));
                said.variables.insert(name);
            }
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                said.variables.insert(variable(selector));
                for variant in variants {
                    walk(&variant.value, said);
                    said.words.push('\n');
                }
            }
        }
    }
}

fn variable(expression: &InlineExpression<&str>) -> String {
    match expression {
        InlineExpression::VariableReference { id } => id.name.to_owned(),
        other => panic!("only variables are used: {other:?}"),
    }
}

/// Returns the tags of a text. One that keeps a word in one line is of a language's own.
fn tags(words: &str) -> BTreeSet<String> {
    let mut tags = BTreeSet::new();
    let mut rest = words;
    while let Some((_, behind)) = rest.split_once('<') {
        let (tag, after) = behind.split_once('>').unwrap();
        tags.insert(tag.to_owned());
        rest = after;
    }
    if tags.remove("span class=\"nobr\"") && !tags.contains("span class=\"who\"") {
        tags.remove("/span");
    }
    tags
}

#[test]
fn every_language_says_what_english_says() {
    let english = catalogue("en");
    for language in complete() {
        let own = catalogue(language.tag());
        let files = |all: &BTreeMap<String, BTreeMap<String, Said>>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(files(&own), files(&english), "{language:?}: files");
        for (file, messages) in &english {
            let ids = |messages: &BTreeMap<String, Said>| messages.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(ids(&own[file]), ids(messages), "{language:?}: {file}");
            for (id, wanted) in messages {
                let said = &own[file][id];
                assert_eq!(said.tags, wanted.tags, "{language:?}: tags of {id}");
                let variables = |said: &Said| {
                    said.variables
                        .iter()
                        .filter(|name| !EVERYWHERE.contains(&name.as_str()))
                        .cloned()
                        .collect::<Vec<_>>()
                };
                if id == TIME.0 {
                    let used = variables(said);
                    assert!(used.iter().all(|name| TIME.1.contains(&name.as_str())), "{language:?}: {id}: {used:?}");
                    assert!(
                        TIME.2.iter().all(|name| used.iter().any(|used| used == name)),
                        "{language:?}: {id}: {used:?}"
                    );
                } else {
                    assert_eq!(variables(said), variables(wanted), "{language:?}: variables of {id}");
                }
                assert!(!said.words.trim().is_empty(), "{language:?}: {id} is empty");
            }
        }
    }
}

/// The tags are printed as they are, so nothing else may look like one.
#[test]
fn texts_with_tags_hold_those_tags_only() {
    let known = [
        "strong",
        "/strong",
        "em",
        "/em",
        "code",
        "/code",
        "/span",
        "a href=\"{ $link }\"",
        "/a",
        "span class=\"who\"",
        "span class=\"nobr\"",
        "strong class=\"who\"",
        "code class=\"nobr\"",
    ];
    for language in complete() {
        for (id, said) in catalogue(language.tag()).values().flatten() {
            let mut bare = said.words.clone();
            for tag in known {
                bare = bare.replace(&format!("<{tag}>"), "");
            }
            assert!(!bare.contains(['<', '>', '&']), "{language:?}: {id}: {bare}");
        }
    }
}

/// Languages whose catalogue is there are offered, and the others are not half there.
#[test]
fn every_folder_is_a_language_that_is_offered() {
    let folders = std::fs::read_dir(folder("")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let offered: BTreeSet<String> = complete().map(|language| language.tag().to_owned()).collect();
    assert_eq!(folders.collect::<BTreeSet<_>>(), offered);
}
