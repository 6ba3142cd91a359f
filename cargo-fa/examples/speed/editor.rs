//! The language server in the hands of an editor: how long until there are hints.

use std::io::{BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};

use crate::measure::{Row, median};

/// The bars of `cargo fa lsp`, in milliseconds.
const FIRST: f64 = 300.0;
const EDIT: f64 = 100.0;

/// Starts a server on a tree that nobody has analysed, opens a file and edits it.
pub(super) fn whole(root: &Path, file: &Path, rounds: usize, rows: &mut Vec<Row>) {
    let (mut first, mut edits) = (Vec::new(), Vec::new());
    let text = std::fs::read_to_string(file).expect("the file to edit is there");
    for round in 0..rounds {
        let _ = std::fs::remove_dir_all(root.join("target"));
        let start = Instant::now();
        let mut editor = Editor::start(root);
        let uri = format!("file://{}", file.display());
        editor.tell(
            "textDocument/didOpen",
            json!({ "textDocument": {
                "uri": uri, "languageId": "rust", "version": 1, "text": text,
            }}),
        );
        editor.hints(&uri);
        first.push(start.elapsed().as_secs_f64() * 1e3);
        for edit in 0..5 {
            let start = Instant::now();
            let text = format!("{text}\npub fn edited_{round}_{edit}(x: u32) -> u32 {{ x + {edit} }}\n");
            editor.tell(
                "textDocument/didChange",
                json!({
                    "textDocument": { "uri": uri, "version": 2 + edit }, "contentChanges": [{ "text": text }],
                }),
            );
            editor.hints(&uri);
            edits.push(start.elapsed().as_secs_f64() * 1e3);
        }
        editor.leave();
    }
    rows.push(Row::at_most("editor, game: start to hints, ms", median(&first), FIRST));
    rows.push(Row::at_most("editor, game: edit to hints, ms", median(&edits), EDIT));
}

struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: i32,
}

impl Editor {
    fn start(root: &Path) -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg("child-lsp").arg(root).env_remove("CARGO_TARGET_DIR").env_remove("CARGO_BUILD_TARGET_DIR");
        let mut server = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this program starts");
        let input = server.stdin.take().expect("it was asked for");
        let output = BufReader::new(server.stdout.take().expect("it was asked for"));
        let mut editor = Self { server, input, output, requests: 0 };
        let folder = json!([{ "uri": format!("file://{}", root.display()), "name": "game" }]);
        editor.ask("initialize", json!({ "capabilities": {}, "workspaceFolders": folder }));
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: impl Into<Message>) {
        message.into().write(&mut self.input).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    fn tell(&mut self, method: &str, parameters: Value) {
        self.send(Notification::new(method.to_owned(), parameters));
    }

    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.requests += 1;
        self.send(Request::new(self.requests.into(), method.to_owned(), parameters));
        loop {
            if let Message::Response(response) = Message::read(&mut self.output).expect("JSON").expect("an answer") {
                return serde_json::to_value(response).expect("JSON")["result"].take();
            }
        }
    }

    fn hints(&mut self, uri: &str) {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } });
        let hints = self.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": uri }, "range": range }));
        assert!(hints.as_array().is_some_and(|hints| !hints.is_empty()), "a file with systems: {hints}");
    }

    fn leave(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.server.wait().expect("it ends").success());
    }
}
