//! An enum that is a column: texts or integers.

use syn::{Data, DeriveInput, Expr, Fields, Ident, Lit};

use crate::attr::Settings;
use crate::errors::Errors;
use crate::model::Casing;
use crate::root;

/// An enum that is a column.
pub(crate) struct EntityEnum {
    pub(crate) ident: Ident,
    pub(crate) private: proc_macro2::TokenStream,
    pub(crate) variants: Variants,
}

/// What the database holds for each variant.
pub(crate) enum Variants {
    Texts(Vec<(Ident, String)>),
    Integers(Vec<(Ident, i64)>),
}

impl EntityEnum {
    /// The column that an enum is; none if it cannot be one.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let Data::Enum(data) = &input.data else {
            errors.at(&input.ident, "`EntityEnum` is for enums; for a struct write `#[derive(Entity)]`");
            return None;
        };
        let mut settings = Settings::read(&input.attrs, errors);
        let casing = settings.text("rename_all", errors).and_then(|text| Casing::read(&text, errors));
        let is_integer = settings.word("integer", errors).is_some();
        let root = settings.value("crate", "::my_orm", errors);
        let root = root.and_then(|path| syn::parse2(quote::ToTokens::to_token_stream(&path)).ok());
        settings.finish(errors);
        if data.variants.is_empty() {
            errors.at(&input.ident, "an enum without variants has no value to store");
            return None;
        }
        let mut texts = Vec::new();
        let mut integers = Vec::new();
        let mut next = 0;
        for variant in &data.variants {
            if !matches!(variant.fields, Fields::Unit) {
                errors.at(variant, "a variant with fields is no column; use `Json<…>` for the whole enum");
                continue;
            }
            let mut settings = Settings::read(&variant.attrs, errors);
            let value = settings.value("value", if is_integer { "1" } else { "\"draft\"" }, errors);
            settings.finish(errors);
            let written = value.as_ref().or(variant.discriminant.as_ref().map(|(_, value)| value));
            let number = written.and_then(integer);
            let text = value.as_ref().and_then(text);
            if is_integer {
                if written.is_some() && number.is_none() {
                    errors.at(&written, "the enum is stored as integers; write a number");
                }
                let value = number.unwrap_or(next);
                next = value + 1;
                integers.push((variant.ident.clone(), value));
            } else {
                if value.is_some() && text.is_none() {
                    errors.at(
                        &value,
                        "the enum is stored as texts; write a text, or `#[orm(integer)]` on the enum",
                    );
                }
                let name =
                    text.unwrap_or_else(|| casing.unwrap_or(Casing::Snake).apply(&variant.ident.to_string()));
                if texts.iter().any(|(_, other)| *other == name) {
                    errors.at(
                        &variant.ident,
                        format!("another variant is stored as `{name}`; write `#[orm(value = \"…\")]`"),
                    );
                }
                texts.push((variant.ident.clone(), name));
            }
        }
        let variants = if is_integer { Variants::Integers(integers) } else { Variants::Texts(texts) };
        Some(Self { ident: input.ident.clone(), private: root::private(root.as_ref()), variants })
    }
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

fn integer(value: &Expr) -> Option<i64> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Neg(_)) => {
            integer(&unary.expr).map(|number: i64| -number)
        }
        _ => None,
    }
}
