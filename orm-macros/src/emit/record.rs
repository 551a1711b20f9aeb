//! The slots of an entity.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::emit::meta::meta;
use crate::emit::parts::{Parts, span_of, value_type};
use crate::model::{Kind, Property};

/// `struct __Record` with a slot a property, and `Record` for it.
pub(crate) fn record(parts: &Parts<'_>) -> TokenStream {
    let fields = parts.properties().map(|(_, property)| {
        let ident = &property.ident;
        match &property.kind {
            Kind::Scalar(_) => {
                let ty = &property.ty;
                quote_spanned!(span_of(property) => #ident: __orm::Slot<#ty>)
            }
            Kind::Relation(relation) if relation.kind.is_to_many() => quote!(#ident: __orm::Items),
            Kind::Relation(_) => quote!(#ident: __orm::LinkSlot),
        }
    });
    let keys: Vec<_> =
        parts.entity.properties.iter().filter(|property| property.primary).map(value_type).collect();
    let key = match keys.as_slice() {
        [key] => quote!(#key),
        keys => quote!((#(#keys),*)),
    };
    let shared = arms(parts, &quote!(SlotRef), &quote!(&));
    let exclusive = arms(parts, &quote!(SlotMut), &quote!(&mut));
    let meta = meta(parts);
    quote! {
        #[derive(::core::default::Default)]
        pub struct __Record {
            #(#fields,)*
        }
        // SAFETY: the static and the slots are this record's own.
        unsafe impl __orm::Record for __Record {
            type Key = #key;
            fn meta() -> &'static __orm::EntityMeta {
                #meta
            }
            fn slot(&self, property: usize) -> __orm::SlotRef<'_> {
                match property { #shared }
            }
            fn slot_mut(&mut self, property: usize) -> __orm::SlotMut<'_> {
                match property { #exclusive }
            }
        }
    }
}

fn arms(parts: &Parts<'_>, slot: &TokenStream, borrow: &TokenStream) -> TokenStream {
    let last = parts.entity.properties.len().saturating_sub(1);
    let arm = |(index, property): (usize, &Property)| {
        let ident = &property.ident;
        let variant = match &property.kind {
            Kind::Scalar(_) => quote!(Value),
            Kind::Relation(relation) if relation.kind.is_to_many() => quote!(ToMany),
            Kind::Relation(_) => quote!(ToOne),
        };
        let pattern = if index == last { quote!(_) } else { quote!(#index) };
        quote!(#pattern => __orm::#slot::#variant(#borrow self.#ident),)
    };
    parts.properties().map(arm).collect()
}
