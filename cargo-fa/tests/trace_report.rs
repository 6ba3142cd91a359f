//! What `cargo fa report` says is what the recording says, safely, and the same every time.

#[path = "../../framealloc-trace/examples/sample/game.rs"]
mod trace_sample;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use cargo_fa::cli::app;
use cargo_fa::cli::trace_report::{Made, run};
use cargo_fa::trace_report::{Diff, Recording, Threshold, markdown, page, picture, summary};
use clap::Parser;
use framealloc_trace::{
    BudgetHit, Call, Decoder, Encoder, FlightFigures, Frame, FrameView, Item, Kind, Site, SiteFigures, TraceError,
};
use serde_json::Value;
use trace_sample::Sample;

const SAMPLE: Sample = Sample { frames: 3000, seed: 7, growth: 0 };

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: cargo_fa::cli::trace_report::Arguments,
}

fn read(bytes: &[u8]) -> Recording {
    Recording::read("game.fa", bytes).unwrap()
}

fn frames(bytes: &[u8]) -> Vec<Frame> {
    let items = Decoder::new(bytes).unwrap().map(Result::unwrap);
    items.filter_map(|item| if let Item::Frame(frame) = item { Some(frame) } else { None }).collect()
}

/// What the page carries for its script.
fn data(page: &str) -> Value {
    let start = page.find("id=\"recording\">").unwrap() + "id=\"recording\">".len();
    let end = start + page[start..].find("</script>").unwrap();
    serde_json::from_str(&page[start..end]).unwrap()
}

/// Decodes a column as the page's script does, by other code than encoded it.
fn column(value: &Value) -> Vec<u64> {
    let text = value.as_str().unwrap().trim_end_matches('=');
    let (mut word, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            _ => 63,
        };
        word = word << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(word >> bits & 0xFF).unwrap());
        }
    }
    let (mut figures, mut figure, mut code, mut shift) = (Vec::new(), 0_i64, 0_i64, 0);
    for byte in bytes {
        code |= i64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 {
            figure += if code % 2 == 0 { code / 2 } else { -(code + 1) / 2 };
            figures.push(u64::try_from(figure).unwrap());
            (code, shift) = (0, 0);
        }
    }
    figures
}

/// Runs the command line and returns the exit code.
fn code(line: &[&str]) -> u8 {
    let arguments = ["cargo-fa", "fa", "report"].iter().chain(line).map(OsString::from).collect();
    app::main(arguments, |_| panic!("a report needs no workspace"))
}

