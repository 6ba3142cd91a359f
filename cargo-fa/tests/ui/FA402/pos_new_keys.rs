//! Maps that are kept and get a key that no frame has had before, lists that get new elements, and values that are made anew
//! in each frame: what is done once for each of them is done again.
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use framealloc::{SmartAlloc, frame_system};

pub struct At {
    x: f32,
    y: f32,
}

#[derive(Clone, Copy, PartialEq)]
pub enum Mood {
    New,
    Awake,
}

pub struct Villager {
    errand: Option<Vec<u32>>,
    greeted: bool,
    mood: Mood,
    diary: Vec<u32>,
}

#[derive(Default)]
pub struct Village {
    day: u64,
    next_letter: u64,
    weather: HashMap<u64, u32>,
    storms: HashMap<u64, u32>,
    prices: BTreeMap<u32, Box<[u32]>>,
    letters: HashMap<u64, u32>,
    tracks: HashSet<(i32, i32)>,
    visits: HashMap<u32, Vec<u32>>,
    orders: Vec<u32>,
    quiet: Vec<u64>,
    villagers: Vec<Villager>,
}

impl Village {
    pub fn settle(&mut self) {
        self.day += 1;
        self.villagers.push(Villager { errand: None, greeted: false, mood: Mood::New, diary: Vec::new() });
    }

    #[frame_system]
    pub fn by_a_count_of_frames(&mut self, alloc: &SmartAlloc, rain: u32) {
        if !self.weather.contains_key(&self.day) {
            self.weather.insert(self.day, rain + *alloc.frame_box(0)); //~ FA402
        }
    }

    #[frame_system]
    pub fn by_a_number_to_give_out(&mut self, alloc: &SmartAlloc) {
        let letter = self.next_letter;
        self.next_letter += 1;
        self.letters.entry(letter).or_insert_with(|| *alloc.frame_box(1)); //~ FA402
    }

    #[frame_system]
    pub fn by_a_tick_that_is_vacant(&mut self, alloc: &SmartAlloc, tick: u64) {
        let rain = alloc.frame_box(3);
        if let Entry::Vacant(entry) = self.storms.entry(tick) { //~ FA402
            entry.insert(*rain);
        }
    }

    #[frame_system]
    pub fn by_a_tick(&mut self, alloc: &SmartAlloc, tick: u32) -> usize {
        let first = *alloc.frame_box(0_usize);
        match self.prices.get(&tick) {
            Some(prices) => prices.len() + first,
            None => {
                self.prices.insert(tick, vec![1, 2].into_boxed_slice()); //~ FA401 FA402
                first
            }
        }
    }

    #[frame_system]
    pub fn by_a_place(&mut self, alloc: &SmartAlloc, at: &At) {
        let cell = (at.x as i32, (at.y * *alloc.frame_box(0.5_f32)) as i32);
        if !self.tracks.contains(&cell) {
            self.tracks.insert(cell); //~ FA402
        }
    }

    #[frame_system]
    pub fn a_list_under_a_key(&mut self, alloc: &SmartAlloc, house: u32) {
        let visits = self.visits.entry(house).or_insert_with(|| Vec::with_capacity(1));
        visits.push(*alloc.frame_box(1)); //~ FA402
    }

    #[frame_system]
    pub fn a_queue_is_no_free_list(&mut self, alloc: &SmartAlloc) -> u32 {
        match self.orders.pop() {
            Some(order) => order + *alloc.frame_box(1),
            None => {
                self.quiet.push(self.day); //~ FA402
                0
            }
        }
    }

    #[frame_system]
    pub fn each_element(&mut self, alloc: &SmartAlloc) {
        let goal = *alloc.frame_box(1_u32);
        for villager in &mut self.villagers {
            if villager.errand.is_none() {
                villager.errand = Some(vec![goal]); //~ FA401
            }
            if villager.mood == Mood::New {
                villager.diary.push(goal); //~ FA402
                villager.mood = Mood::Awake;
            }
        }
        let villager = &mut self.villagers[0];
        if !villager.greeted {
            villager.greeted = true;
            self.quiet.push(2); //~ FA402
        }
    }
}

#[derive(Default)]
pub struct Tally {
    by_kind: HashMap<u32, u32>,
    first: Option<String>,
}

impl Tally {
    fn add(&mut self, kind: u32) {
        *self.by_kind.entry(kind).or_insert_with(|| 0) += 1; //~ FA402
        if self.first.is_none() {
            self.first = Some(kind.to_string()); //~ FA401
        }
    }
}

#[frame_system]
pub fn a_value_made_in_each_frame(alloc: &SmartAlloc, kinds: &[u32]) -> usize {
    let mut tally = Tally::default();
    for kind in kinds {
        tally.add(*kind);
    }
    tally.by_kind.len() + *alloc.frame_box(0)
}
