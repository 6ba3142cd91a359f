//! `Serialize` for collections and boxes (feature `serde`): each as its like in the standard library, sets and priority queues in
//! the order in which they iterate.

use serde::{Serialize, Serializer};

use crate::{
    FrameBox, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameSortedMap, FrameString, FrameVec, HeapBox, PoolBox,
};

macro_rules! serialize {
    ($([$($bounds:tt)*] $Type:ty, |$this:ident, $serializer:ident| $serialize:expr;)+) => {$(
        impl<$($bounds)*> Serialize for $Type {
            fn serialize<Z: Serializer>(&self, $serializer: Z) -> Result<Z::Ok, Z::Error> {
                let $this = self;
                $serialize
            }
        }
    )+};
}

serialize! {
    [T: Serialize + ?Sized] FrameBox<'_, T>, |this, serializer| (**this).serialize(serializer);
    [T: Serialize + ?Sized] PoolBox<T>, |this, serializer| (**this).serialize(serializer);
    [T: Serialize + ?Sized] HeapBox<T>, |this, serializer| (**this).serialize(serializer);
    [T: Serialize] FrameVec<'_, T>, |this, serializer| serializer.collect_seq(this);
    [T: Serialize] FrameDeque<'_, T>, |this, serializer| serializer.collect_seq(this);
    [T: Serialize] FrameHeap<'_, T>, |this, serializer| serializer.collect_seq(this);
    [T: Serialize, S] FrameSet<'_, T, S>, |this, serializer| serializer.collect_seq(this);
    [K: Serialize, V: Serialize, S] FrameMap<'_, K, V, S>, |this, serializer| serializer.collect_map(this);
    [K: Serialize, V: Serialize] FrameSortedMap<'_, K, V>, |this, serializer| serializer.collect_map(this);
    [] FrameString<'_>, |this, serializer| serializer.serialize_str(this);
}
