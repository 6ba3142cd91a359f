//! The command lines of the documents, each run in a small game that has one mistake of each category.

mod support;

use std::collections::BTreeSet;

use support::Sample;

fn game() -> Sample {
    Sample::fixture("game")
}

/// The codes that a run finds, with the files.
fn found(words: &str) -> BTreeSet<(String, String)> {
    let rows = game().codes(words);
    rows.iter()
        .map(|row| {
            let (code, place) = row.split_once(' ').unwrap();
            (code.to_owned(), place.rsplit_once(':').unwrap().0.to_owned())
        })
        .collect()
}

fn families(found: &BTreeSet<(String, String)>) -> BTreeSet<&str> {
    found.iter().map(|(code, _)| &code[..3]).collect()
}

fn has(found: &BTreeSet<(String, String)>, code: &str, file: &str) -> bool {
    found.contains(&(code.to_owned(), file.to_owned()))
}

#[test]
fn dirtymem_finds_escapes_and_hot_loops() {
    let found = found("fa --dirtymem");
    assert!(has(&found, "FA601", "game/src/rendering.rs"), "{found:?}");
    assert!(has(&found, "FA602", "game/src/physics.rs"), "{found:?}");
    assert!(has(&found, "FA401", "game/src/rendering.rs"), "{found:?}");
    assert!(families(&found).is_subset(&BTreeSet::from(["FA4", "FA5", "FA6", "FA9"])), "{found:?}");
}

#[test]
fn async_safety_finds_what_is_held_over_a_suspension() {
    let found = found("fa --async-safety");
    assert_eq!(families(&found), BTreeSet::from(["FA7"]), "{found:?}");
    assert!(found.iter().all(|(_, file)| file == "game/src/net.rs"), "{found:?}");
}

#[test]
fn threading_finds_frame_data_in_threads() {
    let found = found("fa --threading");
    assert!(has(&found, "FA201", "game/src/audio.rs"), "{found:?}");
    assert_eq!(families(&found), BTreeSet::from(["FA2"]), "{found:?}");
}

#[test]
fn architecture_finds_the_tag_of_another_module() {
    let found = found("fa --architecture");
    assert!(has(&found, "FA801", "game/src/audio.rs"), "{found:?}");
    assert_eq!(families(&found), BTreeSet::from(["FA8"]), "{found:?}");
}

#[test]
fn budgets_finds_loops_without_a_bound() {
    let found = found("fa --budgets");
    assert!(has(&found, "FA301", "game/src/commands.rs"), "{found:?}");
    assert_eq!(families(&found), BTreeSet::from(["FA3"]), "{found:?}");
}

#[test]
fn all_is_every_category_and_so_is_none() {
    let all = found("fa --all");
    assert_eq!(all, found("fa"));
    let mut union = BTreeSet::new();
    for category in ["--dirtymem", "--async-safety", "--threading", "--architecture", "--budgets"] {
        union.extend(found(&format!("fa {category}")));
    }
    assert_eq!(all, union);
}

#[test]
fn reports_for_ci_are_written_in_the_documents_formats() {
    let game = game();
    let sarif: serde_json::Value = serde_json::from_str(&game.run("fa --all --format sarif").stdout).unwrap();
    let findings = game.codes("fa --all").len();
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(findings));
    let junit = quick_junit::Report::deserialize_from_str(&game.run("fa --all --format junit").stdout).unwrap();
    let cases = junit.test_suites.iter().flat_map(|suite| &suite.test_cases);
    assert_eq!(cases.filter(|case| case.name.as_str() != "no findings").count(), findings);
    assert_eq!(game.run("fa --all --format checkstyle").stdout.matches("<error ").count(), findings);
}

#[test]
fn deny_allow_and_exclude_filter() {
    let game = game();
    assert_eq!(game.run("fa --all --allow all").code, 0);
    let denied = game.run("fa --all --allow all --deny FA701");
    assert_eq!(denied.code, i32::from(denied.stdout.contains("FA701")));
    assert!(game.run("fa --all --deny FA602").stdout.contains("error[FA602]"));
    assert!(!game.run("fa --all --allow FA602").stdout.contains("FA602"));
    let everything = game.codes("fa --all --all-targets -W all");
    let without = game
        .run_words("", &["fa", "--all", "--all-targets", "-W", "all", "--exclude", "**/test*", "--format", "compact"]);
    let left: Vec<_> = everything.iter().filter(|row| !row.contains("/tests/")).collect();
    assert_eq!(without.stdout.lines().count(), left.len());
}

#[test]
fn subcommands_do_what_the_documents_say() {
    let game = game();
    assert!(game.run("fa explain FA601").stdout.contains("frame-escape"));
    let show = game.run("fa show game/src/physics.rs");
    assert!(show.stdout.contains("FA602") && !show.stdout.contains("audio.rs:"), "{show:?}");
    let list = game.run("fa list").stdout;
    for range in ["FA2xx", "FA3xx", "FA6xx", "FA7xx", "FA8xx"] {
        assert!(list.contains(range));
    }
    std::fs::remove_file(game.path(".fa.toml")).unwrap();
    assert_eq!(game.run("fa init").code, 0);
    let written = game.read(".fa.toml");
    assert!(written.contains("[tags.physics]") && written.contains("[tags.math]"), "{written}");
    let after = game.codes("fa --architecture");
    assert!(after.is_empty(), "init writes down what the program does: {after:?}");
}

#[test]
fn the_graph_shows_tags_and_calls() {
    let game = game();
    let mermaid = game.run("fa graph --format mermaid").stdout;
    assert!(mermaid.starts_with("flowchart") && mermaid.contains("physics") && mermaid.contains("math"), "{mermaid}");
    assert!(game.run("fa graph --format dot").stdout.starts_with("digraph"));
    let json: serde_json::Value = serde_json::from_str(&game.run("fa graph --format json").stdout).unwrap();
    let call = &json["calls"][0];
    assert_eq!((call["from"].as_str(), call["to"].as_str()), (Some("physics"), Some("math")), "{json}");
}
