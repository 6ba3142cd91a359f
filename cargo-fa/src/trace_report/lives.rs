//! How long what was made lives: the blocks of the heap that a recording follows, and questions about them.

use std::collections::{BTreeMap, HashMap};

use framealloc_trace::{Life, Lives};
use serde_json::{Value, json};

use super::columns::encode;
use super::recording::FrameLine;
use super::sites::Sites;
use super::tables::{Cell, Table, bytes, count, figure};
use super::units;

/// Blocks that the page can ask about; of more it has the ones that were made last.
const SHOWN: usize = 200_000;

/// The most sites of an answer.
const ROWS: usize = 30;

/// A block that was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FollowedBlock {
    /// Index of its site.
    pub(super) site: u32,
    /// The number of the frame in which it was made.
    pub(super) made: u64,
    /// The number of the frame in which it was freed; `None` if it lives when the recording ends.
    pub(super) freed: Option<u64>,
    /// Blocks that it stands for, and their bytes.
    pub(super) blocks: u64,
    pub(super) bytes: u64,
}

/// All blocks that were followed, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(super) struct FollowedBlocks {
    /// Bytes between two of them, on average; 0 where none were followed.
    pub(super) every: u64,
    /// Those that found no place among so many.
    pub(super) missed: u64,
    pub(super) list: Vec<FollowedBlock>,
}

/// What a file says of blocks, by number: sites are those of the file.
#[derive(Debug, Default)]
pub(super) struct ReadingLives {
    every: u64,
    missed: u64,
    list: Vec<FollowedBlock>,
    /// Where those are that live.
    alive: HashMap<u32, usize>,
}

impl ReadingLives {
    /// What became of blocks in the frame with this number.
    pub(super) fn lives(&mut self, frame: u64, lives: &Lives) {
        let Self { every, missed, list, alive } = self;
        *every = lives.every;
        *missed = missed.saturating_add(lives.missed);
        let mut before = if lives.anew { std::mem::take(alive) } else { HashMap::new() };
        for &Life { id, site, frame: made, blocks, bytes } in &lives.born {
            let known = before.remove(&id);
            let at = known.unwrap_or(list.len());
            if known.is_none() {
                list.push(FollowedBlock { site, made, freed: None, blocks, bytes });
            }
            alive.insert(id, at);
        }
        // Those that did not come again died somewhere in what was lost.
        let died = lives.died.iter().filter_map(|id| alive.remove(id)).chain(before.into_values());
        for block in died.collect::<Vec<_>>() {
            list[block].freed = Some(frame);
        }
    }

    /// The blocks; `index` says which site has a number.
    pub(super) fn finish(self, index: impl Fn(u32) -> Option<u32>) -> FollowedBlocks {
        let Self { every, missed, list, .. } = self;
        let list =
            list.into_iter().filter_map(|block| Some(FollowedBlock { site: index(block.site)?, ..block })).collect();
        FollowedBlocks { every, missed, list }
    }

    /// Bytes that blocks of each site stand for, by number of the site.
    pub(super) fn bytes_by_site(&self) -> BTreeMap<u32, u64> {
        let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
        for block in &self.list {
            let sum = sums.entry(block.site).or_default();
            *sum = sum.saturating_add(block.bytes);
        }
        sums
    }
}

/// Which blocks a question is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lifetimes {
    /// The frames in which they were made, both included; open where `None`.
    pub made: (Option<u64>, Option<u64>),
    /// How they ended.
    pub end: LifeEnd,
}

/// How a block ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LifeEnd {
    /// In any way, or not yet.
    #[default]
    Any,
    /// It was freed in a frame after this one, or not yet.
    After(u64),
    /// It lives when the recording ends.
    Never,
}

