//! What a thread knows of the places of a program that its zones serve: which of them keep what they make.
//!
//! A block has no header and a global allocator does not learn who calls it, but how deep in the stack it is called, seen
//! from where its zone began, is the same each time that the same calls lead to it: together with the size that tells most
//! places apart. Two places that look the same share what is found out about them.
//!
//! Where a tag keeps blocks of a size, each block of that size is given a cell and a note of its place, until its place was
//! seen not to keep any for some zones in which it made some. From then on its blocks are bumped.

use core::cell::Cell;

use super::CHUNK;
use super::cells::{CLASSES, OpenCells, Shift};

/// Places that a thread knows.
const SITES: usize = 1000;

/// A note of a place that is not known: notes have ten bits for it.
const UNKNOWN: u32 = (1 << SITE_BITS) - 1;
const SITE_BITS: u32 = 10;
const _: () = assert!(SITES <= UNKNOWN as usize && size_of::<Book>() <= CHUNK);

/// Where a place may be, from where it belongs on.
const TRIES: usize = 4;

/// Zones in a row in which a place keeps nothing before it is trusted; twice as many each time that it kept something.
const PATIENCE: u8 = 4;
const MOST_PATIENCE: u8 = 128;

/// A place that no zone has come to for so long makes room for another one.
const OLD: u32 = 256;

/// What is known of one place.
#[derive(Debug)]
#[repr(C)]
struct Site {
    /// 0 if it is nobody's.
    key: Cell<u32>,
    /// The zone that came to it last.
    zone: Cell<u32>,
    /// Cells that it was given in that zone, and those of them that the zone has freed.
    made: Cell<u16>,
    freed: Cell<u16>,
    /// How often the tag had learned when the place was trusted, as far as there is room for it.
    times: Cell<u16>,
    /// Zones in a row that kept nothing, and how many it takes.
    clean: Cell<u8>,
    patience: Cell<u8>,
}

/// A zone, as notes say it: 22 bits of its number. That of another thread or long ago may look the same, which is an error
/// in what is learned and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note(u32);

impl Note {
    fn new(site: u32, zone: u32) -> Self {
        Self(zone << SITE_BITS | site)
    }

    pub(super) const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    pub(super) const fn bits(self) -> u32 {
        self.0
    }

    /// Whether it was written in this zone.
    pub(super) const fn is_of(self, zone: u32) -> bool {
        self.0 >> SITE_BITS == zone << SITE_BITS >> SITE_BITS
    }

    fn site(self) -> usize {
        (self.0 & UNKNOWN) as usize
    }
}

/// What becomes of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its place keeps nothing: it is bumped.
    Bump,
    /// Its place is watched: it has a cell, and this note.
    Watch(Note),
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) row: u32,
    /// Bytes of stack since the zone began.
    pub(super) depth: usize,
    /// The class of its size.
    pub(super) class: u32,
}

impl Place {
    /// A number that is not 0.
    #[expect(clippy::cast_possible_truncation, reason = "it is mixed")]
    const fn key(self) -> u32 {
        let mixed = (self.depth as u32).wrapping_mul(0x9E37_79B1)
            ^ self.class.wrapping_mul(0x85EB_CA6B)
            ^ self.row.wrapping_mul(0xC2B2_AE35);
        (mixed ^ mixed >> 15).wrapping_mul(0x2C1B_3C6D) | 1
    }
}

/// The book of one thread, for all its tags, and the cells that its zones have open. It fills a chunk.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Book {
    cells: [OpenCells; CLASSES],
    /// The last zone that could not have another chunk for cells.
    pub(super) without_cells: Cell<u32>,
    sites: [Site; SITES],
}

impl Book {
    /// Makes an empty book.
    ///
    /// # Safety
    /// At `place`, which is aligned to a chunk, there are the bytes of one, and they are the caller's.
    pub(super) unsafe fn write(place: core::ptr::NonNull<u8>) -> core::ptr::NonNull<Self> {
        let book = place.cast::<Self>();
        // SAFETY: there is room for it; zeroes are sites that are nobody's, and a zone that there is not.
        unsafe { book.write_bytes(0, 1) };
        // SAFETY: it is inside of the book.
        let cells = unsafe { core::ptr::addr_of_mut!((*book.as_ptr()).cells) };
        // SAFETY: it is a field of the book, which is the caller's.
        unsafe { cells.write([const { OpenCells::none() }; CLASSES]) };
        book
    }

    /// The open cells of this size.
    pub(super) fn cells(&self, shift: Shift) -> &OpenCells {
        &self.cells[shift.class()]
    }

    /// Calls `visit` with the open cells of each size.
    pub(super) fn each_cells(&self, visit: impl FnMut(&OpenCells)) {
        self.cells.iter().for_each(visit);
    }

    /// What becomes of a block that a zone is asked for there. The tag has learned so many times.
    pub(super) fn judge(&self, place: Place, zone: u32, times: u32) -> Verdict {
        let key = place.key();
        let from = ((u64::from(key) * SITES as u64) >> 32) as usize;
        #[expect(clippy::cast_possible_truncation, reason = "there are few places")]
        let number = |at: usize| ((from + at) % SITES) as u32;
        let mut oldest = None;
        for at in (0..TRIES).map(number) {
            let site = &self.sites[at as usize];
            if site.key.get() == key {
                return site.judge(at, zone, u16::try_from(times).unwrap_or(u16::MAX));
            }
            if oldest.is_none() && (site.key.get() == 0 || zone.wrapping_sub(site.zone.get()) > OLD) {
                oldest = Some(at);
            }
        }
        match oldest {
            Some(at) => self.sites[at as usize].begin(at, key, zone),
            None => Verdict::Watch(Note::new(UNKNOWN, zone)),
        }
    }

