//! `cargo fa lsp`, driven over its standard input and output as an editor does.

mod support;

use std::io::{BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use framealloc_trace::{Encoder, FrameView, Kind, SystemFigures, SystemHeap};
use lsp_server::{Message, Notification, Request, Response};
use serde_json::{Value, json};
use support::Sample;

const GAME: &str = "use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = \"physics\", budget = \"4KiB\")]
pub fn solve(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u64>(100).len()
}

#[frame_system]
pub fn grow(alloc: &SmartAlloc, count: usize) -> usize {
    /* ß𝄞 */ let text = format!(\"{count}\");
    alloc.frame_slice_zeroed::<u8>(count).len() + text.len()
}
";

/// An editor and the server that it has started.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    requests: i32,
    /// What the server said unasked.
    heard: Vec<Message>,
    uri: String,
}

impl Editor {
    fn start(sample: &Sample, words: &[&str], capabilities: &Value) -> Self {
        Self::start_in(sample, &[sample], words, capabilities)
    }

    /// An editor with several folders, of which it first looks at the first.
    fn start_in(sample: &Sample, folders: &[&Sample], words: &[&str], capabilities: &Value) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-fa"));
        command.arg("fa").arg("lsp").args(words).current_dir(sample.path(""));
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()));
        let root = sample.path("").canonicalize().unwrap();
        let uri = format!("file://{}/src/lib.rs", root.display());
        let mut editor = Self { server, input, output, requests: 0, heard: Vec::new(), uri };
        let folders: Vec<Value> = folders.iter().map(|folder| folder_of(folder)).collect();
        let result = editor.ask("initialize", json!({ "capabilities": capabilities, "workspaceFolders": folders }));
        assert_eq!(result["serverInfo"]["name"], "cargo-fa");
        editor.tell("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: impl Into<Message>) {
        message.into().write(&mut self.input).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, parameters: Value) {
        self.send(Notification::new(method.to_owned(), parameters));
    }

    fn response(&mut self, method: &str, parameters: Value) -> Response {
        self.requests += 1;
        let id = self.requests.into();
        self.send(Request::new(id, method.to_owned(), parameters));
        loop {
            match Message::read(&mut self.output).unwrap().expect("the server answers") {
                Message::Response(response) => return response,
                other => self.heard.push(other),
            }
        }
    }

    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        serde_json::to_value(self.response(method, parameters)).unwrap()["result"].take()
    }

    fn open(&mut self, text: &str) {
        let document = json!({ "uri": self.uri, "languageId": "rust", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, text: &str) {
        let parameters =
            json!({ "textDocument": { "uri": self.uri, "version": 2 }, "contentChanges": [{ "text": text }] });
        self.tell("textDocument/didChange", parameters);
    }

    /// The line and label of each hint.
    fn hints(&mut self) -> Vec<(u64, String)> {
        let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
        let parameters = json!({ "textDocument": { "uri": self.uri }, "range": whole });
        let hints = self.ask("textDocument/inlayHint", parameters);
        let rows = hints.as_array().unwrap().iter();
        rows.map(|hint| (hint["position"]["line"].as_u64().unwrap(), hint["label"].as_str().unwrap().to_owned()))
            .collect()
    }

    fn at(&self, line: u32, character: u32) -> Value {
        json!({ "textDocument": { "uri": self.uri }, "position": { "line": line, "character": character } })
    }

    fn leave(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.server.wait().unwrap().success());
    }
}

/// A folder as the protocol has it.
fn folder_of(sample: &Sample) -> Value {
    json!({ "uri": format!("file://{}", sample.path("").canonicalize().unwrap().display()), "name": "game" })
}

fn library(sample: &Sample) -> String {
    format!("file://{}/src/lib.rs", sample.path("").canonicalize().unwrap().display())
}

fn run() -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::System, 1, "game::solve", 0);
    let heap = Some(SystemHeap { calls: 3, bytes: 24 });
    let systems = [SystemFigures { id: 1, calls: 1, bytes: 800, largest_call: 800, heap }];
    encoder.frame(&FrameView { number: 1, bytes: 800, systems: &systems, ..FrameView::default() });
    encoder.into_bytes()
}

fn hint(line: u64, label: &str) -> (u64, String) {
    (line, label.to_owned())
}

