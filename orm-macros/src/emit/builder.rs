//! The builder of new entities: one step a property, and `build()` that demands what is required.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::emit::parts::{Parts, span_of};
use crate::model::{Kind, Property};

/// `struct ArticleBuilder<S>`.
pub(crate) fn types(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, builder, .. } = parts;
    let (vis, private) = (&entity.vis, &entity.private);
    let doc = format!("Makes a new [`{}`]; `S` says what was given.", entity.ident);
    quote! {
        #[doc = #doc]
        #[allow(unreachable_pub)]
        #[must_use = "a builder makes nothing until `build()`"]
        #vis struct #builder<S>(#private::Draft, ::core::marker::PhantomData<fn() -> S>);
    }
}

/// `Article::builder()` and the builder's methods.
pub(crate) fn builder(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, builder, .. } = parts;
    if entity.readonly.is_some() {
        return TokenStream::new();
    }
    let (ident, vis) = (&entity.ident, &entity.vis);
    let doc = format!("Starts a new `{ident}`.");
    let steps = parts.properties().map(|(index, property)| step(parts, index, property));
    let required = entity.properties.iter().filter(|property| property.is_required()).map(|property| {
        let marker = parts.marker(property);
        quote_spanned!(span_of(property) => S: __orm::Gives<#marker>)
    });
    quote! {
        #[allow(dead_code, unreachable_pub)]
        impl #ident {
            #[doc = #doc]
            #vis fn builder() -> #builder<<#ident as __orm::Entity>::Unset> {
                #builder(__orm::Draft::new(<#ident as __orm::Entity>::meta()), ::core::marker::PhantomData)
            }
        }
        #[allow(dead_code, unreachable_pub, missing_docs)]
        impl<S: __orm::Shape> #builder<S> {
            #(#steps)*
            /// The new entity, for `em.persist`.
            #vis fn build(self) -> __orm::New<#ident, S::Built>
            where
                #(#required,)*
            {
                __orm::New::from_draft(self.0)
            }
        }
    }
}

fn step(parts: &Parts<'_>, index: usize, property: &Property) -> TokenStream {
    let Property { ident, vis, ty, attributes, .. } = property;
    let builder = &parts.builder;
    let marker = parts.marker(property);
    let given = |atom: TokenStream| quote!(#builder<<S as __orm::Prop<#marker>>::Put<#atom>>);
    let (generics, argument, result, draft) = match &property.kind {
        Kind::Scalar(scalar) if scalar.generated.is_some() || scalar.version.is_some() => {
            return TokenStream::new();
        }
        Kind::Scalar(_) => (
            quote!(),
            quote!(value: impl __orm::Operand<#ty>),
            given(quote!(__orm::Yes)),
            quote!(self.0.scalar(#index, __orm::Type::to_value(&value.into_operand()))),
        ),
        Kind::Relation(relation) if relation.kind.is_to_many() => {
            let target = &relation.target;
            (
                quote!(<L: __orm::Link<#target>>),
                quote!(items: impl ::core::iter::IntoIterator<Item = L>),
                given(quote!(__orm::With<<#target as __orm::Entity>::Unflushed>)),
                quote!(self.0.items(#index, items.into_iter().map(__orm::Link::into_source).collect())),
            )
        }
        Kind::Relation(relation) => {
            let target = &relation.target;
            let (link, source) = match relation.optional {
                true => (quote!(OptionalLink), quote!(target.into_optional_source())),
                false => (quote!(Link), quote!(::core::option::Option::Some(target.into_source()))),
            };
            (
                quote!(<L: __orm::#link<#target>>),
                quote!(target: L),
                given(quote!(L::Atom)),
                quote!(self.0.target(#index, #source)),
            )
        }
    };
    quote_spanned! {span_of(property) =>
        #(#attributes)*
        #vis fn #ident #generics(self, #argument) -> #result
        where
            S: __orm::Prop<#marker>,
        {
            #builder(#draft, ::core::marker::PhantomData)
        }
    }
}
