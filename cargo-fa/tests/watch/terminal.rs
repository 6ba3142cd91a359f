//! The screen, on a real terminal of its own: what it shows, what keys and sizes do, and that the terminal is as it was.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cargo_fa::watch::terminal::Guard;
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use crate::recorded::recording;

/// A terminal, and a program on it.
struct Terminal {
    /// The side of whoever looks and types.
    ours: File,
    /// The side of the program.
    theirs: File,
    before: Termios,
    screen: Arc<Mutex<vt100::Parser>>,
    program: Child,
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn size(columns: u16, rows: u16) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

impl Terminal {
    /// Runs what `command` makes of a folder on a terminal of 100 columns and 30 rows; `None` where none is to be had.
    fn run(command: impl FnOnce(&std::path::Path) -> Command) -> Option<Self> {
        let ours = rustix::pty::openpt(rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY).ok()?;
        rustix::pty::grantpt(&ours).unwrap();
        rustix::pty::unlockpt(&ours).unwrap();
        let name = rustix::pty::ptsname(&ours, Vec::new()).unwrap();
        let theirs = File::options().read(true).write(true).open(OsStr::from_bytes(name.to_bytes())).unwrap();
        tcsetwinsize(&ours, size(100, 30)).unwrap();
        let before = tcgetattr(&theirs).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.fa");
        std::fs::write(&path, recording(1, 20)).unwrap();
        // In a session of its own, so that sizes and keys reach it as they reach programs of people.
        let wanted = command(folder.path());
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(wanted.get_program()).args(wanted.get_args()).current_dir(folder.path());
        for (name, value) in wanted.get_envs() {
            session.env(name, value.unwrap());
        }
        session.env("TERM", "xterm-256color").env_remove("NO_COLOR");
        session.stdin(theirs.try_clone().unwrap()).stdout(theirs.try_clone().unwrap());
        session.stderr(theirs.try_clone().unwrap());
        let program = session.spawn().unwrap();
        let screen = Arc::new(Mutex::new(vt100::Parser::new(30, 100, 0)));
        let ours = File::from(ours);
        let (mut read, seen) = (ours.try_clone().unwrap(), Arc::clone(&screen));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = read.read(&mut bytes) {
                seen.lock().unwrap().process(&bytes[..count]);
            }
        });
        Some(Self { ours, theirs, before, screen, program, _folder: folder, path })
    }

    fn watching(words: &str) -> Option<Self> {
        Self::run(|_| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-fa"));
            command.args(["fa", "watch"]).args(words.split_whitespace());
            command
        })
    }

    fn shows(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    fn until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let shows = self.shows();
            if holds(&shows) {
                return shows;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{what}:\n{shows}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&mut self, keys: &str) {
        self.ours.write_all(keys.as_bytes()).unwrap();
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.program), signal).unwrap();
    }

    /// Waits for the end, and holds the terminal against what it was.
    fn ended(mut self) -> ExitStatus {
        let begun = Instant::now();
        let status = loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                break status;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "it does not end:\n{}", self.shows());
            std::thread::sleep(Duration::from_millis(10));
        };
        let now = tcgetattr(&self.theirs).unwrap();
        assert_eq!(format!("{now:?}"), format!("{:?}", self.before), "lines, echo and signals are as they were");
        // The last that it wrote has been read when this has.
        self.theirs.write_all(b"\r\nall of it was read").unwrap();
        self.until("it was read", |shows| shows.contains("all of it was read"));
        let parser = self.screen.lock().unwrap();
        assert!(!parser.screen().alternate_screen(), "the screen is that of before");
        assert!(!parser.screen().hide_cursor(), "the cursor is there");
        status
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

macro_rules! terminal {
    ($made:expr) => {
        match $made {
            Some(terminal) => terminal,
            None => {
                eprintln!("this machine has no terminals to give");
                return;
            }
        }
    };
}

