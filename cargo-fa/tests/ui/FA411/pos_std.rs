//! What waits in std, called where a system promises not to.
use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use framealloc::{FrameBarrier, SmartAlloc, frame_system};

static SETTINGS: OnceLock<u32> = OnceLock::new();
static TABLE: LazyLock<[u32; 4]> = LazyLock::new(|| [1, 2, 3, 4]);
static SETUP: Once = Once::new();
static SCORE: Mutex<u32> = Mutex::new(0);

pub struct Shared {
    level: Arc<RwLock<f32>>,
    queue: Mutex<[u32; 8]>,
    ready: Condvar,
    turn: Arc<Barrier>,
}

#[frame_system(no_block)]
pub fn locks(alloc: &SmartAlloc, shared: &Shared) -> f32 {
    let level = *shared.level.read().unwrap(); //~ FA411
    *shared.level.write().unwrap() = level * 0.5; //~ FA411
    let queue = shared.queue.lock().unwrap(); //~ FA411
    *SCORE.lock().unwrap() += queue[0]; //~ FA411
    level + *alloc.frame_box(1.0)
}

#[frame_system(no_block)]
pub fn signals(alloc: &SmartAlloc, shared: &Shared) -> u32 {
    shared.turn.wait(); //~ FA411
    let queue = match shared.queue.lock() { //~ FA411
        Ok(queue) => queue,
        Err(poisoned) => poisoned.into_inner(),
    };
    let queue = shared.ready.wait(queue).unwrap(); //~ FA411
    let (queue, _) = shared.ready.wait_timeout(queue, Duration::from_millis(1)).unwrap(); //~ FA411
    queue[1] + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn channels(alloc: &SmartAlloc, orders: &Receiver<u32>, results: &SyncSender<u32>) -> u32 {
    let first = orders.recv().unwrap_or(0); //~ FA411
    let second = orders.recv_timeout(Duration::from_millis(2)).unwrap_or(0); //~ FA411
    for order in orders { //~ FA411
        let _ = results.send(order); //~ FA411
    }
    let all: u32 = orders.iter().sum(); //~ FA411
    first + second + all + *alloc.frame_box(1)
}

pub fn limited() -> (SyncSender<u32>, Receiver<u32>) {
    std::sync::mpsc::sync_channel(8)
}

#[frame_system(no_block)]
pub fn threads(alloc: &SmartAlloc, worker: JoinHandle<u32>, values: &mut [u32]) -> u32 {
    thread::sleep(Duration::from_millis(1)); //~ FA411
    thread::park_timeout(Duration::from_millis(1)); //~ FA411
    std::thread::park(); //~ FA411
    let done = worker.join().unwrap_or(0); //~ FA411
    thread::scope(|scope| { //~ FA411
        scope.spawn(|| values.fill(done));
    });
    done + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn new_threads(alloc: &SmartAlloc) -> u32 {
    thread::spawn(|| ()); //~ FA411 FA401
    *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn files(alloc: &SmartAlloc, file: &mut File, path: &Path) -> u64 {
    let mut head = [0; 16];
    file.read_exact(&mut head).ok(); //~ FA411
    file.seek(SeekFrom::Start(4)).ok(); //~ FA411
    file.write_all(&head).ok(); //~ FA411
    file.sync_all().ok(); //~ FA411
    let there = path.exists(); //~ FA411
    let length = fs::metadata(path).map_or(0, |data| data.len()); //~ FA411
    let open = File::open(path).is_ok(); //~ FA411
    let made = OpenOptions::new().append(true).open(path).is_ok(); //~ FA411
    fs::rename(path, path).ok(); //~ FA411
    length + u64::from(there) + u64::from(open) + u64::from(made) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn sockets(alloc: &SmartAlloc, peer: &mut TcpStream, listener: &TcpListener, socket: &UdpSocket) -> usize {
    let mut bytes = [0; 64];
    let read = peer.read(&mut bytes).unwrap_or(0); //~ FA411
    let sent = socket.send(&bytes[..read]).unwrap_or(0); //~ FA411
    let (heard, _) = socket.recv_from(&mut bytes).unwrap(); //~ FA411
    let accepted = listener.accept().is_ok(); //~ FA411
    let there = TcpStream::connect("127.0.0.1:1").is_ok(); //~ FA411
    read + sent + heard + usize::from(accepted) + usize::from(there) + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn console(alloc: &SmartAlloc, score: u32) -> u32 {
    println!("score {score}"); //~ FA411
    eprintln!("score {score}"); //~ FA411
    print!("."); //~ FA411
    let doubled = dbg!(score * 2); //~ FA411
    io::stdout().flush().ok(); //~ FA411
    let mut out = io::stdout().lock(); //~ FA411
    writeln!(out, "{doubled}").ok(); //~ FA411
    doubled + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn typed(alloc: &SmartAlloc, line: &mut String) -> usize {
    line.clear();
    io::stdin().lock().read_line(line).ok(); //~ FA411 FA402
    line.len() + *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn processes(alloc: &SmartAlloc, child: &mut Child) -> bool {
    let ended = child.wait().is_ok(); //~ FA411
    *alloc.frame_box(ended)
}

#[frame_system(no_block)]
pub fn started(alloc: &SmartAlloc, tool: &mut Command) -> bool {
    let ended = tool.status().is_ok(); //~ FA411
    *alloc.frame_box(ended)
}

#[frame_system(no_block)]
pub fn once(alloc: &SmartAlloc) -> u32 {
    let settings = *SETTINGS.get_or_init(|| 4); //~ FA411
    SETUP.call_once(|| ()); //~ FA411
    let first = TABLE.first().copied().unwrap_or(0); //~ FA411
    settings + first + *alloc.frame_box(1)
}

thread_local! {
    static DEPTH: RefCell<u32> = const { RefCell::new(0) };
}

/// What a helper does, its callers do.
fn save(path: &Path) -> bool {
    fs::write(path, b"level").is_ok() //~ FA411
}

#[frame_system(no_block)]
pub fn helped(alloc: &SmartAlloc, path: &Path) -> bool {
    DEPTH.with_borrow_mut(|depth| *depth += 1);
    *alloc.frame_box(save(path))
}

#[frame_system(no_block)]
pub fn of_our_own(alloc: &SmartAlloc, barrier: &FrameBarrier) -> u32 {
    barrier.wait_all(); //~ FA411
    *alloc.frame_box(1)
}

#[frame_system(no_block)]
pub fn whole(alloc: &mut SmartAlloc) -> bool {
    let back = alloc.wait_for_flights(1, Duration::from_millis(1)); //~ FA411
    *alloc.frame_box(back)
}
