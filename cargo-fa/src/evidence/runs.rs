//! What runs say of systems and tags.

use std::collections::BTreeMap;

use crate::trace_report::{HeapTotals, Recording, SystemTotals};

/// What one or more runs say, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// The names of the files, in the order in which they were given.
    pub files: Vec<String>,
    /// Frames of all of them.
    pub frames: u64,
    /// Bytes of all frames.
    pub bytes: u64,
    /// What systems did, by the name that the run knows them by.
    pub systems: BTreeMap<String, SystemTotals>,
    /// The most bytes of a frame under each tag.
    pub tags: BTreeMap<String, u64>,
    /// Files that end early or are damaged, and how.
    pub incomplete: Vec<String>,
    /// Each of them by itself, where there are several.
    pub each: Vec<Runs>,
}

impl Runs {
    /// Reads a recording or the JSON of a snapshot, which is the last frame of a run, and adds it to these.
    ///
    /// # Errors
    /// The bytes are neither; the message says why, in lower case.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let mut one = Self::default();
        one.read(name, bytes)?;
        if self.files.is_empty() {
            *self = one;
            return Ok(());
        }
        if self.each.is_empty() {
            self.each.push(self.clone());
        }
        self.merge(&one);
        self.each.push(one);
        Ok(())
    }

    fn merge(&mut self, other: &Self) {
        self.files.extend_from_slice(&other.files);
        self.frames = self.frames.saturating_add(other.frames);
        self.bytes = self.bytes.saturating_add(other.bytes);
        for (name, totals) in &other.systems {
            self.systems.entry(name.clone()).or_default().add(*totals);
        }
        for (name, most) in &other.tags {
            let known = self.tags.entry(name.clone()).or_default();
            *known = (*most).max(*known);
        }
        self.incomplete.extend_from_slice(&other.incomplete);
    }

    fn read(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        if bytes.trim_ascii_start().starts_with(b"{") {
            self.add_snapshot(bytes)?;
        } else {
            let recording = Recording::read(name, bytes).map_err(|error| error.to_string())?;
            self.incomplete.extend(recording.note().map(|note| format!("{name}: {note}")));
            self.add_recording(&recording);
        }
        self.files.push(name.to_owned());
        Ok(())
    }

    fn add_recording(&mut self, recording: &Recording) {
        let (frames, bytes) = recording.totals();
        self.frames = self.frames.saturating_add(frames);
        self.bytes = self.bytes.saturating_add(bytes);
        for (name, totals) in recording.systems() {
            self.systems.entry(name.to_owned()).or_default().add(totals);
        }
        for (name, most) in recording.tags() {
            let known = self.tags.entry(name.to_owned()).or_default();
            *known = most.max(*known);
        }
    }

    fn add_snapshot(&mut self, bytes: &[u8]) -> Result<(), String> {
        let snapshot: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let rows = |name: &str| {
            let rows = snapshot[name].as_array();
            rows.ok_or_else(|| format!("a snapshot of framealloc has `{name}`, this has none"))
        };
        let number = |value: &serde_json::Value| value.as_u64().unwrap_or(0);
        let name = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let (systems, tags) = (rows("systems")?, rows("tags")?);
        // Nobody counts where no guard is the global allocator: that is no zero.
        let is_counted = snapshot["heap_is_counted"] == true;
        self.frames = self.frames.saturating_add(1);
        self.bytes = self.bytes.saturating_add(number(&snapshot["frame"]["bytes"]));
        for system in systems {
            let heap = &system["heap"];
            let heap = is_counted.then(|| HeapTotals { calls: number(&heap["calls"]), bytes: number(&heap["bytes"]) });
            self.systems.entry(name(system, "name")).or_default().add(SystemTotals {
                calls: number(&system["calls"]),
                bytes: number(&system["bytes"]),
                largest_call: number(&system["largest_call"]),
                heap,
            });
        }
        for tag in tags {
            let known = self.tags.entry(name(tag, "path")).or_default();
            *known = number(&tag["bytes"]).max(*known);
        }
        Ok(())
    }

    /// `run.fa`, or how many runs there were.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.files[..] {
            [one] => one.clone(),
            files => format!("{} runs", files.len()),
        }
    }
}
