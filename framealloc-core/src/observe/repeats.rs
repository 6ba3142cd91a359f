//! Which repetitions of a diagnostic are reported, and which are left out.

/// Which repetitions of a diagnostic are reported: those of one code about the same subject (tag, thread, system, pool, type).
///
/// What has not happened for 600 frames is new when it happens again. In strict mode a diagnostic that panics is never
/// left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeats {
    /// The first, second, fourth, eighth and so on; [`Diagnostic::left_out`](crate::Diagnostic::left_out) counts those between.
    #[default]
    Doubling,
    /// The first only.
    Once,
    /// All.
    All,
}

/// What has not happened for this many frames is forgotten.
const QUIET: u64 = 600;

/// Subjects that are remembered; the one that was quiet for longest makes room.
const REMEMBERED: usize = 1024;

/// Knows what was reported before.
#[derive(Default)]
pub(super) struct Limiter(Vec<Seen>);

struct Seen {
    code: &'static str,
    subject: u64,
    count: u64,
    left_out: u64,
    /// The end of the frame at which it last happened.
    last: u64,
}

impl Limiter {
    /// Counts one more after `now` frames. Returns how many were left out before it, if it is to be reported.
    pub(super) fn admit(&mut self, (code, subject): (&'static str, u64), now: u64, repeats: Repeats) -> Option<u64> {
        let position = self.0.iter().position(|seen| seen.subject == subject && seen.code == code);
        let new = Seen { code, subject, count: 0, left_out: 0, last: now };
        let seen = if let Some(position) = position {
            let seen = &mut self.0[position];
            if now - seen.last > QUIET {
                *seen = new;
            }
            seen
        } else if self.0.len() < REMEMBERED {
            self.0.push(new);
            self.0.last_mut()?
        } else {
            let oldest = self.0.iter_mut().min_by_key(|seen| seen.last)?;
            *oldest = new;
            oldest
        };
        seen.last = now;
        seen.count += 1;
        let is_reported = match repeats {
            Repeats::All => true,
            Repeats::Once => seen.count == 1,
            Repeats::Doubling => seen.count.is_power_of_two(),
        };
        if is_reported {
            Some(core::mem::take(&mut seen.left_out))
        } else {
            seen.left_out += 1;
            None
        }
    }
}
