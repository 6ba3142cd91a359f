//! A program of its own: its output, and a file.

use bevy_ecs::error::Result;

/// Prints the figures, and writes the recording to the file that is named.
pub(crate) fn publish(figures: &str, recording: &[u8]) -> Result {
    println!("{figures}");
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, recording)?;
    }
    Ok(())
}
