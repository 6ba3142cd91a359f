//! Requests and answers of HTTP/1.1, as much as a page of this machine needs: GET, and the connection is closed after it.

use std::io::{self, Read, Write};
use std::net::IpAddr;

/// The most bytes of the head of a request.
const HEAD: u64 = 16 << 10;

/// No scripts, styles or connections but to here, nothing in a frame, no guess at what a text is.
const HEADERS: &str = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
     X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\nConnection: close\r\n";

/// What a browser asks for.
#[derive(Debug)]
pub(super) struct Request {
    path: String,
    host: Option<String>,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It is none.
    Malformed,
    /// Its head is too long.
    TooLong,
    /// It wants more than to read.
    Method,
}

impl Wrong {
    pub(super) fn status(self) -> &'static str {
        match self {
            Self::Malformed => "400 Bad Request",
            Self::TooLong => "431 Request Header Fields Too Large",
            Self::Method => "405 Method Not Allowed",
        }
    }

    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "this is no request",
            Self::TooLong => "the request is too long",
            Self::Method => "there is only something to read here",
        }
    }
}

impl Request {
    /// Reads the head of a request.
    pub(super) fn read(connection: impl Read) -> Result<Self, Wrong> {
        let mut connection = connection.take(HEAD);
        let (mut head, mut buffer) = (Vec::new(), [0; 1024]);
        while !head.windows(4).any(|end| end == b"\r\n\r\n") {
            match connection.read(&mut buffer) {
                Ok(0) if connection.limit() == 0 => return Err(Wrong::TooLong),
                Ok(0) | Err(_) => return Err(Wrong::Malformed),
                Ok(bytes) => head.extend_from_slice(&buffer[..bytes]),
            }
        }
        let head = std::str::from_utf8(&head).map_err(|_| Wrong::Malformed)?;
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0"), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(Wrong::Malformed);
        };
        if method != "GET" {
            return Err(Wrong::Method);
        }
        let path = target.split(['?', '#']).next().unwrap_or_default().to_owned();
        let mut hosts = lines.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim().to_owned())
        });
        let host = hosts.next();
        if hosts.next().is_some() {
            return Err(Wrong::Malformed);
        }
        Ok(Self { path, host })
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether it names its host by address, or as `localhost`: a name that somebody else gives out may lead here.
    pub(super) fn is_for_this_machine(&self) -> bool {
        let Some(host) = &self.host else { return false };
        let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let name = host.rsplit_once(':').filter(|(_, port)| digits(port)).map_or(host.as_str(), |(name, _)| name);
        let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
    }
}

/// What is answered.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    status: &'static str,
    kind: &'static str,
    text: &'a str,
}

impl<'a> Answer<'a> {
    pub(super) fn new(kind: &'static str, text: &'a str) -> Self {
        Self { status: "200 OK", kind, text }
    }

    pub(super) fn text(status: &'static str, text: &'a str) -> Self {
        Self { status, kind: "text/plain; charset=utf-8", text }
    }

    /// Sends all of it.
    pub(super) fn send(&self, mut connection: impl Write) -> io::Result<()> {
        let Self { status, kind, text } = self;
        let length = text.len();
        write!(
            connection,
            "HTTP/1.1 {status}\r\n{HEADERS}Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{text}"
        )?;
        connection.flush()
    }

    /// Sends the head of an answer that never ends.
    pub(super) fn begin(&self, mut connection: impl Write) -> io::Result<()> {
        let Self { status, kind, .. } = self;
        write!(connection, "HTTP/1.1 {status}\r\n{HEADERS}Content-Type: {kind}\r\n\r\n")?;
        connection.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, bool), Wrong> {
        Request::read(text.as_bytes()).map(|request| (request.path().to_owned(), request.is_for_this_machine()))
    }

    #[test]
    fn requests_must_be_for_this_machine() {
        for (host, is_ours) in [
            ("127.0.0.1:7980", true),
            ("localhost:7980", true),
            ("LOCALHOST", true),
            ("[::1]:7980", true),
            ("[::1]", true),
            ("192.168.1.5:7980", true),
            ("evil.example:7980", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:7980", false),
            ("", false),
        ] {
            let request = format!("GET /view.json?x HTTP/1.1\r\nAccept: */*\r\nhost: {host}\r\n\r\n");
            assert_eq!(read(&request), Ok(("/view.json".to_owned(), is_ours)), "{host}");
        }
        assert_eq!(read("GET / HTTP/1.1\r\n\r\n"), Ok(("/".to_owned(), false)));
    }

    #[test]
    fn what_is_no_request_is_told() {
        for text in ["", "GET /", "GET / HTTP/2\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "\r\n\r\n", "GET / HTTP/1.1\n\n"] {
            assert_eq!(read(text), Err(Wrong::Malformed), "{text:?}");
        }
        assert_eq!(read("GET / HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n"), Err(Wrong::Malformed));
        assert_eq!(read("POST / HTTP/1.1\r\n\r\n"), Err(Wrong::Method));
        assert_eq!(read(&"A".repeat(100_000)), Err(Wrong::TooLong));
    }
}
