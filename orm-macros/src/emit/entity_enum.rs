//! `Type` for an enum.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{EntityEnum, NativeName, Variants};

/// `impl Type for Status`.
pub(crate) fn entity_enum(entity_enum: &EntityEnum) -> TokenStream {
    let EntityEnum { ident, private, variants } = entity_enum;
    let (kind, to_value, from_cell) = match variants {
        Variants::Texts(variants) => texts(variants),
        Variants::Native(native, variants) => {
            let NativeName { name, schema } = native;
            let schema = match schema {
                Some(schema) => quote!(::core::option::Option::Some(#schema)),
                None => quote!(::core::option::Option::None),
            };
            let values = variants.iter().map(|(_, text)| text);
            let (_, to_value, from_cell) = texts(variants);
            let kind = quote!(__orm::ColumnKind::NativeEnum(&__orm::NativeEnum {
                name: #name,
                schema: #schema,
                values: &[#(#values),*],
            }));
            (kind, to_value, from_cell)
        }
        Variants::Integers(variants) => integers(variants),
    };
    quote! {
        const _: () = {
            use #private as __orm;
            impl __orm::Type for #ident {
                const KIND: __orm::ColumnKind = #kind;
                fn to_value(&self) -> __orm::Value {
                    #to_value
                }
                fn from_cell(cell: __orm::Cell<'_>) -> ::core::result::Result<Self, __orm::DecodeError> {
                    #from_cell
                }
            }
            impl __orm::ArrayItem for #ident {}
        };
    }
}

type Bodies = (TokenStream, TokenStream, TokenStream);

fn texts(variants: &[(syn::Ident, String)]) -> Bodies {
    let names: Vec<_> = variants.iter().map(|(ident, _)| ident).collect();
    let texts: Vec<_> = variants.iter().map(|(_, text)| text).collect();
    (
        quote!(__orm::ColumnKind::TextEnum(&[#(#texts),*])),
        quote! {
            __orm::Value::Text(::std::string::String::from(match self { #(Self::#names => #texts,)* }))
        },
        quote! {
            let text = <::std::string::String as __orm::Type>::from_cell(cell)?;
            match text.as_str() {
                #(#texts => ::core::result::Result::Ok(Self::#names),)*
                _ => ::core::result::Result::Err(__orm::DecodeError::Text {
                    text,
                    expected: ::core::concat!("one of", #(" `", #texts, "`"),*),
                }),
            }
        },
    )
}

fn integers(variants: &[(syn::Ident, i64)]) -> Bodies {
    let names: Vec<_> = variants.iter().map(|(ident, _)| ident).collect();
    let numbers: Vec<_> = variants.iter().map(|(_, number)| number).collect();
    (
        quote!(__orm::ColumnKind::IntEnum(&[#(#numbers),*])),
        quote!(__orm::Value::Int(match self { #(Self::#names => #numbers,)* })),
        quote! {
            match <i64 as __orm::Type>::from_cell(cell)? {
                #(#numbers => ::core::result::Result::Ok(Self::#names),)*
                other => ::core::result::Result::Err(__orm::DecodeError::Range {
                    value: ::std::string::ToString::to_string(&other),
                    target: ::core::any::type_name::<Self>(),
                }),
            }
        },
    )
}
