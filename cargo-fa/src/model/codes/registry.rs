//! Every code, in the order of its number.
//!
//! The rows are the `rule!` blocks of `engine/rules/<group>/faNNN_<name>.rs`, which the build script collects: codes must be
//! known below the engine, to whoever reads a configuration or a suppression.

use super::{Code, Group, Level, Refusal, Stage};

macro_rules! codes {
    ($(
        group: $group:ident,
        text: $text:expr,
        code: $number:ident,
        name: $name:literal,
        summary: $summary:literal,
        level: $level:ident,
        $(refusal: $refusal:ident,)?
        since: $since:literal,
        found_by: $finder:ident $(($check:ident))?,
    )*) => {
        $(
            #[doc = concat!(stringify!($number), " `", $name, "`: ", $summary, ".")]
            pub static $number: Code = Code {
                number: stringify!($number),
                name: $name,
                group: Group::$group,
                level: Level::$level,
                stage: stage!($finder),
                refusal: refusal!($($refusal)?),
                since: $since,
                summary: $summary,
                text: $text,
            };
        )*
        /// Every code, in the order of its number.
        pub static ALL: &[&Code] = &[$(&$number),*];
    };
}

macro_rules! stage {
    (RunTime) => {
        Stage::RunTime
    };
    ($by_the_analyser:ident) => {
        Stage::Analyser
    };
}

macro_rules! refusal {
    () => {
        Refusal::Never
    };
    ($refusal:ident) => {
        Refusal::$refusal
    };
}

include!(concat!(env!("OUT_DIR"), "/codes.rs"));
