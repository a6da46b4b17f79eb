//! Every sample page, as it is sent.

use postern_portal::{assets, pages};

#[test]
fn every_page_looks_as_it_did() {
    for (name, document) in pages::samples() {
        let mut document = without_drawing(&document.unwrap());
        let (style, script, icon) = (&assets::CSS, &assets::JS, &assets::ICON);
        let labels = [(style, "style"), (script, "script"), (&assets::PASSKEYS_JS, "passkeys"), (icon, "icon")];
        for (asset, label) in labels {
            document = document.replace(&asset.url_name(), label);
        }
        insta::assert_snapshot!(name, document);
    }
}

#[test]
fn no_page_needs_an_inline_style_or_script_or_an_external_resource() {
    for (name, document) in pages::samples() {
        let document = document.unwrap();
        // What may come while little else works needs none at all.
        let scripts = [&assets::JS, &assets::PASSKEYS_JS].map(|asset| document.contains(&asset.url_name()));
        assert_eq!(scripts[0], name != "not-answered", "{name}");
        assert_eq!(document.matches("<script").count(), scripts.iter().filter(|loaded| **loaded).count(), "{name}");
        let of_passkeys = document.contains("data-passkey") || document.contains("data-signal");
        assert!(scripts[1] || !of_passkeys, "{name}");
        for forbidden in
            [" style=", "<style", " onclick", " onload", "javascript:", "src=\"http", "href=\"//", "<img", "@import"]
        {
            assert!(!document.contains(forbidden), "{name}: {forbidden}");
        }
    }
    for forbidden in ["url(", "@import", "@font-face"] {
        assert!(!assets::CSS.body.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn every_page_is_a_sound_document() {
    for (name, document) in pages::samples() {
        let document = document.unwrap();
        assert!(document.starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">"), "{name}");
        assert_eq!(document.matches("<h1").count(), 1, "{name}: one heading of the first level");
        assert_eq!(document.matches("<main id=\"main\"").count(), 1, "{name}");
        assert!(document.contains("class=\"skip\" href=\"#main\""), "{name}");
        let inputs = document.split("<input ").skip(1).map(|rest| rest.split('>').next().unwrap());
        for input in inputs.filter(|input| !input.contains("type=\"hidden\"")) {
            let id = input.split("id=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(document.contains(&format!("<label for=\"{id}\"")), "{name}: {input}");
        }
        if document.contains("aria-invalid") {
            assert!(
                document.contains("role=\"alert\" id=\"problem\"") && document.contains("<title>Error: "),
                "{name}"
            );
        }
    }
}

/// On a slow line a page has to be there within a second, its style sheet, script and icon included, and also where
/// a proxy in front asks for no compression.
#[test]
fn every_page_weighs_at_most_32_kibibytes() {
    for (name, document) in pages::samples() {
        let document = document.unwrap();
        let assets = [&assets::CSS, &assets::JS, &assets::PASSKEYS_JS, &assets::ICON].into_iter();
        let loaded = assets.filter(|asset| document.contains(&asset.url_name())).map(|asset| asset.body.len());
        let whole = document.len() + loaded.sum::<usize>();
        assert!(whole <= 32 * 1024, "{name}: {whole} bytes");
    }
}

/// The drawing is the same on every page; its paths would only hide what differs.
fn without_drawing(document: &str) -> String {
    match (document.find("<svg class=\"art\""), document.find("<p class=\"motto\"")) {
        (Some(start), Some(end)) => format!("{}{}", &document[..start], &document[end..]),
        _ => document.to_owned(),
    }
}
