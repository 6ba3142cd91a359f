//! Tests that run themselves again, as programs that may end.
#![allow(dead_code, reason = "each program uses a part")]

use std::process::Command;

/// This program, by what runs programs of its target: an emulator that the kernel does not know is named by `FRAMEALLOC_RUNNER`.
fn this_program() -> Command {
    let program = std::env::current_exe().expect("the program has a path");
    match std::env::var_os("FRAMEALLOC_RUNNER") {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// The test `name` of the module with this path (`module_path!()`), in a process of its own.
pub(crate) fn again(module: &str, name: &str) -> Command {
    let mut child = this_program();
    let test = match module.split_once("::") {
        Some((_program, inside)) => format!("{inside}::{name}"),
        None => name.to_owned(),
    };
    child.args([&*test, "--exact", "--nocapture"]);
    child
}
