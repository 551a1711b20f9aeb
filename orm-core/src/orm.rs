//! The `Orm`: entities, driver and settings, from which entity managers come.

use std::sync::Arc;

use crate::driver::Driver;
use crate::em::EntityManager;
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::filter::{GlobalFilter, declare};
use crate::meta::{EntityMeta, Registry};
use crate::naming::NamingStrategy;
use crate::query::{ReadFrom, Strategy};
use crate::session::{FlushMode, Session, SessionFilters, Settings, Shared};

/// Entities, a database and settings. Cheap to clone; give each request an [`em`](Orm::em) of its own.
#[derive(Clone)]
pub struct Orm {
    shared: Arc<Shared>,
}

impl Orm {
    /// Starts an `Orm`.
    pub fn builder() -> OrmBuilder {
        OrmBuilder {
            entities: Vec::new(),
            driver: None,
            naming: None,
            settings: Settings {
                strategy: Strategy::Auto,
                flush_mode: FlushMode::Auto,
                read_from: ReadFrom::Replica,
                batch_size: 1000,
            },
            filters: Vec::new(),
        }
    }

    /// A new entity manager: an empty unit of work. Asks nothing of the database.
    pub fn em(&self) -> EntityManager {
        let (shared, filters) = (Arc::clone(&self.shared), SessionFilters::default());
        EntityManager::new(Session::new(shared, self.shared.settings.flush_mode, None, filters))
    }

    /// The entities, named and linked.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.shared.registry
    }

    /// The driver.
    pub fn driver(&self) -> &Arc<dyn Driver> {
        &self.shared.driver
    }

    /// Takes a connection and gives it back.
    ///
    /// # Errors
    /// When the database cannot be reached, or is none.
    pub async fn check_connection(&self) -> Result<()> {
        self.shared.driver.connect().await.map(drop)
    }

    /// Closes all connections; later calls fail with [`Error::Closed`].
    pub async fn close(&self) {
        self.shared.driver.close().await;
    }
}

impl std::fmt::Debug for Orm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let entities: Vec<_> = self.shared.registry.entities().map(|entity| entity.meta.name).collect();
        f.debug_struct("Orm").field("entities", &entities).finish_non_exhaustive()
    }
}

/// Puts an [`Orm`] together.
#[must_use = "an orm is made by `build()` or `connect()`"]
pub struct OrmBuilder {
    entities: Vec<&'static EntityMeta>,
    driver: Option<Arc<dyn Driver>>,
    naming: Option<Box<dyn NamingStrategy>>,
    settings: Settings,
    filters: Vec<GlobalFilter>,
}

impl OrmBuilder {
    /// Adds an entity and all that its relations lead to.
    pub fn entity<E: Entity>(mut self) -> Self {
        self.entities.push(E::meta());
        self
    }

    /// Chooses the database.
    pub fn driver(mut self, driver: impl Driver) -> Self {
        self.driver = Some(Arc::new(driver));
        self
    }

    /// Chooses how tables and columns are named; as is usual on the database otherwise, which for SQL is
    /// [`SnakeCase`](crate::naming::SnakeCase).
    pub fn naming_strategy(mut self, naming: impl NamingStrategy) -> Self {
        self.naming = Some(Box::new(naming));
        self
    }

    /// Chooses how relations are loaded when a query does not say; [`Strategy::Auto`] otherwise.
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.settings.strategy = strategy;
        self
    }

    /// Adds a named filter of every entity that has some property.
    pub fn filter(mut self, filter: GlobalFilter) -> Self {
        self.filters.push(filter);
        self
    }

    /// Chooses when pending changes are written by themselves; [`FlushMode::Auto`] otherwise.
    pub fn flush_mode(mut self, flush_mode: FlushMode) -> Self {
        self.settings.flush_mode = flush_mode;
        self
    }

    /// Chooses which server reads ask that are in no transaction, when a query does not say; [`ReadFrom::Replica`]
    /// otherwise, which is the primary where there are no replicas.
    pub fn read_from(mut self, server: ReadFrom) -> Self {
        self.settings.read_from = server;
        self
    }

    /// How many rows one batch of inserts, updates or deletes has at the most; 1,000 otherwise.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.settings.batch_size = rows.max(1);
        self
    }

    /// Makes the `Orm` without asking the database; the first query connects.
    ///
    /// # Errors
    /// [`Error::Metadata`] when the entities do not fit together; [`Error::Configuration`] without a driver or entity;
    /// [`Error::GlobalFilter`] when a global filter fits no entity.
    pub fn build(self) -> Result<Orm> {
        let driver = self.driver.ok_or(Error::Configuration {
            message: "an orm needs a database; call `.driver(…)`, or `.sqlite(…)` of the sqlite feature",
        })?;
        if self.entities.is_empty() {
            return Err(Error::Configuration {
                message: "an orm needs entities; call `.entity::<Article>()`",
            });
        }
        let naming = self.naming.unwrap_or_else(|| driver.naming_strategy());
        let registry = Arc::new(Registry::build(&self.entities, &*naming)?);
        let filters = declare(&registry, &self.filters)?;
        driver.attach(Arc::clone(&registry));
        let plans = crate::load::PlanCache::default();
        Ok(Orm { shared: Arc::new(Shared { driver, registry, settings: self.settings, plans, filters }) })
    }

    /// Makes the `Orm` and checks that the database can be reached.
    ///
    /// # Errors
    /// As [`build`](Self::build), and when the database cannot be reached.
    pub async fn connect(self) -> Result<Orm> {
        let orm = self.build()?;
        orm.check_connection().await?;
        Ok(orm)
    }
}
