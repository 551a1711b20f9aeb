//! What most programs use: `use orm::prelude::*`.

pub use crate::driver::IsolationLevel;
pub use crate::em::{EntityManager, LoadExt, Page, Propagation, Retry, Transaction};
pub use crate::entity::{Collection, Entity, Loaded, Managed, New, Ref, ViewExt};
pub use crate::error::{Error, Result};
pub use crate::filter::{FilterName, GlobalFilter};
pub use crate::hint::Has;
pub use crate::orm::Orm;
pub use crate::path::{Condition, Row as _};
pub use crate::query::{Lock, Strategy};
pub use crate::session::FlushMode;
pub use crate::types::{Json, ObjectId};
pub use crate::{Entity, EntityBase, EntityEnum, JsonPaths, fields, populate, requires};
