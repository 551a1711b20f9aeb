//! The named filters of a unit of work: those added to it, its switches, and what they come to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::filter::{Declared, DeclaredFilters, FilterSwitches, resolve};
use crate::query::Filters;
use crate::session::Session;

/// The filters and switches of a unit of work.
#[derive(Default)]
pub(crate) struct SessionFilters(Mutex<State>);

#[derive(Default, Clone)]
struct State {
    added: Vec<Declared>,
    switches: FilterSwitches,
    /// What all of this comes to when a query says nothing more.
    resolved: Option<Arc<Filters>>,
}

impl SessionFilters {
    /// The same for another unit of work.
    pub(crate) fn fork(&self) -> Self {
        let state = self.lock();
        let (added, switches) = (state.added.clone(), state.switches.fork());
        Self(Mutex::new(State { added, switches, resolved: None }))
    }

    /// Adds filters; one that was added before goes if it has the same name and entity.
    pub(crate) fn add(&self, filters: Vec<Declared>) {
        let mut state = self.lock();
        state.added.retain(|old| {
            !filters.iter().any(|filter| filter.name == old.name && filter.entity == old.entity)
        });
        state.added.extend(filters);
        state.resolved = None;
    }

    /// Changes the switches.
    pub(crate) fn switch(&self, change: impl FnOnce(FilterSwitches) -> FilterSwitches) {
        let switches = self.lock().switches.clone();
        let switches = change(switches);
        let mut state = self.lock();
        state.switches = switches;
        state.resolved = None;
    }

    /// What filters come to for a query with switches of its own.
    async fn resolve(&self, declared: &DeclaredFilters, query: &FilterSwitches) -> Result<Arc<Filters>> {
        let state = self.lock().clone();
        if let (true, Some(resolved)) = (query.is_empty(), state.resolved) {
            return Ok(resolved);
        }
        let all = declared.global.iter().chain(&state.added).chain(&declared.own);
        let filters = Arc::new(resolve(all, &state.switches, query).await?);
        if query.is_empty() {
            self.lock().resolved = Some(Arc::clone(&filters));
        }
        Ok(filters)
    }

    fn has_none(&self) -> bool {
        self.lock().added.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs while the lock is held, and the state is whole at every moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// The filters that hold for a query with these switches, if any does.
    pub(crate) async fn filters_for(&self, query: &FilterSwitches) -> Result<Option<Arc<Filters>>> {
        let declared = &self.shared.filters;
        if declared.is_empty() && self.filters.has_none() {
            return Ok(None);
        }
        let filters = self.filters.resolve(declared, query).await?;
        Ok(Some(filters).filter(|filters| !filters.is_empty()))
    }
}
