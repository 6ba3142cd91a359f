//! The page: one file that needs no network. Tables are in it as they are; a script draws the timeline.

use std::fmt::Write;

use serde_json::{Value, json};

use super::columns::encode;
use super::escape::escape;
use super::recording::{FrameLine, Recording, Series, sum_of};
use super::tables::{Cell, Fact, Table, word};
use super::timeline::{DARK, LIGHT, OTHER};
use super::{svg, units};

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const THEME: &str = include_str!("theme.js");
const SCRIPTS: [&str; 8] = [
    THEME,
    include_str!("data.js"),
    include_str!("timeline.js"),
    include_str!("draw.js"),
    include_str!("tables.js"),
    include_str!("flame.js"),
    include_str!("lives.js"),
    include_str!("interact.js"),
];

/// Tags that the page can show one by one; the smaller ones are one layer, so that no file makes a page without end.
const TAGS: usize = 64;

/// Rows of a table; the smaller ones are counted.
const ROWS: usize = 500;

/// Makes the page.
#[must_use]
pub fn page(recording: &Recording) -> String {
    let empty = recording.frames.is_empty();
    let mut main = String::new();
    if let Some(note) = recording.note() {
        let _ = writeln!(main, r#"<p class="note" role="status"><strong>Incomplete.</strong> {}</p>"#, escape(&note));
    }
    if empty {
        main.push_str("<p class=\"note\">The recording holds no frame.</p>\n");
    } else {
        facts(&mut main, &recording.facts());
        main.push_str(include_str!("timeline.html"));
        // Without scripts the picture stands where the timeline would be.
        let _ = writeln!(main, "<noscript>{}</noscript>", svg::picture(recording));
        if recording.has_sites() {
            main.push_str(include_str!("flame.html"));
        }
        if recording.lives.every > 0 {
            main.push_str(include_str!("lives.html"));
        }
        for found in recording.tables() {
            table(&mut main, &found);
        }
    }
    let scripts = if empty { format!("{THEME}prepareTheme();\n") } else { SCRIPTS.concat() + "start();\n" };
    fill(
        FRAME,
        &[
            ("{{name}}", &escape(&recording.name)),
            ("{{style}}", &style()),
            ("{{main}}", &main),
            ("{{data}}", &if empty { "{}".to_owned() } else { data(recording) }),
            ("{{script}}", &scripts),
        ],
    )
}

/// Puts values for the marks of a template. What is put in is not looked at again: a name may be a mark.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((at, (mark, value))) =
        values.iter().filter_map(|value| rest.find(value.0).map(|at| (at, *value))).min_by_key(|(at, _)| *at)
    {
        out.push_str(&rest[..at]);
        out.push_str(value);
        rest = &rest[at + mark.len()..];
    }
    out + rest
}

fn style() -> String {
    let colors = |colors: &[&str; 7], other: &str| {
        let tags = colors.iter().enumerate().fold(String::new(), |mut out, (rank, color)| {
            let _ = write!(out, "--tag{rank}: {color}; ");
            out
        });
        format!("{tags}--other: {other};")
    };
    fill(STYLE, &[("/*light*/", &colors(&LIGHT, OTHER[0])), ("/*dark*/", &colors(&DARK, OTHER[1]))])
}

fn facts(out: &mut String, facts: &[Fact]) {
    out.push_str("<dl class=\"facts\">\n");
    for fact in facts {
        let detail = escape(&fact.detail);
        let link = fact.frame.map_or_else(String::new, |frame| frame_button(Some(frame)));
        let _ = writeln!(
            out,
            "<div><dt>{}</dt><dd>{}</dd><dd class=\"detail\">{detail} {link}</dd></div>",
            escape(fact.label),
            escape(&fact.value)
        );
    }
    out.push_str("</dl>\n");
}

