//! Frames in Tracy: marks, plots and memory pools, from the figures of the frame. No allocation is reported one by one.

use core::ffi::CStr;
use std::collections::HashMap;
use std::ffi::CString;
use std::sync::{LazyLock, Mutex, PoisonError};

use tracy_client::{Client, FrameName, PlotConfiguration, PlotFormat, PlotLineStyle, PlotName};

use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::heap_frames::HeapFrame;
use crate::raw::frames::report::FrameReport;
use crate::raw::global::ambient::figures::{RowFigures, each};
use crate::raw::global::tracy;
use crate::rows::row_at;
use crate::tag::{self, TagId};

/// Blocks of a pool lie this far from each other in Tracy's map of addresses.
const BLOCK_SPACING: usize = 1 << 30;

/// A text in the forms that Tracy wants. It keeps pointers to them for as long as the program runs.
#[derive(Clone, Copy)]
struct Name {
    frame: FrameName,
    plot: PlotName,
    pool: &'static CStr,
}

impl Name {
    /// Makes each text once, however often it is shown.
    fn of(text: &str) -> Self {
        static NAMES: LazyLock<Mutex<HashMap<String, Name>>> = LazyLock::new(Mutex::default);
        let text = text.replace('\0', " ");
        let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
        *names.entry(text).or_insert_with_key(|text| Self {
            frame: FrameName::new_leak(text.clone()),
            plot: PlotName::new_leak(text.clone()),
            // There is no zero in it.
            pool: Box::leak(CString::new(text.as_str()).unwrap_or_default().into_boxed_c_str()),
        })
    }

    /// A name whose plot is one of bytes.
    fn of_bytes(client: &Client, text: &str) -> Self {
        let name = Self::of(text);
        let look = PlotConfiguration::default().format(PlotFormat::Memory).line_style(PlotLineStyle::Stepped);
        client.plot_config(name.plot, look);
        name
    }
}

/// What Tracy was told of one tag.
#[derive(Clone, Copy)]
struct Shown {
    name: Name,
    /// Whether there are bytes in its pool.
    entered: bool,
}

/// The plots of the zones of one tag.
#[derive(Clone, Copy)]
struct Zones {
    live: Name,
    pinned: Name,
    escaped: Name,
    /// Blocks that had escaped when the last frame ended.
    escaped_before: usize,
}

impl Zones {
    fn new(client: &Client, title: &str, index: usize) -> Self {
        let path = TagId::from_index(index).path();
        Self {
            live: Name::of_bytes(client, &format!("{title}: live in zones of {path}")),
            pinned: Name::of_bytes(client, &format!("{title}: pinned by zones of {path}")),
            escaped: Name::of(&format!("{title}: escaped from zones of {path}")),
            escaped_before: 0,
        }
    }
}

/// An allocator that is shown in Tracy.
pub(crate) struct Tracy {
    client: Client,
    title: String,
    total: Name,
    /// By index of the tag.
    tags: Vec<Option<Shown>>,
    /// The plots of the heap by tag, by row.
    heap: Vec<Option<Name>>,
    /// The plots of zones, by index of the tag.
    zones: Vec<Option<Zones>>,
    /// The mark of the running frame; its drop is the end.
    frame: Option<tracy_client::Frame>,
}

impl Tracy {
    fn new(title: &str) -> Self {
        let client = Client::start();
        let total = Name::of_bytes(&client, title);
        Self {
            client,
            title: title.to_owned(),
            total,
            tags: Vec::new(),
            heap: Vec::new(),
            zones: Vec::new(),
            frame: None,
        }
    }

    pub(crate) fn begin(&mut self) {
        // A frame that nobody saw begin must not end.
        self.frame = Client::is_connected().then(|| self.client.non_continuous_frame(self.total.frame));
    }

