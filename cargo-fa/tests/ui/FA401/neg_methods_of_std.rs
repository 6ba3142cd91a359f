//! Methods that std's types have themselves come before those of traits that somebody gave these types, and no trait is
//! asked that is not in scope.
use framealloc::{SmartAlloc, frame_system};

pub mod reflection {
    pub trait List {
        fn len(&self) -> usize;
        fn first(&self) -> Option<String>;
        fn describe(&self) -> String;
    }

    impl List for Vec<u32> {
        fn len(&self) -> usize {
            self.iter().map(|value| value.to_string()).count()
        }

        fn first(&self) -> Option<String> {
            self.iter().next().map(|value| value.to_string())
        }

        fn describe(&self) -> String {
            format!("{self:?}")
        }
    }
}

mod other {
    pub trait Describe {
        fn describe(&self) -> usize;
    }

    impl Describe for Vec<u32> {
        fn describe(&self) -> usize {
            self.len()
        }
    }
}

#[frame_system]
pub fn without_the_trait(alloc: &SmartAlloc, list: &Vec<u32>) -> usize {
    use other::Describe as _;
    let first = *alloc.frame_box(1_usize);
    list.len() + first + list.first().map_or(0, |value| *value as usize) + list.describe()
}

mod with_the_trait {
    use super::reflection::List;
    use framealloc::{SmartAlloc, frame_system};

    #[frame_system]
    pub fn step(alloc: &SmartAlloc, list: &Vec<u32>) -> usize {
        list.len() + *alloc.frame_box(1_usize)
    }

    pub fn whole(list: &Vec<u32>) -> String {
        list.describe()
    }
}
