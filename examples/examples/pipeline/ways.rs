//! Three ways from the simulation to those who read what it made.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use framealloc::{AllocConfig, FrameHandle, FrameInFlight, FramePublisher, FrameReader, SmartAlloc};

use crate::scene::{Draw, Frame, Voice, draws, voices};

/// Frames that the renderer may be behind, as in all ways.
pub const FRAMES_IN_FLIGHT: usize = 2;

/// What makes frames.
pub trait Maker: Sized {
    const NAME: &'static str;
    type Renderer: Source + Send;
    type Reader: Source + Send;

    /// The maker, what the renderer reads, and what audio and debug overlay do.
    fn new() -> (Self, Self::Renderer, [Self::Reader; 2]);

    /// Makes a frame, waits for the renderer if it is too far behind, and hands the frame over.
    fn make(&mut self, number: u64);

    /// Bytes that are held for frames, and that may be, as far as that is known.
    fn held(&mut self) -> Option<(usize, usize)>;
}

/// What frames are read from.
pub trait Source {
    /// Shows the next frame, or the newest. `None` if there is none yet.
    ///
    /// # Errors
    /// There will be none any more.
    fn read<R>(&mut self, look: impl FnOnce(Frame<'_>) -> R) -> Result<Option<R>, RecvError>;
}

/// Shared values of frames in flight.
#[derive(Debug)]
pub struct Flights {
    alloc: SmartAlloc,
    publisher: FramePublisher<Scene>,
    renderer: SyncSender<(FrameInFlight, FrameHandle<Scene>)>,
}

#[derive(Debug)]
pub struct Scene {
    number: u64,
    draws: FrameHandle<[Draw]>,
    voices: FrameHandle<[Voice]>,
}

impl Maker for Flights {
    const NAME: &'static str = "frames in flight";
    type Renderer = Receiver<(FrameInFlight, FrameHandle<Scene>)>;
    type Reader = FrameReader<Scene>;

    fn new() -> (Self, Self::Renderer, [Self::Reader; 2]) {
        let alloc = SmartAlloc::new(AllocConfig::default().with_frames_in_flight(FRAMES_IN_FLIGHT));
        let publisher = FramePublisher::new();
        let (renderer, frames) = sync_channel(FRAMES_IN_FLIGHT);
        let readers = [publisher.reader(), publisher.reader()];
        (Self { alloc, publisher, renderer }, frames, readers)
    }

    fn make(&mut self, number: u64) {
        self.alloc.begin_frame();
        let draws = self.alloc.frame_share_slice_from_iter(draws(number));
        let voices = self.alloc.frame_share_slice_from_iter(voices(number));
        let scene = self.alloc.frame_share(Scene { number, draws, voices });
        // One that a reader has comes back by `reclaim`, one that the renderer has by itself.
        while self.publisher.reclaim() > 0
            || !self.alloc.wait_for_flights(FRAMES_IN_FLIGHT - 1, Duration::from_millis(1))
        {
            std::thread::yield_now();
        }
        let flight = self.alloc.end_frame_in_flight();
        // A renderer that is gone has panicked, which is told when it is joined.
        let _ = self.renderer.send((flight.clone(), scene));
        let published = self.publisher.publish_flight(flight, scene);
        assert!(published.is_ok(), "the scene is of this frame");
    }

    fn held(&mut self) -> Option<(usize, usize)> {
        let flights = self.alloc.flight_stats();
        // Each frame that may be in flight has a chunk, and the one that is open.
        let of_one = flights.capacity.checked_div(flights.frames)?;
        Some((self.alloc.capacity() + flights.capacity, (FRAMES_IN_FLIGHT + 1) * of_one))
    }
}

impl Source for Receiver<(FrameInFlight, FrameHandle<Scene>)> {
    fn read<R>(&mut self, look: impl FnOnce(Frame<'_>) -> R) -> Result<Option<R>, RecvError> {
        let (flight, scene) = self.recv()?;
        let frame = flight.get(scene).and_then(|scene| {
            let (draws, voices) = (flight.get(scene.draws)?, flight.get(scene.voices)?);
            Some(Frame { number: scene.number, draws, voices })
        });
        Ok(frame.map(look))
    }
}

impl Source for FrameReader<Scene> {
    fn read<R>(&mut self, look: impl FnOnce(Frame<'_>) -> R) -> Result<Option<R>, RecvError> {
        let found = self.latest();
        let frame = found.as_ref().and_then(|scene| {
            let (draws, voices) = (scene.get(scene.draws)?, scene.get(scene.voices)?);
            Some(Frame { number: scene.number, draws, voices })
        });
        Ok(frame.map(look))
    }
}

/// What the other ways hand over.
#[derive(Clone, Debug, Default)]
pub struct Copied {
    number: u64,
    draws: Vec<Draw>,
    voices: Vec<Voice>,
}

impl Copied {
    fn frame(&self) -> Frame<'_> {
        Frame { number: self.number, draws: &self.draws, voices: &self.voices }
    }
}

/// An `Arc` for each frame, through a channel for each reader.
#[derive(Debug)]
pub struct Channels([SyncSender<Arc<Copied>>; 3]);

/// Takes the newest out of a channel, and keeps it.
#[derive(Debug)]
pub struct Newest {
    frames: Receiver<Arc<Copied>>,
    newest: Option<Arc<Copied>>,
}

impl Maker for Channels {
    const NAME: &'static str = "Arc and channels";
    type Renderer = Receiver<Arc<Copied>>;
    type Reader = Newest;

    fn new() -> (Self, Self::Renderer, [Self::Reader; 2]) {
        let (renderer, frames) = sync_channel(FRAMES_IN_FLIGHT);
        // Readers come when they come: what does not fit is not sent.
        let (audio, heard) = sync_channel(FRAMES_IN_FLIGHT);
        let (overlay, seen) = sync_channel(FRAMES_IN_FLIGHT);
        let readers = [heard, seen].map(|frames| Newest { frames, newest: None });
        (Self([renderer, audio, overlay]), frames, readers)
    }

    fn make(&mut self, number: u64) {
        let frame = Arc::new(Copied { number, draws: draws(number).collect(), voices: voices(number).collect() });
        let [renderer, readers @ ..] = &self.0;
        for reader in readers {
            let _ = reader.try_send(Arc::clone(&frame));
        }
        let _ = renderer.send(frame);
    }

    fn held(&mut self) -> Option<(usize, usize)> {
        None
    }
}

impl Source for Receiver<Arc<Copied>> {
    fn read<R>(&mut self, look: impl FnOnce(Frame<'_>) -> R) -> Result<Option<R>, RecvError> {
        let frame = self.recv()?;
        Ok(Some(look(frame.frame())))
    }
}

impl Source for Newest {
    fn read<R>(&mut self, look: impl FnOnce(Frame<'_>) -> R) -> Result<Option<R>, RecvError> {
        loop {
            match self.frames.try_recv() {
                // The one before may be dropped here, in the callback.
                Ok(frame) => self.newest = Some(frame),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => break,
            }
        }
        Ok(self.newest.as_ref().map(|frame| look(frame.frame())))
    }
}

/// A triple buffer for each reader, each with a copy of its own; the renderer gets the newest only.
#[derive(Debug)]
pub struct TripleBuffers([triple_buffer::Input<Copied>; 3]);

impl Maker for TripleBuffers {
    const NAME: &'static str = "triple_buffer";
    type Renderer = triple_buffer::Output<Copied>;
    type Reader = triple_buffer::Output<Copied>;

    fn new() -> (Self, Self::Renderer, [Self::Reader; 2]) {
        let [(a, renderer), (b, audio), (c, overlay)] =
            [(); 3].map(|()| triple_buffer::triple_buffer(&Copied::default()));
        (Self([a, b, c]), renderer, [audio, overlay])
    }

    fn make(&mut self, number: u64) {
        for input in &mut self.0 {
            let frame = input.input_buffer_mut();
            frame.number = number;
            frame.draws.clear();
            frame.draws.extend(draws(number));
            frame.voices.clear();
            frame.voices.extend(voices(number));
            input.publish();
        }
    }

    fn held(&mut self) -> Option<(usize, usize)> {
        None
    }
}

impl Source for triple_buffer::Output<Copied> {
    fn read<R>(&mut self, look: impl FnOnce(Frame<'_>) -> R) -> Result<Option<R>, RecvError> {
        let frame = self.read();
        Ok((frame.number > 0).then(|| look(frame.frame())))
    }
}
