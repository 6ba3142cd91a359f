//! Where the bodies of functions are, found in the bytes before the parser sees them.
//!
//! Only what stands in the file, in modules, `impl` and `trait` counts: not what is in macros, in constants or in other
//! functions. A body that holds items of its own counts neither, since names elsewhere may lead to them: `impl` in a
//! function is as good as one outside. Whoever parses a file without these bodies gets the same items as with them.

/// Follows the brackets of a file from outside to the bodies of its functions.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// How many braces of modules, `impl` and `trait` are open; all others are inside of these.
    items: u32,
    /// What the words since the last item announce.
    ahead: Ahead,
    /// Generic arguments that are open: what has braces there is a constant.
    angles: u32,
    /// The open body: where its brace is, and whether no item was seen in it.
    body: Option<(usize, bool)>,
    /// The opening brace of each body.
    pub(super) bodies: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ahead {
    #[default]
    Unknown,
    Items,
    Body,
    Other,
}

impl Outline {
    /// `depth` brackets are open before this one at `at`.
    pub(super) fn open(&mut self, bracket: u8, at: usize, depth: u32) {
        if bracket != b'{' || depth != self.items || self.angles > 0 {
            return;
        }
        match self.ahead {
            Ahead::Items => {
                self.items += 1;
                self.ahead = Ahead::Unknown;
            }
            Ahead::Body => self.body = Some((at, true)),
            Ahead::Unknown | Ahead::Other => {}
        }
    }

    /// `depth` brackets are open after this one; tells where the body starts that it ends.
    pub(super) fn close(&mut self, bracket: u8, depth: u32) -> Option<usize> {
        if bracket != b'}' || depth > self.items || self.angles > 0 {
            return None;
        }
        self.items = depth;
        self.ahead = Ahead::Unknown;
        let (open, plain) = self.body.take()?;
        plain.then(|| {
            self.bodies.push(open);
            open
        })
    }

    pub(super) fn semicolon(&mut self, depth: u32) {
        if depth == self.items {
            self.ahead = Ahead::Unknown;
            self.angles = 0;
        }
    }

    /// `<`
    pub(super) fn open_angle(&mut self, depth: u32) {
        if depth == self.items && self.ahead != Ahead::Unknown {
            self.angles += 1;
        }
    }

    /// `>` that is not part of an arrow.
    pub(super) fn close_angle(&mut self, depth: u32) {
        if depth == self.items && self.ahead != Ahead::Unknown {
            self.angles = self.angles.saturating_sub(1);
        }
    }

    /// A word in lower case that starts at `at`.
    pub(super) fn word(&mut self, bytes: &[u8], at: usize, word: &[u8], depth: u32) {
        let rest = &bytes[at + word.len()..];
        // `'static`, `r#fn`, `*const T`
        let marked = at > 0 && matches!(bytes[at - 1], b'\'' | b'#' | b'*');
        if marked || rest.first().is_some_and(|next| is_word(*next)) {
            return;
        }
        if let Some((_, plain)) = &mut self.body {
            *plain &= !starts_item(word, rest);
        } else if depth == self.items && self.angles == 0 {
            self.ahead = match (self.ahead, word) {
                (Ahead::Unknown | Ahead::Other, b"fn") if names_something(rest) => Ahead::Body,
                (Ahead::Unknown, b"mod" | b"impl" | b"trait") => Ahead::Items,
                (Ahead::Unknown, b"const" | b"static" | b"struct" | b"enum" | b"union" | b"use" | b"type") => {
                    Ahead::Other
                }
                (ahead, _) => ahead,
            };
        }
    }
}

/// Whether a word in a function, before `rest`, may start an item.
fn starts_item(word: &[u8], rest: &[u8]) -> bool {
    match word {
        b"struct" | b"enum" | b"impl" | b"trait" | b"mod" | b"use" | b"static" | b"const" | b"type" | b"extern"
        | b"macro" => true,
        b"fn" | b"union" => names_something(rest),
        _ => false,
    }
}

/// Whether a name stands behind a word.
fn names_something(rest: &[u8]) -> bool {
    let name = rest.trim_ascii_start();
    name.len() < rest.len() && name.first().is_some_and(|first| is_word(*first) && !first.is_ascii_digit())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}