/// Runs the command without a process, for what it prints.
fn made(line: &[&str]) -> Result<Made, String> {
    let line = Line::try_parse_from(["report"].iter().chain(line)).map_err(|error| error.to_string())?;
    run(&line.arguments).map_err(|error| error.to_string())
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn the_page_carries_the_figures_of_the_recording() {
    let bytes = SAMPLE.record();
    let frames = frames(&bytes);
    let data = data(&page(&read(&bytes)));
    assert_eq!(data["frames"], frames.len());
    for (name, figure) in [
        ("number", (|frame| frame.number) as fn(&Frame) -> u64),
        ("start", |frame| frame.start),
        ("duration", |frame| frame.duration),
        ("bytes", |frame| frame.bytes),
        ("highWater", |frame| frame.high_water),
        ("fallbacks", |frame| frame.heap_fallbacks),
        ("calls", |frame| frame.allocator_calls.unwrap() + 1),
        ("inFlight", |frame| frame.flights.unwrap().bytes),
    ] {
        assert_eq!(column(&data[name]), frames.iter().map(figure).collect::<Vec<_>>(), "{name}");
    }
    let mut sums = vec![0; frames.len()];
    for tag in data["tags"].as_array().unwrap() {
        let id = (1..).zip(trace_sample::TAGS).find(|(_, (name, _))| tag["name"] == *name).unwrap().0;
        let figures = column(&tag["bytes"]);
        for ((sum, figure), frame) in sums.iter_mut().zip(figures).zip(&frames) {
            let recorded = frame.tags.iter().find(|(tag, _)| *tag == id).map_or(0, |(_, bytes)| *bytes);
            assert_eq!(figure, recorded, "frame {}", frame.number);
            *sum += figure;
        }
    }
    assert_eq!(sums, frames.iter().map(|frame| frame.bytes).collect::<Vec<_>>());
    for budget in data["budgets"].as_array().unwrap() {
        let id = if budget["limit"] == trace_sample::WHOLE { 1 } else { 2 };
        let met = (0_u64..).zip(&frames).filter(|(_, frame)| frame.budgets.iter().any(|hit| hit.id == id));
        let met: Vec<u64> = met.map(|(index, _)| index).collect();
        assert!(!met.is_empty(), "the sample meets its budgets");
        assert_eq!(column(&budget["frames"]), met);
    }
}

#[test]
fn what_flies_has_a_line_and_a_fact_of_its_own_where_anything_does() {
    let most = frames(&SAMPLE.record()).iter().map(|frame| frame.flights.unwrap().bytes).max().unwrap();
    let recording = read(&SAMPLE.record());
    let drawn = picture(&recording);
    assert_eq!(drawn.matches("class=\"flight\"").count(), 1);
    assert!(most > 0 && drawn.contains(">in flight, at most "), "{most}");
    for report in [summary(&recording), markdown(&recording), page(&recording)] {
        assert!(report.contains("In flight") && report.contains("up to 3 at once"), "{report}");
    }
    let mut encoder = Encoder::new(Vec::new());
    let flights = Some(FlightFigures::default());
    encoder.frame(&FrameView { number: 1, bytes: 64, flights, ..FrameView::default() });
    encoder.frame(&FrameView { number: 2, bytes: 64, ..FrameView::default() });
    let without = read(&encoder.into_bytes());
    assert!(!summary(&without).contains("In flight"));
    assert!(!picture(&without).contains("class=\"flight\""));
}

#[test]
fn tables_agree_in_text_markdown_and_page() {
    let bytes = SAMPLE.record();
    let frames = frames(&bytes);
    let recording = read(&bytes);
    let (text, markdown, page) = (summary(&recording), markdown(&recording), page(&recording));
    let largest = frames.iter().rev().max_by_key(|frame| frame.bytes).unwrap();
    let shown = |bytes: f64| {
        let (scaled, unit) = if bytes < 1_048_064.0 { (bytes / 1024.0, "KiB") } else { (bytes / 1_048_576.0, "MiB") };
        let decimals = if scaled < 9.995 { 2 } else { usize::from(scaled < 99.95) };
        format!("{scaled:.decimals$} {unit}")
    };
    let line = text.lines().find(|line| line.contains("Largest frame")).unwrap();
    #[expect(clippy::cast_precision_loss, reason = "sizes of a sample")]
    let expected = shown(largest.bytes as f64);
    assert!(line.contains(&expected) && line.replace(',', "").contains(&format!("#{}", largest.number)), "{line}");
    for (id, name) in [(2, "physics"), (5, "ai::pathfinding")] {
        let figures: Vec<u64> =
            frames.iter().map(|frame| frame.tags.iter().find(|(tag, _)| *tag == id).unwrap().1).collect();
        #[expect(clippy::cast_precision_loss, reason = "sizes of a sample")]
        let (mean, max) = (
            shown(figures.iter().sum::<u64>() as f64 / figures.len() as f64),
            shown(*figures.iter().max().unwrap() as f64),
        );
        let line = text.lines().find(|line| line.trim_start().starts_with(&format!("{name} "))).unwrap();
        assert!(line.contains(&mean) && line.contains(&max), "{mean} {max}: {line}");
        assert!(markdown.contains(&format!("| {name} | {mean} |")), "{name} {mean}");
        let row = &page[page.find(&format!("<th scope=\"row\">{name}</th>")).unwrap()..];
        let row = &row[..row.find("</tr>").unwrap()];
        assert!(row.contains(&format!(">{mean}<")) && row.contains(&format!(">{max}<")), "{row}");
    }
    for title in ["Tags", "Systems", "Budgets", "Pools", "Threads", "Phases"] {
        assert!(text.contains(&format!("\n{title} (")), "{title}");
        assert!(markdown.contains(&format!("### {title}\n")), "{title}");
        assert!(page.contains(&format!("<table id=\"{}\">", title.to_lowercase())), "{title}");
    }
}

#[test]
fn names_are_text_wherever_they_are_shown() {
    let evil = "</script><script>alert(1)</script><b>&\"'|`{{data}}\u{1b}[31m";
    let mut encoder = Encoder::new(Vec::new());
    for kind in [Kind::Tag, Kind::System, Kind::Thread, Kind::Pool, Kind::Budget, Kind::Phase] {
        encoder.define(kind, 1, evil, 64);
    }
    encoder.frame(&FrameView {
        number: 1,
        bytes: 100,
        tags: &[(1, 100)],
        threads: &[(1, 100)],
        budgets: &[BudgetHit { id: 1, asked: 36, ..BudgetHit::default() }],
        ..FrameView::default()
    });
    let recording = Recording::read("<img src=x onerror=alert(1)>", &encoder.into_bytes()).unwrap();
    let (page, picture) = (page(&recording), picture(&recording));
    for text in [&page, &picture] {
        assert!(!text.contains("<script>alert") && !text.contains("<img") && !text.contains("<b>"));
        assert!(text.contains("&lt;img src=x"));
        assert!(!text.contains('\u{1b}'));
    }
    assert_eq!(page.matches("</script>").count(), 2, "the data and the program");
    assert_eq!(data(&page)["tags"][0]["name"], evil);
    let text = summary(&recording);
    assert!(!text.contains('\u{1b}'));
    let markdown = markdown(&recording);
    assert!(!markdown.contains("<script") && markdown.contains("\\|\\`"));
}

#[test]
fn the_page_and_the_picture_are_whole_and_load_nothing() {
    let recording = read(&SAMPLE.record());
    let page = page(&recording);
    let picture = picture(&recording);
    let stripped = page.replace("http://www.w3.org/2000/svg", "");
    for word in ["http:", "https:", "url(", "@import", "src=", "<link", "{{", "/*light*/", "/*dark*/"] {
        assert!(!stripped.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'"));
    // Well formed: a reader that is not ours closes every element.
    let mut reader = quick_xml::Reader::from_str(&picture);
    let mut elements = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(_) | quick_xml::events::Event::Empty(_) => elements += 1,
            _ => {}
        }
    }
    assert!(elements > 40, "{elements}");
    for part in ["<title id=\"title\">", "class=\"high\"", "class=\"budget\"", "class=\"hit\"", "render::visibility"] {
        assert!(picture.contains(part), "{part}");
    }
    for label in ["lang=\"en\"", "aria-label=\"bytes per frame, stacked by tag\"", "aria-live", "<noscript><svg"] {
        assert!(page.contains(label), "{label}");
    }
}

#[test]
fn the_same_recording_gives_the_same_bytes() {
    let bytes = SAMPLE.record();
    assert_eq!(bytes, SAMPLE.record());
    let (a, b) = (read(&bytes), read(&bytes));
    assert!(page(&a) == page(&b) && picture(&a) == picture(&b));
    assert!(summary(&a) == summary(&b) && markdown(&a) == markdown(&b));
}

#[test]
fn a_diff_names_what_grew() {
    let before = read(&SAMPLE.record());
    let after = read(&Sample { growth: 12_288, ..SAMPLE }.record());
    let diff = Diff::new(&before, &after, Threshold::Part(0.05));
    assert!(diff.has_grown());
    let text = diff.text();
    assert!(text.contains("tag physics +12.0 KiB/frame"), "{text}");
    let row = text.lines().find(|line| line.trim_start().starts_with("physics ")).unwrap();
    assert!(row.contains("+12.0 KiB") && row.contains('%'), "{row}");
    let row = text.lines().find(|line| line.trim_start().starts_with("simulate ")).unwrap();
    assert!(row.contains("+4.00 KiB"), "a phase that takes a third: {row}");
    assert!(!text.contains("particles"), "what did not change is not listed: {text}");
    assert!(diff.markdown().contains("| physics | "));
    assert!(!Diff::new(&before, &after, Threshold::Bytes(16_384)).has_grown());
    assert!(Diff::new(&before, &after, Threshold::Bytes(12_287)).has_grown());
    assert!(!Diff::new(&after, &before, Threshold::Bytes(0)).has_grown(), "shrinking is no growth");
    let same = Diff::new(&before, &before, Threshold::Bytes(0));
    assert!(!same.has_grown() && same.text().contains("no change"));
}

#[test]
fn a_diff_shows_what_flies() {
    let recording = |frames: [FlightFigures; 2]| {
        let mut encoder = Encoder::new(Vec::new());
        for (number, flights) in (1..).zip(frames) {
            encoder.frame(&FrameView { number, bytes: 64, flights: Some(flights), ..FrameView::default() });
        }
        read(&encoder.into_bytes())
    };
    let figures = |frames, bytes, refused| FlightFigures { frames, bytes, capacity: 2 * bytes, refused };
    let before = recording([figures(1, 1000, 0), figures(2, 3000, 0)]);
    let after = recording([figures(2, 3000, 1), figures(3, 9000, 4)]);
    let diff = Diff::new(&before, &after, Threshold::Part(0.05));
    let text = diff.text();
    let row = |name: &str| {
        let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
        line.trim_start()[name.len()..].split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("held, mean"), "1.95 KiB 5.86 KiB +3.91 KiB +200.0 %");
    assert_eq!(row("held at most"), "2.93 KiB 8.79 KiB +5.86 KiB +200.0 %");
    assert_eq!(row("frames at most"), "2 3 +1 +50.0 %");
    assert_eq!(row("refused ends"), "0 5 +5 new");
    assert!(diff.has_grown() && text.contains("in flight held, mean +3.91 KiB/frame"), "{text}");
    assert!(diff.markdown().contains("### Frames in flight\n"), "{}", diff.markdown());
    assert!(!Diff::new(&after, &before, Threshold::Bytes(0)).has_grown());
    let none = recording([FlightFigures::default(); 2]);
    assert!(!Diff::new(&none, &none, Threshold::Bytes(0)).text().contains("in flight"));
}

#[test]
fn exit_codes_follow_the_scheme() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| written(folder.path(), name, bytes).to_str().unwrap().to_owned();
    let bytes = SAMPLE.record();
    let old = path("old.fa", &bytes);
    let new = path("new.fa", &Sample { growth: 65_536, ..SAMPLE }.record());
    let cut = path("cut.fa", &bytes[..bytes.len() - 7]);
    let (old, new, cut) = (old.as_str(), new.as_str(), cut.as_str());
    assert_eq!(code(&[old]), 0);
    assert_eq!(code(&["--diff", old, new]), 1);
    assert_eq!(code(&["--diff", old, new, "--threshold", "128KiB", "--format", "markdown"]), 0);
    assert_eq!(code(&["--diff", new, old]), 0);
    for wrong in [
        &[][..],
        &[old, new],
        &["--diff", old],
        &[old, "--threshold", "5%"],
        &["--diff", old, new, "--threshold", "64KB"],
        &["--diff", old, new, "--html", "x.html"],
        &[old, "--format", "markdwon"],
        &["no such file.fa"],
    ] {
        assert_eq!(code(wrong), 2, "{wrong:?}");
    }
    assert_eq!(code(&[cut]), 0);
    assert_eq!(code(&[cut, "--strict"]), 3);
    let html = folder.path().join("out.html");
    let svg = folder.path().join("out.svg");
    assert_eq!(code(&["-q", old, "--html", html.to_str().unwrap(), "--svg", svg.to_str().unwrap()]), 0);
    assert_eq!(std::fs::read_to_string(html).unwrap(), page(&Recording::read("old.fa", &bytes).unwrap()));
    assert!(std::fs::read_to_string(svg).unwrap().ends_with("</svg>\n"));
    assert_eq!(code(&[old, "--html", folder.path().to_str().unwrap()]), 2, "a folder is no file");
}