impl Lifetimes {
    /// Reads `100..200`, `100..`, `..200` or `100`: frames, both included.
    ///
    /// # Errors
    /// The text is none of these.
    pub fn parse_made(text: &str) -> Result<(Option<u64>, Option<u64>), String> {
        let number = |text: &str| text.trim().trim_start_matches('#').replace(',', "").parse::<u64>();
        let end = |text: &str| if text.trim().is_empty() { Ok(None) } else { number(text).map(Some) };
        let wrong = || format!("`{text}` is no stretch of frames such as `100..200`, `100..` or `..200`");
        let Some((from, to)) = text.split_once("..") else {
            return number(text).map(|frame| (Some(frame), Some(frame))).map_err(|_| wrong());
        };
        let (from, to) = (end(from).map_err(|_| wrong())?, end(to).map_err(|_| wrong())?);
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok((from, to))
    }

    fn fits(self, block: &FollowedBlock) -> bool {
        let (from, to) = self.made;
        from.is_none_or(|from| block.made >= from)
            && to.is_none_or(|to| block.made <= to)
            && match self.end {
                LifeEnd::Any => true,
                LifeEnd::After(frame) => block.freed.is_none_or(|freed| freed > frame),
                LifeEnd::Never => block.freed.is_none(),
            }
    }

    /// In words.
    pub(super) fn words(self) -> String {
        let frame = units::count;
        let made = match self.made {
            (None, None) => "made in any frame".to_owned(),
            (Some(from), None) => format!("made in frame #{} or later", frame(from)),
            (None, Some(to)) => format!("made up to frame #{}", frame(to)),
            (Some(from), Some(to)) if from == to => format!("made in frame #{}", frame(from)),
            (Some(from), Some(to)) => format!("made in frames #{} to #{}", frame(from), frame(to)),
        };
        match self.end {
            LifeEnd::Any => made,
            LifeEnd::After(after) => format!("{made}, freed after frame #{} or not at all", frame(after)),
            LifeEnd::Never => format!("{made}, alive at the end"),
        }
    }
}

/// What was found of one place.
#[derive(Default)]
struct Found {
    blocks: u64,
    bytes: u64,
    samples: u64,
    /// Bytes of those that live at the end.
    alive: u64,
    first: Option<u64>,
    last: Option<u64>,
}

impl FollowedBlocks {
    /// The blocks that a question is about, by site: most bytes first.
    pub(super) fn table(&self, question: Lifetimes, sites: &Sites) -> Table {
        let mut places: BTreeMap<String, Found> = BTreeMap::new();
        let mut names: HashMap<u32, String> = HashMap::new();
        for block in self.list.iter().filter(|block| question.fits(block)) {
            let name = names.entry(block.site).or_insert_with(|| sites.name_of(block.site));
            let found = places.entry(name.clone()).or_default();
            found.blocks = found.blocks.saturating_add(block.blocks);
            found.bytes = found.bytes.saturating_add(block.bytes);
            found.samples += 1;
            found.alive = found.alive.saturating_add(if block.freed.is_none() { block.bytes } else { 0 });
            found.first = Some(found.first.map_or(block.made, |first| first.min(block.made)));
            found.last = found.last.max(block.freed);
        }
        let mut places: Vec<(String, Found)> = places.into_iter().collect();
        places.sort_by(|a, b| b.1.bytes.cmp(&a.1.bytes).then_with(|| a.0.cmp(&b.0)));
        let numbered = |frame: Option<u64>| match frame {
            Some(frame) => figure(frame, format!("#{}", units::count(frame))),
            None => Cell::Figure { text: "–".to_owned(), value: -1.0 },
        };
        let rows = places.into_iter().take(ROWS).map(|(name, found)| {
            vec![
                Cell::Name(name),
                bytes(found.bytes),
                count(found.blocks),
                bytes(found.alive),
                count(found.samples),
                numbered(found.first),
                numbered(found.last),
            ]
        });
        Table {
            title: "Lifetimes",
            caption: match question.end {
                LifeEnd::Never => "Blocks of the heap that live at the end, by the place that made them, estimated",
                _ => "Blocks of the heap, by the place that made them, estimated",
            },
            columns: vec!["Name", "Bytes", "Blocks", "Alive at end", "Samples", "First made", "Last freed"],
            rows: rows.collect(),
        }
    }

