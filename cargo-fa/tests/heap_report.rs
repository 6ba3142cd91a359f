//! The heap by tag in what `cargo fa report` says.

use cargo_fa::trace_report::{Diff, Recording, Threshold, markdown, page, picture, summary};
use framealloc_trace::{Encoder, FrameView, HeapFigures, Kind, ZoneFigures};

/// A recording in which the heap of `audio` grows by `growth` bytes in each of 100 frames.
fn recording(growth: u64) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 4, "ui", 0);
    encoder.define(Kind::Tag, 5, "audio", 32 << 20);
    encoder.define(Kind::Tag, 0, "<b>(untagged)</b>", 0);
    for number in 0..100 {
        let bytes = 1000 + number * growth;
        let audio = HeapFigures { id: 5, bytes, blocks: 10 + number, peak: bytes + 50, allocations: 6, frees: 5 };
        let rest = HeapFigures { id: 0, bytes: 100, blocks: 1, peak: 100, allocations: 0, frees: 0 };
        let (heap, tags) = ([audio, rest], [(4, 64)]);
        encoder.frame(&FrameView { number, bytes: 64, tags: &tags, heap: &heap, ..FrameView::default() });
    }
    encoder.into_bytes()
}

fn read(growth: u64) -> Recording {
    Recording::read("game.fa", &recording(growth)).unwrap()
}

#[test]
fn text_and_markdown_say_what_lives_by_tag() {
    let text = summary(&read(1000));
    let line = |text: &str| text.lines().find(|line| line.contains("audio")).map(str::to_owned).unwrap();
    let audio = line(&text);
    // 1000 + 99 * 1000 bytes live at the end, in 109 blocks.
    for figure in ["97.7 KiB", "109", "32.0 MiB", "6", "5"] {
        assert!(audio.contains(figure), "{figure} in {audio}");
    }
    assert!(text.contains("Heap (what lives of the heap at the end of frames, by tag)"), "{text}");
    assert!(line(&markdown(&read(1000))).contains("97.7 KiB"));
}

#[test]
fn the_picture_has_both_timelines_and_the_page_a_second_stack() {
    let picture = picture(&read(1000));
    assert!(picture.contains(">Heap by tag</text>") && picture.contains(">audio</text>"));
    // Nothing of a name is markup.
    assert!(picture.contains("&lt;b&gt;(untagged)") && !picture.contains("<b>"));
    let page = page(&read(1000));
    assert!(page.contains(r#""heap":[{"bytes":"#) && page.contains("id=\"heap\""));
    assert!(!page.contains("<b>(untagged)"));
}

#[test]
fn a_recording_without_the_heap_says_nothing_of_it() {
    let mut encoder = Encoder::new(Vec::new());
    encoder.frame(&FrameView { number: 1, bytes: 64, ..FrameView::default() });
    let recording = Recording::read("game.fa", &encoder.into_bytes()).unwrap();
    assert!(!summary(&recording).contains("Heap ("));
    assert!(!picture(&recording).contains("Heap by tag"));
    assert!(page(&recording).contains(r#""heap":[]"#));
}

#[test]
fn what_escaped_from_zones_and_what_it_pins_has_a_table() {
    let mut encoder = Encoder::new(Vec::new());
    encoder.define(Kind::Tag, 5, "quests", 0);
    for number in 0..4 {
        let zones = ZoneFigures { id: 5, pinned: number * (16 << 10), escaped: 11, refused: 0, exhausted: 2 };
        encoder.frame(&FrameView { number, zones: &[zones], ..FrameView::default() });
    }
    let pinning = Recording::read("game.fa", encoder.as_bytes()).unwrap();
    // Nothing is pinned any more.
    encoder.frame(&FrameView { number: 4, ..FrameView::default() });
    let over = Recording::read("game.fa", encoder.as_bytes()).unwrap();
    let line = |text: &str| text.lines().find(|line| line.contains("quests")).map(str::to_owned).unwrap();
    let words = |recording| line(&summary(recording)).split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    assert_eq!(words(&pinning), "44 48.0 KiB 24.0 KiB 48.0 KiB 0 8 #3");
    assert_eq!(words(&over), "44 0 B 19.2 KiB 48.0 KiB 0 8 #3");
    assert!(summary(&over).contains("Zones (blocks that outlived their zone"));
    assert!(line(&markdown(&over)).contains("48.0 KiB") && page(&over).contains("quests"));
    assert!(!summary(&read(0)).contains("Zones ("));
}

#[test]
fn a_difference_shows_and_judges_what_lives() {
    let grown = Diff::new(&read(0), &read(1000), Threshold::Part(0.05));
    assert!(grown.has_grown());
    let text = grown.text();
    assert!(text.contains("Heap by tag, mean of what lived") && text.contains("heap audio +48.3 KiB."), "{text}");
    assert!(grown.markdown().contains("### Heap by tag"));
    let same = Diff::new(&read(1000), &read(1000), Threshold::Part(0.05));
    assert!(!same.has_grown() && !same.text().contains("Heap by tag"));
}