#[test]
fn what_changed_is_one_comment_and_fails_for_memory_or_for_new_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, bytes: &[u8]| written(folder.path(), name, bytes).to_str().unwrap().to_owned();
    let old = path("old.fa", &SAMPLE.record());
    let new = path("new.fa", &Sample { growth: 65_536, ..SAMPLE }.record());
    let report = |level: &str| {
        let place = serde_json::json!({ "file": "src/ai.rs", "start": { "line": 7 } });
        let finding = serde_json::json!({
            "code": "FA401", "level": level, "message": "`push` grows", "fingerprint": level, "place": place,
        });
        serde_json::json!({ "findings": [finding] }).to_string()
    };
    let (warned, denied) = (path("warn.json", report("warn").as_bytes()), path("deny.json", report("deny").as_bytes()));
    let comment = folder.path().join("comment.md");
    let comment = comment.to_str().unwrap();
    let findings = |before, after| ["--findings-before", before, "--findings-after", after];
    let all = [&["--diff", &old, &new, "--comment", comment][..], &findings(&warned, &denied)].concat();
    let made = made(&all).unwrap();
    assert!(made.code == 1 && made.text.contains("1 new finding, 1 fixed, 0 as before"), "{made:?}");
    assert!(made.text.contains("src/ai.rs:7  FA401 (deny)") && made.text.contains("physics"), "{made:?}");
    let text = std::fs::read_to_string(comment).unwrap();
    assert!(text.starts_with("<!-- cargo-fa report -->\n## Findings: 1 new finding, 1 fixed, 0 as before\n"), "{text}");
    assert!(text.contains("| FA401 | deny | `src/ai.rs:7` | `push` grows |"), "{text}");
    assert!(text.contains("\n## Frame memory: "), "{text}");
    // Findings alone, and what each makes of the exit code.
    assert_eq!(code(&findings(&warned, &denied)), 1);
    assert_eq!(code(&findings(&denied, &warned)), 0);
    assert_eq!(code(&[&["--diff", &old, &old][..], &findings(&warned, &warned)].concat()), 0);
    for wrong in [
        &["--findings-after", &warned][..],
        &[&old, "--comment", comment],
        &[&[old.as_str()][..], &findings(&warned, &denied)].concat(),
        &findings(&warned, &old),
    ] {
        assert_eq!(code(wrong), 2, "{wrong:?}");
    }
}