    /// How many fit a question, and the bytes that they stand for.
    pub(super) fn sum(&self, question: Lifetimes) -> (u64, u64) {
        let fitting = self.list.iter().filter(|block| question.fits(block));
        fitting.fold((0, 0), |(samples, sum), block| (samples + 1, block.bytes.saturating_add(sum)))
    }

    /// The blocks for the page, as columns.
    pub(super) fn data(&self, frames: &[FrameLine], site: impl Fn(u32) -> u32) -> Value {
        let list = &self.list[self.list.len().saturating_sub(SHOWN)..];
        let column = |figure: &dyn Fn(&FollowedBlock) -> u64| encode(list.iter().map(figure));
        json!({
            "every": self.every,
            "missed": self.missed,
            "left": self.list.len() - list.len(),
            "count": list.len(),
            "last": frames.last().map_or(0, |frame| frame.number),
            "site": column(&|block| u64::from(site(block.site))),
            "made": column(&|block| block.made),
            // 0 for those that live, so that frame 0 stays one.
            "freed": column(&|block| block.freed.map_or(0, |frame| frame.saturating_add(1))),
            "blocks": column(&|block| block.blocks),
            "bytes": column(&|block| block.bytes),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(id: u32, frame: u64) -> Life {
        Life { id, site: 0, frame, blocks: 1, bytes: 100 }
    }

    fn read(all: &[(u64, Lives)]) -> Vec<FollowedBlock> {
        let mut reading = ReadingLives::default();
        for (frame, lives) in all {
            reading.lives(*frame, lives);
        }
        reading.finish(Some).list
    }

    #[test]
    fn what_is_lost_of_a_recording_makes_no_block_live_for_ever() {
        let blocks = read(&[
            (1, Lives { born: vec![life(0, 1), life(1, 1), life(2, 1)], ..Lives::default() }),
            // What was lost said that 0 died, and that 3 was born in frame 4.
            (
                9,
                Lives { anew: true, born: vec![life(1, 1), life(2, 1), life(3, 4)], died: vec![2], ..Lives::default() },
            ),
            (10, Lives { died: vec![1, 77], ..Lives::default() }),
        ]);
        let ends: Vec<_> = blocks.iter().map(|block| (block.made, block.freed)).collect();
        assert_eq!(ends, [(1, Some(9)), (1, Some(10)), (1, Some(9)), (4, None)]);
    }

    #[test]
    fn a_stretch_of_frames_has_both_its_ends() {
        assert_eq!(Lifetimes::parse_made("100..200"), Ok((Some(100), Some(200))));
        assert_eq!(Lifetimes::parse_made("#1,000.."), Ok((Some(1000), None)));
        assert_eq!(Lifetimes::parse_made("..7"), Ok((None, Some(7))));
        assert_eq!(Lifetimes::parse_made("7"), Ok((Some(7), Some(7))));
        for wrong in ["", "a..b", "9..8", "1..=2"] {
            assert!(Lifetimes::parse_made(wrong).is_err(), "{wrong}");
        }
        let block = FollowedBlock { site: 0, made: 5, freed: Some(8), blocks: 1, bytes: 1 };
        let fits = |made, end| Lifetimes { made, end }.fits(&block);
        assert!(fits((Some(5), Some(5)), LifeEnd::After(7)));
        assert!(!fits((Some(5), Some(5)), LifeEnd::After(8)), "freed in that frame, not after it");
        assert!(!fits((Some(6), None), LifeEnd::Any) && !fits((None, Some(4)), LifeEnd::Any));
        assert!(!fits((None, None), LifeEnd::Never));
    }
}