fn frame_button(frame: Option<(u32, u64)>) -> String {
    frame.map_or_else(
        || "–".to_owned(),
        |(index, number)| {
            let number = units::count(number);
            format!(r#"<button type="button" class="frame" data-frame="{index}" aria-label="show frame {number}">#{number}</button>"#)
        },
    )
}

fn table(out: &mut String, table: &Table) {
    let id = table.title.to_lowercase();
    let _ = writeln!(
        out,
        "<section class=\"card\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{} <span class=\"quiet\">{}</span></h2>\n<div class=\"scroll\"><table id=\"{id}\">\n<thead><tr>",
        table.title,
        escape(table.caption)
    );
    for (index, column) in table.columns.iter().enumerate() {
        let _ = if *column == "Over time" {
            write!(out, "<th scope=\"col\" class=\"curve\">{column}</th>")
        } else {
            let class = if index == 0 { "" } else { " class=\"figure\"" };
            write!(out, "<th scope=\"col\"{class}><button type=\"button\" class=\"sort\">{column}</button></th>")
        };
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in table.rows.iter().take(ROWS) {
        out.push_str("<tr>");
        for shown in row {
            cell(out, shown);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table></div>\n");
    if table.rows.len() > ROWS {
        let more = units::count((table.rows.len() - ROWS) as u64);
        let _ = writeln!(out, "<p class=\"quiet\">{more} smaller ones are left out of the page.</p>");
    }
    out.push_str("</section>\n");
}

fn cell(out: &mut String, cell: &Cell) {
    let _ = match cell {
        Cell::Name(name) => write!(out, "<th scope=\"row\">{}</th>", escape(name)),
        Cell::Figure { text, value } => {
            write!(out, "<td class=\"figure\" data-value=\"{value}\">{}</td>", escape(text))
        }
        Cell::Frame(frame) => {
            let order = frame.map_or(-1, |(index, _)| i64::from(index));
            write!(out, "<td class=\"figure\" data-value=\"{order}\">{}</td>", frame_button(*frame))
        }
        Cell::Curve(peaks) => write!(out, "<td class=\"curve\">{}</td>", curve(peaks)),
    };
}

/// A small curve. It repeats what the figures beside it say, so that it is hidden from readers of the text.
#[expect(clippy::cast_precision_loss, reason = "a curve 24 pixels high")]
fn curve(peaks: &[u64]) -> String {
    let largest = peaks.iter().copied().max().unwrap_or(0).max(1) as f64;
    let mut path = "M0 24".to_owned();
    for (at, peak) in peaks.iter().enumerate() {
        let _ = write!(path, "V{:.1}H{}", 24.0 - 22.0 * *peak as f64 / largest, at + 1);
    }
    format!(
        r#"<svg viewBox="0 0 {} 24" preserveAspectRatio="none" aria-hidden="true"><path d="{path}V24Z"/></svg>"#,
        peaks.len().max(1)
    )
}

/// The series that the page can show one by one, and the sum of the smaller ones.
fn layers_of(series: &[Series], frames: usize) -> Vec<Value> {
    let (own, rest) = series.split_at(series.len().min(TAGS));
    let one = |series: &Series| json!({ "name": series.name, "bytes": encode(series.dense(frames).into_iter()) });
    let mut layers: Vec<Value> = own.iter().map(one).collect();
    if !rest.is_empty() {
        let sums = sum_of(rest.iter(), frames);
        layers.push(json!({ "name": format!("{} smaller tags", rest.len()), "bytes": encode(sums.into_iter()) }));
    }
    layers
}

/// What the script draws, as JSON in which nothing can end the script.
fn data(recording: &Recording) -> String {
    let frames = recording.frames.len();
    let column = |figure: fn(&FrameLine) -> u64| encode(recording.frames.iter().map(figure));
    let tags = layers_of(&recording.tags, frames);
    let heap: Vec<Series> = recording.heap.iter().map(|tag| tag.live.clone()).collect();
    let heap = layers_of(&heap, frames);
    let budgets = recording.budgets.iter().map(|budget| {
        json!({
            "name": budget.name,
            "limit": budget.limit,
            "hits": budget.hits.len(),
            "frames": encode(budget.hits.iter().map(|hit| u64::from(hit.frame))),
            "outcome": budget.hits.first().map_or("", |hit| word(hit.outcome)),
        })
    });
    let in_page = recording.sites.in_page();
    let data = json!({
        "frames": frames,
        "number": column(|frame| frame.number),
        "start": column(|frame| frame.start),
        "duration": column(|frame| frame.duration),
        "bytes": column(|frame| frame.bytes),
        "highWater": column(|frame| frame.high_water),
        "fallbacks": column(|frame| frame.heap_fallbacks),
        // 0 for none, so that a count of 0 stays one.
        "calls": column(|frame| frame.allocator_calls.map_or(0, |calls| calls.saturating_add(1))),
        // Bytes; what they are beside, not part of.
        "inFlight": column(|frame| frame.flights.map_or(0, |flights| flights.bytes)),
        "tags": tags,
        "heap": heap,
        "budgets": budgets.collect::<Vec<_>>(),
        "sites": recording.sites.data(frames),
        "lives": recording.lives.data(&recording.frames, |site| in_page.get(site as usize).copied().unwrap_or(0)),
    });
    data.to_string().replace('<', "\\u003c")
}
