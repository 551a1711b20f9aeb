//! Named filters as types, and what each of them asks.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::emit::markers::visibility_inside;
use crate::emit::parts::Parts;
use crate::model::Filter;

/// `mod filters { struct not_deleted; … }`, inside of the module of the properties.
pub(crate) fn types(parts: &Parts<'_>) -> TokenStream {
    let entity = parts.entity;
    if entity.filters.is_empty() {
        return TokenStream::new();
    }
    let (outer, inner) = (visibility_inside(&entity.vis, 1), visibility_inside(&entity.vis, 2));
    let doc = format!("The named filters of [`{0}`](super::super::{0}).", entity.ident);
    let names = entity.filters.iter().map(|filter| {
        let ident = &filter.ident;
        let doc = format!("The filter `{ident}`.");
        quote! {
            #[doc = #doc]
            #[derive(Clone, Copy, Debug)]
            #inner struct #ident;
        }
    });
    quote! {
        #[doc = #doc]
        #outer mod filters { #(#names)* }
    }
}

/// What each filter is: `FilterName`, `Filter`.
pub(crate) fn filters(parts: &Parts<'_>) -> TokenStream {
    parts.entity.filters.iter().map(|filter| one(parts, filter)).collect()
}

fn one(parts: &Parts<'_>, filter: &Filter) -> TokenStream {
    let entity = &parts.entity.ident;
    let module = &parts.entity.module;
    let Filter { ident, is_default: _, is_strict: _, paths, params, condition } = filter;
    let name = ident.to_string();
    let name = name.trim_start_matches("r#");
    let params_type = filter.params_type();
    let names: Vec<_> = (0..params.len()).map(|index| format_ident!("__param{index}")).collect();
    let unpacked = match names.as_slice() {
        [one] => quote!(#one),
        several => quote!((#(#several),*)),
    };
    let span = condition.span().resolved_at(Span::call_site());
    let body = quote_spanned!(span => __orm::into_condition::<#entity, _>(__condition(__orm::Paths::PATHS #(, #names)*)));
    quote! {
        impl __orm::FilterName for #module::filters::#ident {
            type Params = #params_type;
            const NAME: &'static str = #name;
        }
        impl __orm::Filter for #module::filters::#ident {
            type Entity = #entity;
            fn condition(#unpacked: #params_type) -> __orm::Condition<#entity> {
                let __condition =
                    |#paths: &'static <#entity as __orm::Entity>::Paths<#entity, __orm::Root> #(, #params)*| #condition;
                #body
            }
        }
    }
}
