//! The places inside of a JSON document.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::{JsonPaths, JsonType, Member};

/// `struct SettingsPaths<E, P>` and `impl JsonDocument`, or `impl JsonScalar`.
pub(crate) fn json_paths(json: &JsonPaths) -> TokenStream {
    let JsonPaths { ident, private, kind, .. } = json;
    let (types, body) = match kind {
        JsonType::Members(members) => document(json, members),
        JsonType::Wrapper(ty) => (
            TokenStream::new(),
            quote! {
                impl __orm::JsonScalar for #ident {
                    const KIND: __orm::JsonKind = <#ty as __orm::JsonScalar>::KIND;
                    fn to_json(&self) -> __orm::Value {
                        __orm::json_value(self)
                    }
                }
            },
        ),
        JsonType::Texts => (
            TokenStream::new(),
            quote! {
                impl __orm::JsonScalar for #ident {
                    const KIND: __orm::JsonKind = __orm::JsonKind::Text;
                    fn to_json(&self) -> __orm::Value {
                        __orm::json_value(self)
                    }
                }
            },
        ),
    };
    quote! {
        #types
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        const _: () = {
            use #private as __orm;
            #body
        };
    }
}

fn document(json: &JsonPaths, members: &[Member]) -> (TokenStream, TokenStream) {
    let JsonPaths { ident, vis, private, .. } = json;
    let paths = format_ident!("{ident}Paths");
    let doc = format!("The places inside of a [`{ident}`] in a JSON document.");
    let fields = members.iter().enumerate().map(|(index, member)| {
        let Member { ident: name, vis, ty, .. } = member;
        let ty = match ty {
            Some(ty) => quote!(#ty),
            None => quote!(#private::RawJson),
        };
        quote!(#vis #name: #private::JsonAt<E, #private::Member<#ident, #index, P>, #ty>)
    });
    let types = quote! {
        #[doc = #doc]
        #[allow(unreachable_pub, dead_code, missing_docs)]
        #vis struct #paths<E, P> {
            #(#fields,)*
            __rest: ::core::marker::PhantomData<fn() -> (E, P)>,
        }
    };
    let names = members.iter().map(|member| &member.ident);
    let keys = members.iter().map(|member| match &member.key {
        Some(key) => quote!(::core::option::Option::Some(#key)),
        None => quote!(::core::option::Option::None),
    });
    let body = quote! {
        impl<E: 'static, P: 'static> __orm::Paths for #paths<E, P> {
            const PATHS: &'static Self =
                &Self { #(#names: __orm::JsonAt::NEW,)* __rest: ::core::marker::PhantomData };
        }
        impl __orm::JsonDocument for #ident {
            type Paths<E: 'static, P: 'static> = #paths<E, P>;
            const KEYS: &'static [::core::option::Option<&'static str>] = &[#(#keys),*];
        }
    };
    (types, body)
}
