//! What systems wait for, and how often they did.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Barrier, Condvar, Mutex, OnceLock, RwLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

/// Long enough for another thread to come to its wait, even on a machine that has other things to do.
pub const WHILE: Duration = Duration::from_millis(2);

/// Something that a system may call.
pub trait Act: Sync {
    /// Returns what it made of the seed.
    fn act(&self, seed: u32) -> u32;
}

pub struct Swift;
pub struct Sleepy;

impl Act for Swift {
    fn act(&self, seed: u32) -> u32 {
        seed.rotate_right(3)
    }
}

impl Act for Sleepy {
    fn act(&self, seed: u32) -> u32 {
        std::thread::sleep(WHILE);
        seed
    }
}

/// Sleeps when it goes.
pub struct Slow(pub u32);

impl Drop for Slow {
    fn drop(&mut self) {
        std::thread::sleep(WHILE);
    }
}

pub fn nap(seed: u32) -> u32 {
    std::thread::sleep(WHILE);
    seed
}

/// What the threads of this program share.
pub struct Scene {
    pub lock: Mutex<u32>,
    pub many: RwLock<u32>,
    pub gate: Condvar,
    pub barrier: Barrier,
    pub open: AtomicBool,
    pub counter: AtomicU32,
    pub actors: Vec<Box<dyn Act>>,
    pub hook: fn(u32) -> u32,
}

impl Scene {
    pub fn new() -> Self {
        Self {
            lock: Mutex::new(1),
            many: RwLock::new(2),
            gate: Condvar::new(),
            barrier: Barrier::new(2),
            open: AtomicBool::new(true),
            counter: AtomicU32::new(0),
            actors: vec![Box::new(Swift), Box::new(Sleepy)],
            hook: nap,
        }
    }
}

/// What one frame's systems wait for, made anew for each.
pub struct Ends {
    pub join: RefCell<Option<JoinHandle<u32>>>,
    pub receiver: mpsc::Receiver<u32>,
    pub full: mpsc::SyncSender<u32>,
    pub stream: RefCell<UnixStream>,
    pub once: OnceLock<u32>,
}

/// Gives what the ends wait for, a while later, and takes what they give.
pub struct Other {
    sender: mpsc::Sender<u32>,
    taker: mpsc::Receiver<u32>,
    stream: UnixStream,
}

impl Other {
    pub fn send(&mut self) {
        std::thread::sleep(WHILE);
        let _ = self.sender.send(7);
    }

    pub fn take(&mut self) {
        std::thread::sleep(WHILE);
        let _ = self.taker.recv();
    }

    pub fn write(&mut self) {
        std::thread::sleep(WHILE);
        let _ = self.stream.write_all(&[9]);
    }
}

pub fn ends() -> (Ends, Other) {
    let (sender, receiver) = mpsc::channel();
    let (full, taker) = mpsc::sync_channel(1);
    let _ = full.send(1);
    let (stream, far) = UnixStream::pair().expect("a pair of sockets");
    let join = std::thread::spawn(|| {
        std::thread::sleep(WHILE * 4);
        5
    });
    let ends =
        Ends { join: RefCell::new(Some(join)), receiver, full, stream: RefCell::new(stream), once: OnceLock::new() };
    (ends, Other { sender, taker, stream: far })
}

/// Reads one byte of the socket.
pub fn byte(stream: &mut UnixStream) -> u32 {
    let mut byte = [0];
    stream.read_exact(&mut byte).map_or(0, |()| byte[0].into())
}

/// In how many frames each system waited.
#[derive(Default)]
pub struct Waits(pub BTreeMap<&'static str, u32>);

impl Waits {
    /// Runs a system and tells whether its thread gave up its processor to wait.
    pub fn watch<R>(&mut self, name: &'static str, system: impl FnOnce() -> R) -> R {
        let before = switches();
        let result = system();
        *self.0.entry(name).or_default() += u32::from(switches() > before);
        result
    }
}

/// How often this thread waited for something, as the kernel counts it.
fn switches() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

/// Runs `system` while another thread holds what `hold` takes before it calls its argument.
pub fn while_held<R>(hold: impl FnOnce(&dyn Fn()) + Send, system: impl FnOnce() -> R) -> R {
    let ready = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            hold(&|| {
                ready.wait();
                std::thread::sleep(WHILE);
            });
        });
        ready.wait();
        system()
    })
}

/// Lets a thread that is there already go on after a while.
pub fn open_later(scene: &Scene) {
    std::thread::sleep(WHILE);
    scene.open.store(true, Ordering::Release);
    scene.gate.notify_all();
}