#[test]
fn bad_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = SAMPLE.record();
    let mut other_version = bytes.clone();
    other_version[8] = 9;
    for (name, bytes, message) in [
        ("empty.fa", &[][..], "is empty"),
        ("text.fa", b"fn main() {}", "not a recording of framealloc"),
        ("version.fa", &other_version, "has version 9, this program reads version 2"),
    ] {
        let path = written(folder.path(), name, bytes);
        let error = made(&[path.to_str().unwrap()]).unwrap_err();
        assert!(error.contains(message) && error.contains(name), "{error}");
        assert_eq!(code(&[path.to_str().unwrap()]), 2);
    }
}

#[test]
fn what_is_left_of_a_recording_is_shown_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = SAMPLE.record();
    let cut = &bytes[..bytes.len() * 2 / 3];
    let left = Decoder::new(cut).unwrap().filter(|item| matches!(item, Ok(Item::Frame(_)))).count();
    let recording = read(cut);
    assert!(recording.is_incomplete());
    let page = page(&recording);
    assert_eq!(data(&page)["frames"], left);
    assert!(page.contains("<strong>Incomplete.</strong> the recording is cut off"));
    assert!(summary(&recording).contains("note: the recording is cut off in the block at byte"));
    assert!(markdown(&recording).contains("> the recording is cut off"));
    assert!(picture(&recording).contains("the recording is incomplete"));

    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 0x40;
    assert!(summary(&read(&damaged)).contains("note: the recording is"));

    // Cut inside of the header, and before the first frame.
    for length in [4, 9, 40] {
        let recording = read(&bytes[..length]);
        for report in [summary(&recording), markdown(&recording), picture(&recording), self::page(&recording)] {
            assert!(report.contains("holds no frame"), "{length}");
        }
        let path = written(folder.path(), "short.fa", &bytes[..length]);
        let path = path.to_str().unwrap();
        assert!(made(&["--diff", path, path]).unwrap_err().contains("holds no frame to compare"));
    }
    assert_eq!(Recording::read("x", b"").unwrap_err(), TraceError::Empty);
}

