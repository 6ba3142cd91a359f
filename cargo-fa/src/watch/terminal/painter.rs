//! Lines to the terminal, those only that are new.

use std::io::{self, Write};

use crossterm::style::{Attribute, Color, Print, ResetColor, SetAttribute, SetForegroundColor};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use crossterm::{cursor, queue};

use super::layout::{Ink, Line};

/// What draws, and what was drawn.
#[derive(Debug)]
pub(super) struct Painter<W> {
    out: W,
    colored: bool,
    drawn: Vec<Line>,
    size: (usize, usize),
}

impl<W: Write> Painter<W> {
    pub(super) fn new(out: W, colored: bool) -> Self {
        Self { out, colored, drawn: Vec::new(), size: (0, 0) }
    }

    /// What is on the screen is no longer known: all of it is drawn again.
    pub(super) fn forget(&mut self) {
        self.size = (0, 0);
    }

    pub(super) fn paint(&mut self, lines: &[Line], width: usize, height: usize) -> io::Result<()> {
        queue!(self.out, BeginSynchronizedUpdate)?;
        if self.size != (width, height) {
            self.size = (width, height);
            self.drawn.clear();
            queue!(self.out, ResetColor, SetAttribute(Attribute::Reset), Clear(ClearType::All))?;
        }
        for (at, line) in lines.iter().enumerate().take(height) {
            if self.drawn.get(at) == Some(line) {
                continue;
            }
            queue!(self.out, cursor::MoveTo(0, u16::try_from(at).unwrap_or(u16::MAX)))?;
            let text = cut(&line.text, width);
            for attribute in attributes(line.ink, self.colored).iter().copied() {
                queue!(self.out, SetAttribute(attribute))?;
            }
            match line.ink {
                Ink::Near if self.colored => queue!(self.out, SetForegroundColor(Color::Yellow))?,
                Ink::Full if self.colored => queue!(self.out, SetForegroundColor(Color::Red))?,
                _ => {}
            }
            let blanks = if line.ink == Ink::Bar { width.saturating_sub(super::super::tables::width(text)) } else { 0 };
            queue!(self.out, Print(text), Print(" ".repeat(blanks)))?;
            queue!(self.out, ResetColor, SetAttribute(Attribute::Reset), Clear(ClearType::UntilNewLine))?;
        }
        self.drawn = lines.to_vec();
        queue!(self.out, EndSynchronizedUpdate)?;
        self.out.flush()
    }
}

/// What makes a line stand out without colours, too.
fn attributes(ink: Ink, colored: bool) -> &'static [Attribute] {
    match ink {
        Ink::Plain => &[],
        Ink::Bar => &[Attribute::Reverse],
        Ink::Head => &[Attribute::Bold],
        Ink::Near | Ink::Full if colored => &[],
        Ink::Near => &[Attribute::Underlined],
        Ink::Full => &[Attribute::Bold],
    }
}

/// As much of the text as so many columns hold.
fn cut(text: &str, columns: usize) -> &str {
    let mut taken = 0;
    for (at, letter) in text.char_indices() {
        taken += unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
        if taken > columns {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_and_not_by_letters() {
        assert_eq!(cut("physics", 4), "phys");
        assert_eq!(cut("物理学", 5), "物理");
        assert_eq!(cut("物理学", 6), "物理学");
        assert_eq!(cut("physics", 0), "");
    }

    #[test]
    fn lines_that_stay_are_not_drawn_again() {
        let line = |text: &str| Line { ink: Ink::Plain, text: text.to_owned() };
        let mut painter = Painter::new(Vec::new(), false);
        painter.paint(&[line("one"), line("two")], 10, 2).unwrap();
        painter.out.clear();
        painter.paint(&[line("one"), line("three")], 10, 2).unwrap();
        let drawn = String::from_utf8(painter.out.clone()).unwrap();
        assert!(drawn.contains("three") && !drawn.contains("one"), "{drawn:?}");
        painter.forget();
        painter.out.clear();
        painter.paint(&[line("one"), line("three")], 10, 2).unwrap();
        assert!(String::from_utf8(painter.out).unwrap().contains("one"));
    }
}
