//! The struct of an entity's paths.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::parts::Parts;
use crate::model::Kind;

/// `struct ArticlePaths<E, P>`.
pub(crate) fn types(parts: &Parts<'_>) -> TokenStream {
    let Parts { entity, paths, .. } = parts;
    let (vis, private) = (&entity.vis, &entity.private);
    let doc = format!("The paths of [`{}`].", entity.ident);
    let fields = parts.properties().map(|(_, property)| {
        let (ident, vis, attributes) = (&property.ident, &property.vis, &property.attributes);
        let marker = parts.marker(property);
        let path = match property.kind {
            Kind::Scalar(_) => quote!(Path),
            Kind::Relation(_) => quote!(Rel),
        };
        quote!(#(#attributes)* #vis #ident: #private::#path<E, #private::Step<#marker, P>>)
    });
    quote! {
        #[doc = #doc]
        #[allow(unreachable_pub, dead_code, missing_docs)]
        #vis struct #paths<E, P> {
            #(#fields,)*
        }
    }
}

/// The paths as a constant.
pub(crate) fn paths_impl(parts: &Parts<'_>) -> TokenStream {
    let paths = &parts.paths;
    let fields = parts.properties().map(|(_, property)| {
        let ident = &property.ident;
        match property.kind {
            Kind::Scalar(_) => quote!(#ident: __orm::Path::NEW),
            Kind::Relation(_) => quote!(#ident: __orm::Rel::NEW),
        }
    });
    quote! {
        impl<E: 'static, P: 'static> __orm::Paths for #paths<E, P> {
            const PATHS: &'static Self = &Self { #(#fields,)* };
        }
    }
}
