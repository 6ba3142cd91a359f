//! The page of `cargo fa watch`: a small server for browsers of this machine.
//!
//! - `http`: requests and answers, as much as a page needs.
//! - `board`: what was published last, for everybody who waits for it.
//!
//! Nothing is loaded from elsewhere, and no other page may read it: requests must name the address that is listened at, or
//! `localhost`, so that a name that leads here is no way in.

mod board;
mod http;

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

pub use board::Board;

use super::address::{AddressError, bind, local};
use super::watched::WatchError;
use http::{Answer, Request};

/// So many are answered at once; a browser takes two.
const CONNECTIONS: usize = 32;

/// Whoever sends or takes nothing for so long is hung up on.
const PATIENCE: Duration = Duration::from_secs(5);

/// The address of a page, which is not served yet.
#[derive(Debug)]
pub struct Page {
    listener: TcpListener,
    address: SocketAddr,
}

/// Reads the address of a page: a port of this machine alone, or `ADDRESS:PORT`.
///
/// # Errors
/// If it is neither.
pub fn address(words: &str) -> Result<SocketAddr, AddressError> {
    local(words)
}

impl Page {
    /// Listens.
    ///
    /// # Errors
    /// If the address is in use, or is none of this machine.
    pub fn bind(address: SocketAddr) -> Result<Self, WatchError> {
        let listener = bind(address).map_err(WatchError)?;
        let address = listener.local_addr().map_err(|error| WatchError(error.to_string()))?;
        Ok(Self { listener, address })
    }

    /// Where it is, with the port that was chosen.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves what is on the board, on threads of its own, as long as the program runs.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn serve(self, board: &Arc<Board>) -> Result<(), WatchError> {
        let board = Arc::clone(board);
        let accept = move || {
            let open = Arc::new(AtomicUsize::new(0));
            for connection in self.listener.incoming() {
                let Ok(connection) = connection else {
                    // For example: too many files are open.
                    std::thread::sleep(Duration::from_millis(50));
                    continue;
                };
                let (board, open) = (Arc::clone(&board), Open::one_more(&open));
                // Where no thread is to be had, the connection is closed.
                let _ = std::thread::Builder::new().name("page".to_owned()).spawn(move || {
                    // Whoever has gone away needs no answer.
                    let _ = answer(&connection, &board, &open);
                });
            }
        };
        let thread = std::thread::Builder::new().name("page".to_owned()).spawn(accept);
        thread.map(drop).map_err(|error| WatchError(format!("no thread can be started: {error}")))
    }
}

/// One of the connections that are open.
struct Open {
    all: Arc<AtomicUsize>,
    count: usize,
}

impl Open {
    fn one_more(all: &Arc<AtomicUsize>) -> Self {
        let count = all.fetch_add(1, Ordering::Relaxed) + 1;
        Self { all: Arc::clone(all), count }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

fn answer(connection: &TcpStream, board: &Board, open: &Open) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.set_nodelay(true)?;
    if open.count > CONNECTIONS {
        return Answer::text("503 Service Unavailable", "too many connections").send(connection);
    }
    let request = match Request::read(connection) {
        Ok(request) => request,
        Err(wrong) => return Answer::text(wrong.status(), wrong.reason()).send(connection),
    };
    if !request.is_for_this_machine() {
        return Answer::text("403 Forbidden", "ask for the page by its address or as localhost").send(connection);
    }
    match request.path() {
        "/" => Answer::new("text/html; charset=utf-8", include_str!("page.html")).send(connection),
        "/watch.css" => Answer::new("text/css; charset=utf-8", include_str!("page.css")).send(connection),
        "/watch.js" => Answer::new("text/javascript; charset=utf-8", include_str!("page.js")).send(connection),
        "/view.json" => Answer::new("application/json", &board.now().1).send(connection),
        "/events" => events(connection, board),
        _ => Answer::text("404 Not Found", "there is nothing here").send(connection),
    }
}

/// Sends what is published, each time that it is, until the browser has gone.
fn events(mut connection: &TcpStream, board: &Board) -> io::Result<()> {
    Answer::new("text/event-stream", "").begin(connection)?;
    let (mut number, mut text) = board.now();
    loop {
        write!(connection, "data: {text}\n\n")?;
        loop {
            match board.after(number, Duration::from_secs(2)) {
                Some(next) => {
                    (number, text) = next;
                    break;
                }
                // A line that means nothing: it shows whether somebody is there.
                None => connection.write_all(b":\n\n")?,
            }
        }
    }
}
