//! Names of tags, and how deep they nest. Those beyond the limit are in `tag_names_run_out`, alone in its process.

mod depth;
mod names;

#[global_allocator]
static GLOBAL: framealloc_core::CountingAlloc = framealloc_core::CountingAlloc::system();
