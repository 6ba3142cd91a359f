//! A list of what may be gone without telling: what is gone is forgotten as the list grows.

/// Entries below this number are not worth looking through.
const FEW: usize = 16;

/// It is looked through when it has twice as many entries as were alive the last time: a constant number of looks for each entry
/// that is added, however many are alive.
#[derive(Debug)]
pub(crate) struct Living<T> {
    list: Vec<T>,
    look_at: usize,
}

impl<T> Living<T> {
    pub(crate) const fn new() -> Self {
        Self { list: Vec::new(), look_at: FEW }
    }

    /// Adds an entry; now and then forgets those that are not alive.
    pub(crate) fn push(&mut self, entry: T, is_alive: impl FnMut(&T) -> bool) {
        if self.list.len() >= self.look_at {
            self.list.retain(is_alive);
            self.look_at = FEW.max(2 * self.list.len());
        }
        self.list.push(entry);
    }

    /// All entries that are not forgotten, the oldest first.
    pub(crate) fn iter(&self) -> core::slice::Iter<'_, T> {
        self.list.iter()
    }
}

impl<T> Default for Living<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{FEW, Living};

    #[test]
    fn each_entry_costs_a_constant_number_of_looks() {
        // All of them live, every other one, one in a hundred, none.
        for one_in in [1, 2, 100, usize::MAX] {
            let mut living = Living::new();
            let mut looks = 0;
            for number in 1..=10_000_usize {
                living.push(number, |number| {
                    looks += 1;
                    number % one_in == 0
                });
                let alive = number / one_in;
                let listed = living.iter().count();
                assert!(listed >= alive && listed <= 2 * alive + FEW + 1, "{listed} for {alive} of {number}");
                assert!(looks <= 3 * number, "{looks} looks for {number} entries");
            }
        }
    }
}
