//! The syntax of `#[serde(…)]`, as far as it says how something is written. What it says beside that is serde's.

use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, LitStr, Token};

use crate::attr::{Setting, Written};

/// The settings of all `#[serde(…)]` attributes of an item.
pub(crate) struct Serde(Vec<Setting>);

impl Serde {
    /// Reads them. What serde itself will refuse is passed over.
    pub(crate) fn read(attributes: &[Attribute]) -> Self {
        let settings = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
        let settings = settings.filter_map(|attribute| {
            attribute.parse_args_with(Punctuated::<Setting, Token![,]>::parse_terminated).ok()
        });
        Self(settings.flatten().collect())
    }

    /// The first of these settings that is there.
    pub(crate) fn any_of(&self, names: &[&str]) -> Option<&Setting> {
        self.0.iter().find(|setting| names.iter().any(|name| setting.name == name))
    }

    /// `name = "text"`, or `name(serialize = "text")`: what is written, not what is read.
    pub(crate) fn text(&self, name: &str) -> Option<LitStr> {
        self.0.iter().filter(|setting| setting.name == name).find_map(|setting| match &setting.value {
            Written::Word => None,
            Written::Value(value) => literal(value),
            Written::List(list) => {
                let inner = Punctuated::<Setting, Token![,]>::parse_terminated.parse2(list.clone()).ok()?;
                inner.iter().find(|inner| inner.name == "serialize").and_then(|inner| match &inner.value {
                    Written::Value(value) => literal(value),
                    Written::Word | Written::List(_) => None,
                })
            }
        })
    }
}

fn literal(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}