#[test]
fn figures_stand_beside_systems_and_follow_what_is_not_saved() {
    let sample = Sample::game(GAME);
    let mut editor = Editor::start(&sample, &[], &json!({}));
    editor.open(GAME);
    assert_eq!(editor.hints(), [hint(3, "≤ 800 B of 4.00 KiB"), hint(8, "no bound")]);
    editor.change(&format!("\n\n{}", GAME.replace("(100)", "(200)")));
    assert_eq!(editor.hints(), [hint(5, "≤ 1.56 KiB of 4.00 KiB"), hint(10, "no bound")]);
    // Half of a word: what can still be read has its figures.
    editor.change(&GAME.replace("pub fn grow", "pub fn gr ow"));
    assert_eq!(editor.hints().first(), Some(&hint(3, "≤ 800 B of 4.00 KiB")));
    // Closed without being saved: what is on disk counts again.
    let uri = editor.uri.clone();
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.hints(), [hint(3, "≤ 800 B of 4.00 KiB"), hint(8, "no bound")]);
    editor.leave();
}

#[test]
fn a_run_stands_beside_the_bound_and_is_read_again_when_it_changes() {
    let sample = Sample::game(GAME);
    std::fs::write(sample.path("run.fa"), run()).unwrap();
    let mut editor = Editor::start(&sample, &["--trace", "run.fa"], &json!({}));
    editor.open(GAME);
    let measured = "≤ 800 B of 4.00 KiB · measured 800 B, 3 calls of the heap";
    assert_eq!(editor.hints(), [hint(3, measured), hint(8, "no bound · never ran")]);
    // Cut off while it is written: the last whole one stays.
    std::fs::write(sample.path("run.fa"), b"FATRACE").unwrap();
    assert_eq!(editor.hints()[0], hint(3, measured));
    editor.leave();
}

