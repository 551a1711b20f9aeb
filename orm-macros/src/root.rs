//! The one path that generated code uses.

use proc_macro2::TokenStream;
use quote::quote;

/// `::orm::__private`, or what `#[orm(crate = path)]` says.
pub(crate) fn private(written: Option<&syn::Path>) -> TokenStream {
    match written {
        Some(path) => quote!(#path::__private),
        None => quote!(::orm::__private),
    }
}
