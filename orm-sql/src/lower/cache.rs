//! Statements by shape, so that a repeated query builds no text. Bounded: what was not used for long is forgotten.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use crate::lower::shape::Shape;

/// Two generations of statements. When the young one is full, it becomes the old one, and what was old is dropped;
/// a statement found among the old ones becomes young again.
#[derive(Debug)]
pub(crate) struct Cache<T> {
    generations: Mutex<Generations<T>>,
    half: usize,
    renders: AtomicU64,
}

#[derive(Debug)]
struct Generations<T> {
    young: FxHashMap<Shape, Arc<T>>,
    old: FxHashMap<Shape, Arc<T>>,
}

impl<T> Cache<T> {
    /// A cache of up to so many statements.
    pub(crate) fn new(capacity: usize) -> Self {
        let generations = Generations { young: FxHashMap::default(), old: FxHashMap::default() };
        Self { generations: Mutex::new(generations), half: (capacity / 2).max(1), renders: AtomicU64::new(0) }
    }

    /// The statement of a shape. `fits` looks at what the shape only holds a hash of; `render` makes the statement.
    pub(crate) fn get<E>(
        &self,
        shape: Shape,
        fits: impl Fn(&T) -> bool,
        render: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        if let Some(found) = self.lock().find(&shape, self.half)
            && fits(&found)
        {
            return Ok(found);
        }
        self.renders.fetch_add(1, Ordering::Relaxed);
        let rendered = Arc::new(render()?);
        self.lock().insert(shape, Arc::clone(&rendered), self.half);
        Ok(rendered)
    }

    /// How often text was built.
    pub(crate) fn renders(&self) -> u64 {
        self.renders.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, Generations<T>> {
        // Nothing that can panic runs while the lock is held, and the maps are whole at every moment.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Generations<T> {
    fn find(&mut self, shape: &Shape, half: usize) -> Option<Arc<T>> {
        if let Some(found) = self.young.get(shape) {
            return Some(Arc::clone(found));
        }
        let (shape, found) = self.old.remove_entry(shape)?;
        self.insert(shape, Arc::clone(&found), half);
        Some(found)
    }

    fn insert(&mut self, shape: Shape, statement: Arc<T>, half: usize) {
        if self.young.len() >= half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(shape, statement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(number: u32) -> Shape {
        Shape([number].into_iter().collect())
    }

    #[test]
    fn what_is_used_stays_and_what_is_not_goes() {
        let cache = Cache::new(4);
        let get = |number: u32| *cache.get(shape(number), |_| true, || Ok::<_, ()>(number)).unwrap();
        assert_eq!(get(0), 0);
        for number in 1..100 {
            assert_eq!(get(number), number);
            assert_eq!(get(0), 0);
        }
        assert_eq!(cache.renders(), 100);
        get(1);
        assert_eq!(cache.renders(), 101, "1 was forgotten");
        let generations = cache.lock();
        assert!(generations.young.len() + generations.old.len() <= 4);
    }

    #[test]
    fn a_statement_that_does_not_fit_is_rendered_again() {
        let cache = Cache::new(4);
        assert_eq!(*cache.get(shape(1), |_| true, || Ok::<_, ()>('a')).unwrap(), 'a');
        assert_eq!(*cache.get(shape(1), |found| *found == 'b', || Ok::<_, ()>('b')).unwrap(), 'b');
        assert!(cache.get(shape(2), |_| true, || Err(())).is_err());
    }
}
