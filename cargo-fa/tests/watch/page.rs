//! The page: what browsers get, and what others do not.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::recorded::recording;

/// `cargo fa watch --page` of a recording of 20 frames.
struct Served {
    program: Child,
    address: String,
    folder: tempfile::TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn serve() -> Served {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("run.fa"), recording(1, 20)).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_cargo-fa"))
        .args(["fa", "watch", "--page=0", "run.fa"])
        .current_dir(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("cargo-fa: run.fa is shown at http://").unwrap_or_else(|| panic!("{line}"));
    let address = url.trim_end_matches('/').to_owned();
    Served { program, address, folder }
}

impl Served {
    fn ask(&self, request: &str) -> (String, String) {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer}"));
        (head.to_owned(), body.to_owned())
    }

    fn get(&self, path: &str) -> (String, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address))
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let served = serve();
    assert!(served.address.starts_with("127.0.0.1:"), "{}", served.address);
    let (head, page) = served.get("/");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("Content-Security-Policy: default-src 'none'"));
    let length = format!("Content-Length: {}", page.len());
    assert!(head.contains(&length) && head.contains("Content-Type: text/html; charset=utf-8"), "{head}");
    for text in [page, served.get("/watch.css").1, served.get("/watch.js").1] {
        assert!(!text.contains("http:") && !text.contains("https:"), "it loads nothing from a network");
    }
    assert!(served.get("/watch.js").0.contains("text/javascript"));
    assert!(served.get("/other").0.starts_with("HTTP/1.1 404 "));
}

#[test]
fn what_is_known_is_sent_as_it_changes() {
    let served = serve();
    let mut connection = TcpStream::connect(&served.address).unwrap();
    connection.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut lines = BufReader::new(connection).lines().map(Result::unwrap);
    let mut frame = |wanted: u64| loop {
        let line = lines.next().unwrap();
        let Some(view) = line.strip_prefix("data: ") else { continue };
        let view: Value = serde_json::from_str(view).unwrap();
        if view["frame"] == wanted {
            return view;
        }
    };
    assert_eq!(frame(20)["tags"][0]["bytes"], 20 * 64);
    let whole = recording(1, 33);
    let mut file = std::fs::File::options().append(true).open(served.folder.path().join("run.fa")).unwrap();
    file.write_all(&whole[recording(1, 20).len()..]).unwrap();
    assert_eq!(frame(33)["frames"], 33);
    let view: Value = serde_json::from_str(&served.get("/view.json").1).unwrap();
    assert_eq!(view["frame"], 33);
}

#[test]
fn other_pages_and_what_is_no_request_are_turned_away() {
    let served = serve();
    for (request, status) in [
        ("GET /view.json HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 Forbidden"),
        ("GET /view.json HTTP/1.1\r\n\r\n", "403 Forbidden"),
        ("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", "405 Method Not Allowed"),
        ("FATRACE\r\n\r\n", "400 Bad Request"),
    ] {
        let (head, body) = served.ask(request);
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{request}: {head}");
        assert!(!body.contains("physics"));
    }
    let (head, _) = served.ask(&format!("GET /{}", "a".repeat((16 << 10) - 5)));
    assert!(head.starts_with("HTTP/1.1 431 "), "{head}");
    // Connections that say nothing keep nobody from the page, up to a number.
    let idle: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(&served.address).unwrap()).collect();
    assert!(served.get("/").0.starts_with("HTTP/1.1 200 OK"));
    drop(idle);
}
