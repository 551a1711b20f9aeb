//! From the model to tokens: one file for each thing that is generated.

mod accessors;
mod builder;
mod detached;
mod entity_enum;
mod fallback;
mod filters;
mod json_paths;
mod markers;
mod meta;
mod parts;
mod paths;
mod record;
mod shape;

use proc_macro2::TokenStream;
use quote::quote;

pub(crate) use entity_enum::entity_enum;
pub(crate) use fallback::fallback;
pub(crate) use json_paths::json_paths;

use crate::model::Entity;
use parts::Parts;

/// Everything that is generated for an entity.
pub(crate) fn entity(entity: &Entity) -> TokenStream {
    let parts = Parts::new(entity);
    let types = [markers::types(&parts), shape::types(&parts), paths::types(&parts), builder::types(&parts)];
    let bodies = [
        record::record(&parts),
        shape::entity_impl(&parts),
        shape::shape_impls(&parts),
        markers::properties(&parts),
        paths::paths_impl(&parts),
        accessors::view(&parts),
        builder::builder(&parts),
        detached::detached(&parts),
        filters::filters(&parts),
    ];
    let private = &entity.private;
    quote! {
        #(#types)*
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            use #private as __orm;
            #(#bodies)*
        };
    }
}