#[test]
fn a_growing_recording_is_on_the_screen_and_keys_change_what_is_shown() {
    let mut terminal = terminal!(Terminal::watching("run.fa"));
    let shows = terminal.until("the first frames", |shows| shows.contains("frame 20  1.25 KiB"));
    assert!(shows.contains("cargo fa watch  run.fa") && shows.contains("TAG") && shows.contains("physics"), "{shows}");
    assert!(shows.contains("budget of tag `physics`  0.1 %"), "{shows}");
    // It grows.
    let whole = recording(1, 400);
    let mut file = File::options().append(true).open(&terminal.path).unwrap();
    file.write_all(&whole[recording(1, 20).len()..]).unwrap();
    terminal.until("more frames", |shows| shows.contains("frame 400  25.0 KiB"));
    terminal.press("s");
    terminal.until("another order", |shows| shows.contains("sorted by peak"));
    // A filter that nothing fits, then none.
    terminal.press("/zzz");
    terminal.until("what is typed", |shows| shows.contains("/zzz_") && !shows.contains("physics"));
    terminal.press("\u{7f}\u{7f}\u{7f}phy\r");
    terminal.until("the filter", |shows| shows.contains("filter: phy") && shows.contains("physics"));
    terminal.press("3");
    terminal.until("budgets alone", |shows| shows.contains("BUDGET") && !shows.contains("TAG"));
    terminal.press("?");
    terminal.until("help", |shows| shows.contains("Ctrl-C   end") && !shows.contains("BUDGET"));
    terminal.press("?0p");
    terminal.until("a pause", |shows| shows.contains("paused") && shows.contains("TAG"));
    // Smaller, then larger: the bars are where the ends are.
    for (columns, rows) in [(40, 8), (120, 40), (1, 1), (80, 24)] {
        // Before the program knows: whatever it draws after that is for this size.
        terminal.screen.lock().unwrap().screen_mut().set_size(rows, columns);
        tcsetwinsize(&terminal.ours, size(columns, rows)).unwrap();
        if columns > 1 {
            terminal.until("the new size", |shows| {
                let lines: Vec<&str> = shows.lines().collect();
                lines.len() == usize::from(rows)
                    && lines[0].contains("cargo fa watch")
                    && lines[lines.len() - 1].contains("q end")
            });
        }
    }
    terminal.press("q");
    assert_eq!(terminal.ended().code(), Some(0));
}

#[test]
fn control_c_ends_it_as_a_key() {
    let mut terminal = terminal!(Terminal::watching("run.fa"));
    terminal.until("the first frames", |shows| shows.contains("frame 20"));
    terminal.press("\u{3}");
    assert_eq!(terminal.ended().code(), Some(0));
}

#[test]
fn signals_end_it_and_are_what_it_ended_by() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let terminal = terminal!(Terminal::watching("run.fa"));
        terminal.until("the first frames", |shows| shows.contains("frame 20"));
        terminal.signal(signal);
        assert_eq!(terminal.ended().signal(), Some(signal.as_raw()));
    }
}

#[test]
fn what_is_no_recording_is_told_after_the_screen() {
    let terminal = terminal!(Terminal::run(|folder| {
        std::fs::write(folder.join("text"), "this is a text").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-fa"));
        command.args(["fa", "watch", "text"]);
        command
    }));
    terminal.until("the reason", |shows| shows.contains("error: text: this is not a recording of framealloc"));
    assert_eq!(terminal.ended().code(), Some(2));
}

#[test]
fn a_damaged_recording_stays_on_the_screen_with_the_reason() {
    let mut terminal = terminal!(Terminal::watching("run.fa"));
    terminal.until("the first frames", |shows| shows.contains("frame 20"));
    let mut damaged = recording(1, 30);
    damaged.extend([7; 100]);
    let mut file = File::options().append(true).open(&terminal.path).unwrap();
    file.write_all(&damaged[recording(1, 20).len()..]).unwrap();
    terminal.until("the reason", |shows| {
        shows.contains("damaged") && shows.contains("frame 30") && shows.contains("failed")
    });
    terminal.press("q");
    assert_eq!(terminal.ended().code(), Some(0));
}

#[test]
fn a_panic_gives_the_terminal_back() {
    const INSIDE: &str = "FRAMEALLOC_TEST_OF_A_PANIC";
    if std::env::var_os(INSIDE).is_some() {
        // This is the program on the terminal.
        let _guard = Guard::enter().unwrap();
        panic!("on the terminal: this is of the test");
    }
    let terminal = terminal!(Terminal::run(|_| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "terminal::a_panic_gives_the_terminal_back", "--nocapture"]).env(INSIDE, "1");
        command
    }));
    assert_eq!(terminal.ended().code(), Some(101));
}
