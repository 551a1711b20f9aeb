//! The shape and the view of an entity, and what `Entity` says of it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::emit::parts::{Parts, whole_atom};
use crate::model::{Kind, Property};

/// `struct ArticleShape<…>` and `struct ArticleView<S>`.
pub(crate) fn types(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, shape, view, params, .. } = parts;
    let (vis, ident, private) = (&entity.vis, &entity.ident, &entity.private);
    let shape_doc = format!("What is known of a [`{ident}`], property by property.");
    let view_doc = format!("A [`{ident}`] of which the shape `S` is known.");
    quote! {
        #[doc = #shape_doc]
        #[allow(unreachable_pub)]
        #vis struct #shape<#(#params),*>(::core::marker::PhantomData<fn() -> (#(#params,)*)>);
        #[doc = #view_doc]
        #[allow(unreachable_pub)]
        #[repr(transparent)]
        #vis struct #view<S>(
            #private::Node<<#ident as #private::Entity>::Record>,
            ::core::marker::PhantomData<fn() -> S>,
        );
    }
}

/// `impl Entity for Article`.
pub(crate) fn entity_impl(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, view, paths, .. } = parts;
    let ident = &entity.ident;
    let all = || entity.properties.iter();
    let whole = parts.shape_of(all().map(|property| whole_atom(property, true)));
    let plain =
        match all().any(|property| property.relation().is_some_and(|relation| relation.eager.is_some())) {
            true => parts.shape_of(all().map(|property| whole_atom(property, false))),
            false => quote!(Self::Whole),
        };
    let key_only = parts.shape_of(all().map(|property| match property.primary {
        true => key_atom(property),
        false => quote!(__orm::No),
    }));
    let unflushed = parts.shape_of(all().map(|property| match property.primary {
        true if property.is_generated() => quote!(__orm::Later),
        true => key_atom(property),
        false => quote!(__orm::No),
    }));
    let unset = parts.shape_of(all().map(|_| quote!(__orm::Unset)));
    quote! {
        impl __orm::Entity for #ident {
            type Record = __Record;
            type Key = <__Record as __orm::Record>::Key;
            type Whole = #whole;
            type Plain = #plain;
            type KeyOnly = #key_only;
            type Unflushed = #unflushed;
            type Unset = #unset;
            type View<S: __orm::Shape> = #view<S>;
            type Paths<E: 'static, P: 'static> = #paths<E, P>;
        }
    }
}

fn key_atom(property: &Property) -> TokenStream {
    match property.kind {
        Kind::Scalar(_) => quote!(__orm::Yes),
        Kind::Relation(_) => quote!(__orm::Key),
    }
}

/// `Shape`, `KeyKnown` and `Covers` of the shape.
pub(crate) fn shape_impls(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, params, .. } = parts;
    let ident = &entity.ident;
    let all = || params.iter().zip(&entity.properties);
    let shape = parts.shape_of(params.iter().map(|param| quote!(#param)));
    let bare = parts.shape_of(all().map(|(param, property)| match property.primary {
        true => quote!(#param),
        false => quote!(#param::Bare),
    }));
    let populated = parts.shape_of(all().map(|(param, property)| match &property.kind {
        Kind::Scalar(scalar) if scalar.lazy.is_some() => quote!(#param::OrPopulated<__orm::Yes>),
        Kind::Scalar(_) => quote!(#param),
        Kind::Relation(relation) => {
            let target = &relation.target;
            quote!(#param::OrPopulated<__orm::With<<#target as __orm::Entity>::Whole>>)
        }
    }));
    let flushed = parts.shape_of(params.iter().map(|param| quote!(#param::Flushed)));
    let built = parts.shape_of(all().map(|(param, property)| {
        let unset = match &property.kind {
            Kind::Scalar(_) if property.is_generated() => quote!(__orm::Later),
            Kind::Scalar(_) => quote!(__orm::Yes),
            Kind::Relation(relation) if relation.kind.is_to_many() => {
                let target = &relation.target;
                quote!(__orm::With<<#target as __orm::Entity>::Unflushed>)
            }
            Kind::Relation(_) => quote!(__orm::Key),
        };
        quote!(#param::Or<#unset>)
    }));
    // A generated key is known when its position says so.
    let generated_key = |property: &Property| property.primary && property.is_generated();
    let free: Vec<_> =
        all().filter(|(_, property)| !generated_key(property)).map(|(param, _)| param).collect();
    let key_known = parts.shape_of(all().map(|(param, property)| match generated_key(property) {
        true => quote!(__orm::Yes),
        false => quote!(#param),
    }));
    let others: Vec<_> = (0..params.len()).map(|index| format_ident!("Q{index}")).collect();
    let other = parts.shape_of(others.iter().map(|param| quote!(#param)));
    quote! {
        impl<#(#params: __orm::Atom),*> __orm::Shape for #shape {
            type Entity = #ident;
            type Bare = #bare;
            type Populated = #populated;
            type Flushed = #flushed;
            type Built = #built;
            fn known() -> ::std::vec::Vec<__orm::Known> {
                ::std::vec![#(#params::known()),*]
            }
        }
        impl<#(#free),*> __orm::KeyKnown for #key_known {}
        #[diagnostic::do_not_recommend]
        impl<#(#params,)* #(#others,)*> __orm::Covers<#other> for #shape
        where
            #(#params: __orm::Covers<#others>,)*
        {
        }
    }
}
