//! Named filters of an entity manager: for all of its queries, and for those of its forks from then on.

use std::borrow::Cow;

use crate::em::EntityManager;
use crate::entity::Entity;
use crate::error::Result;
use crate::filter::{ConditionOf, Declared, FilterName, FilterSwitches, GlobalFilter};
use crate::path::{IntoCondition, Paths, Root};

impl EntityManager {
    /// Gives a filter its parameters; whether it is on stays as it is.
    ///
    /// ```ignore
    /// em.set_filter_params(article::filters::tenant, 5);
    /// ```
    pub fn set_filter_params<F: FilterName>(&self, filter: F, params: F::Params) {
        self.session.filters.switch(|mut switches| {
            switches.params_for(filter, params);
            switches
        });
    }

    /// The same with parameters that are asked for once, when a query needs them; if that fails, the query does, and the
    /// next one asks again.
    ///
    /// What is asked MUST NOT ask this entity manager through the same filter: it would wait for itself.
    pub fn set_filter_params_async<F, Answer>(
        &self,
        filter: F,
        ask: impl Fn() -> Answer + Send + Sync + 'static,
    ) where
        F: FilterName,
        Answer: Future<Output = Result<F::Params>> + Send + 'static,
    {
        self.session.filters.switch(|mut switches| {
            switches.ask_params_for(filter, ask);
            switches
        });
    }

    /// Switches filters on or off for all queries that do not say otherwise.
    ///
    /// ```ignore
    /// em.switch_filters(|f| f.off(article::filters::not_deleted));
    /// ```
    pub fn switch_filters(&self, switch: impl FnOnce(FilterSwitches) -> FilterSwitches) {
        self.session.filters.switch(switch);
    }

    /// Adds a filter of one entity, which is on; one of the same name and entity goes.
    ///
    /// # Errors
    /// [`UnknownEntity`](crate::Error::UnknownEntity).
    pub fn add_filter<E: Entity, C: IntoCondition<E>>(
        &self,
        name: impl Into<Cow<'static, str>>,
        condition: impl FnOnce(&'static E::Paths<E, Root>) -> C,
    ) -> Result<()> {
        let entity = self.session.registry().find(E::meta())?;
        let condition = ConditionOf::Fixed(condition(Paths::PATHS).into_condition().condition);
        let (is_default, is_strict) = (true, false);
        let filter = Declared { entity, name: name.into(), is_default, is_strict, condition };
        self.session.filters.add(vec![filter]);
        Ok(())
    }

    /// Adds a filter of every entity that has some property; one of the same name goes.
    ///
    /// # Errors
    /// [`GlobalFilter`](crate::Error::GlobalFilter) when it fits no entity.
    pub fn add_global_filter(&self, filter: &GlobalFilter) -> Result<()> {
        self.session.filters.add(filter.declare(self.session.registry())?);
        Ok(())
    }
}
