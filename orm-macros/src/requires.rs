//! `#[requires(title, author)] impl Article { … }`: methods on an entity of which only so much must be loaded.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, ItemImpl, Token, Type};

use crate::model::module_of;

/// The properties that the methods read.
pub(crate) struct Properties(Punctuated<Ident, Token![,]>);

impl Parse for Properties {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self(Punctuated::parse_terminated_with(input, Ident::parse_any)?))
    }
}

/// The same methods on every view of the entity that has the properties loaded.
pub(crate) fn requires(properties: &Properties, methods: &ItemImpl) -> TokenStream {
    let refuse = |tokens: &dyn quote::ToTokens, message: &str| {
        syn::Error::new_spanned(tokens, message).to_compile_error()
    };
    let Type::Path(path) = &*methods.self_ty else {
        return refuse(&methods.self_ty, "write `impl Article { … }` with the entity's own name");
    };
    if let Some((_, of, _)) = &methods.trait_ {
        return refuse(of, "only an entity's own methods can require properties; write `impl Article { … }`");
    }
    if !methods.generics.params.is_empty() {
        return refuse(&methods.generics, "an entity has no type parameters");
    }
    let mut view = path.path.clone();
    let Some(last) = view.segments.last_mut() else {
        return refuse(path, "write `impl Article { … }` with the entity's own name");
    };
    let entity = last.ident.clone();
    last.ident = format_ident!("{}View", entity.unraw(), span = entity.span());
    let mut module = path.path.clone();
    if let Some(last) = module.segments.last_mut() {
        last.ident = module_of(&entity);
    }
    let bounds = properties.0.iter().map(|property| quote!(::orm::__private::Has<#module::#property>));
    let (attributes, items) = (&methods.attrs, &methods.items);
    quote! {
        #(#attributes)*
        impl<__S> #view<__S>
        where
            __S: ::orm::__private::Shape #(+ #bounds)*,
        {
            #(#items)*
        }
    }
}
