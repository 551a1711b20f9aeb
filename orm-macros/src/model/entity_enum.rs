//! An enum that is a column: texts or integers.

use syn::{Data, DeriveInput, Expr, Fields, Ident, Lit};

use crate::attr::{Settings, Written};
use crate::errors::Errors;
use crate::model::Casing;
use crate::root;

/// An enum that is a column.
pub(crate) struct EntityEnum {
    pub(crate) ident: Ident,
    pub(crate) private: proc_macro2::TokenStream,
    pub(crate) variants: Variants,
}

/// How the database's own type is called.
pub(crate) struct NativeName {
    pub(crate) name: String,
    pub(crate) schema: Option<String>,
}

/// What the database holds for each variant.
pub(crate) enum Variants {
    Texts(Vec<(Ident, String)>),
    /// Texts that are a type of the database's own, with its name and schema.
    Native(NativeName, Vec<(Ident, String)>),
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
        let integers = settings.word("integer", errors);
        let is_integer = integers.is_some();
        let native = native(input, &mut settings, errors);
        if let (Some(word), Some(_)) = (&integers, &native) {
            errors.at(word, "a type of the database's own holds texts; take `integer` or `native_enum` off");
        }
        let root = settings.value("crate", "::my_orm", errors);
        let root = root.and_then(|path| syn::parse2(quote::ToTokens::to_token_stream(&path)).ok());
        settings.finish(errors);
        if data.variants.is_empty() {
            errors.at(&input.ident, "an enum without variants has no value to store");
            return None;
        }
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
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
                numbers.push((variant.ident.clone(), value));
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
        let variants = match native {
            _ if is_integer => Variants::Integers(numbers),
            Some(native) => Variants::Native(native, texts),
            None => Variants::Texts(texts),
        };
        Some(Self { ident: input.ident.clone(), private: root::private(root.as_ref()), variants })
    }
}

/// `native_enum`, `native_enum = "mood"`, `native_enum = "schema.mood"`.
fn native(input: &DeriveInput, settings: &mut Settings, errors: &mut Errors) -> Option<NativeName> {
    let setting = settings.take("native_enum")?;
    let own = || Casing::Snake.apply(&input.ident.to_string());
    let written = match &setting.value {
        Written::Word => return Some(NativeName { name: own(), schema: None }),
        Written::Value(value) => text(value),
        Written::List(_) => None,
    };
    let Some(written) = written.filter(|name| !name.is_empty()) else {
        errors.at(
            &setting,
            "write `#[orm(native_enum)]`, or with the type's name `#[orm(native_enum = \"mood\")]`",
        );
        return None;
    };
    let (schema, name) = match written.split_once('.') {
        Some((schema, name)) => (Some(schema.to_owned()), name.to_owned()),
        None => (None, written),
    };
    Some(NativeName { name, schema })
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
