//! What is simulated, drawn and heard: a function of the number of the frame, so that every way must show the same.

pub const WIDTH: usize = 320;
pub const HEIGHT: usize = 180;
/// Samples of one callback: a millisecond at 48 kHz.
pub const SAMPLES: usize = 48;
const SPRITES: u64 = 600;
const VOICES: u64 = 16;

/// A square to draw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Draw {
    x: u16,
    y: u16,
    size: u16,
    color: u32,
}

/// Something to hear.
#[derive(Clone, Copy, Debug, Default)]
pub struct Voice {
    step: f32,
    gain: f32,
}

/// One frame, however it came here.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub number: u64,
    pub draws: &'a [Draw],
    pub voices: &'a [Voice],
}

/// There and back again.
fn swing(at: u64, most: u64) -> u64 {
    let at = at % (2 * most);
    at.min(2 * most - at)
}

/// The sprites that are in view in this frame: not always as many.
pub fn draws(frame: u64) -> impl Iterator<Item = Draw> {
    (0..SPRITES).filter(move |sprite| (sprite + frame / 8) % 5 != 0).map(move |sprite| {
        let size = 2 + sprite % 7;
        let x = swing(sprite * 37 + frame * (1 + sprite % 3), WIDTH as u64 - size);
        let y = swing(sprite * 91 + frame * (1 + sprite % 4), HEIGHT as u64 - size);
        Draw { x: x as u16, y: y as u16, size: size as u16, color: (sprite as u32).wrapping_mul(0x9E37_79B9) >> 8 }
    })
}

/// The voices of this frame.
pub fn voices(frame: u64) -> impl Iterator<Item = Voice> {
    (0..1 + swing(frame / 16, VOICES - 1)).map(move |voice| Voice { step: 0.01 * (1 + voice) as f32, gain: 1.0 / 32.0 })
}

/// Pixels.
#[derive(Debug)]
pub struct Picture(Vec<u32>);

impl Picture {
    pub fn new() -> Self {
        Self(vec![0; WIDTH * HEIGHT])
    }

    /// Draws a frame. Returns a number that stands for what is seen.
    pub fn draw(&mut self, frame: Frame<'_>) -> u64 {
        self.0.fill(0x0010_1820);
        for draw in frame.draws {
            let (x, y, size) = (usize::from(draw.x), usize::from(draw.y), usize::from(draw.size));
            for row in self.0[y * WIDTH..(y + size) * WIDTH].chunks_exact_mut(WIDTH) {
                row[x..x + size].fill(draw.color);
            }
        }
        // Fowler, Noll and Vo's hash, of 32 bits at a time.
        self.0
            .iter()
            .fold(0xCBF2_9CE4_8422_2325, |hash, pixel| (hash ^ u64::from(*pixel)).wrapping_mul(0x0100_0000_01B3))
    }

    /// Rows of red, green and blue.
    pub fn rgb(&self) -> Vec<u8> {
        self.0.iter().flat_map(|pixel| pixel.to_be_bytes().into_iter().skip(1)).collect()
    }
}

/// What an audio device is given.
#[derive(Debug)]
pub struct Sound {
    samples: [f32; SAMPLES],
    at: f32,
}

impl Sound {
    pub fn new() -> Self {
        Self { samples: [0.0; SAMPLES], at: 0.0 }
    }

    /// Fills the buffer. Returns how loud it is.
    pub fn fill(&mut self, frame: Frame<'_>) -> f32 {
        for sample in &mut self.samples {
            self.at += 1.0;
            *sample = frame.voices.iter().map(|voice| voice.gain * ((self.at * voice.step).fract() - 0.5)).sum();
        }
        self.samples.iter().map(|sample| sample.abs()).sum()
    }
}
