//! How the program is laid out. What a gateway uses lies together, so that the rest of the program, which is most of it, is not
//! in memory; and what every request uses comes first, so that it is on few pages.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=POSTERN_USED");
    // A release knows better what it uses (bench/train) than the list that is kept for all.
    let list = env::var("POSTERN_USED").unwrap_or_else(|_| "used.txt".to_owned());
    println!("cargo::rerun-if-changed={list}");
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    // Where nothing is optimised, functions are others, and so are their names.
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") || is("OPT_LEVEL", "0") {
        return;
    }
    // Not every linker reads scripts: whoever chose one gets by with its own order.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    if env::var_os("RUSTC_LINKER").is_some() || flags.contains("linker") || flags.contains("fuse-ld") {
        return;
    }
    let folder = env::var_os("OUT_DIR").unwrap_or_default();
    let script = Path::new(&folder).join("layout.ld");
    let used = fs::read_to_string(list).unwrap_or_default();
    // The compiler tells those apart that it takes for often and for rarely called, and that are called at the start alone.
    let section = |name| format!("*(.text.hot.{name} .text.{name} .text.unlikely.{name} .text.startup.{name})\n");
    let sections: String = used.lines().map(section).collect();
    let layout = format!("SECTIONS {{ .text.used : {{\n{sections}}} }} INSERT BEFORE .text;\n");
    match fs::write(&script, layout) {
        Ok(()) => println!("cargo::rustc-link-arg-bin=postern=-Wl,-T,{}", script.display()),
        Err(error) => println!("cargo::warning=the program is not laid out: {error}"),
    }
    // A fifth of what the loader reads at every start. A C library before 2.36 does not understand it.
    if env::var("HOST") == env::var("TARGET") && c_library().is_some_and(|version| version >= (2, 36)) {
        println!("cargo::rustc-link-arg-bin=postern=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of the C library here, which is where the program runs, or an older one.
fn c_library() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