#[test]
fn a_hover_tells_how_the_figures_come_about() {
    let sample = Sample::game(GAME);
    let mut editor = Editor::start(&sample, &[], &json!({}));
    editor.open(GAME);
    let parameters = editor.at(3, 9);
    let hover = editor.ask("textDocument/hover", parameters);
    let text = hover["contents"]["value"].as_str().unwrap();
    for part in [
        "**`game::solve`** · tag `physics` · budget 4.00 KiB a call",
        "at most 800 bytes",
        "- 800 bytes: ",
        "src/lib.rs:5",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let parameters = editor.at(0, 0);
    assert_eq!(editor.ask("textDocument/hover", parameters), Value::Null);
    let parameters = editor.at(8, 8);
    let open = editor.ask("textDocument/hover", parameters);
    assert!(
        open["contents"]["value"].as_str().unwrap().contains("- no number: `frame_slice` (src/lib.rs:11)"),
        "{open}"
    );
    editor.leave();
}

#[test]
fn a_fix_is_an_edit_in_the_units_of_the_editor() {
    let sample = Sample::game(GAME);
    for (capabilities, character) in [(json!({}), 25), (json!({ "general": { "positionEncodings": ["utf-8"] } }), 28)] {
        let mut editor = Editor::start(&sample, &[], &capabilities);
        editor.open(GAME);
        let at = json!({ "line": 9, "character": character });
        let range = json!({ "start": at, "end": at });
        let parameters =
            json!({ "textDocument": { "uri": editor.uri }, "range": range, "context": { "diagnostics": [] } });
        let actions = editor.ask("textDocument/codeAction", parameters);
        let uri = editor.uri.clone();
        let edit = &actions[0]["edit"]["changes"][&uri][0];
        assert!(actions[0]["title"].as_str().unwrap().starts_with("FA401: "), "{actions}");
        assert_eq!(edit["newText"], "framealloc::frame_format", "{actions}");
        assert_eq!(edit["range"]["start"], json!({ "line": 9, "character": character }), "{actions}");
        editor.leave();
    }
}

#[test]
fn findings_are_published_where_that_was_asked_for_and_taken_back() {
    let sample = Sample::game(GAME);
    let mut editor = Editor::start(
        &sample,
        &["--diagnostics"],
        &json!({ "workspace": { "inlayHint": { "refreshSupport": true } } }),
    );
    editor.open(GAME);
    let published = |editor: &mut Editor| loop {
        match Message::read(&mut editor.output).unwrap().unwrap() {
            Message::Notification(told) if told.method == "textDocument/publishDiagnostics" => return told.params,
            Message::Request(asked) => assert_eq!(asked.method, "workspace/inlayHint/refresh"),
            other => panic!("{other:?}"),
        }
    };
    let first = published(&mut editor);
    assert_eq!(first["diagnostics"][0]["code"], "FA401", "{first}");
    assert_eq!(first["diagnostics"][0]["source"], "cargo-fa");
    let harmless = GAME.replace("format!(\"{count}\")", "\"text\"");
    editor.change(&harmless);
    let second = published(&mut editor);
    assert_eq!(second["diagnostics"].as_array().unwrap().len(), 0, "{second}");
    editor.leave();
}

#[test]
fn what_is_wrong_is_told_once_and_the_server_goes_on() {
    let sample = Sample::game(GAME).file(".fa.toml", "[tags.physics]\nbugdet = \"1MiB\"\n");
    let mut editor = Editor::start(&sample, &[], &json!({}));
    editor.open(GAME);
    assert_eq!(editor.hints(), []);
    editor.change(GAME);
    assert_eq!(editor.hints(), []);
    let told = editor
        .heard
        .iter()
        .filter(|message| matches!(message, Message::Notification(told) if told.method == "window/showMessage"));
    assert_eq!(told.count(), 1, "{:?}", editor.heard);
    sample.write(".fa.toml", "");
    let uri = format!("file://{}", sample.path(".fa.toml").canonicalize().unwrap().display());
    editor.tell("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(editor.hints().len(), 2);
    let refused = editor.response("textDocument/rename", json!({}));
    assert!(
        serde_json::to_value(refused).unwrap()["error"]["message"].as_str().unwrap().contains("textDocument/rename")
    );
    editor.leave();
}

#[test]
fn each_folder_of_the_workspace_is_served_and_folders_come_and_go() {
    let other_game = GAME.replace("(100)", "(10)");
    let (game, other, notes) = (Sample::game(GAME), Sample::game(&other_game), Sample::empty());
    let mut editor = Editor::start_in(&game, &[&notes, &game, &other], &["--diagnostics"], &json!({}));
    editor.open(GAME);
    let (first, second) = (library(&game), library(&other));
    assert_eq!(editor.hints(), [hint(3, "≤ 800 B of 4.00 KiB"), hint(8, "no bound")]);
    editor.uri.clone_from(&second);
    assert_eq!(editor.hints(), [hint(3, "≤ 80 B of 4.00 KiB"), hint(8, "no bound")], "though it is not open");
    // What is not saved in one is nothing to the other.
    editor.open(&other_game.replace("(10)", "(20)"));
    assert_eq!(editor.hints()[0], hint(3, "≤ 160 B of 4.00 KiB"));
    editor.uri.clone_from(&first);
    assert_eq!(editor.hints()[0], hint(3, "≤ 800 B of 4.00 KiB"));
    // Findings of both are published, and taken back with the folder.
    hear_of(&mut editor, &second, |findings| findings > 0);
    let leaves = json!({ "event": { "added": [], "removed": [folder_of(&other)] } });
    editor.tell("workspace/didChangeWorkspaceFolders", leaves);
    editor.change(GAME);
    hear_of(&mut editor, &second, |findings| findings == 0);
    editor.uri.clone_from(&second);
    assert_eq!(editor.hints(), []);
    let comes = json!({ "event": { "added": [folder_of(&other)], "removed": [] } });
    editor.tell("workspace/didChangeWorkspaceFolders", comes);
    assert_eq!(editor.hints()[0], hint(3, "≤ 160 B of 4.00 KiB"), "and what the editor has of it is known");
    let is_wrong =
        |message: &Message| matches!(message, Message::Notification(told) if told.method == "window/showMessage");
    assert!(!editor.heard.iter().any(is_wrong), "{:?}", editor.heard);
    editor.leave();
}

/// Waits until so many findings of a file are published.
fn hear_of(editor: &mut Editor, uri: &str, wanted: impl Fn(usize) -> bool) {
    let heard = |message: &Message| match message {
        Message::Notification(told) if told.params["uri"] == *uri => {
            wanted(told.params["diagnostics"].as_array().unwrap().len())
        }
        _ => false,
    };
    if editor.heard.drain(..).any(|message| heard(&message)) {
        return;
    }
    while !heard(&Message::read(&mut editor.output).unwrap().unwrap()) {}
}
