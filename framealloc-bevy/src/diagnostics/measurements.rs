//! How figures become measurements, by paths that are made once.

use bevy_diagnostic::{Diagnostic, DiagnosticMeasurement, DiagnosticPath, DiagnosticsStore};
use bevy_platform::time::Instant;
use framealloc_core::AmbientTagStats;

/// What the overlay and the log put after a number of bytes.
pub(super) const BYTES: &str = " B";

/// What paths of zones have between the prefix and the tag.
pub(super) const ZONE: &str = "zone";

pub(super) fn item_path(prefix: &str, kind: &str, item: &str, figure: &str) -> DiagnosticPath {
    // A path has no empty component; what separates tags is `::`.
    let item = if item.is_empty() { "_" } else { item };
    DiagnosticPath::new(format!("{prefix}/{kind}/{}/{figure}", item.replace('/', "_")))
}

/// Writes the measurements of one frame.
pub(super) struct Recorder<'a> {
    store: &'a mut DiagnosticsStore,
    time: Instant,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(store: &'a mut DiagnosticsStore, time: Instant) -> Self {
        Self { store, time }
    }

    pub(super) fn record(&mut self, path: &DiagnosticPath, value: usize) {
        if let Some(diagnostic) = self.store.get_mut(path).filter(|diagnostic| diagnostic.is_enabled) {
            #[expect(clippy::cast_precision_loss, reason = "diagnostics are `f64`, exact up to 8 PiB")]
            diagnostic.add_measurement(DiagnosticMeasurement { time: self.time, value: value as f64 });
        }
    }

    /// Makes the diagnostic of an item, unless somebody did before.
    fn add(&mut self, path: &DiagnosticPath, suffix: &'static str) {
        if self.store.get(path).is_none() {
            self.store.add(Diagnostic::new(path.clone()).with_suffix(suffix));
        }
    }
}

/// The paths of all tags, or of all pools, in the order that the allocator lists them in.
pub(super) struct Items {
    kind: &'static str,
    figure: &'static str,
    suffix: &'static str,
    known: Vec<(&'static str, DiagnosticPath)>,
}

impl Items {
    pub(super) const fn new(kind: &'static str, figure: &'static str, suffix: &'static str) -> Self {
        Self { kind, figure, suffix, known: Vec::new() }
    }

    /// Records the item that comes at `position`; one that was not there in the last frame moves the others on.
    pub(super) fn record(
        &mut self,
        position: usize,
        item: &'static str,
        value: usize,
        prefix: &str,
        recorder: &mut Recorder<'_>,
    ) {
        if self.known.get(position).is_none_or(|(known, _)| *known != item) {
            let path = item_path(prefix, self.kind, item, self.figure);
            recorder.add(&path, self.suffix);
            self.known.insert(position, (item, path));
        }
        recorder.record(&self.known[position].1, value);
    }
}

/// The tags with zones, in the order that the allocator lists them in.
#[derive(Default)]
pub(super) struct ZoneItems {
    known: Vec<ZoneItem>,
    /// Where the next one is expected.
    position: usize,
}

struct ZoneItem {
    tag: &'static str,
    bytes: DiagnosticPath,
    pinned: DiagnosticPath,
    escaped: DiagnosticPath,
    /// Blocks that had escaped when the last frame ended.
    escaped_before: usize,
}

impl ZoneItem {
    fn new(tag: &'static str, prefix: &str, recorder: &mut Recorder<'_>) -> Self {
        let mut path = |figure, suffix| {
            let path = item_path(prefix, ZONE, tag, figure);
            recorder.add(&path, suffix);
            path
        };
        Self {
            tag,
            bytes: path("bytes", BYTES),
            pinned: path("pinned_bytes", BYTES),
            escaped: path("escaped", ""),
            escaped_before: 0,
        }
    }

    fn record(&mut self, bytes: usize, pinned: usize, escaped: usize, recorder: &mut Recorder<'_>) {
        recorder.record(&self.bytes, bytes);
        recorder.record(&self.pinned, pinned);
        recorder.record(&self.escaped, escaped.saturating_sub(self.escaped_before));
        self.escaped_before = escaped;
    }
}

impl ZoneItems {
    /// Begins a frame.
    pub(super) fn begin(&mut self) {
        self.position = 0;
    }

    /// Records a tag that has figures. Those before it that have none any more go down to nothing.
    pub(super) fn record(&mut self, tag: AmbientTagStats, prefix: &str, recorder: &mut Recorder<'_>) {
        match self.known[self.position..].iter().position(|known| known.tag == tag.path) {
            Some(skipped) => self.nothing_until(self.position + skipped, recorder),
            None => self.known.insert(self.position, ZoneItem::new(tag.path, prefix, recorder)),
        }
        self.known[self.position].record(tag.bytes, tag.pinned_bytes, tag.escaped, recorder);
        self.position += 1;
    }

    /// Ends the frame.
    pub(super) fn end(&mut self, recorder: &mut Recorder<'_>) {
        self.nothing_until(self.known.len(), recorder);
    }

    fn nothing_until(&mut self, end: usize, recorder: &mut Recorder<'_>) {
        for item in &mut self.known[self.position..end] {
            item.record(0, 0, item.escaped_before, recorder);
        }
        self.position = end;
    }
}
