//! Object pools. What reads the figures of the whole process is in `pool_many`, `pool_memory`, `pool_torture` and `routing_pools`, each alone in
//! its process.

mod boxes;
mod map;
mod observers;
mod recycle;
mod threads;

#[path = "../support/drops.rs"]
mod drops;
#[path = "../support/random.rs"]
mod random;
