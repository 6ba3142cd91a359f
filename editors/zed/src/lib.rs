//! Starts `cargo fa lsp` in Zed.
#![forbid(unsafe_code)]

use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree, settings::LspSettings};

struct CargoFa;

impl zed::Extension for CargoFa {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let cargo = worktree.which("cargo").ok_or("`cargo` is not in the PATH")?;
        // What `lsp.cargo-fa.binary.arguments` says comes after `lsp`: `--trace game.fa`, `--diagnostics`.
        let settings = LspSettings::for_worktree(server.as_ref(), worktree)?;
        let more = settings.binary.and_then(|binary| binary.arguments).unwrap_or_default();
        let args = ["fa", "lsp"].map(String::from).into_iter().chain(more).collect();
        Ok(Command { command: cargo, args, env: worktree.shell_env() })
    }
}

zed::register_extension!(CargoFa);
