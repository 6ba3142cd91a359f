//! `cargo fa watch` where nobody looks at a terminal: for scripts, logs and pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::recorded::recording;

struct Game {
    folder: tempfile::TempDir,
}

impl Game {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("run.fa"), bytes).unwrap();
        Self { folder }
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-fa"));
        command.args(["fa", "watch"]).args(words.split_whitespace()).current_dir(self.folder.path());
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, words: &str) -> (Option<i32>, String, String) {
        let Output { status, stdout, stderr } = self.command(words).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }
}

/// A program that is stopped at the end of its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn once_prints_tables_or_one_object_and_ends() {
    let game = Game::new(&recording(1, 200));
    let (code, text, errors) = game.run("--once run.fa");
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(text.starts_with("run.fa: frame 200  12.5 KiB  high water 0 B  0 ns\n\n"), "{text}");
    assert!(text.contains("\nTAG         BYTES      PEAK\nphysics  12.5 KiB  12.5 KiB\n"), "{text}");
    assert!(text.contains("budget of tag `physics`  1.2 %  12.5 KiB  1.00 MiB"), "{text}");
    let (code, text, errors) = game.run("--once --format json run.fa");
    assert_eq!((code, errors.as_str(), text.lines().count()), (Some(0), "", 1));
    let view: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&view["frame"], &view["frames"], &view["left_out"]), (&200.into(), &200.into(), &0.into()));
    assert_eq!(view["tags"][0]["name"], "physics");
    assert_eq!(view["schema_version"], 1);
}

#[test]
fn what_cannot_be_watched_is_exit_code_2_with_its_reason() {
    let game = Game::new(b"no recording");
    for (words, reason) in [
        ("--once run.fa", "error: run.fa: this is not a recording of framealloc\n"),
        ("--once --wait 0.1 other.fa", "error: no frame within 0.1 s: `other.fa` does not exist yet\n"),
        ("--until-closed run.fa", "`--until-closed` is about connections"),
        ("tcp://127.0.0.1", "`tcp://127.0.0.1` has no port"),
        ("", "FILE|tcp://HOST:PORT"),
        ("--wait never run.fa", "`never` is no number of seconds"),
    ] {
        let (code, text, errors) = game.run(words);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{words}: {errors}");
        assert!(errors.contains(reason), "{words}: {errors}");
    }
}

#[test]
fn lines_follow_the_game_and_end_when_nobody_reads_them() {
    let game = Game::new(&recording(1, 20));
    let mut running =
        Running(game.command("--interval 0 --format json run.fa").stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let mut frame_of = || {
        let view: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        view["frame"].as_u64()
    };
    while frame_of() != Some(20) {}
    let whole = recording(1, 40);
    std::fs::OpenOptions::new()
        .append(true)
        .open(game.folder.path().join("run.fa"))
        .unwrap()
        .write_all(&whole[recording(1, 20).len()..])
        .unwrap();
    while frame_of() != Some(40) {}
    drop(lines);
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[test]
fn text_tells_frames_events_and_the_end_of_the_connection() {
    let game = Game::new(b"");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let watching = game
        .command(&format!("--interval 0.01 --until-closed {address}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    peer.write_all(&recording(1, 3)).unwrap();
    // A hole.
    peer.write_all(&recording(9, 1)[9..]).unwrap();
    drop(peer);
    let output = watching.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()), "{text}");
    assert!(text.contains("frame 9: frames were left out: their writer was slower than the game (5 times)"), "{text}");
    assert!(text.contains("\nframe 9  576 B  ") && text.contains("left out 5 | physics 576 B | "), "{text}");
    assert!(text.contains("gone: 127.0.0.1:") && text.contains("has closed the connection\n"), "{text}");
}