#[test]
fn bytes_that_no_tag_accounts_for_are_shown() {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 1, "", 0);
    encoder.frame(&FrameView { number: 5, bytes: 100, tags: &[(1, 60), (9, 10)], ..FrameView::default() });
    let recording = read(&encoder.into_bytes());
    let data = data(&page(&recording));
    let tags: BTreeMap<&str, Vec<u64>> = data["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| (tag["name"].as_str().unwrap(), column(&tag["bytes"])))
        .collect();
    assert_eq!(tags, BTreeMap::from([("no tag", vec![60]), ("tag 9", vec![10]), ("not attributed", vec![30])]));
}

#[test]
fn a_page_stays_bounded_whatever_a_recording_holds() {
    let mut encoder = Encoder::new(Vec::new());
    let tags: Vec<(u32, u64)> = (0..5000).map(|id| (id, u64::from(id))).collect();
    let bytes = tags.iter().map(|(_, bytes)| bytes).sum();
    for number in [1, u64::MAX] {
        encoder.frame(&FrameView {
            number,
            start: u64::MAX,
            duration: u64::MAX,
            bytes,
            high_water: u64::MAX,
            tags: &tags,
            threads: &[(1, u64::MAX), (1, u64::MAX)],
            ..FrameView::default()
        });
    }
    let recording = read(&encoder.into_bytes());
    let page = page(&recording);
    assert_eq!(data(&page)["tags"].as_array().unwrap().len(), 65);
    assert!(page.contains("4,500 smaller ones are left out of the page") && page.contains("4936 smaller tags"));
    assert!(picture(&recording).contains("4993 other tags"));
    assert!(!summary(&recording).is_empty());
}

