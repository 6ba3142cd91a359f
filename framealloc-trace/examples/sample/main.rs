//! Writes a recording of a game that never was, to look at: `sample FILE FRAMES SEED [GROWTH]`.

mod game;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, frames, seed, growth @ ..] = arguments.as_slice() else {
        return Err("usage: sample FILE FRAMES SEED [GROWTH]".into());
    };
    let growth = growth.first().map_or(Ok(0), |growth| growth.parse())?;
    let sample = game::Sample { frames: frames.parse()?, seed: seed.parse()?, growth };
    std::fs::write(file, sample.record())?;
    Ok(())
}
