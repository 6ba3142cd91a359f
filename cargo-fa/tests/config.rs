//! `.fa.toml`: what the reader takes, what it refuses and how, and that the shipped schema agrees with it.

use cargo_fa::model::codes::Level;
use cargo_fa::model::config::{Config, ConfigError, read, schema};
use framealloc_syntax::Effect;

fn parse(text: &str) -> Result<Config, Vec<ConfigError>> {
    read(&".fa.toml".into(), text)
}

fn mistake(text: &str) -> ConfigError {
    let mut errors = parse(text).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors.remove(0)
}

const EVERYTHING: &str = r#"
[analysis]
exclude = ["**/generated/**"]
min_severity = "warn"
deny_warnings = true
roots = ["game::tick"]
bevy_schedules = ["Update"]

[lints]
FA602 = "allow"
frame-escape = "deny"
FA8 = "hint"
dirtymem = "warn"
all = "warn"

[tags.physics]
modules = ["game::physics", "crate::collision", "game::**::debug", "*::x"]
may_use = ["math"]
budget = "2MiB"

[tags.math]

[tags."ai::pathfinding"]
budget = 4096

[tags.ai.steering]
may_use = []

[budgets]
required = true
thread = "8MiB"

[thresholds]
hot_loop_bound = 32

[assume]
entities = 10_000

[effects]
"rapier3d::**" = { heap = true, block = false }
"rapier3d::math::*" = { heap = false }
"#;

#[test]
fn what_is_declared_of_other_crates_goes_by_path_and_the_last_entry_decides() {
    let config = parse(EVERYTHING).unwrap();
    for (path, heap, block) in [
        ("rapier3d::pipeline::step", Some(true), Some(false)),
        ("rapier3d::step", Some(true), Some(false)),
        ("rapier3d::math::dot", Some(false), Some(false)),
        ("rapier2d::step", None, None),
    ] {
        assert_eq!(config.declares(Effect::Heap, path), heap, "{path}");
        assert_eq!(config.declares(Effect::Block, path), block, "{path}");
    }
}

#[test]
fn effects_that_mean_nothing_are_refused() {
    for (entry, message, unknown) in [
        ("\"a::**\" = { hep = true }", "unknown key `hep` in `[effects]`; did you mean `heap`?", true),
        ("\"a::**\" = { time = true }", "unknown key `time` in `[effects]`; the keys are heap, block", true),
        ("\"a::**\" = { heap = 1 }", "expected `true` or `false`", false),
        ("\"a::**\" = true", "expected what is known, such as `{ heap = true, block = false }`", false),
        ("\"a::**\" = {}", "nothing is said of `a::**`: write `heap`, `block` or both", false),
        ("\"src/a.rs\" = { heap = true }", "`src/a.rs` is no path of functions, such as `rapier3d::**`", false),
    ] {
        let error = mistake(&format!("[effects]\n{entry}\n"));
        assert_eq!((error.message.as_str(), error.line, error.unknown_key), (message, 2, unknown), "{entry}");
    }
}

#[test]
fn every_key_is_read() {
    let config = parse(EVERYTHING).unwrap();
    assert_eq!(config.effects.len(), 2);
    assert_eq!(config.analysis.exclude, ["**/generated/**"]);
    assert_eq!(config.analysis.min_severity, Level::Warn);
    assert!(config.analysis.deny_warnings && config.budgets.required);
    assert_eq!(config.analysis.roots, ["game::tick"]);
    assert_eq!(config.analysis.bevy_schedules, ["Update"]);
    assert_eq!(config.lints.len(), 5);
    let physics = &config.tags["physics"];
    assert_eq!((physics.budget, physics.may_use.as_deref()), (Some(2 << 20), Some(&["math".to_owned()][..])));
    assert_eq!(&EVERYTHING[physics.place.start as usize..physics.place.end as usize], "physics");
    assert_eq!(config.tags["ai::pathfinding"].budget, Some(4096));
    assert_eq!(config.tags["ai::steering"].may_use.as_deref(), Some(&[][..]));
    assert_eq!(config.budgets.thread, Some(8 << 20));
    assert_eq!(config.thresholds.hot_loop_bound, 32);
    assert_eq!(config.assume["entities"], 10_000);
}

#[test]
fn an_empty_file_is_the_default() {
    let config = parse("").unwrap();
    assert_eq!(config.analysis.min_severity, Level::Hint);
    assert!(
        ["First", "Update", "FixedUpdate", "Last"].iter().all(|name| config
            .analysis
            .bevy_schedules
            .iter()
            .any(|known| known == name))
    );
    assert!(!config.analysis.bevy_schedules.iter().any(|name| name.contains("Startup")));
    assert_eq!(config.thresholds.hot_loop_bound, 16);
}

