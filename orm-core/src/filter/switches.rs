//! Which filters are on, and with which parameters: as a query says it, or an entity manager for all of its queries.

use std::any::{Any, type_name};
use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::error::Result;
use crate::filter::FilterName;
use crate::meta::GivenParams;

/// Which named filters are on, and with which parameters.
///
/// ```ignore
/// em.find::<Article>().filters(|f| f.off(article::filters::not_deleted).with(article::filters::tenant, 5)).await?;
/// ```
#[derive(Clone, Default)]
#[must_use = "switches do nothing until they are given back"]
pub struct FilterSwitches {
    /// Whether all of those that are not named here are on; as their defaults say if this is not said.
    all: Option<bool>,
    named: Vec<(Cow<'static, str>, bool)>,
    params: Vec<(&'static str, Params)>,
}

/// Parameters that were given.
#[derive(Clone)]
pub(crate) struct Given {
    value: Arc<dyn Any + Send + Sync>,
    type_name: &'static str,
}

/// Parameters, or who knows them.
#[derive(Clone)]
pub(crate) enum Params {
    Given(Given),
    /// Asked once, when a filter needs them.
    Asked(Ask, Arc<OnceCell<Given>>),
}

type Ask = Arc<dyn Fn() -> Answering + Send + Sync>;
type Answering = Pin<Box<dyn Future<Output = Result<Given>> + Send>>;

impl Given {
    fn new<P: Send + Sync + 'static>(params: P) -> Self {
        Self { value: Arc::new(params), type_name: type_name::<P>() }
    }

    pub(crate) fn get(&self) -> GivenParams<'_> {
        GivenParams { value: &*self.value, type_name: self.type_name }
    }
}

impl Params {
    fn ask<F, Answer>(ask: impl Fn() -> Answer + Send + Sync + 'static) -> Self
    where
        F: FilterName,
        Answer: Future<Output = Result<F::Params>> + Send + 'static,
    {
        let ask = move || -> Answering {
            let answer = ask();
            Box::pin(async move { Ok(Given::new(answer.await?)) })
        };
        Params::Asked(Arc::new(ask), Arc::default())
    }

    /// The parameters; asks if nobody did.
    pub(crate) async fn get(&self) -> Result<Given> {
        match self {
            Params::Given(given) => Ok(given.clone()),
            Params::Asked(ask, answer) => answer.get_or_try_init(|| ask()).await.cloned(),
        }
    }
}

impl FilterSwitches {
    /// Switches a filter on.
    pub fn on<F: FilterName>(self, _filter: F) -> Self {
        self.switch(F::NAME.into(), true)
    }

    /// Switches a filter on, with these parameters.
    pub fn with<F: FilterName>(mut self, _filter: F, params: F::Params) -> Self {
        self.put(F::NAME, Params::Given(Given::new(params)));
        self.switch(F::NAME.into(), true)
    }

    /// Switches a filter on, with parameters that are asked for once, when the filter needs them.
    ///
    /// What is asked MUST NOT ask the same entity manager through the same filter: it would wait for itself.
    pub fn with_async<F, Answer>(
        mut self,
        _filter: F,
        ask: impl Fn() -> Answer + Send + Sync + 'static,
    ) -> Self
    where
        F: FilterName,
        Answer: Future<Output = Result<F::Params>> + Send + 'static,
    {
        self.put(F::NAME, Params::ask::<F, Answer>(ask));
        self.switch(F::NAME.into(), true)
    }

    /// Switches a filter off, on all entities that have one of this name.
    pub fn off<F: FilterName>(self, _filter: F) -> Self {
        self.switch(F::NAME.into(), false)
    }

    /// Switches all filters off but those that are switched on here, before or after.
    pub fn all_off(mut self) -> Self {
        self.all = Some(false);
        self
    }

    /// Switches all filters on but those that are switched off here, before or after.
    pub fn all_on(mut self) -> Self {
        self.all = Some(true);
        self
    }

    /// Switches a filter on whose name is not known before the program runs.
    pub fn on_named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.switch(name.into(), true)
    }

    /// Switches a filter off whose name is not known before the program runs, such as one of
    /// [`add_filter`](crate::em::EntityManager::add_filter).
    pub fn off_named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.switch(name.into(), false)
    }

    pub(crate) fn params_for<F: FilterName>(&mut self, _filter: F, params: F::Params) {
        self.put(F::NAME, Params::Given(Given::new(params)));
    }

    pub(crate) fn ask_params_for<F, Answer>(
        &mut self,
        _filter: F,
        ask: impl Fn() -> Answer + Send + Sync + 'static,
    ) where
        F: FilterName,
        Answer: Future<Output = Result<F::Params>> + Send + 'static,
    {
        self.put(F::NAME, Params::ask::<F, Answer>(ask));
    }

    fn switch(mut self, name: Cow<'static, str>, is_on: bool) -> Self {
        self.named.retain(|(other, _)| *other != name);
        self.named.push((name, is_on));
        self
    }

    fn put(&mut self, name: &'static str, params: Params) {
        self.params.retain(|(other, _)| *other != name);
        self.params.push((name, params));
    }

    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_none() && self.named.is_empty() && self.params.is_empty()
    }

    /// Whether filters may be on that are off without these switches, or are on with other parameters.
    pub(crate) fn hides_more(&self) -> bool {
        self.all == Some(true) || self.named.iter().any(|(_, is_on)| *is_on) || !self.params.is_empty()
    }

    /// Whether a filter is on, if that is said.
    pub(crate) fn is_on(&self, name: &str) -> Option<bool> {
        let named = self.named.iter().find(|(other, _)| other == name);
        named.map(|(_, is_on)| *is_on).or(self.all)
    }

    /// The parameters of a filter, if there are any.
    pub(crate) fn params(&self, name: &str) -> Option<&Params> {
        self.params.iter().find(|(other, _)| *other == name).map(|(_, params)| params)
    }

    /// The same for another unit of work, which asks anew.
    pub(crate) fn fork(&self) -> Self {
        let mut fork = self.clone();
        for (_, params) in &mut fork.params {
            if let Params::Asked(_, answer) = params {
                *answer = Arc::default();
            }
        }
        fork
    }
}

impl fmt::Debug for FilterSwitches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params: Vec<_> = self.params.iter().map(|(name, _)| name).collect();
        f.debug_struct("FilterSwitches")
            .field("all", &self.all)
            .field("named", &self.named)
            .field("params", &params)
            .finish()
    }
}
