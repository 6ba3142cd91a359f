//! `--sites`: what it costs to record frames with sampled sites, beside the same frames without either.

use std::fmt::Write as _;
use std::time::Duration;

use framealloc::{AllocConfig, RecordError, RecordOptions, SiteSampling, SmartAlloc};

use crate::args::Args;
use crate::report::{Stopwatch, percentile};
use crate::systems;
use crate::world::Game;
use crate::{PARTS_PER_THREAD, WARM_UP};

/// One of the two simulations.
struct Side {
    alloc: SmartAlloc,
    game: Game<framealloc::PoolBox<crate::world::Dart>>,
    watch: Stopwatch,
}

impl Side {
    fn new(config: AllocConfig, args: &Args) -> Self {
        Self { alloc: SmartAlloc::new(config), game: Game::new(args.agents), watch: Stopwatch::new(args.frames) }
    }

    fn step(&mut self, parts: usize, is_timed: bool) -> u64 {
        let Self { alloc, game, watch } = self;
        let mut tick = |watch: &mut Stopwatch| systems::tick(alloc, game, parts, watch);
        if is_timed { watch.timed(tick) } else { tick(watch) }
    }
}

/// Runs both, one frame each in turn, and says what the one that is recorded took longer. Whether both drew the same comes
/// with it.
pub fn compare(args: &Args) -> Result<(String, bool), RecordError> {
    let parts = args.threads * PARTS_PER_THREAD;
    let sampling = SiteSampling::default();
    let mut sampled = Side::new(AllocConfig::default().with_sites(sampling), args);
    let mut plain = Side::new(AllocConfig::default(), args);
    let mut are_equal = true;
    for frame in 0..WARM_UP + args.frames {
        if frame == WARM_UP {
            match &args.record {
                Some(file) => sampled.alloc.record(file)?,
                None => sampled.alloc.record_in_memory(RecordOptions::default())?,
            }
        }
        let is_timed = frame >= WARM_UP;
        // Who goes first finds colder caches: they take turns.
        let (one, other) = if frame % 2 == 0 { (&mut sampled, &mut plain) } else { (&mut plain, &mut sampled) };
        are_equal &= one.step(parts, is_timed) == other.step(parts, is_timed);
    }
    let bytes = sampled.alloc.frame_report().bytes;
    let summary = sampled.alloc.stop_recording()?;
    let [with, without] = [&sampled.watch, &plain.watch].map(Stopwatch::frames);
    let [slow, fast] = [with, without].map(|frames| percentile(frames, 50));
    let mut text = format!(
        "{} frames, {bytes} bytes each, a sample every {} bytes, {} bytes recorded\n\n",
        args.frames,
        sampling.bytes(),
        summary.bytes
    );
    let ratio = median_ratio(with, without);
    let _ = writeln!(text, "recorded with sites {slow:.3} ms, without {fast:.3} ms (medians)");
    let _ = writeln!(text, "ratio of pairs: {ratio:.3} (median; the bar is 1.03)\n");
    for site in sampled.alloc.sampled_sites().iter().take(8) {
        let call = site.calls.first().map_or("", |call| call.function.as_str());
        let _ = writeln!(text, "{:>12} bytes  {:<16} {:<14} {call}", site.bytes, site.tag, site.system.unwrap_or(""));
    }
    Ok((text, are_equal))
}

/// The median of what each frame took, as a part of what the one beside it took: what slows both down for a while is in neither.
fn median_ratio(with: &[Duration], without: &[Duration]) -> f64 {
    let mut ratios: Vec<f64> =
        with.iter().zip(without).map(|(with, without)| with.as_secs_f64() / without.as_secs_f64()).collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(1.0)
}
