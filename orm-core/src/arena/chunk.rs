//! Memory for nodes: chunks that never move, the larger ones in blocks that are used again.
//!
//! Loading ten thousand entities takes some megabytes. An allocator gives them back to the system when they are freed,
//! and getting them again costs as much as filling them, so blocks of dropped arenas are kept for the next ones.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

/// The size of the blocks that are kept, whatever is in them.
const BLOCK: Layout = match Layout::from_size_align(256 * 1024, 64) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two is a valid alignment"),
};
/// So many blocks are kept at most: 8 MiB.
const KEPT_BLOCKS: usize = 32;
const FIRST_CAPACITY: usize = 8;
/// Small arenas stay small, and large ones soon take whole blocks.
const GROWTH: usize = 8;

static KEPT: Mutex<Vec<Block>> = Mutex::new(Vec::new());

/// Memory of the layout `BLOCK` that nobody uses.
struct Block(NonNull<u8>);

// SAFETY: it is memory without a value, which belongs to nobody else.
unsafe impl Send for Block {}

/// Values side by side that never move.
pub(super) struct Chunk<T> {
    start: NonNull<T>,
    length: usize,
    capacity: usize,
    layout: Layout,
}

impl<T> Chunk<T> {
    /// Adds a value at a place that stays its own; a new chunk is begun when the last one is full.
    pub(super) fn add(chunks: &mut Vec<Self>, value: T) -> NonNull<T> {
        if chunks.last().is_none_or(|chunk| chunk.length == chunk.capacity) {
            let capacity =
                chunks.last().map_or(FIRST_CAPACITY, |chunk| chunk.capacity.saturating_mul(GROWTH));
            chunks.push(Self::with_capacity(capacity));
        }
        let chunk = chunks.last_mut().expect("a chunk with room was just added");
        // SAFETY: `length` is below `capacity`, so the place is inside of the chunk and holds no value yet.
        let place = unsafe { chunk.start.add(chunk.length) };
        // SAFETY: as above; the place is written before `length` says that it holds a value.
        unsafe { place.write(value) };
        chunk.length += 1;
        place
    }

    /// Room for so many values, or for as many as fit into a block.
    fn with_capacity(capacity: usize) -> Self {
        const { assert!(size_of::<T>() > 0 && size_of::<T>() <= BLOCK.size() && align_of::<T>() <= BLOCK.align()) };
        let (layout, capacity) = match Layout::array::<T>(capacity) {
            Ok(layout) if layout.size() < BLOCK.size() => (layout, capacity),
            _ => (BLOCK, BLOCK.size() / size_of::<T>()),
        };
        let kept = if layout == BLOCK { kept_blocks().pop() } else { None };
        let start = kept.map(|block| block.0).or_else(|| {
            // SAFETY: the layout's size is not zero, since neither the size of a value nor the capacity is.
            NonNull::new(unsafe { alloc(layout) })
        });
        let Some(start) = start else { handle_alloc_error(layout) };
        Self { start: start.cast(), length: 0, capacity, layout }
    }
}

impl<T> Drop for Chunk<T> {
    fn drop(&mut self) {
        let values = NonNull::slice_from_raw_parts(self.start, self.length);
        // SAFETY: the first `length` places hold values; the store owns them, and is dropped with the arena, when nobody
        // borrows a node any more.
        unsafe { values.drop_in_place() };
        let memory = self.start.cast::<u8>();
        if self.layout == BLOCK {
            let mut kept = kept_blocks();
            if kept.len() < KEPT_BLOCKS {
                return kept.push(Block(memory));
            }
        }
        // SAFETY: `alloc` gave the memory for this layout, or for the equal one of a kept block.
        unsafe { dealloc(memory.as_ptr(), self.layout) };
    }
}

fn kept_blocks() -> std::sync::MutexGuard<'static, Vec<Block>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_where_they_are_and_are_dropped_once() {
        let text = std::sync::Arc::new("text".to_owned());
        for _ in 0..2 {
            let mut chunks = Vec::new();
            let places: Vec<_> = (0..100_000_u64)
                .map(|n| Chunk::add(&mut chunks, (n, std::sync::Arc::clone(&text))))
                .collect();
            for (n, place) in places.iter().enumerate() {
                // SAFETY: the chunks live, and nobody writes to them.
                assert_eq!(unsafe { place.as_ref() }.0, n as u64);
            }
            assert_eq!(std::sync::Arc::strong_count(&text), 100_001);
            drop(chunks);
            assert_eq!(std::sync::Arc::strong_count(&text), 1);
        }
    }
}