/// A recording of four frames in which `plan`, called by `main`, takes so many bytes each, and a site without a stack others.
fn sampled(plan: u64, line: u32) -> Recording {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 3, "ai", 0);
    encoder.define(Kind::System, 0, "think", 0);
    let call = |id, function: &str, file: &str| Call { id, function: function.to_owned(), file: file.to_owned(), line };
    encoder.call(&call(0, "alloc::vec::from_iter", "/rustc/x/library/alloc/src/vec.rs"));
    encoder.call(&call(1, "game::ai::plan", "/home/me/game/src/ai.rs"));
    encoder.call(&call(2, "game::main", "/home/me/game/src/main.rs"));
    encoder.site(&Site { id: 0, tag: 3, system: Some(0), stack: Some(7) });
    encoder.site(&Site { id: 1, tag: 3, system: None, stack: None });
    for number in 1..=4 {
        let bytes = plan + 64;
        encoder.frame(&FrameView { number, bytes, tags: &[(3, bytes)], ..FrameView::default() });
        let figures = |id, bytes| SiteFigures { id, samples: 4, blocks: 10, bytes };
        encoder.samples(64, &[figures(0, plan), figures(1, 64)]);
    }
    // The names come when they are found.
    encoder.stack(7, &[0, 1, 2]);
    read(&encoder.into_bytes())
}

