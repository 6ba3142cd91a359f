//! A mistake in an attribute.

use core::fmt;

use proc_macro2::Span;

/// Separates a message from its help in the text of a compile error; rustc indents the second line under the first.
const HELP: &str = "\nhelp: ";

/// One mistake: where it is, what is wrong, and if known how to put it right.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The token that the user should look at.
    pub span: Span,
    /// What is wrong: one sentence in lower case, without a full stop.
    pub message: String,
    /// How to put it right.
    pub help: Option<String>,
}

impl Problem {
    /// A problem at `span`, with no help.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    /// The same problem with `help` added.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The message, then on a line of its own the help: the text of the compile error.
impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(out, "{HELP}{help}"),
            None => Ok(()),
        }
    }
}
