//! What is generated when the input is wrong: enough for the rest of the file to be checked.

use proc_macro2::TokenStream;

use crate::emit;
use crate::model::{Entity, Kind, Scalar};

/// The entity without the settings that may be what is wrong. An entity without a key gets none.
pub(crate) fn fallback(mut entity: Entity) -> TokenStream {
    entity.indexes.clear();
    entity.checks.clear();
    entity.filters.clear();
    entity.rename_all = None;
    let mut names = std::collections::HashSet::new();
    entity.properties.retain(|property| names.insert(property.name.clone()) && property.name != "build");
    let has_key = entity.properties.iter().any(|property| property.primary);
    for (index, property) in entity.properties.iter_mut().enumerate() {
        property.primary |= !has_key && index == 0;
        property.column = None;
        if let Kind::Scalar(scalar) = &mut property.kind {
            **scalar = Scalar::plain(scalar);
        }
    }
    match entity.properties.is_empty() {
        true => TokenStream::new(),
        false => emit::entity(&entity),
    }
}
