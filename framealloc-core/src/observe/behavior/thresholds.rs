//! What the filter still takes for good use.

/// The limits over which the behaviour filter speaks up.
///
/// | | default | strict | relaxed |
/// |---|---:|---:|---:|
/// | `frame_survival_frames` | 60 | 10 | 300 |
/// | `frame_survival_rate` | 0.5 | 0.2 | 0.8 |
/// | `pool_same_frame_free_rate` | 0.8 | 0.5 | 0.95 |
/// | `promotion_churn_rate` | 0.5 | 0.2 | 0.8 |
/// | `heap_in_hot_path_count` | 100 | 10 | 1000 |
/// | `min_samples` | 10 | 5 | 50 |
///
/// ```
/// use framealloc_core::BehaviorThresholds;
///
/// let mine = BehaviorThresholds::strict().with_min_samples(20);
/// assert_eq!((mine.min_samples, mine.frame_survival_frames), (20, 10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct BehaviorThresholds {
    /// FA501: frames that a promoted value may live on average, and that a shared one may be asked for after its frame.
    pub frame_survival_frames: u64,
    /// FA502: the part of a tag's frame bytes that may be promoted. FA501: the part of its retained values, below which
    /// retention is a choice and not a habit.
    pub frame_survival_rate: f64,
    /// FA510: the part of the pool objects that may be freed in the frame that made them.
    pub pool_same_frame_free_rate: f64,
    /// FA520: promotions per frame in which the tag was active.
    pub promotion_churn_rate: f64,
    /// FA530: requests to the heap in 60 frames.
    pub heap_in_hot_path_count: u64,
    /// How much must have been seen before anything is said: values (FA501, FA502), pool objects (FA510) or frames (FA520, FA530).
    pub min_samples: u64,
}

impl BehaviorThresholds {
    /// For a game in development.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            frame_survival_frames: 60,
            frame_survival_rate: 0.5,
            pool_same_frame_free_rate: 0.8,
            promotion_churn_rate: 0.5,
            heap_in_hot_path_count: 100,
            min_samples: 10,
        }
    }

    /// For tests, and for code that must be clean.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            frame_survival_frames: 10,
            frame_survival_rate: 0.2,
            pool_same_frame_free_rate: 0.5,
            promotion_churn_rate: 0.2,
            heap_in_hot_path_count: 10,
            min_samples: 5,
        }
    }

    /// For what is known not to be clean: only what stands out.
    #[must_use]
    pub const fn relaxed() -> Self {
        Self {
            frame_survival_frames: 300,
            frame_survival_rate: 0.8,
            pool_same_frame_free_rate: 0.95,
            promotion_churn_rate: 0.8,
            heap_in_hot_path_count: 1000,
            min_samples: 50,
        }
    }

    /// Sets how many frames a promoted value may live on average.
    #[must_use]
    pub const fn with_frame_survival_frames(mut self, frames: u64) -> Self {
        self.frame_survival_frames = frames;
        self
    }

    /// Sets the part of a tag's frame bytes, and of its retained values, that may be promoted.
    #[must_use]
    pub const fn with_frame_survival_rate(mut self, rate: f64) -> Self {
        self.frame_survival_rate = rate;
        self
    }

    /// Sets the part of the pool objects that may be freed in the frame that made them.
    #[must_use]
    pub const fn with_pool_same_frame_free_rate(mut self, rate: f64) -> Self {
        self.pool_same_frame_free_rate = rate;
        self
    }

    /// Sets how many promotions there may be in a frame.
    #[must_use]
    pub const fn with_promotion_churn_rate(mut self, promotions: f64) -> Self {
        self.promotion_churn_rate = promotions;
        self
    }

    /// Sets how many requests to the heap there may be in 60 frames.
    #[must_use]
    pub const fn with_heap_in_hot_path_count(mut self, requests: u64) -> Self {
        self.heap_in_hot_path_count = requests;
        self
    }

    /// Sets how much must have been seen before anything is said.
    #[must_use]
    pub const fn with_min_samples(mut self, samples: u64) -> Self {
        self.min_samples = samples;
        self
    }
}

impl Default for BehaviorThresholds {
    fn default() -> Self {
        Self::new()
    }
}
