//! Writes recordings.

use crate::model::{FrameView, Kind, Limits};
use crate::sites::{Call, Lives, Site, SiteFigures};
use crate::{
    BLOCK_CALL, BLOCK_DEFINITION, BLOCK_FRAME, BLOCK_HEAD, BLOCK_LIVES, BLOCK_SAMPLES, BLOCK_SITE, BLOCK_STACK, MAGIC,
    VERSION, checksum,
};

/// Appends blocks to a buffer. Takes no memory while the buffer has room.
#[derive(Debug, Default)]
pub struct Encoder {
    out: Vec<u8>,
}

impl Encoder {
    /// Starts a recording at the end of `out`.
    #[must_use]
    pub fn new(mut out: Vec<u8>) -> Self {
        out.extend_from_slice(&MAGIC);
        out.push(VERSION);
        Self { out }
    }

    /// Goes on with a recording whose header has been written before, for example to a file.
    #[must_use]
    pub fn resume(out: Vec<u8>) -> Self {
        Self { out }
    }

    /// Names a number. Must come before the first frame that uses it.
    pub fn define(&mut self, kind: Kind, id: u32, name: &str, limit: u64) {
        self.definition(kind, id, name, limit, None);
    }

    /// Names a budget and says what it limits. Must come before the first frame that meets it.
    pub fn define_budget(&mut self, id: u32, name: &str, limit: u64, limits: Limits) {
        self.definition(Kind::Budget, id, name, limit, Some(limits));
    }

    fn definition(&mut self, kind: Kind, id: u32, name: &str, limit: u64, limits: Option<Limits>) {
        self.block(BLOCK_DEFINITION, |out| {
            number(out, kind.number());
            number(out, u64::from(id));
            number(out, limit);
            number(out, name.len() as u64);
            out.extend_from_slice(name.as_bytes());
            // Last, so that readers that do not know of it leave it out.
            limits.map(Limits::fields).into_iter().flatten().for_each(|field| number(out, field));
        });
    }

    /// Adds a frame.
    pub fn frame(&mut self, frame: &FrameView<'_>) {
        self.block(BLOCK_FRAME, |out| {
            for figure in
                [frame.number, frame.start, frame.duration, frame.bytes, frame.high_water, frame.heap_fallbacks]
            {
                number(out, figure);
            }
            // 0 for none, so that a count of 0 stays one.
            number(out, frame.allocator_calls.map_or(0, |calls| calls.saturating_add(1)));
            list(out, frame.tags, |(id, bytes)| [u64::from(*id), *bytes]);
            list(out, frame.threads, |(id, bytes)| [u64::from(*id), *bytes]);
            list(out, frame.systems, |system| [u64::from(system.id), system.calls, system.bytes, system.largest_call]);
            list(out, frame.pools, |pool| [u64::from(pool.id), pool.live, pool.high_water, pool.bytes]);
            list(out, frame.budgets, |hit| [u64::from(hit.id), hit.asked, hit.left, hit.outcome.number()]);
            list(out, frame.phases, |phase| {
                [u64::from(phase.id), phase.calls, phase.bytes, phase.nanoseconds, phase.longest]
            });
            // Last, so that readers that do not know of flights, of the heap and of zones leave them out.
            let flights = frame.flights.as_slice();
            list(out, flights, |flights| [flights.frames, flights.bytes, flights.capacity, flights.refused]);
            list(out, frame.heap, |tag| {
                [u64::from(tag.id), tag.bytes, tag.blocks, tag.peak, tag.allocations, tag.frees]
            });
            // The heap by system, by place in the list of systems.
            let counted = frame.systems.iter().zip(0_u64..).filter_map(|(system, at)| Some((at, system.heap?)));
            number(out, counted.clone().count() as u64);
            for (at, heap) in counted {
                for field in [at, heap.calls, heap.bytes] {
                    number(out, field);
                }
            }
            list(out, frame.zones, |tag| [u64::from(tag.id), tag.pinned, tag.escaped, tag.refused, tag.exhausted]);
        });
    }

    /// Names a call. Must come before the first stack that has it.
    pub fn call(&mut self, call: &Call) {
        self.block(BLOCK_CALL, |out| {
            for figure in [u64::from(call.id), u64::from(call.line)] {
                number(out, figure);
            }
            for text in [&call.function, &call.file] {
                number(out, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            }
        });
    }

    /// Names the calls of a stack, the innermost first.
    pub fn stack(&mut self, id: u32, calls: &[u32]) {
        self.block(BLOCK_STACK, |out| {
            number(out, u64::from(id));
            list(out, calls, |call| [u64::from(*call)]);
        });
    }

    /// Says what the number of a site stands for. Must come before the first sample of it.
    pub fn site(&mut self, site: &Site) {
        let or_none = |id: Option<u32>| id.map_or(0, |id| u64::from(id) + 1);
        self.block(BLOCK_SITE, |out| {
            for figure in [u64::from(site.id), u64::from(site.tag), or_none(site.system), or_none(site.stack)] {
                number(out, figure);
            }
        });
    }

    /// Adds what was sampled in the frame that was added last, with `every` bytes between two samples on average.
    pub fn samples(&mut self, every: u64, sites: &[SiteFigures]) {
        self.block(BLOCK_SAMPLES, |out| {
            number(out, every);
            list(out, sites, |site| [u64::from(site.id), site.samples, site.blocks, site.bytes]);
        });
    }

    /// Adds which of the blocks that are followed were made and freed in the frame that was added last.
    pub fn lives(&mut self, lives: &Lives) {
        self.block(BLOCK_LIVES, |out| {
            for figure in [lives.every, lives.missed, u64::from(lives.anew)] {
                number(out, figure);
            }
            list(out, &lives.born, |life| {
                [u64::from(life.id), u64::from(life.site), life.frame, life.blocks, life.bytes]
            });
            list(out, &lives.died, |id| [u64::from(*id)]);
        });
    }

    /// Returns what was written since the buffer was last taken.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Empties the buffer, keeping its memory; call it when the bytes have been written somewhere.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// Returns the buffer.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn block(&mut self, kind: u8, payload: impl FnOnce(&mut Vec<u8>)) {
        let start = self.out.len();
        self.out.extend_from_slice(&[kind, 0, 0, 0, 0]);
        payload(&mut self.out);
        let body = start + BLOCK_HEAD;
        let Ok(length) = u32::try_from(self.out.len() - body) else {
            // 4 GiB for one frame: nothing a reader could use; the recording goes on without it.
            self.out.truncate(start);
            return;
        };
        self.out[start + 1..body].copy_from_slice(&length.to_le_bytes());
        let sum = checksum(kind, &self.out[body..]);
        self.out.extend_from_slice(&sum.to_le_bytes());
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn list<T, const N: usize>(out: &mut Vec<u8>, items: &[T], fields: impl Fn(&T) -> [u64; N]) {
    number(out, items.len() as u64);
    for item in items {
        for field in fields(item) {
            number(out, field);
        }
    }
}
