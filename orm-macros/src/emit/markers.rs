//! The module of an entity's properties as types, and what each of them is.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::emit::filters;
use crate::emit::parts::{Parts, span_of, value_type};
use crate::model::{Kind, Property};

/// `mod article { struct title; … }`
pub(crate) fn types(parts: &Parts<'_>) -> TokenStream {
    let (vis, module) = (&parts.entity.vis, &parts.entity.module);
    let doc = format!("The properties of [`{}`] as types.", parts.entity.ident);
    let inner_vis = visibility_inside(vis, 1);
    let filters = filters::types(parts);
    let names = parts.properties().map(|(_, property)| {
        let ident = &property.ident;
        let doc = format!("The property `{}`.", property.name);
        quote!(#[doc = #doc] #inner_vis struct #ident;)
    });
    quote! {
        #[doc = #doc]
        #[allow(non_camel_case_types, dead_code, unreachable_pub)]
        #vis mod #module {
            #(#names)*
            #filters
        }
    }
}

/// A visibility as it is written so many modules deeper.
pub(super) fn visibility_inside(vis: &syn::Visibility, depth: usize) -> TokenStream {
    let outside = |depth| {
        let steps = std::iter::repeat_n(quote!(super), depth);
        quote!(pub(in #(#steps)::*))
    };
    match vis {
        syn::Visibility::Inherited => outside(depth),
        syn::Visibility::Restricted(restricted) if restricted.path.is_ident("super") => outside(depth + 1),
        syn::Visibility::Restricted(restricted) if restricted.path.is_ident("self") => outside(depth),
        other => quote!(#other),
    }
}

/// What each property is: `Field`, `Relation`, `Prop`, `Opt`, `Hidden`, `Visible`, `Named`.
pub(crate) fn properties(parts: &Parts<'_>) -> TokenStream {
    parts.properties().map(|(index, property)| one(parts, index, property)).collect()
}

fn one(parts: &Parts<'_>, index: usize, property: &Property) -> TokenStream {
    let entity = &parts.entity.ident;
    let marker = parts.marker(property);
    let name = &property.name;
    let value = value_type(property);
    let (selected, populated, relation) = match &property.kind {
        Kind::Scalar(_) => (quote!(__orm::Yes), quote!(__orm::Yes), None),
        Kind::Relation(relation) => {
            let (target, is_to_many) = (&relation.target, relation.kind.is_to_many());
            let with = quote!(__orm::With<<#target as __orm::Entity>::Whole>);
            let selected = if is_to_many { with.clone() } else { quote!(__orm::Key) };
            let to_many = is_to_many.then(|| quote!(impl __orm::ToMany for #marker {}));
            let relation = quote_spanned! {span_of(property) =>
                impl __orm::Relation for #marker { type Target = #target; }
                #to_many
            };
            (selected, with, Some(relation))
        }
    };
    let optional = (!property.is_required()).then(|| quote!(impl __orm::Opt for #marker {}));
    let shown = match property.hidden {
        Some(_) => quote!(impl __orm::Hidden for #marker {}),
        None => quote!(impl __orm::Visible for #marker {}),
    };
    let version = property.scalar().is_some_and(|scalar| scalar.version.is_some());
    let version = version.then(|| quote!(impl __orm::Versioned for #entity { type Field = #marker; }));
    let params = &parts.params;
    let atom = &params[index];
    let shape = parts.shape_of(params.iter().map(|param| quote!(#param)));
    let put = parts.shape_of(
        params.iter().enumerate().map(|(at, param)| if at == index { quote!(__A) } else { quote!(#param) }),
    );
    quote! {
        impl __orm::Field for #marker {
            type Entity = #entity;
            type Value = #value;
            type Selected = #selected;
            type Populated = #populated;
            const NAME: &'static str = #name;
            const INDEX: usize = #index;
        }
        #relation
        #optional
        #shown
        #version
        #[diagnostic::do_not_recommend]
        impl __orm::Named<{ __orm::hash_name(#name) }> for #entity { type Field = #marker; }
        impl<#(#params: __orm::Atom),*> __orm::Prop<#marker> for #shape {
            type Atom = #atom;
            type Put<__A: __orm::Atom> = #put;
        }
    }
}
