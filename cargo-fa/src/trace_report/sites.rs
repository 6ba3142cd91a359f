//! The places that ask for memory, as a recording has them: with the calls that led there, and bytes by frame.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use framealloc_trace::{Call, Samples, Site, Stack};
use serde_json::{Value, json};

use super::columns::encode;
use super::recording::Series;

/// Stretches of the recording that the page knows a site by.
const STRETCHES: usize = 512;

/// Sites that the page shows with their calls; the smaller ones are one for each tag.
const SITES: usize = 1500;

/// A place that asks for memory.
#[derive(Clone, Debug, Default)]
pub(super) struct SampledSite {
    pub(super) tag: String,
    pub(super) system: Option<String>,
    /// Indices of its calls, the innermost first.
    pub(super) calls: Vec<u32>,
    /// Estimated bytes by frame.
    pub(super) bytes: Series,
    pub(super) samples: u64,
    pub(super) blocks: u64,
    /// Estimated bytes of the heap, where it was followed.
    heap: u64,
}

/// What was sampled.
#[derive(Clone, Debug, Default)]
pub(super) struct Sites {
    /// Bytes between two samples, on average; 0 where nothing was sampled.
    pub(super) every: u64,
    pub(super) calls: Vec<Call>,
    /// Most bytes first.
    pub(super) list: Vec<SampledSite>,
}

/// The same place under one tag and system, whoever called the function that is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) bytes: Series,
    pub(super) samples: u64,
    pub(super) blocks: u64,
}

/// What a file says of sites, by number.
#[derive(Default)]
pub(super) struct ReadingSites {
    every: u64,
    calls: BTreeMap<u32, Call>,
    stacks: BTreeMap<u32, Vec<u32>>,
    sites: BTreeMap<u32, Site>,
    figures: BTreeMap<u32, SampledSite>,
}

impl ReadingSites {
    pub(super) fn call(&mut self, call: Call) {
        self.calls.insert(call.id, call);
    }

    pub(super) fn stack(&mut self, stack: Stack) {
        self.stacks.insert(stack.id, stack.calls);
    }

    pub(super) fn site(&mut self, site: Site) {
        self.sites.insert(site.id, site);
    }

    /// What was sampled in the frame with this index.
    pub(super) fn samples(&mut self, frame: u32, samples: &Samples) {
        self.every = samples.every;
        for figures in &samples.sites {
            let site = self.figures.entry(figures.id).or_default();
            site.bytes.add(frame, figures.bytes);
            site.samples = site.samples.saturating_add(figures.samples);
            site.blocks = site.blocks.saturating_add(figures.blocks);
        }
    }

    /// Puts names for numbers, and says which index the site with a number has. `heap` has the bytes that sites took from the
    /// heap, by number.
    pub(super) fn finish(
        self,
        heap: &BTreeMap<u32, u64>,
        tag: impl Fn(u32) -> String,
        system: impl Fn(u32) -> String,
    ) -> (Sites, HashMap<u32, u32>) {
        let Self { every, calls, stacks, sites, mut figures } = self;
        for (id, bytes) in heap {
            figures.entry(*id).or_default().heap = *bytes;
        }
        let places: BTreeMap<u32, u32> = calls.keys().copied().zip(0..).collect();
        let named = figures.into_iter().map(|(id, figures)| {
            let Some(site) = sites.get(&id) else {
                return (id, SampledSite { tag: format!("site {id}"), ..figures });
            };
            let stack = site.stack.and_then(|stack| stacks.get(&stack));
            let calls = stack.map(|calls| calls.iter().filter_map(|call| places.get(call).copied()).collect());
            let site = SampledSite {
                tag: tag(site.tag),
                system: site.system.map(&system),
                calls: calls.unwrap_or_default(),
                ..figures
            };
            (id, site)
        });
        let mut list: Vec<(u32, SampledSite)> = named.collect();
        list.sort_by_cached_key(|(_, site)| (std::cmp::Reverse(site.total()), site.tag.clone(), site.calls.clone()));
        let (numbers, list): (Vec<u32>, Vec<SampledSite>) = list.into_iter().unzip();
        let sites = Sites { every, calls: calls.into_values().collect(), list };
        (sites, numbers.into_iter().zip(0..).collect())
    }
}

impl SampledSite {
    fn total(&self) -> u128 {
        self.bytes.points.iter().map(|(_, bytes)| u128::from(*bytes)).sum::<u128>() + u128::from(self.heap)
    }
}

impl Sites {
    /// The call of the program that asked, and not one of the standard library or of a crate between it and framealloc.
    fn asker(&self, site: &SampledSite) -> Option<&Call> {
        let mut calls = site.calls.iter().filter_map(|call| self.calls.get(*call as usize));
        let first = calls.clone().next();
        calls.find(|call| !is_of_library(call)).or(first)
    }

    /// The places by a name for each, most bytes first: `with_line` says where in the file, which the next build changes.
    pub(super) fn places(&self, with_line: bool) -> Vec<Place> {
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        // Those that took from the heap only are no place of frames.
        for site in self.list.iter().filter(|site| site.samples > 0) {
            let place = places.entry(self.name(site, with_line)).or_default();
            place.samples = place.samples.saturating_add(site.samples);
            place.blocks = place.blocks.saturating_add(site.blocks);
            place.bytes.points.extend(&site.bytes.points);
        }
        let mut places: Vec<Place> = places.into_iter().map(|(name, place)| place.named(name)).collect();
        places.sort_by_key(|place| {
            std::cmp::Reverse(place.bytes.points.iter().map(|(_, bytes)| u128::from(*bytes)).sum::<u128>())
        });
        places
    }

