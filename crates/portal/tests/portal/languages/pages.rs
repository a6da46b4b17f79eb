//! Every page in every language.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use postern_model::language::Language;
use postern_portal::assets::{self, Asset};
use postern_portal::language::complete;
use postern_portal::pages;

use super::catalogues::catalogue;

/// What a page and all that it loads may weigh on the way to a browser, in bytes.
const WIRE_MAX: usize = 30 * 1024;

#[test]
fn every_page_is_whole_in_every_language() {
    let ids: Vec<String> = catalogue("en").into_values().flat_map(|messages| messages.into_keys()).collect();
    for language in complete() {
        for (name, document) in pages::samples_in(language) {
            let document = document.unwrap();
            let html = format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction());
            assert!(document.contains(&html), "{name}");
            let shown = |id: &String| document.contains(&format!(">{id}<")) || document.contains(&format!("=\"{id}\""));
            let missing: Vec<&String> = ids.iter().filter(|id| shown(id)).collect();
            assert!(missing.is_empty(), "{language:?} {name}: {missing:?}");
            assert!(!document.contains("{$") && !document.contains("{ $"), "{language:?} {name}");
        }
    }
}

#[test]
fn no_page_of_another_language_is_left_in_english() {
    let english = pages::samples();
    for language in complete().filter(|language| *language != Language::English) {
        for ((name, document), (_, english)) in pages::samples_in(language).into_iter().zip(&english) {
            let (own, english) = (heading(&document.unwrap()), heading(english.as_ref().unwrap()));
            // The heading of the account is a name.
            assert!(own != english || name.starts_with("account"), "{language:?} {name}: {own}");
        }
    }
}

#[test]
fn every_page_weighs_at_most_30_kibibytes_over_the_wire() {
    let compressed = |asset: &Asset| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(asset.body.as_bytes()).unwrap();
        encoder.finish().unwrap().len()
    };
    let assets =
        [&assets::CSS, &assets::JS, &assets::PASSKEYS_JS, &assets::ICON].map(|asset| (asset, compressed(asset)));
    for language in complete() {
        for (name, document) in pages::samples_in(language) {
            let document = document.unwrap();
            let loaded = assets.iter().filter(|(asset, _)| document.contains(&asset.url_name()));
            // Beside a query, a document is sent as it is.
            let whole = document.len() + loaded.map(|(_, bytes)| bytes).sum::<usize>();
            assert!(whole <= WIRE_MAX, "{language:?} {name}: {whole} bytes");
        }
    }
}

/// Who speaks to a browser says what a button shows (WCAG 2.2, 2.5.3).
#[test]
fn the_name_of_a_button_holds_what_it_shows() {
    for language in complete() {
        for (name, document) in pages::samples_in(language) {
            let document = document.unwrap();
            for (_, control) in
                document.match_indices(" aria-label=\"").map(|(at, start)| document.split_at(at + start.len()))
            {
                let (label, rest) = control.split_once('"').unwrap();
                let Some((_, shown)) = rest.split_once('>') else { continue };
                let shown = shown.split('<').next().unwrap().trim();
                let spoken = label.to_lowercase();
                assert!(spoken.contains(&shown.to_lowercase()), "{language:?} {name}: {label} on {shown}");
            }
        }
    }
}

fn heading(document: &str) -> String {
    let heading = document.split("<h1").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap();
    heading.split_once('>').unwrap().1.to_owned()
}
