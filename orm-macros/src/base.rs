//! Bases: structs whose fields become properties of the entities that embed them.
//!
//! A derive sees only its own struct. So `derive(EntityBase)` makes a macro of the struct's own name, which hands the
//! struct's fields on; `derive(Entity)` of a struct with a base calls it, and goes on with both in hand.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Data, DeriveInput, Field, Fields, Ident};

use crate::errors::Errors;
use crate::model::Base;

/// The macro that hands a base's fields on.
pub(crate) fn entity_base(input: &DeriveInput) -> TokenStream {
    let Data::Struct(syn::DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return syn::Error::new_spanned(&input.ident, "a base is a struct with named fields")
            .to_compile_error();
    };
    if !input.generics.params.is_empty() {
        return syn::Error::new_spanned(&input.generics, "a base has no type parameters and no lifetimes")
            .to_compile_error();
    }
    let ident = &input.ident;
    let hidden = format_ident!("__orm_base_{}", ident);
    let fields = fields.named.iter();
    // A base hands on what is written on it, too: its filters.
    let attributes = input.attrs.iter().filter(|attribute| attribute.path().is_ident("orm"));
    quote! {
        #[doc(hidden)]
        macro_rules! #hidden {
            ($private:path, $field:ident, [$($known:tt)*], [$($rest:tt)*], $entity:tt) => {
                $private! { [$($known)* $field [#(#attributes)*] { #(#fields),* }] [$($rest)*] $entity }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports)]
        pub(crate) use #hidden as #ident;
    }
}

/// The fields of a struct that are written as bases, and are not in hand yet.
pub(crate) fn bases(input: &DeriveInput) -> Vec<(Ident, syn::Type)> {
    let Data::Struct(syn::DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        return Vec::new();
    };
    let is_base = |field: &&Field| {
        field.attrs.iter().any(|attribute| {
            attribute.path().is_ident("orm")
                && attribute.parse_args::<Ident>().is_ok_and(|word| word == "base")
        })
    };
    fields
        .named
        .iter()
        .filter(is_base)
        .filter_map(|field| Some((field.ident.clone()?, field.ty.clone())))
        .collect()
}

/// The call of the first base's macro; the last one calls back with everything.
pub(crate) fn ask(bases: &[(Ident, syn::Type)], input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    next(&quote!(), bases, &quote!({ #input }), errors)
}

fn next(
    known: &TokenStream,
    rest: &[(Ident, syn::Type)],
    entity: &TokenStream,
    errors: &mut Errors,
) -> TokenStream {
    let Some(((field, ty), rest)) = rest.split_first() else { return TokenStream::new() };
    let syn::Type::Path(path) = ty else {
        errors.at(ty, "a base is a struct that derives `EntityBase`");
        return TokenStream::new();
    };
    let rest = rest.iter().map(|(field, ty)| quote!((#field #ty)));
    let path = &path.path;
    quote! {
        #path! { ::orm::__private::__entity_with_bases, #field, [#known], [#(#rest)*], #entity }
    }
}

/// What comes back from a base's macro.
pub(crate) struct Answer {
    pub(crate) bases: Vec<Base>,
    rest: Vec<(Ident, syn::Type)>,
    known: TokenStream,
    pub(crate) entity: DeriveInput,
}

impl Parse for Answer {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let known;
        syn::bracketed!(known in input);
        let tokens: TokenStream = known.fork().parse()?;
        let mut bases = Vec::new();
        while !known.is_empty() {
            let field: Ident = known.parse()?;
            let written;
            syn::bracketed!(written in known);
            let attributes = written.call(Attribute::parse_outer)?;
            let content;
            syn::braced!(content in known);
            let fields = content.parse_terminated(Field::parse_named, syn::Token![,])?.into_iter().collect();
            bases.push(Base { field, attributes, fields });
        }
        let list;
        syn::bracketed!(list in input);
        let mut rest = Vec::new();
        while !list.is_empty() {
            let pair;
            syn::parenthesized!(pair in list);
            rest.push((pair.parse()?, pair.parse()?));
        }
        let content;
        syn::braced!(content in input);
        Ok(Self { bases, rest, known: tokens, entity: content.parse()? })
    }
}

impl Answer {
    /// The call of the next base's macro, if there is a base left.
    pub(crate) fn ask_on(&self, errors: &mut Errors) -> Option<TokenStream> {
        let entity = &self.entity;
        (!self.rest.is_empty()).then(|| next(&self.known, &self.rest, &quote!({ #entity }), errors))
    }
}
