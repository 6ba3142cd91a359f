//! What must not compile does not, at the user's token and in the agreed words; what must compile does, and runs.
//!
//! The expected messages (`*.stderr`) are those of the compiler that the project is developed with. After a change of it,
//! `TRYBUILD=overwrite cargo test -p ui-tests --test compile` writes them anew; read the difference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler whose words the expected messages are.
const WORDS_OF: &str = "1.95.";

#[test]
fn compile() {
    // Set for the second run of this test, below.
    const BARE: &str = "FRAMEALLOC_BARE_SYSROOT";
    if std::env::var_os(BARE).is_none() {
        if let Some(bare) = sysroot_without_sources() {
            let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
            let flags = format!("{flags} --sysroot={}", bare.display());
            let mut again = Command::new(std::env::current_exe().expect("the program has a path"));
            again.args(["compile", "--exact", "--nocapture"]).env(BARE, "1").env("RUSTFLAGS", flags);
            assert!(again.status().expect("this test again").success(), "see above");
            return;
        }
    }
    let cases = trybuild::TestCases::new();
    let version = rustc(&["--version"]);
    if version.split_whitespace().nth(1).is_some_and(|number| number.starts_with(WORDS_OF)) {
        cases.compile_fail("fail/*/*.rs");
    } else {
        println!("ui-tests: fail/ was not run: its messages are worded as by rustc {WORDS_OF}x, and this is {version}");
    }
    cases.pass("pass/*.rs");
    cases.pass("hostile/*.rs");
}

/// Where `rust-src` is installed, messages about std quote its source, and elsewhere they do not: a folder that is the compiler's own
/// libraries without their source, so that the words are the same everywhere. `None` where there is no source.
#[cfg(unix)]
fn sysroot_without_sources() -> Option<PathBuf> {
    let libraries = Path::new(&rustc(&["--print", "sysroot"])).join("lib/rustlib");
    if !libraries.join("src/rust/library").exists() {
        return None;
    }
    let bare = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sysroot-without-sources");
    let there = bare.join("lib/rustlib");
    // Links to a compiler that was replaced meanwhile would lead nowhere.
    let _ = fs::remove_dir_all(&bare);
    fs::create_dir_all(&there).expect("a folder of the tests' own");
    for entry in fs::read_dir(&libraries).expect("the compiler's libraries") {
        let entry = entry.expect("the compiler's libraries");
        if entry.file_name() != "src" {
            std::os::unix::fs::symlink(entry.path(), there.join(entry.file_name())).expect("a link");
        }
    }
    Some(bare)
}

/// Links need rights on other systems: with `rust-src` messages differ there.
#[cfg(not(unix))]
fn sysroot_without_sources() -> Option<PathBuf> {
    None
}

fn rustc(arguments: &[&str]) -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).args(arguments).output().expect("the compiler runs");
    String::from_utf8(output.stdout).expect("its words are text").trim().to_owned()
}
