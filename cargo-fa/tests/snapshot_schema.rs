//! Snapshots of the runtime fit the schema that ships with it, field by field, and come back as they were.

use std::collections::BTreeSet;

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{
    AllocConfig, AmbientAlloc, Budget, BudgetPolicy, Pool, PoolSpec, SmartAlloc, Snapshot, SnapshotError, Tags,
    kilobytes,
};
use serde_json::Value;

/// The heap by tag has figures.
#[global_allocator]
static GLOBAL: AmbientAlloc<std::alloc::System, Tags> = AmbientAlloc::system();

static SCHEMA: &str = include_str!("../../framealloc-core/schema/snapshot.schema.json");
static SYSTEM: Site = Site::new("game::aim", "tests.rs", 1).with_tag("ai");
static BULLETS: Pool<[u64; 3]> = Pool::new(PoolSpec::new("Bullet").capacity(8));

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// An allocator with an entry in every list.
fn busy() -> SmartAlloc {
    let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Warn);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("nav", budget));
    alloc.begin_frame();
    {
        let _update = alloc.phase_scope("update");
        with_frame(&alloc, &SYSTEM, |frame| frame.frame_slice_zeroed::<u64>(10).len());
        alloc.tagged("nav").frame_slice_zeroed::<u64>(1000);
        std::thread::scope(|scope| {
            scope.spawn(|| alloc.frame_box(1_u8));
        });
        drop(alloc.frame_box_for_transfer("lost"));
        std::mem::forget(alloc.frame_scope());
        drop(alloc.tagged("nav").ambient(|| std::hint::black_box(Box::new(1_u8))));
    }
    alloc.end_frame();
    alloc
}

#[test]
fn snapshots_fit_their_schema_and_come_back() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let empty = SmartAlloc::default();
    let alloc = busy();
    let (_level, _bullet) = (alloc.scratch("level"), BULLETS.boxed([1; 3]));
    for snapshot in [empty.snapshot(), alloc.snapshot()] {
        let json = snapshot.to_json();
        let value: Value = serde_json::from_str(&json).unwrap();
        let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        assert_eq!(Snapshot::from_json(&json).unwrap(), snapshot);
    }
}

#[test]
fn every_field_is_in_the_schema_and_every_list_was_filled() {
    let alloc = busy();
    let (_level, _bullet) = (alloc.scratch("level"), BULLETS.boxed([1; 3]));
    let value: Value = serde_json::from_str(&alloc.snapshot().to_json()).unwrap();
    let schema = schema();
    let mut seen = BTreeSet::new();
    compare(&value, &schema, &schema, "snapshot", &mut seen);
    let kinds: BTreeSet<_> = schema["$defs"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(seen, kinds, "a definition that no snapshot used proves nothing");
}

/// The fields of an object are those of the schema, both ways: `additionalProperties` stays allowed for readers.
fn compare(value: &Value, schema: &Value, root: &Value, place: &str, seen: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        seen.insert(name.to_owned());
        return compare(value, &root["$defs"][name], root, place, seen);
    }
    match value {
        Value::Object(fields) => {
            let known: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
            assert_eq!(fields.keys().collect::<BTreeSet<_>>(), known, "{place}");
            assert_eq!(schema["required"].as_array().unwrap().len(), known.len(), "{place}");
            for (name, field) in fields {
                compare(field, &schema["properties"][name], root, &format!("{place}.{name}"), seen);
            }
        }
        Value::Array(items) => {
            assert!(!items.is_empty(), "{place} is empty");
            for item in items {
                compare(item, &schema["items"], root, place, seen);
            }
        }
        _ => {}
    }
}

#[test]
fn what_is_no_snapshot_is_refused_with_a_reason() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let json = busy().snapshot().to_json();
    let with = |from: &str, to: &str| {
        assert!(json.contains(from), "{from} in {json}");
        json.replacen(from, to, 1)
    };
    let other = with("\"version\":1", "\"version\":7");
    assert!(!validator.is_valid(&serde_json::from_str(&other).unwrap()));
    let error = Snapshot::from_json(&other).unwrap_err();
    assert!(matches!(error, SnapshotError::Version { found: 7, .. }));
    assert_eq!(error.to_string(), "the snapshot has version 7, this program reads version 1");
    for wrong in [with("\"tags\"", "\"tag\""), with("\"warned\"", "\"shrugged\""), with("\"sent\":1", "\"sent\":-1")] {
        assert!(!validator.is_valid(&serde_json::from_str(&wrong).unwrap()), "{wrong}");
        assert!(matches!(Snapshot::from_json(&wrong), Err(SnapshotError::Malformed(_))), "{wrong}");
    }
    assert!(Snapshot::from_json("").unwrap_err().to_string().starts_with("this is not a snapshot of framealloc: "));
    let newer = with("\"in_frame\"", "\"of_the_future\":[1],\"in_frame\"");
    assert!(validator.is_valid(&serde_json::from_str(&newer).unwrap()) && Snapshot::from_json(&newer).is_ok());
}