    /// The zone that wrote the note frees the block.
    pub(super) fn freed(&self, note: Note, zone: u32) {
        let Some(site) = self.sites.get(note.site()).filter(|site| site.zone.get() == zone) else { return };
        site.freed.set(site.freed.get().wrapping_add(1));
    }

    /// There was no cell for the block, so that nobody will learn what became of it.
    pub(super) fn not_watched(&self, note: Note) {
        let Some(site) = self.sites.get(note.site()) else { return };
        site.made.set(0);
        site.freed.set(0);
    }
}

impl Site {
    fn begin(&self, number: u32, key: u32, zone: u32) -> Verdict {
        self.key.set(key);
        self.zone.set(zone);
        self.made.set(1);
        self.freed.set(0);
        self.clean.set(0);
        self.patience.set(PATIENCE);
        Verdict::Watch(Note::new(number, zone))
    }

    fn is_trusted(&self) -> bool {
        self.clean.get() >= self.patience.get()
    }

    fn judge(&self, number: u32, zone: u32, times: u16) -> Verdict {
        if self.is_trusted() {
            self.zone.set(zone);
            if self.times.get() == times {
                return Verdict::Bump;
            }
            // The tag pinned too much since: it may have been this place.
            self.clean.set(0);
            self.made.set(0);
            self.freed.set(0);
        } else if self.zone.get() != zone {
            self.end_of_zone();
            self.zone.set(zone);
            if self.is_trusted() {
                self.times.set(times);
                return Verdict::Bump;
            }
        }
        self.made.set(self.made.get().wrapping_add(1));
        Verdict::Watch(Note::new(number, zone))
    }

    /// The zone that came here last is over.
    fn end_of_zone(&self) {
        if self.made.get() == 0 && self.freed.get() == 0 {
            return;
        }
        if self.made.get() == self.freed.get() {
            self.clean.set(self.clean.get() + 1);
        } else {
            self.clean.set(0);
            self.patience.set(self.patience.get().saturating_mul(2).min(MOST_PATIENCE));
        }
        self.made.set(0);
        self.freed.set(0);
    }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use super::{Book, CHUNK, MOST_PATIENCE, Note, PATIENCE, Place, Verdict};
    use core::ptr::NonNull;

    const TIMES: u32 = 1;

    #[repr(align(16384))]
    struct Room(core::cell::UnsafeCell<[u8; CHUNK]>);

    /// Calls `test` with an empty book.
    fn with_book(test: impl FnOnce(&Book)) {
        let room = Box::new(Room(core::cell::UnsafeCell::new([7; CHUNK])));
        // SAFETY: it is as large, aligned, and nobody else's.
        let book = unsafe { Book::write(NonNull::new(room.0.get()).unwrap().cast()) };
        // SAFETY: it was just written, and lives as long as the room.
        test(unsafe { book.as_ref() });
    }

    fn place(depth: usize) -> Place {
        Place { row: 3, depth, class: 2 }
    }

    /// The note of a block that is watched.
    fn watched(verdict: Verdict) -> Note {
        match verdict {
            Verdict::Watch(note) => note,
            Verdict::Bump => panic!("it is trusted"),
        }
    }

    /// Zones that come to the place before its blocks are bumped, which it frees.
    fn zones_until_trusted(book: &Book, from: u32) -> u32 {
        (0..1000)
            .find(|zone| match book.judge(place(64), from + zone, TIMES) {
                Verdict::Bump => true,
                Verdict::Watch(note) => {
                    book.freed(note, from + zone);
                    false
                }
            })
            .unwrap()
    }

    #[test]
    fn a_place_that_keeps_nothing_is_trusted_and_its_neighbour_that_does_is_watched_for_ever() {
        with_book(|book| {
            for zone in 1..=300 {
                let keeps = watched(book.judge(place(128), zone, TIMES));
                assert!(keeps.is_of(zone) && !keeps.is_of(zone + 1));
                let passes = book.judge(place(64), zone, TIMES);
                assert_eq!(passes == Verdict::Bump, zone > u32::from(PATIENCE), "zone {zone}");
                if let Verdict::Watch(note) = passes {
                    book.freed(note, zone);
                }
            }
        });
    }

    #[test]
    fn each_time_that_a_place_kept_something_it_has_to_wait_twice_as_long() {
        with_book(|book| {
            let mut zone = 1;
            for round in 0..8 {
                // This one is kept.
                watched(book.judge(place(64), zone, TIMES + round));
                let patience = (u32::from(PATIENCE) << (round + 1)).min(u32::from(MOST_PATIENCE));
                let waited = (1..1000).find(|step| match book.judge(place(64), zone + step, TIMES + round) {
                    Verdict::Bump => true,
                    Verdict::Watch(note) => {
                        book.freed(note, zone + step);
                        false
                    }
                });
                assert_eq!(waited, Some(patience + 1));
                zone += patience + 2;
            }
        });
    }

    #[test]
    fn what_had_no_cell_is_no_evidence() {
        with_book(|book| {
            for zone in 1..=100 {
                book.not_watched(watched(book.judge(place(64), zone, TIMES)));
            }
            assert_eq!(zones_until_trusted(book, 101), u32::from(PATIENCE));
        });
    }

    #[test]
    fn a_full_book_makes_room_for_places_that_are_come_to_now() {
        with_book(|book| {
            for depth in 0..5000 {
                watched(book.judge(place(1000 + depth * 16), 1, TIMES));
            }
            let late = zones_until_trusted(book, 1000);
            assert_eq!(late, u32::from(PATIENCE));
        });
    }
}
