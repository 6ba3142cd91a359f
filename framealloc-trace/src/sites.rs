//! What a recording says of the places that ask for memory.

/// One call of a stack: a function, and where it calls the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// The number that stacks use for it.
    pub id: u32,
    /// The path of the function.
    pub function: String,
    /// The file; empty where it is not known.
    pub file: String,
    /// The line in it; 0 where it is not known.
    pub line: u32,
}

/// The names of the calls of a stack. They may come some blocks after the sites that name the stack: looking them up takes time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// The number that sites use for it.
    pub id: u32,
    /// The numbers of its calls, the innermost first.
    pub calls: Vec<u32>,
}

/// A place that asks for memory: a stack, a tag and a system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// The number that samples use for it.
    pub id: u32,
    /// The number of the tag.
    pub tag: u32,
    /// The number of the system that was open, if one was.
    pub system: Option<u32>,
    /// The number of the stack, where it is known.
    pub stack: Option<u32>,
}

/// What was sampled of one site in one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteFigures {
    /// The number of the site.
    pub id: u32,
    /// How often it was sampled.
    pub samples: u64,
    /// Blocks, estimated.
    pub blocks: u64,
    /// Bytes, estimated.
    pub bytes: u64,
}

/// What was sampled in the frame that stands before this in the recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Bytes between two samples, on average.
    pub every: u64,
    /// The sites that were met.
    pub sites: Vec<SiteFigures>,
}

/// A block of the heap that is followed from the frame in which it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// The number by which its end is told.
    pub id: u32,
    /// The number of the site that made it.
    pub site: u32,
    /// The number of the frame in which it was made.
    pub frame: u64,
    /// Blocks that it stands for, estimated.
    pub blocks: u64,
    /// Their bytes, estimated.
    pub bytes: u64,
}

/// Blocks of the heap that were made and freed in the frame that stands before this in the recording, of those that are followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lives {
    /// Bytes between two blocks that are followed, on average.
    pub every: u64,
    /// Blocks that would be followed if there had been a place for them, since the frame before.
    pub missed: u64,
    /// Whether a part of the recording was lost before this: blocks that were made earlier and are not among these were
    /// freed, nobody knows when.
    pub anew: bool,
    /// Those that were made, and, where it begins anew, all that live.
    pub born: Vec<Life>,
    /// The numbers of those that were freed.
    pub died: Vec<u32>,
}
