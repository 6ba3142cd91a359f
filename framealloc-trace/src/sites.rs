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
