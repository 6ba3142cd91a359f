//! Reads recordings from sockets: of a game that listens, or of games that connect.

use std::io::{ErrorKind, Read as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::updates::{Arriving, Over, Teller, Update};

/// How often a game is looked for that does not listen.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Whoever connects sends the header of a recording within this time, or makes room for others.
const PATIENCE: Duration = Duration::from_secs(5);

/// How a connection ended.
enum End {
    /// The game has hung up, or died: in words.
    Gone(String),
    /// What came was no recording, or a damaged one.
    Wrong(String),
}

/// Connects to a game that listens, again and again, until nobody listens here.
pub(super) fn connect(game: &str, teller: &Teller) -> Result<(), Over> {
    let mut told = String::new();
    loop {
        match TcpStream::connect(game) {
            Ok(socket) => {
                told.clear();
                match read(&socket, game, teller)? {
                    End::Gone(how) => teller.tell(Update::Gone(how))?,
                    End::Wrong(how) => teller.tell(Update::Failed(how))?,
                }
            }
            Err(error) => {
                let reason = format!("no game at tcp://{game}: {error}");
                if reason != told {
                    told.clone_from(&reason);
                    teller.tell(Update::Waiting(reason))?;
                }
            }
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Takes one game after the other that connects, until nobody listens here.
pub(super) fn accept(listener: &TcpListener, teller: &Teller) -> Result<(), Over> {
    teller.tell(Update::Waiting("no game has connected yet".to_owned()))?;
    loop {
        match listener.accept() {
            Ok((socket, peer)) => match read(&socket, &peer.to_string(), teller)? {
                End::Gone(how) => teller.tell(Update::Gone(how))?,
                // Whoever it was: a game may still come.
                End::Wrong(how) => teller.tell(Update::Note(format!("{how}; hung up")))?,
            },
            Err(error) => {
                teller.tell(Update::Note(format!("a connection failed: {error}")))?;
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }
}

fn read(mut socket: &TcpStream, peer: &str, teller: &Teller) -> Result<End, Over> {
    let mut arriving = Arriving::new(Some(format!("connected to {peer}")));
    let mut buffer = vec![0; 64 << 10];
    if let Err(error) = socket.set_read_timeout(Some(PATIENCE)) {
        return Ok(End::Gone(format!("{peer}: {error}")));
    }
    loop {
        match socket.read(&mut buffer) {
            Ok(0) if arriving.is_whole() => return Ok(End::Gone(format!("{peer} has closed the connection"))),
            Ok(0) if arriving.has_begun() => {
                return Ok(End::Gone(format!("{peer} has closed the connection in the middle of a frame")));
            }
            Ok(0) => return Ok(End::Wrong(format!("{peer} has closed the connection and sent no recording"))),
            Ok(bytes) => {
                if let Err(error) = arriving.take(&buffer[..bytes], teller)? {
                    return Ok(End::Wrong(format!("{peer}: {error}")));
                }
                teller.tell(Update::CaughtUp)?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A game may pause for as long as it likes once it has begun.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if !arriving.has_begun() {
                    return Ok(End::Wrong(format!("{peer} sends no recording")));
                }
            }
            Err(error) => return Ok(End::Gone(format!("the connection to {peer} broke: {error}"))),
        }
    }
}
