//! The names of the chapter "Coming from bumpalo" (`docs/guide/src/coming-from/bumpalo.md`): each of ours once, under the name of
//! the call that it stands for.

use framealloc::collections::{CollectIn, Drain, IntoIter};
use framealloc::{
    AllocConfig, AllocError, Frame, FrameBox, FrameString, FrameVec, SmartAlloc, frame_format, frame_vec, kilobytes,
};

/// `&'b Bump` in a signature is `&'b Frame`.
struct Parser<'b> {
    bump: &'b Frame,
    names: FrameVec<'b, &'b str>,
}

impl<'b> Parser<'b> {
    fn new_in(bump: &'b Frame) -> Self {
        Self { bump, names: FrameVec::new_in(bump) }
    }

    fn name(&mut self, text: &str) -> &'b str {
        let name = self.bump.frame_str(text); // alloc_str
        self.names.push(name);
        name
    }
}

#[test]
fn an_owned_bump_is_an_allocator_and_a_lent_one_its_frame() {
    let mut alloc = SmartAlloc::default(); // Bump::new()
    {
        let mut parser = Parser::new_in(alloc.frame()); // &bump
        assert_eq!(parser.name("left"), "left");
        assert_eq!(parser.names.into_shared_slice(), ["left"]); // into_bump_slice
    }
    let held = alloc.frame().capacity_bytes(); // allocated_bytes
    assert!(held > 0 && alloc.capacity() >= held);
    alloc.end_frame(); // reset
    assert_eq!((alloc.frame().used_bytes(), alloc.frame().capacity_bytes()), (0, held));

    let sized = SmartAlloc::with_frame_capacity(kilobytes(100)); // Bump::with_capacity
    // At most a red zone of it is in use, with the feature `debug`.
    assert!(sized.frame().used_bytes() < 64 && sized.frame().capacity_bytes() >= kilobytes(100));
    let limited = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(kilobytes(4))); // set_allocation_limit
    assert!(limited.try_frame_slice_copy(&[0_u64; 1000]).is_err());

    let mut level = alloc.scratch("level"); // a Bump that outlives frames
    assert_eq!(level.frame_str("north gate"), "north gate");
    level.reset();
}

#[test]
fn values_without_drop_glue_are_references_and_the_others_boxes() {
    let alloc = SmartAlloc::default();
    let bump = alloc.frame();
    let point: &mut [u32; 2] = bump.frame_ref([1, 2]); // alloc
    point[0] = 3;
    assert_eq!(*point, [3, 2]);
    let leaked: &mut String = bump.frame_leak(String::from("a")); // alloc, of what has a drop
    // bumpalo never drops it, and neither does this: here it is taken out again.
    assert_eq!(std::mem::take(leaked), "a");
    let boxed: FrameBox<'_, String> = FrameBox::new_in(String::from("a"), bump); // boxed::Box::new_in
    assert_eq!(FrameBox::into_inner(boxed), "a");
    assert_eq!(*bump.frame_box_with(|| 7), 7); // alloc_with
    assert!(bump.frame_box_try_with(|| "x".parse::<u32>()).is_err()); // alloc_try_with
    assert_eq!(bump.frame_bytes(std::alloc::Layout::new::<u64>()).len(), 8); // alloc_layout
    let tried: Result<&mut u32, AllocError> = bump.try_frame_ref(1); // try_alloc
    assert_eq!(tried, Ok(&mut 1));
}

#[test]
fn slices_have_the_same_names_behind_frame() {
    let alloc = SmartAlloc::default();
    let bump = alloc.frame();
    let text = |text: &str| String::from(text);
    assert_eq!(bump.frame_slice_copy(&[1, 2]), [1, 2]); // alloc_slice_copy
    assert_eq!(bump.frame_slice_fill_copy(2, 7), [7, 7]); // alloc_slice_fill_copy
    assert_eq!(*bump.frame_slice_clone(&[text("a")]), ["a"]); // alloc_slice_clone
    assert_eq!(*bump.frame_slice_fill_with(3, |i| i * i), [0, 1, 4]); // alloc_slice_fill_with
    assert_eq!(*bump.frame_slice_fill_default::<String>(1), [""]); // alloc_slice_fill_default
    assert_eq!(*bump.frame_vec_from_elem(text("b"), 2).into_boxed(), ["b", "b"]); // alloc_slice_fill_clone
    let slice: &mut [u32] = bump.frame_leak_from_iter([1, 2]); // alloc_slice_fill_iter
    assert_eq!(slice, [1, 2]);
    assert_eq!(*FrameBox::from_iter_in([text("c")], bump), ["c"]); // boxed::Box::from_iter_in
    assert!(bump.frame_slice_try_fill_with(2, |i| if i == 0 { Ok(i) } else { Err(()) }).is_err()); // alloc_slice_try_fill_with
    let numbers = bump.frame_collect::<Result<FrameBox<'_, [u8]>, _>>(["1", "x"].map(str::parse::<u8>));
    assert!(numbers.is_err()); // alloc_slice_try_fill_iter
}

#[test]
fn vectors_and_strings_have_the_names_of_std() {
    let alloc = SmartAlloc::default();
    let bump = alloc.frame();
    let mut vector = FrameVec::<u32>::with_capacity_in(4, bump);
    vector.extend_from_slice_copy(&[1, 2, 3, 4]);
    assert_eq!(vector.frame().id(), bump.id()); // bump
    assert_eq!(vector.extract_if(.., |n| *n > 3).count(), 1); // drain_filter
    let drained: Drain<'_, '_, u32> = vector.drain(..1);
    assert_eq!(drained.as_slice(), [1]);
    drop(drained);
    let mut items: IntoIter<'_, u32> = vector.into_iter();
    assert_eq!(items.next(), Some(2));
    assert_eq!(FrameVec::from_iter_in([1, 2], bump), [1, 2]);
    let doubled = [1, 2].iter().map(|n| n * 2).collect_in::<FrameVec<'_, _>>(bump);
    assert_eq!(doubled, [2, 4]);
    assert_eq!(bump.frame_vec::<u32>(), FrameVec::<u32>::new_in(bump));
    frame_vec![in bump; 1, 2].leak()[0] = 5; // vec!, into_bump_slice_mut
    assert_eq!(*frame_vec![in bump; 1; 2].into_boxed(), [1, 1]); // into_boxed_slice

    let mut string = FrameString::new_in(bump);
    string.push_str("wave");
    assert_eq!(string.into_shared_str(), "wave"); // into_bump_str
    assert_eq!(FrameString::from_str_in("ab", bump).into_bytes(), b"ab");
    assert_eq!(FrameString::with_capacity_in(9, bump).capacity(), 9);
    assert_eq!(FrameString::from_str_in("a", bump), "a");
    assert_eq!(FrameString::from_utf8_lossy_in(b"b", bump), "b");
    assert_eq!(FrameString::from_utf16_in(&[99], bump).unwrap(), "c");
    assert_eq!(FrameString::from_utf8(frame_vec![in bump; b'd']).unwrap(), "d");
    assert_eq!(FrameString::from_iter_in("ef".chars(), bump), "ef");
    assert_eq!(frame_format!(bump, "{}-{}", 1, 2), "1-2"); // format!
}
