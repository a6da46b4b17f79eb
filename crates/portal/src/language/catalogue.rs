//! The catalogues, built in and parsed when first used.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use postern_model::language::Language;
use unic_langid::LanguageIdentifier;

/// Messages of one language.
pub(super) struct Catalogue(FluentBundle<FluentResource>);

/// The files of a language.
macro_rules! files {
    ($tag:literal) => {
        &[
            include_str!(concat!("../../locales/", $tag, "/frame.ftl")),
            include_str!(concat!("../../locales/", $tag, "/time.ftl")),
            include_str!(concat!("../../locales/", $tag, "/sign-in.ftl")),
            include_str!(concat!("../../locales/", $tag, "/verify.ftl")),
            include_str!(concat!("../../locales/", $tag, "/mail.ftl")),
            include_str!(concat!("../../locales/", $tag, "/letter.ftl")),
            include_str!(concat!("../../locales/", $tag, "/sms.ftl")),
            include_str!(concat!("../../locales/", $tag, "/kept.ftl")),
            include_str!(concat!("../../locales/", $tag, "/enrol.ftl")),
            include_str!(concat!("../../locales/", $tag, "/confirm.ftl")),
            include_str!(concat!("../../locales/", $tag, "/account.ftl")),
            include_str!(concat!("../../locales/", $tag, "/activity.ftl")),
            include_str!(concat!("../../locales/", $tag, "/errors.ftl")),
        ]
    };
}

/// The languages whose catalogue is complete.
const COMPLETE: [(Language, &[&str]); 8] = [
    (Language::English, files!("en")),
    (Language::Hebrew, files!("he")),
    (Language::Arabic, files!("ar")),
    (Language::German, files!("de")),
    (Language::French, files!("fr")),
    (Language::Spanish, files!("es")),
    (Language::Japanese, files!("ja")),
    (Language::SimplifiedChinese, files!("zh-Hans")),
];

/// Returns the languages whose catalogue is complete, English first.
pub fn complete() -> impl Iterator<Item = Language> {
    COMPLETE.into_iter().map(|(language, _)| language)
}

impl Catalogue {
    /// Returns the catalogue of a language; without one, the English one.
    pub(super) fn of(language: Language) -> &'static Self {
        static PARSED: [OnceLock<Catalogue>; COMPLETE.len()] = [const { OnceLock::new() }; COMPLETE.len()];
        static EMPTY: OnceLock<Catalogue> = OnceLock::new();
        let place = COMPLETE.iter().position(|(complete, _)| *complete == language).unwrap_or_default();
        match (PARSED.get(place), COMPLETE.get(place)) {
            (Some(parsed), Some((language, files))) => parsed.get_or_init(|| Self::parse(*language, files)),
            _ => EMPTY.get_or_init(|| Self::parse(Language::English, &[])),
        }
    }

    fn parse(language: Language, files: &[&str]) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // The marks that keep a name of the other direction apart from its sentence (Unicode FSI and PDI). Where everything runs
        // from left to right they would only end up in what people copy.
        bundle.set_use_isolating(language.is_right_to_left());
        for file in files {
            // Messages with errors are left out, and then shown in English. A test finds them.
            let resource = FluentResource::try_new((*file).to_owned()).unwrap_or_else(|(sound, _)| sound);
            bundle.add_resource_overriding(resource);
        }
        Self(bundle)
    }

    /// Formats a message; `None` if there is none of this id, or if a variable is missing.
    pub(super) fn format(&self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let pattern = self.0.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self.0.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}
