//! Writes every sample page with its assets, and every mail, to a folder, for looking at: `gallery FOLDER`. Each language has a
//! folder; the English pages are beside them, too.

use std::path::PathBuf;

use postern_portal::language::complete;
use postern_portal::{assets, letters, pages};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    let asset_folder = folder.join("postern/assets");
    std::fs::create_dir_all(&asset_folder)?;
    for asset in [&assets::CSS, &assets::JS, &assets::PASSKEYS_JS, &assets::ICON] {
        std::fs::write(asset_folder.join(asset.url_name()), asset.body)?;
    }
    for (name, document) in pages::samples() {
        std::fs::write(folder.join(format!("{name}.html")), document?)?;
    }
    for language in complete() {
        let of_language = folder.join(language.tag());
        std::fs::create_dir_all(&of_language)?;
        for (name, document) in pages::samples_in(language) {
            std::fs::write(of_language.join(format!("{name}.html")), document?)?;
        }
        let of_mails = of_language.join("mails");
        std::fs::create_dir_all(&of_mails)?;
        for (name, content) in letters::samples_in(language) {
            let content = content?;
            std::fs::write(of_mails.join(format!("{name}.html")), content.html)?;
            std::fs::write(of_mails.join(format!("{name}.txt")), format!("{}\n\n{}", content.subject, content.text))?;
        }
    }
    Ok(())
}