#[test]
fn a_mistake_has_its_line_and_the_nearest_word() {
    for (text, line, message, unknown) in [
        ("[analysis]\nexclud = []", 2, "did you mean `exclude`?", true),
        ("\n[analysi]\n", 2, "did you mean `analysis`?", true),
        ("[lints]\nFA6O2 = \"allow\"", 2, "did you mean `FA602`?", true),
        ("[lints]\nframe-escpae = \"allow\"", 2, "did you mean `frame-escape`?", true),
        ("[lints]\nFA602 = \"alow\"", 2, "did you mean `allow`?", false),
        ("[lints]\nFA602 = 3", 2, "expected a level", false),
        ("[lints]\nFA001 = \"warn\"", 2, "running program", false),
        ("[tags.physics]\nmodule = []", 2, "did you mean `modules`?", true),
        ("[tags.physics]\nmay_use = [\"maths\"]\n[tags.math]", 1, "did you mean `math`?", false),
        ("[tags.physics]\nmodules = [\"src/physics.rs\"]", 1, "no module path", false),
        ("[tags.Physics]", 1, "did you mean `physics`?", false),
        ("[tags.physics]\nbudget = \"2MB\"", 2, "is not a size", false),
        ("[budgets]\nthread = \"2MB\"", 2, "did you mean \"2MiB\"?", false),
        ("[budgets]\nrequire = true", 2, "did you mean `required`?", true),
        ("[budgets]\nrequired = \"yes\"", 2, "`true` or `false`", false),
        ("[thresholds]\nhot_loop_bound = -1", 2, "not negative", false),
        ("[thresholds]\nhot_loop = 1", 2, "hot_loop_bound", true),
        ("[assume]\nentities = \"many\"", 2, "a number", false),
        ("[analysis]\nroots = [\"game.tick\"]", 2, "no path of a function", false),
        ("[analysis]\nexclude = [\"a{\"]", 2, "no path glob", false),
        ("[analysis]\nexclude = \"a\"", 2, "a list of strings", false),
        ("[analysis]\nmin_severity = \"allow\"", 2, "expected a level", false),
        ("analysis = 1", 1, "must be a table", false),
        ("[analysis\n", 1, "", false),
    ] {
        let error = mistake(text);
        assert_eq!(error.line, line, "{text}: {error}");
        // Other tests pin the exact words; here it counts that they help.
        let helps = error.message.contains(message) || message.split(' ').all(|word| error.message.contains(word));
        assert!(helps, "{text}: {error}");
        assert_eq!(error.unknown_key, unknown, "{text}: {error}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let errors = parse("[analysis]\nexclud = []\nmin_severity = 1\n[budgets]\nx = 1\n[tags.a]\ny = 1").unwrap_err();
    let lines: Vec<_> = errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3, 5, 7]);
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let agreed = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        let value = serde_json::to_value(value).unwrap();
        let (read, valid) = (parse(text).is_ok(), validator.is_valid(&value));
        assert_eq!(read, valid, "the reader says {:?}, the schema says {valid}:\n{text}", parse(text).err());
        read
    };
    assert!(agreed(EVERYTHING));
    let good =
        ["[lints]\nfa6 = \"hint\"", "[lints]\nFA7xx = \"hint\"", "[tags.a.b.c]\nbudget = 1", "[budgets]\nthread = 0"];
    for text in good {
        assert!(agreed(text), "{text}");
    }
    let values = [
        "1",
        "-1",
        "0",
        "true",
        "\"x\"",
        "\"warn\"",
        "\"2MiB\"",
        "\"2MB\"",
        "[]",
        "[1]",
        "[\"a::b\"]",
        "[\"a:b\"]",
        "{}",
    ];
    let keys = [
        ("analysis", "exclude"),
        ("analysis", "min_severity"),
        ("analysis", "deny_warnings"),
        ("analysis", "roots"),
        ("analysis", "bevy_schedules"),
        ("analysis", "nothing"),
        ("lints", "FA602"),
        ("lints", "FA699"),
        ("lints", "FA001"),
        ("lints", "hygiene"),
        ("lints", "nothing"),
        ("tags.physics", "modules"),
        ("tags.physics", "budget"),
        ("tags.Physics", "budget"),
        ("budgets", "required"),
        ("budgets", "thread"),
        ("thresholds", "hot_loop_bound"),
        ("assume", "entities"),
        ("nothing", "nothing"),
    ];
    let mut accepted = 0;
    for (section, key) in keys {
        for value in values {
            accepted += usize::from(agreed(&format!("[{section}]\n{key} = {value}\n")));
        }
    }
    assert!(accepted > 15, "the comparison must see both answers, {accepted} were accepted");
}

#[test]
fn the_schemas_that_ship_are_the_ones_that_are_printed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    for (name, schema) in [
        ("fa.schema.json", schema()),
        ("report.schema.json", cargo_fa::report::json_schema()),
        ("baseline.schema.json", cargo_fa::cli::baseline::schema()),
    ] {
        let shipped = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let shipped: serde_json::Value = serde_json::from_str(&shipped).unwrap_or_default();
        assert!(shipped == schema, "schema/{name} is old: write it again with `cargo fa schema`\n{schema:#}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[|\\]|analysis|lints|tags|physics|budgets|assume|exclude|FA602|frame-escape| = |\"|2MiB|allow|\\{|\\}|,|\\.|\n|1|-|ä|#){0,40}") {
        if let Err(errors) = parse(&text) {
            proptest::prop_assert!(!errors.is_empty());
            for error in errors {
                proptest::prop_assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty());
            }
        }
    }
}
