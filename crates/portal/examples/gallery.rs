//! Writes every sample page with its assets to a folder, for looking at: `gallery FOLDER`.

use std::path::PathBuf;

use postern_portal::{assets, pages};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: gallery FOLDER")?);
    let asset_folder = folder.join("postern/assets");
    std::fs::create_dir_all(&asset_folder)?;
    for asset in [&assets::CSS, &assets::JS, &assets::ICON] {
        std::fs::write(asset_folder.join(asset.url_name()), asset.body)?;
    }
    for (name, document) in pages::samples() {
        std::fs::write(folder.join(format!("{name}.html")), document?)?;
    }
    Ok(())
}