    /// How the place of a site is called.
    fn name(&self, site: &SampledSite, with_line: bool) -> String {
        let owner = site.system.as_ref().map_or(site.tag.clone(), |system| format!("{system}, {}", site.tag));
        match self.asker(site) {
            Some(call) if with_line && call.line > 0 => {
                format!("{} ({}:{}) · {owner}", plain(&call.function), file_name(&call.file), call.line)
            }
            Some(call) => format!("{} · {owner}", plain(&call.function)),
            None => owner,
        }
    }

    /// How the place of the site with this index is called.
    pub(super) fn name_of(&self, index: u32) -> String {
        self.list.get(index as usize).map_or_else(|| format!("site {index}"), |site| self.name(site, true))
    }

    /// By index of a site: its index among those of the page, where the smaller ones are one for each tag.
    pub(super) fn in_page(&self) -> Vec<u32> {
        let (shown, rest) = self.list.split_at(self.list.len().min(SITES));
        let tags: BTreeSet<&str> = rest.iter().map(|site| site.tag.as_str()).collect();
        let places: HashMap<&str, usize> = tags.into_iter().zip(shown.len()..).collect();
        let own = 0..shown.len();
        let all = own.chain(rest.iter().map(|site| places[site.tag.as_str()]));
        all.map(|index| u32::try_from(index).unwrap_or(u32::MAX)).collect()
    }

    /// The sites for the page, with their bytes in stretches of the recording.
    pub(super) fn data(&self, frames: usize) -> Value {
        let stretches = STRETCHES.min(frames);
        let column = |series: &Series| {
            let mut sums = vec![0_u64; stretches];
            for (frame, bytes) in &series.points {
                let sum = &mut sums[*frame as usize * stretches / frames];
                *sum = sum.saturating_add(*bytes);
            }
            encode(sums.into_iter())
        };
        let (shown, rest) = self.list.split_at(self.list.len().min(SITES));
        let mut smaller: BTreeMap<&str, SampledSite> = BTreeMap::new();
        for site in rest {
            let sum =
                smaller.entry(&site.tag).or_insert_with(|| SampledSite { tag: site.tag.clone(), ..<_>::default() });
            sum.samples += site.samples;
            sum.blocks = sum.blocks.saturating_add(site.blocks);
            sum.bytes.points.extend(&site.bytes.points);
        }
        let list = shown.iter().chain(smaller.values()).map(|site| {
            json!({
                "tag": site.tag,
                "system": site.system,
                "calls": site.calls,
                "samples": site.samples,
                "blocks": site.blocks,
                "total": site.bytes.points.iter().fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes)),
                "bytes": column(&site.bytes),
            })
        });
        let calls = self.calls.iter().map(|call| {
            let place = if call.line > 0 { format!("{}:{}", call.file, call.line) } else { call.file.clone() };
            json!([call.function, place])
        });
        json!({
            "every": self.every,
            "stretches": stretches,
            "calls": calls.collect::<Vec<_>>(),
            "list": list.collect::<Vec<_>>(),
        })
    }
}

impl Place {
    fn named(mut self, name: String) -> Self {
        let mut by_frame: BTreeMap<u32, u64> = BTreeMap::new();
        for (frame, bytes) in self.bytes.points {
            let sum = by_frame.entry(frame).or_default();
            *sum = sum.saturating_add(bytes);
        }
        self.bytes = Series { name, points: by_frame.into_iter().collect() };
        self
    }

    /// By what part of itself the estimate may be off, about: one standard deviation.
    #[expect(clippy::cast_precision_loss, reason = "an error is shown with one digit")]
    pub(super) fn error(&self) -> f64 {
        1.0 / (self.samples.max(1) as f64).sqrt()
    }
}

/// Whether the call is of the standard library, or of a crate that the program has from elsewhere.
fn is_of_library(call: &Call) -> bool {
    let path = call.function.trim_start_matches(['<', '&']);
    ["core::", "alloc::", "std::", "hashbrown::"].iter().any(|crates| path.starts_with(crates))
        || ["/rustc/", "/library/", "/registry/src/", "/git/checkouts/"].iter().any(|folder| call.file.contains(folder))
}

/// A path without what its generics stand for: `collect<alloc::vec::Vec<u32>>` is `collect`.
fn plain(function: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    let mut last = ' ';
    for letter in function.chars() {
        match letter {
            // A path that begins with a type in angles keeps that.
            '<' if !out.is_empty() => depth += 1,
            // `->` closes nothing.
            '>' if depth > 0 && last != '-' => depth -= 1,
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
        last = letter;
    }
    let out = out.replace("::::", "::");
    out.strip_suffix("::").map_or_else(|| out.clone(), ToOwned::to_owned)
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_generics_stand_for_is_left_out() {
        for (function, shown) in [
            ("game::ai::plan", "game::ai::plan"),
            ("collect<alloc::vec::Vec<u32>, fn() -> u8>", "collect"),
            ("game::Schedule<S>::step", "game::Schedule::step"),
            ("hash::make::<u32>", "hash::make"),
            ("<game::Ai as game::System>::run", "<game::Ai as game::System>::run"),
            ("{closure#0}", "{closure#0}"),
        ] {
            assert_eq!(plain(function), shown);
        }
    }
}