#[test]
fn places_that_ask_are_in_text_markdown_and_page() {
    let recording = sampled(1024, 7);
    let text = summary(&recording);
    // The call of the program, not one of the standard library inside of it.
    let row = text.lines().find(|line| line.contains("plan (ai.rs:7) · think, ai")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().rev().take(9).collect();
    assert_eq!(cells, ["16", "10", "%", "94.1", "%", "±25.0", "KiB", "1.00", "ai"], "{row}");
    assert!(text.lines().any(|line| line.trim_start().starts_with("ai ") && line.contains("5.9 %")), "{text}");
    assert!(markdown(&recording).contains("### Sites\n"));
    let page = page(&recording);
    assert!(page.contains("id=\"flame\"") && page.contains("game::ai::plan (ai.rs:7) · think, ai"));
    let sites = &data(&page)["sites"];
    assert_eq!((&sites["every"], &sites["stretches"]), (&Value::from(64), &Value::from(4)));
    let first = &sites["list"][0];
    assert_eq!((&first["tag"], &first["system"]), (&Value::from("ai"), &Value::from("think")));
    assert_eq!(column(&first["bytes"]), [1024; 4]);
    let names: Vec<&Value> = first["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| &sites["calls"][usize::try_from(call.as_u64().unwrap()).unwrap()][0])
        .collect();
    assert_eq!(names, ["alloc::vec::from_iter", "game::ai::plan", "game::main"]);
    assert_eq!(sites["list"][1]["system"], Value::Null);
}

#[test]
fn a_recording_without_samples_says_nothing_of_them() {
    let mut encoder = Encoder::new(Vec::new());
    encoder.samples(64, &[SiteFigures { id: 1, samples: 1, blocks: 1, bytes: 64 }]);
    encoder.frame(&FrameView { number: 1, bytes: 64, ..FrameView::default() });
    let recording = read(&encoder.into_bytes());
    assert!(!summary(&recording).contains("Sites") && !page(&recording).contains("id=\"flame\""));
}

#[test]
fn a_diff_names_the_places_that_changed_and_leaves_the_judgement_to_exact_figures() {
    let (before, after) = (sampled(1024, 7), sampled(4096, 19));
    let text = Diff::new(&before, &after, Threshold::Bytes(1_000_000)).text();
    let row = text.lines().find(|line| line.contains("game::ai::plan · think, ai")).unwrap();
    assert!(row.contains("1.00 KiB") && row.contains("+3.00 KiB"), "matched though its line has moved: {row}");
    let diff = Diff::new(&before, &after, Threshold::Part(0.05));
    assert!(diff.has_grown() && diff.text().contains("tag ai +3.00 KiB"), "{}", diff.text());
    assert!(!diff.text().contains("site game"), "an estimate is not judged: {}", diff.text());
    assert!(diff.markdown().contains("### Sites\n"));
    let mut encoder = Encoder::new(Vec::new());
    encoder.frame(&FrameView { number: 1, ..FrameView::default() });
    let unsampled = read(&encoder.into_bytes());
    assert!(!Diff::new(&unsampled, &after, Threshold::Bytes(1_000_000)).text().contains("Sites"));
}

/// What `cargo fa report` prints for these words about a recording.
fn asked(bytes: &[u8], words: &[&str]) -> Result<String, String> {
    let file = std::env::temp_dir().join(format!("cargo-fa-lives-{}-{}.fa", std::process::id(), words.concat().len()));
    std::fs::write(&file, bytes).unwrap();
    let line = Line::try_parse_from(["report", file.to_str().unwrap()].iter().chain(words))
        .map_err(|error| error.to_string())?;
    let made = run(&line.arguments).map(|made| made.text).map_err(|error| error.0);
    std::fs::remove_file(file).unwrap();
    made
}

#[test]
fn lifetimes_are_what_the_recording_says_whoever_counts() {
    let bytes = SAMPLE.record();
    // By other code: made, freed and bytes of each block.
    let mut blocks: BTreeMap<u32, (u64, Option<u64>, u64)> = BTreeMap::new();
    let mut frame = 0;
    for item in Decoder::new(&bytes).unwrap().map(Result::unwrap) {
        match item {
            Item::Frame(read) => frame = read.number,
            Item::Lives(lives) => {
                blocks.extend(lives.born.iter().map(|life| (life.id, (life.frame, None, life.bytes))));
                lives.died.iter().for_each(|id| blocks.get_mut(id).unwrap().1 = Some(frame));
            }
            _ => {}
        }
    }
    let count = |fits: &dyn Fn(u64, Option<u64>) -> bool| {
        blocks.values().filter(|(made, freed, _)| fits(*made, *freed)).count()
    };
    let later = count(&|made, freed| (100..=200).contains(&made) && freed.is_none_or(|freed| freed > 300));
    let never = count(&|_, freed| freed.is_none());
    assert!(later > 0 && never > later);
    let text = asked(&bytes, &["--made", "100..200", "--freed-after", "300"]).unwrap();
    assert!(text.contains("made in frames #100 to #200, freed after frame #300 or not at all"), "{text}");
    assert!(text.contains(&format!("estimated from {later} blocks")), "{text}");
    assert!(text.contains("scripts::decode (scripts.rs:"), "{text}");
    let text = asked(&bytes, &["--never-freed"]).unwrap();
    assert!(text.contains(&format!("estimated from {never} blocks")), "{text}");
    let text = asked(&bytes, &["--made", "..50", "--format", "markdown"]).unwrap();
    let first = count(&|made, _| made <= 50);
    assert!(text.contains(&format!("estimated from {first} blocks")) && text.contains("|---|"), "{text}");
    assert!(
        asked(&bytes, &["--made", "9..8"]).is_err() && asked(&bytes, &["--never-freed", "--freed-after", "3"]).is_err()
    );
    let without = Sample { frames: 10, ..SAMPLE };
    let frames_only: Vec<u8> = frames(&without.record())
        .iter()
        .fold(Encoder::new(Vec::new()), |mut encoder, frame| {
            encoder.frame(&frame.as_view());
            encoder
        })
        .into_bytes();
    let refused = asked(&frames_only, &["--never-freed"]).unwrap_err();
    assert!(refused.contains("with_lifetimes"), "{refused}");
    assert!(!page(&read(&frames_only)).contains("id=\"lives\""));

    // And the page carries the same blocks.
    let lives = &data(&page(&read(&bytes)))["lives"];
    assert_eq!(lives["count"], blocks.len());
    let (made, freed) = (column(&lives["made"]), column(&lives["freed"]));
    let carried: Vec<(u64, Option<u64>)> =
        made.into_iter().zip(freed.iter().map(|freed| freed.checked_sub(1))).collect();
    assert_eq!(carried, blocks.values().map(|(made, freed, _)| (*made, *freed)).collect::<Vec<_>>());
}
