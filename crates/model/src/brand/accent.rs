//! The accent colour of the pages, and what is derived from it so that all text stays readable.

use super::Colour;

/// Contrast that text has at least (WCAG 2.2, 1.4.6, level AAA).
pub const CONTRAST: f64 = 7.0;

/// Part of the accent in the ground of messages and badges.
const TINT: f64 = 0.08;
/// Gold of the drawing beside the text, in which the letter on the account page is written too.
const BRASS: Colour = Colour::new(0xf0, 0xc8, 0x78);

/// Light or dark pages, as the browser asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on light grounds.
    Light,
    /// Light text on dark grounds.
    Dark,
}

/// The accent colours of a deployment. Text in them is readable on the grounds of their scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    light: Colour,
    dark: Colour,
}

/// The colours of one scheme that are derived from the accent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Links and the main buttons.
    pub accent: Colour,
    /// The same under the pointer.
    pub deep: Colour,
    /// Text on the main buttons.
    pub on_accent: Colour,
    /// Ground of messages, badges and keys.
    pub tint: Colour,
    /// The wall beside the text, from here …
    pub wall: Colour,
    /// … to here.
    pub wall_deep: Colour,
    /// The quieter text on the wall.
    pub wall_muted: Colour,
}

impl Scheme {
    /// Returns the ground of the pages, and that of their boxes, as the style sheet has them.
    pub const fn grounds(self) -> [Colour; 2] {
        match self {
            Self::Light => [Colour::new(0xf4, 0xf6, 0xf5), Colour::WHITE],
            Self::Dark => [Colour::new(0x0d, 0x14, 0x12), Colour::new(0x14, 0x1d, 0x1a)],
        }
    }

    /// Returns the lowest contrast of text in this accent on the grounds on which it is used.
    pub fn contrast(self, accent: Colour) -> f64 {
        let [ground, surface] = self.grounds();
        let grounds = [ground, surface, surface.mixed(accent, TINT)];
        grounds.into_iter().map(|ground| accent.contrast(ground)).fold(f64::INFINITY, f64::min)
    }

    /// Returns the accent, made darker or lighter until text in it is readable.
    pub fn readable(self, accent: Colour) -> Colour {
        let towards = match self {
            Self::Light => Colour::BLACK,
            Self::Dark => Colour::WHITE,
        };
        let steps = (0..=100_u8).map(|step| accent.mixed(towards, f64::from(step) / 100.0));
        steps.into_iter().find(|mixed| self.contrast(*mixed) >= CONTRAST).unwrap_or(towards)
    }
}

impl Accent {
    /// Takes the accent of light pages and that of dark ones. `None` for one whose text is not readable; see
    /// [`Scheme::contrast`] and [`Scheme::readable`].
    pub fn new(light: Colour, dark: Colour) -> Option<Self> {
        let readable = Scheme::Light.contrast(light) >= CONTRAST && Scheme::Dark.contrast(dark) >= CONTRAST;
        readable.then_some(Self { light, dark })
    }

    /// Returns the colours of a scheme.
    pub fn palette(&self, scheme: Scheme) -> Palette {
        let [_, surface] = scheme.grounds();
        let (wall, wall_muted) = wall(self.light);
        let (accent, deep, on_accent, wall) = match scheme {
            Scheme::Light => (self.light, self.light.mixed(Colour::BLACK, 0.25), Colour::WHITE, wall),
            Scheme::Dark => {
                let on_accent = Colour::BLACK.mixed(self.dark, 0.08);
                (self.dark, self.dark.mixed(Colour::WHITE, 0.25), on_accent, wall.mixed(Colour::BLACK, 0.35))
            }
        };
        let wall_deep = wall.mixed(Colour::BLACK, 0.35);
        Palette { accent, deep, on_accent, tint: surface.mixed(accent, TINT), wall, wall_deep, wall_muted }
    }
}

/// Returns the wall, dark enough for what stands on it, and its quieter text.
fn wall(accent: Colour) -> (Colour, Colour) {
    let of = |step: u8| {
        let wall = accent.mixed(Colour::BLACK, f64::from(step) / 100.0);
        (wall, wall.mixed(Colour::WHITE, 0.8))
    };
    let fits = |(wall, muted): &(Colour, Colour)| wall.contrast(*muted) >= CONTRAST && wall.contrast(BRASS) >= CONTRAST;
    (10..=100).map(of).find(fits).unwrap_or((Colour::BLACK, Colour::WHITE))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn colour() -> impl Strategy<Value = Colour> {
        any::<[u8; 3]>().prop_map(|[red, green, blue]| Colour::new(red, green, blue))
    }

    #[test]
    fn an_accent_that_is_hard_to_read_is_none() {
        let (good, pale) = ("#084c40".parse().unwrap(), "#3f8cff".parse().unwrap());
        let light = "#6ed3b6".parse().unwrap();
        assert!(Accent::new(good, light).is_some());
        assert_eq!(Accent::new(pale, light), None);
        assert_eq!(Accent::new(good, good), None);
    }

    #[test]
    fn an_accent_is_changed_as_little_as_it_must_be() {
        let pale: Colour = "#3f8cff".parse().unwrap();
        let (light, dark) = (Scheme::Light.readable(pale), Scheme::Dark.readable(pale));
        assert!(![pale, Colour::BLACK, Colour::WHITE].contains(&light), "{light}");
        assert!(![Colour::BLACK, Colour::WHITE].contains(&dark), "{dark}");
        let accent = Accent::new("#084c40".parse().unwrap(), dark).unwrap();
        let Palette { wall, wall_muted, .. } = accent.palette(Scheme::Light);
        assert_eq!((wall, wall_muted), ("#074338".parse().unwrap(), "#cdd9d7".parse().unwrap()));
    }

    #[test]
    fn a_readable_accent_stays_as_it_is() {
        let accent = "#084c40".parse().unwrap();
        assert_eq!(Scheme::Light.readable(accent), accent);
    }

    proptest! {
        #[test]
        fn whatever_is_chosen_all_text_can_be_read(chosen in colour()) {
            let accent = Accent::new(Scheme::Light.readable(chosen), Scheme::Dark.readable(chosen)).unwrap();
            for scheme in [Scheme::Light, Scheme::Dark] {
                let Palette { accent, deep, on_accent, tint, wall, wall_deep, wall_muted } = accent.palette(scheme);
                let [ground, surface] = scheme.grounds();
                let on = [ground, surface, tint].into_iter().flat_map(|ground| [(accent, ground), (deep, ground)]);
                let buttons = [(on_accent, accent), (on_accent, deep)];
                let walls = [wall, wall_deep].into_iter();
                let walls = walls.flat_map(|wall| [(Colour::WHITE, wall), (wall_muted, wall), (BRASS, wall)]);
                for (text, ground) in on.chain(buttons).chain(walls) {
                    prop_assert!(text.contrast(ground) >= CONTRAST, "{chosen} {scheme:?}: {text} on {ground}");
                }
            }
        }
    }
}
