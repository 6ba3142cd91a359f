//! What is made on the heap where its type is said elsewhere, or a function is named where a closure might stand.
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use framealloc::{SmartAlloc, frame_system};

pub struct Route {
    stops: Vec<u32>,
}

pub struct Lines {
    by_name: HashMap<u32, Vec<u32>>,
    last: (Vec<u32>, u32),
}

fn count(stops: Vec<u32>) -> usize {
    stops.len()
}

fn give<F: FnMut(Vec<u32>)>(stops: &[u32], mut take: F) {
    take(stops.iter().copied().collect()); //~ FA401
}

impl Lines {
    fn names(&self, line: u32) -> Vec<&u32> {
        self.by_name.get(&line).map(|stops| stops.iter().collect()).unwrap_or_default() //~ FA401
    }

    #[frame_system]
    pub fn said_later(&mut self, alloc: &SmartAlloc, stops: &[u32]) -> usize {
        let more = *alloc.frame_box(1_u32);
        let counted = stops.iter().map(|stop| stop + more).collect(); //~ FA401
        let kept = stops.iter().map(|stop| stop + more).collect(); //~ FA401
        self.last.0 = kept;
        let made = stops.iter().map(|stop| stop + more).collect(); //~ FA401
        let route = Route { stops: made };
        count(counted) + route.stops.len() + self.names(more).len()
    }
}

#[frame_system]
pub fn to_closures(alloc: &SmartAlloc, stops: &[u32], take: &mut dyn FnMut(u32, HashMap<u32, u32>)) {
    take(*alloc.frame_box(1), stops.iter().map(|stop| (*stop, *stop)).collect()); //~ FA401
    give(stops, |stops| assert!(stops.is_empty()));
}

#[frame_system]
pub fn shared(alloc: &SmartAlloc, stops: u32) -> usize {
    let all: Arc<[u32]> = (0..stops + *alloc.frame_box(1)).collect(); //~ FA401
    let rest: Rc<[u32]> = (1..stops).collect(); //~ FA401
    all.len() + rest.len()
}

#[frame_system]
pub fn named(alloc: &SmartAlloc, stops: &[u32], name: Option<&str>) -> usize {
    let boxed = stops.first().copied().map(Rc::new); //~ FA401
    let shared = stops.first().copied().map(Arc::new); //~ FA401
    let text = name.map(str::to_owned); //~ FA401
    let loud = name.map(str::to_uppercase); //~ FA401
    let list = Some(stops).map(<[u32]>::to_vec); //~ FA401
    let lengths: usize = stops.iter().map(u32::to_string).map(|text| text.len()).sum(); //~ FA401
    let mut order = BTreeMap::new();
    order.insert(1_u32, *alloc.frame_box(2_u32)); //~ FA402
    let first = order.pop_first().map(Box::new); //~ FA401
    let found = boxed.is_some() && shared.is_some() && text.is_some() && loud.is_some() && first.is_some();
    lengths + usize::from(found) + list.map_or(0, |list| list.len())
}

#[frame_system]
pub fn types_in_brackets(alloc: &SmartAlloc, stops: &[u32]) -> usize {
    let mut seen = <HashSet<u32>>::default();
    seen.extend(stops.iter().copied()); //~ FA402
    let mut list = <Vec<u32> as Default>::default();
    list.push(*alloc.frame_box(1)); //~ FA402
    seen.len() + list.len()
}
