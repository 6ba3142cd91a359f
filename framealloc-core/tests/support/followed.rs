//! What a recording says of blocks that were followed, by tag.

use std::collections::BTreeMap;

use framealloc_trace::{Decoder, Item, Kind, Life, Site};

/// A block that was followed: when it was made and freed, by number of the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FollowedBlock {
    pub(crate) tag: String,
    pub(crate) made: u64,
    pub(crate) freed: Option<u64>,
    pub(crate) bytes: u64,
    /// The functions that led there, the innermost first.
    pub(crate) calls: Vec<String>,
}

/// All blocks of a recording in the order in which it tells of them, and how many found no place.
pub(crate) fn read(bytes: &[u8]) -> (Vec<FollowedBlock>, u64) {
    let mut tags: BTreeMap<u32, String> = BTreeMap::new();
    let mut sites: BTreeMap<u32, Site> = BTreeMap::new();
    let mut functions: BTreeMap<u32, String> = BTreeMap::new();
    let mut stacks: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut blocks: Vec<(Life, Option<u64>)> = Vec::new();
    let (mut frame, mut missed) = (0, 0);
    for item in Decoder::new(bytes).unwrap() {
        match item.unwrap() {
            Item::Definition(named) if named.kind == Kind::Tag => drop(tags.insert(named.id, named.name)),
            Item::Site(site) => drop(sites.insert(site.id, site)),
            Item::Call(call) => drop(functions.insert(call.id, call.function)),
            Item::Stack(stack) => drop(stacks.insert(stack.id, stack.calls)),
            Item::Frame(read) => frame = read.number,
            Item::Lives(lives) => {
                missed += lives.missed;
                blocks.extend(lives.born.into_iter().map(|life| (life, None)));
                for id in lives.died {
                    let freed = &mut blocks.iter_mut().find(|(life, _)| life.id == id).expect("it was born").1;
                    assert_eq!(freed.replace(frame), None, "it died once");
                }
            }
            _ => {}
        }
    }
    let named = blocks.into_iter().map(|(life, freed)| {
        let site = &sites[&life.site];
        let stack = site.stack.map(|stack| stacks[&stack].iter().map(|call| functions[call].clone()).collect());
        let (tag, calls) = (tags[&site.tag].clone(), stack.unwrap_or_default());
        FollowedBlock { tag, made: life.frame, freed, bytes: life.bytes, calls }
    });
    (named.collect(), missed)
}
