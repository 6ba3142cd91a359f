//! The timeline as a picture that stands alone: for pull requests and documents.

use std::fmt::Write;

use super::escape::escape;
use super::figures::Spread;
use super::recording::{Budget, Recording, Series};
use super::timeline::{DARK, LIGHT, OTHER, byte_step, count_step, layers};
use super::units;

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 716.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 356.0;
const HEIGHT: f64 = 404.0;
/// Steps along the time axis: about one for each pixel.
const STEPS: usize = 640;
/// Budgets further above the data than this would flatten it.
const BUDGET_ROOM: f64 = 1.8;

/// Draws the timeline: bytes per frame stacked by tag, high water, budgets and where they were met; and below it, where it is
/// known, what lived of the heap, stacked by tag.
#[must_use]
pub fn picture(recording: &Recording) -> String {
    let mut drawing = Drawing::of_frames(recording);
    let heap = Drawing::of_heap(recording);
    let above = drawing.height();
    drawing.head(above + heap.as_ref().map_or(0.0, Drawing::height));
    if recording.frames.is_empty() {
        drawing.line("<text x=\"24\" y=\"120\">The recording holds no frame.</text>");
    } else {
        drawing.axes();
        drawing.stack();
        drawing.high_water();
        drawing.in_flight();
        drawing.budgets();
        drawing.hits();
        drawing.legend();
    }
    if let Some(heap) = heap {
        drawing.line(&format!(r#"<g transform="translate(0 {above})">"#));
        drawing.out.push_str(&heap.drawn_below());
        drawing.line("</g>");
    }
    drawing.line("</svg>");
    drawing.out
}

struct Drawing<'r> {
    recording: &'r Recording,
    /// What is stacked, the lowest first.
    series: Vec<Series>,
    /// Of those, how many have a colour of their own.
    own: usize,
    /// The frame that stands for each step along the axis.
    chosen: Vec<usize>,
    budgets: Vec<&'r Budget>,
    high_water: u64,
    /// Bytes held by frames in flight, by frame.
    in_flight: Option<Vec<u64>>,
    /// Bytes at the upper end of the axis.
    largest: f64,
    out: String,
}

#[expect(clippy::cast_precision_loss, reason = "the picture has a thousand points")]
impl<'r> Drawing<'r> {
    fn of_frames(recording: &'r Recording) -> Self {
        let (own, others) = layers(&recording.tags, recording.frames.len());
        let high_water = recording.frames.iter().map(|frame| frame.high_water).max().unwrap_or(0);
        let in_flight = recording.in_flight();
        let most_in_flight = in_flight.iter().flatten().copied().max().unwrap_or(0);
        let data = recording.frame_bytes().max.max(high_water).max(most_in_flight) as f64;
        // The budget of a tag or a system, whose name is in backticks, measures nothing in the whole stack.
        let near = |budget: &&Budget| {
            budget.limit > 0 && !budget.name.contains('`') && budget.limit as f64 <= data * BUDGET_ROOM
        };
        let budgets: Vec<_> = recording.budgets.iter().filter(near).collect();
        let largest = budgets.iter().map(|budget| budget.limit as f64).fold(data, f64::max).max(1.0) * 1.04;
        Self {
            recording,
            own: own.len(),
            series: own.iter().cloned().chain(others).collect(),
            chosen: largest_frames(recording.frames.len(), |frame| recording.frames[frame].bytes),
            budgets,
            high_water,
            in_flight,
            largest,
            out: String::new(),
        }
    }

    /// What lived of the heap; `None` where it is not known.
    fn of_heap(recording: &'r Recording) -> Option<Self> {
        let bytes = recording.heap_bytes()?;
        let tags: Vec<Series> = recording.heap.iter().map(|tag| tag.live.clone()).collect();
        let (own, others) = layers(&tags, recording.frames.len());
        Some(Self {
            recording,
            own: own.len(),
            series: own.iter().cloned().chain(others).collect(),
            chosen: largest_frames(bytes.len(), |frame| bytes[frame]),
            budgets: Vec::new(),
            high_water: 0,
            in_flight: None,
            largest: bytes.iter().copied().max().unwrap_or(0).max(1) as f64 * 1.04,
            out: String::new(),
        })
    }

    /// The heap, as it stands below the frames.
    fn drawn_below(mut self) -> String {
        let spread = Spread::of_all(self.recording.heap_bytes().unwrap_or_default().into_iter());
        let about = format!(
            "what lived at the end of frames: mean {}, most {}",
            units::bytes(spread.mean),
            units::bytes(spread.max as f64)
        );
        self.line(r#"<text class="title" x="24" y="34">Heap by tag</text>"#);
        self.line(&format!(r#"<text class="quiet" x="24" y="54">{about}</text>"#));
        self.axes();
        self.stack();
        self.legend();
        self.out
    }

    fn height(&self) -> f64 {
        HEIGHT.max(TOP + 16.0 + self.series.len() as f64 * 38.0)
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn text(&mut self, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escape(text);
        let _ =
            writeln!(self.out, r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#);
    }

    fn y(&self, bytes: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * bytes / self.largest
    }

    fn x_of_step(&self, step: usize) -> f64 {
        LEFT + (RIGHT - LEFT) * step as f64 / self.chosen.len().max(1) as f64
    }

    fn x_of_frame(&self, frame: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * frame / self.recording.frames.len().max(1) as f64
    }

    fn class(&self, rank: usize) -> String {
        if rank < self.own { format!("t{rank}") } else { "rest".to_owned() }
    }

    fn head(&mut self, height: f64) {
        let spread = self.recording.frame_bytes();
        let title = escape(&self.recording.name);
        let mut about = format!(
            "{} frames, mean {}, p99 {}, largest {} per frame",
            units::count(self.recording.frames.len() as u64),
            units::bytes(spread.mean),
            units::bytes(spread.p99 as f64),
            units::bytes(spread.max as f64)
        );
        if self.recording.is_incomplete() {
            about.push_str("; the recording is incomplete");
        }
        let _ = writeln!(
            self.out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title about">"#
        );
        self.line(&format!("<title id=\"title\">Frame memory of {title}</title>"));
        self.line(&format!("<desc id=\"about\">{about}</desc>"));
        self.out.push_str(&style());
        self.line(&format!(r#"<rect class="ground" width="{WIDTH}" height="{height}" rx="8"/>"#));
        self.line(&format!(r#"<text class="title" x="24" y="34">{title}</text>"#));
        self.line(&format!(r#"<text class="quiet" x="24" y="54">{about}</text>"#));
    }

    fn axes(&mut self) {
        let step = byte_step(self.largest);
        let mut bytes = 0.0;
        while bytes <= self.largest {
            let y = self.y(bytes);
            self.line(&format!(r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/>"#));
            self.text("axis", LEFT - 8.0, y + 4.0, "end", &units::round_bytes(bytes));
            bytes += step;
        }
        let frames = self.recording.frames.len();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 1")]
        let step = count_step(frames as f64, 8.0) as usize;
        // Where the numbers of frames have no gaps, the labels are round.
        let first = usize::try_from(self.recording.frames[0].number).unwrap_or(0) % step;
        for frame in ((step - first) % step..frames).step_by(step) {
            let label = format!("#{}", units::count(self.recording.frames[frame].number));
            let x = self.x_of_frame(frame as f64);
            self.text("axis", x, BOTTOM + 18.0, if x > RIGHT - 28.0 { "end" } else { "middle" }, &label);
        }
        self.text("axis", f64::midpoint(LEFT, RIGHT), BOTTOM + 38.0, "middle", "frame");
    }

    /// Each layer is one shape from its top to the ground; the highest is drawn first.
    fn stack(&mut self) {
        let mut sums = vec![0_u64; self.chosen.len()];
        let mut paths = Vec::new();
        for (rank, series) in self.series.iter().enumerate() {
            let figures = series.dense(self.recording.frames.len());
            let mut path = format!("M{LEFT} {BOTTOM}");
            for (step, (sum, frame)) in sums.iter_mut().zip(&self.chosen).enumerate() {
                *sum = sum.saturating_add(figures[*frame]);
                let _ = write!(path, "V{:.1}H{:.1}", self.y(*sum as f64), self.x_of_step(step + 1));
            }
            paths.push(format!(r#"<path class="{}" d="{path}V{BOTTOM}Z"/>"#, self.class(rank)));
        }
        for path in paths.iter().rev() {
            self.line(path);
        }
    }

    fn high_water(&mut self) {
        let path = self.path_of(|frame| self.recording.frames[frame].high_water);
        self.line(&format!(r#"<path class="high" d="{path}"/>"#));
        let label = format!("high water {}", units::bytes(self.high_water as f64));
        self.text("mark", RIGHT - 6.0, self.y(self.high_water as f64) - 6.0, "end", &label);
    }

    /// A line of its own: what flies is no part of the frames that are stacked.
    fn in_flight(&mut self) {
        let Some(bytes) = self.in_flight.take() else { return };
        let path = self.path_of(|frame| bytes[frame]);
        self.line(&format!(r#"<path class="flight" d="{path}"/>"#));
        let most = bytes.iter().copied().max().unwrap_or(0);
        let label = format!("in flight, at most {}", units::bytes(most as f64));
        self.text("mark cool", LEFT + 6.0, self.y(most as f64) - 6.0, "start", &label);
    }

    /// A line of steps through what `figure` says of the frames that are shown.
    fn path_of(&self, figure: impl Fn(usize) -> u64) -> String {
        let mut path = String::new();
        for (step, frame) in self.chosen.iter().enumerate() {
            let (x, y) = (self.x_of_step(step + 1), self.y(figure(*frame) as f64));
            let _ = if step == 0 { write!(path, "M{LEFT} {y:.1}H{x:.1}") } else { write!(path, "V{y:.1}H{x:.1}") };
        }
        path
    }

    fn budgets(&mut self) {
        for budget in self.budgets.clone() {
            let y = self.y(budget.limit as f64);
            self.line(&format!(r#"<path class="budget" d="M{LEFT} {y:.1}H{RIGHT}"/>"#));
            let label = format!("{} {}", cut(&budget.name, 40), units::bytes(budget.limit as f64));
            self.text("mark warm", LEFT + 6.0, y - 6.0, "start", &label);
        }
    }

    /// Small triangles above the frames in which a budget was met: one for each step.
    fn hits(&mut self) {
        let all = self.recording.budgets.iter().flat_map(|budget| &budget.hits);
        let mut frames: Vec<u32> = all.map(|hit| hit.frame).collect();
        frames.sort_unstable();
        let mut last = f64::NEG_INFINITY;
        for frame in frames {
            let x = self.x_of_frame(f64::from(frame) + 0.5);
            if x - last >= 6.0 {
                self.line(&format!(r#"<path class="hit" d="M{:.1} {:.0}h9l-4.5 8z"/>"#, x - 4.5, TOP - 12.0));
                last = x;
            }
        }
    }

    fn legend(&mut self) {
        let frames = self.recording.frames.len();
        for rank in 0..self.series.len() {
            let y = TOP + 6.0 + rank as f64 * 38.0;
            let (name, spread) = (cut(&self.series[rank].name, 30), Spread::of_series(&self.series[rank], frames));
            let class = self.class(rank);
            self.line(&format!(r#"<rect class="{class}" x="740" y="{:.0}" width="14" height="14" rx="3"/>"#, y - 6.0));
            self.text("name", 764.0, y + 5.0, "start", &name);
            let figures = format!("mean {}, max {}", units::bytes(spread.mean), units::bytes(spread.max as f64));
            self.text("quiet", 764.0, y + 20.0, "start", &figures);
        }
    }
}

/// The frame with the most bytes of each step, so that no peak is lost and each column is a frame that was.
fn largest_frames(frames: usize, bytes: impl Fn(usize) -> u64) -> Vec<usize> {
    let steps = frames.min(STEPS);
    let largest = |step: usize| {
        let (from, to) = (step * frames / steps, (step + 1) * frames / steps);
        (from..to).rev().max_by_key(|frame| bytes(*frame)).unwrap_or(from)
    };
    (0..steps).map(largest).collect()
}

fn cut(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        return name.to_owned();
    }
    format!("…{}", name.chars().skip(length + 1 - width).collect::<String>())
}

fn style() -> String {
    let tags = |colors: &[&str]| -> String {
        colors.iter().enumerate().fold(String::new(), |mut out, (rank, color)| {
            let _ = write!(out, ".t{rank}{{fill:{color}}}");
            out
        })
    };
    format!(
        "<style>\ntext{{font:13px system-ui,sans-serif;fill:#1c232b}}.title{{font-size:18px;font-weight:650}}.name{{font-weight:600}}\
         .quiet,.axis{{fill:#5a6672;font-size:12px}}.mark{{font-size:12px;font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:4px}}.warm{{fill:#a33a00}}.cool{{fill:#00558f}}\n\
         .ground{{fill:#fff}}.grid{{stroke:#e3e7eb}}.high{{fill:none;stroke:#1c232b;stroke-dasharray:5 4}}.budget{{stroke:#c94f00;stroke-width:1.5}}.flight{{fill:none;stroke:#0072b2;stroke-width:1.5}}\
         .hit{{fill:#c94f00}}.rest{{fill:{}}}{}\n@media(prefers-color-scheme:dark){{text{{fill:#e6ebf0}}.quiet,.axis{{fill:#98a5b3}}\
         .mark{{stroke:#14191f}}.warm{{fill:#ff9a5c}}.cool{{fill:#7cc4f5}}.flight{{stroke:#56b4e9}}.ground{{fill:#14191f}}.grid{{stroke:#2a323b}}.high{{stroke:#e6ebf0}}.budget{{stroke:#ff8a3d}}.hit{{fill:#ff8a3d}}\
         .rest{{fill:{}}}{}}}\n</style>\n",
        OTHER[0],
        tags(&LIGHT),
        OTHER[1],
        tags(&DARK),
    )
}
