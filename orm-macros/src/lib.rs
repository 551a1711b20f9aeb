//! The derive macros of `orm`: `Entity`, `EntityEnum`, `EntityBase`, `JsonPaths`.
//!
//! The stages are folders, and none looks back: `attr` (syntax), `model` (meaning, defaults), `check` (rules across
//! fields), `emit` (tokens).

mod attr;
mod base;
mod check;
mod emit;
mod errors;
mod model;
mod print;
mod requires;
mod root;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use errors::Errors;
use model::{Base, Entity, EntityEnum, JsonPaths};

/// Makes an entity of a struct: see the documentation of `orm`.
#[proc_macro_derive(Entity, attributes(orm))]
pub fn derive_entity(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let bases = base::bases(&input);
    if bases.is_empty() {
        return expand(&input, &[]).into();
    }
    let mut errors = Errors::default();
    let call = base::ask(&bases, &input, &mut errors);
    let errors = errors.into_tokens();
    quote::quote!(#call #errors).into()
}

/// Goes on with an entity whose bases' fields are in hand.
#[doc(hidden)]
#[proc_macro]
pub fn __entity_with_bases(input: TokenStream) -> TokenStream {
    let answer = parse_macro_input!(input as base::Answer);
    let mut errors = Errors::default();
    let next = answer.ask_on(&mut errors);
    let errors = errors.into_tokens();
    match next {
        Some(call) => quote::quote!(#call #errors).into(),
        None => {
            let entity = expand(&answer.entity, &answer.bases);
            quote::quote!(#entity #errors).into()
        }
    }
}

/// Makes a column of an enum without fields: texts, or with `#[orm(integer)]` numbers.
#[proc_macro_derive(EntityEnum, attributes(orm))]
pub fn derive_entity_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let generated = EntityEnum::read(&input, &mut errors).map(|entity_enum| emit::entity_enum(&entity_enum));
    let errors = errors.into_tokens();
    quote::quote!(#generated #errors).into()
}

/// Gives the members of a struct that serde writes places by name in conditions and orders, where a property is a
/// `Json<…>` of it: `a.settings.window.width.gt(100)`. An enum without fields, and a struct around a single value, can be
/// compared there.
///
/// `rename`, `rename_all`, `flatten`, `skip` and `transparent` of serde mean what they mean to serde.
#[proc_macro_derive(JsonPaths, attributes(orm, serde))]
pub fn derive_json_paths(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let mut errors = Errors::default();
    let generated = JsonPaths::read(&input, &mut errors).map(|json| emit::json_paths(&json));
    if let Some(generated) = &generated {
        print::on_request(&input.ident, generated);
    }
    let errors = errors.into_tokens();
    quote::quote!(#generated #errors).into()
}

/// Makes a struct's fields embeddable into entities with `#[orm(base)]`.
#[proc_macro_derive(EntityBase, attributes(orm))]
pub fn derive_entity_base(input: TokenStream) -> TokenStream {
    base::entity_base(&parse_macro_input!(input as DeriveInput)).into()
}

/// Methods on an entity of which only the named properties must be loaded: `#[requires(title)] impl Article { … }`.
#[proc_macro_attribute]
pub fn requires(properties: TokenStream, methods: TokenStream) -> TokenStream {
    let properties = parse_macro_input!(properties as requires::Properties);
    let methods = parse_macro_input!(methods as syn::ItemImpl);
    requires::requires(&properties, &methods).into()
}

fn expand(input: &DeriveInput, bases: &[Base]) -> proc_macro2::TokenStream {
    let mut errors = Errors::default();
    let Some(entity) = Entity::read(input, bases, &mut errors) else { return errors.into_tokens() };
    check::all(&entity, &mut errors);
    let generated = match errors.count() {
        0 => emit::entity(&entity),
        _ => emit::fallback(entity),
    };
    print::on_request(&input.ident, &generated);
    let errors = errors.into_tokens();
    quote::quote!(#generated #errors)
}
