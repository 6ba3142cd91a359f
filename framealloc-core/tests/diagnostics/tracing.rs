//! With the feature `diagnostics` every diagnostic that is reported is an event of `tracing`.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use framealloc_core::{Diagnostic, Level, SmartAlloc};

/// Writes events down: level, then `field=value`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Lines {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "framealloc"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(String);
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn Debug) {
                write!(self.0, " {field}={value:?}").expect("a string");
            }
        }
        let mut fields = Fields(event.metadata().level().to_string());
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn diagnostics_are_events_with_their_context() {
    let lines = Lines::default();
    tracing::subscriber::with_default(lines.clone(), || {
        let mut alloc = SmartAlloc::default();
        alloc.whole_frame(|alloc| {
            alloc.raise(Diagnostic::new("TEST1", Level::Hint, "a hint"));
            alloc.raise(Diagnostic::new("TEST2", Level::Warning, "a warning").with_tag("ai").with_thread("worker"));
            alloc.raise(Diagnostic::new("TEST3", Level::Error, "an error"));
            std::mem::forget(alloc.frame_scope());
        });
        // A region's resets are no frames, and the process's pools are told of by allocators only.
        let mut region = alloc.scratch("level");
        std::mem::forget(region.frame_scope());
        region.reset();
    });
    let lines = lines.0.lock().unwrap();
    assert_eq!(lines.len(), 4, "{lines:#?}");
    let line = |code: &str| lines.iter().find(|line| line.contains(code)).expect("told");
    assert_eq!(
        line("TEST2"),
        "WARN message=TEST2 warning: a warning (frame 1, tag `ai`, thread `worker`); see `cargo fa explain TEST2` \
         code=\"TEST2\" frame=1 tag=\"ai\" thread=\"worker\""
    );
    assert!(line("TEST1").starts_with("INFO ") && !line("TEST1").contains("tag="), "{lines:#?}");
    assert!(line("TEST3").starts_with("ERROR "), "{lines:#?}");
    assert!(line("FA004").starts_with("WARN "), "{lines:#?}");
}