    pub(crate) fn end(&mut self, alloc: &SmartAlloc, report: FrameReport) {
        self.frame = None;
        if !Client::is_connected() {
            // Whoever connects next knows of no pool.
            self.tags.iter_mut().flatten().for_each(|shown| shown.entered = false);
            return;
        }
        self.client.plot(self.total.plot, value(report.bytes));
        for (index, figures) in alloc.raw_tags().filter(|(_, figures)| figures.high_water > 0) {
            let (client, title) = (&self.client, &self.title);
            let shown = row_at(&mut self.tags, index).get_or_insert_with(|| {
                let text = format!("{title}: {}", TagId::from_index(index).path());
                Shown { name: Name::of_bytes(client, &text), entered: false }
            });
            self.client.plot(shown.name.plot, value(figures.bytes));
            // The reset has taken everything back; what the frame used is there until the next one.
            if shown.entered {
                tracy::discard(shown.name.pool);
            }
            shown.entered = figures.bytes > 0;
            if shown.entered {
                tracy::enter(shown.name.pool, (index + 1).wrapping_mul(BLOCK_SPACING), figures.bytes);
            }
        }
        for HeapFrame { path, row, now, .. } in alloc.raw_heap_tags() {
            let (client, title) = (&self.client, &self.title);
            let name = row_at(&mut self.heap, *row as usize)
                .get_or_insert_with(|| Name::of_bytes(client, &format!("{title}: heap of {path}")));
            self.client.plot(name.plot, value(now.bytes));
        }
        each(tag::count(), |index, figures| self.plot_zones(index, figures));
    }

    /// A tag without figures has plots if it had some before, so that they go down to zero.
    fn plot_zones(&mut self, index: usize, RowFigures { bytes, pinned_bytes, escaped, .. }: RowFigures) {
        if (bytes, pinned_bytes, escaped) == (0, 0, 0) && self.zones.get(index).is_none_or(Option::is_none) {
            return;
        }
        let (client, title) = (&self.client, &self.title);
        let zones = row_at(&mut self.zones, index).get_or_insert_with(|| Zones::new(client, title, index));
        let since = escaped.wrapping_sub(core::mem::replace(&mut zones.escaped_before, escaped));
        self.client.plot(zones.live.plot, value(bytes));
        self.client.plot(zones.pinned.plot, value(pinned_bytes));
        self.client.plot(zones.escaped.plot, value(since));
    }
}

impl Drop for Tracy {
    fn drop(&mut self) {
        for shown in self.tags.iter().flatten().filter(|shown| shown.entered) {
            tracy::discard(shown.name.pool);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "plots have as many digits as a screen")]
fn value(figure: usize) -> f64 {
    figure as f64
}

impl SmartAlloc {
    /// Shows the frames of this allocator in Tracy from the next one on: a frame set called `title`, a plot of the bytes of the
    /// frame and of each tag (`title: physics`), of what lives of the heap by tag where that is known (`title: heap of audio`), three of the
    /// zones of each tag that has any (`title: live in zones of ui`, `title: pinned by zones of ui`, and `title: escaped from zones of ui`,
    /// blocks that outlived their zone since the last frame ended), and a memory pool for each tag that is discarded when the frame ends and
    /// then holds what the frame has used.
    ///
    /// Everything comes from the figures of the frame. While no Tracy is connected, a frame costs two questions. The client
    /// listens as the crate `tracy-client` says (port 8086, or `TRACY_PORT`), on demand and without announcing itself.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.show_in_tracy("game");
    /// alloc.whole_frame(|alloc| alloc.with_tag("ui", |ui| ui.frame_str("hello").len()));
    /// alloc.hide_from_tracy();
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "tracy")))]
    pub fn show_in_tracy(&mut self, title: &str) {
        let tracy = Tracy::new(title);
        self.change_observers(|observers| observers.tracy = Some(tracy));
    }

    /// No longer shows the frames of this allocator in Tracy.
    #[cfg_attr(docsrs, doc(cfg(feature = "tracy")))]
    pub fn hide_from_tracy(&mut self) {
        self.change_observers(|observers| observers.tracy = None);
    }
}
