//! Commands of root leave files that the service's user can open.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use super::program::Program;

/// The service's user; it need not exist.
const SERVICE: u32 = 65_431;

fn owner(path: &Path) -> (u32, u32) {
    let metadata = std::fs::metadata(path).unwrap();
    (metadata.uid(), metadata.gid())
}

fn is_root() -> bool {
    owner(Path::new("/proc/self")).0 == 0
}

/// Everything in the state folder, and the folder itself.
fn owners(program: &Program) -> Vec<(u32, u32)> {
    let state = program.path("state");
    let files = std::fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path());
    let all: Vec<_> = files.chain([state]).map(|path| owner(&path)).collect();
    assert!(all.len() >= 2, "the folder and the database");
    all
}

#[test]
fn what_root_s_first_command_makes_belongs_to_the_service() {
    if !is_root() {
        // Only root can give files away, and only root's are in the way of the service.
        return;
    }
    for there in [true, false] {
        let program = Program::new();
        if there {
            std::fs::create_dir(program.path("state")).unwrap();
            chown(program.path("state"), Some(SERVICE), Some(SERVICE)).unwrap();
        } else {
            chown(program.folder.path(), Some(SERVICE), Some(SERVICE)).unwrap();
        }
        for command in [&["migrate"][..], &["users", "list"]] {
            let ran = program.run(command);
            assert_eq!(ran.code, 0, "{}", ran.err);
            assert!(owners(&program).iter().all(|owner| *owner == (SERVICE, SERVICE)), "{:?}", owners(&program));
        }
    }
}
