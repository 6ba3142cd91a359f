//! What is watched.

use std::fmt;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::path::PathBuf;

/// Where a recording is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A file that a game writes or will write.
    File(PathBuf),
    /// A game that listens: host and port.
    Game(String),
    /// Games that connect to this program.
    Listen(SocketAddr),
}

/// Why words are no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}

impl Address {
    /// Reads `tcp://HOST:PORT`; all else is a file.
    ///
    /// # Errors
    /// If the address of a game has no port, or is of another protocol.
    pub fn parse(words: &str) -> Result<Self, AddressError> {
        if let Some(game) = words.strip_prefix("tcp://") {
            let game = game.trim_end_matches('/');
            let port = game.rsplit_once(':').and_then(|(host, port)| (!host.is_empty()).then(|| port.parse::<u16>()));
            return match port {
                Some(Ok(1..)) => Ok(Self::Game(game.to_owned())),
                _ => Err(AddressError(format!("`{words}` has no port: `tcp://127.0.0.1:7979`"))),
            };
        }
        if let Some((protocol, _)) = words.split_once("://") {
            let message = format!("`{protocol}` is no protocol of recordings: `tcp://127.0.0.1:7979`, or a file");
            return Err(AddressError(message));
        }
        Ok(Self::File(PathBuf::from(words)))
    }

    /// Reads the address that games connect to: a port of this machine alone, or `ADDRESS:PORT`.
    ///
    /// # Errors
    /// If it is neither.
    pub fn listen(words: &str) -> Result<Self, AddressError> {
        local(words).map(Self::Listen)
    }

    /// How it is called on the screen.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Game(game) => format!("tcp://{game}"),
            Self::Listen(address) => format!("{address} (listening)"),
        }
    }
}

/// Reads an address to listen at: a port of the loopback interface, or an address and a port.
///
/// # Errors
/// If it is neither.
pub(super) fn local(words: &str) -> Result<SocketAddr, AddressError> {
    if let Ok(port) = words.parse::<u16>() {
        return Ok(SocketAddr::from(([127, 0, 0, 1], port)));
    }
    let wrong = || AddressError(format!("`{words}` is neither a port nor an address and a port: `127.0.0.1:7979`"));
    // The name of a machine may be looked up: `localhost:7979`.
    words.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(wrong)
}

/// Listens, and tells in words why that is not possible.
pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| format!("cannot listen at {address}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_files_unless_they_say_otherwise() {
        let read = |words: &str| Address::parse(words).map_err(|error| error.to_string());
        assert_eq!(read("run.fa"), Ok(Address::File("run.fa".into())));
        assert_eq!(read("C:\\game\\run.fa"), Ok(Address::File("C:\\game\\run.fa".into())));
        assert_eq!(read("tcp://127.0.0.1:7979"), Ok(Address::Game("127.0.0.1:7979".to_owned())));
        assert_eq!(read("tcp://[::1]:7979/"), Ok(Address::Game("[::1]:7979".to_owned())));
        assert_eq!(read("tcp://game"), Err("`tcp://game` has no port: `tcp://127.0.0.1:7979`".to_owned()));
        assert!(read("tcp://game:port").is_err() && read("tcp://:1").is_err() && read("tcp://game:0").is_err());
        assert!(read("http://127.0.0.1:7979").unwrap_err().starts_with("`http` is no protocol of recordings"));
    }

    #[test]
    fn a_port_alone_is_of_this_machine_alone() {
        assert_eq!(local("7979").unwrap().to_string(), "127.0.0.1:7979");
        assert_eq!(local("0.0.0.0:7979").unwrap().to_string(), "0.0.0.0:7979");
        assert!(local("localhost:7979").unwrap().ip().is_loopback());
        let error = local("no port").unwrap_err().to_string();
        assert_eq!(error, "`no port` is neither a port nor an address and a port: `127.0.0.1:7979`");
    }
}
