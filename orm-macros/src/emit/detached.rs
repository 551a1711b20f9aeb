//! Between the user's struct and a unit of work.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::parts::Parts;
use crate::model::{Kind, Property};

/// `impl Detached for Article`.
pub(crate) fn detached(parts: &Parts<'_>) -> TokenStream {
    let entity = parts.entity;
    let ident = &entity.ident;
    let own =
        parts.properties().filter(|(_, property)| property.access.len() == 1).map(|(index, property)| {
            let (field, value) = (&property.ident, from_slot(index, property));
            quote!(#field: #value)
        });
    let base_values = entity.bases.iter().map(|(base, ty)| {
        let inner: Vec<_> = parts
            .properties()
            .filter(|(_, property)| property.access.len() > 1 && property.access[0] == *base)
            .collect();
        let names = inner.iter().map(|(_, property)| &property.ident);
        let values = inner.iter().map(|(index, property)| from_slot(*index, property));
        quote!(#base: #ty { #(#names: #values),* })
    });
    let given = parts.properties().filter_map(|(index, property)| to_draft(index, property));
    quote! {
        impl __orm::Detached for #ident {
            fn from_node(node: __orm::NodeRef<'_>) -> __orm::Result<Self> {
                let record = __orm::record::<__Record>(node);
                ::core::result::Result::Ok(Self { #(#own,)* #(#base_values,)* })
            }
            fn into_draft(self) -> __orm::Draft {
                __orm::Draft::new(<#ident as __orm::Entity>::meta()) #(#given)*
            }
        }
    }
}

fn from_slot(index: usize, property: &Property) -> TokenStream {
    let ident = &property.ident;
    match &property.kind {
        Kind::Scalar(_) => quote!(__orm::detach_value(node, &record.#ident, #index)?),
        Kind::Relation(relation) if relation.kind.is_to_many() => quote!(::core::default::Default::default()),
        Kind::Relation(relation) => {
            let target = &relation.target;
            match relation.optional {
                true => quote!(__orm::detach_one::<#target>(node, #index)?),
                false => quote!(__orm::detach_required_one::<#target>(node, #index)?),
            }
        }
    }
}

fn to_draft(index: usize, property: &Property) -> Option<TokenStream> {
    let access = &property.access;
    let field = quote!(self.#(#access).*);
    match &property.kind {
        Kind::Scalar(_) => Some(quote!(.scalar(#index, __orm::Type::to_value(&#field)))),
        Kind::Relation(relation) if relation.kind.is_to_many() => None,
        Kind::Relation(relation) => {
            let target = &relation.target;
            let source = match relation.optional {
                true => quote!(__orm::OptionalLink::<#target>::into_optional_source(#field)),
                false => {
                    quote!(::core::option::Option::Some(__orm::Link::<#target>::into_source(#field)))
                }
            };
            Some(quote!(.target(#index, #source)))
        }
    }
}
