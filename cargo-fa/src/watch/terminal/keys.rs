//! What keys change.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::watch::tables::{Section, Wanted};

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The screen stays.
    Stay,
    /// It should end.
    Quit,
}

/// What is shown, and how.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Which rows, in which order.
    pub wanted: Wanted,
    /// Nothing new is shown.
    pub paused: bool,
    /// The keys are explained.
    pub help: bool,
    /// The filter that is being typed.
    pub typing: Option<String>,
    /// One section alone; all of them if none.
    pub alone: Option<Section>,
    /// Rows of that section above the first one that is shown.
    pub above: usize,
}

/// Rows that Page Up and Page Down move by.
const PAGE: usize = 10;

/// Letters that a filter has at most.
const LETTERS: usize = 60;

impl Shown {
    /// All sections, with these rows.
    #[must_use]
    pub fn new(wanted: Wanted) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// Does what a key asks for.
    pub fn press(&mut self, key: KeyEvent) -> Choice {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && matches!(key.code, KeyCode::Char('c' | 'C')) {
            return Choice::Quit;
        }
        if let Some(typed) = &mut self.typing {
            match key.code {
                KeyCode::Enter => self.typing = None,
                KeyCode::Esc => {
                    self.typing = None;
                    self.wanted.filter.clear();
                }
                KeyCode::Backspace => {
                    typed.pop();
                    self.wanted.filter.clone_from(typed);
                }
                KeyCode::Char(letter) if !control && typed.chars().count() < LETTERS => {
                    typed.push(letter);
                    self.wanted.filter.clone_from(typed);
                }
                _ => {}
            }
            self.above = 0;
            return Choice::Stay;
        }
        match key.code {
            KeyCode::Char('q' | 'Q') => return Choice::Quit,
            KeyCode::Char('?' | 'h') => self.help = !self.help,
            KeyCode::Esc => (self.help, self.alone, self.above) = (false, None, 0),
            KeyCode::Char('s') => self.wanted.sort = self.wanted.sort.next(),
            KeyCode::Char('p' | ' ') => self.paused = !self.paused,
            KeyCode::Char('/') => self.typing = Some(self.wanted.filter.clone()),
            KeyCode::Char('0') => self.show_alone(None),
            KeyCode::Char(digit @ '1'..='5') => {
                self.show_alone(digit.to_digit(10).and_then(|digit| Section::ALL.get(digit as usize - 1)).copied());
            }
            KeyCode::Tab => {
                let next = match self.alone {
                    None => Section::ALL.first(),
                    Some(alone) => Section::ALL.iter().skip_while(|section| **section != alone).nth(1),
                };
                self.show_alone(next.copied());
            }
            KeyCode::Up | KeyCode::Char('k') => self.above = self.above.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.above = self.above.saturating_add(1),
            KeyCode::PageUp => self.above = self.above.saturating_sub(PAGE),
            KeyCode::PageDown => self.above = self.above.saturating_add(PAGE),
            KeyCode::Home => self.above = 0,
            _ => {}
        }
        Choice::Stay
    }

    fn show_alone(&mut self, section: Option<Section>) {
        (self.alone, self.above, self.help) = (section, 0, false);
    }
}
