//! `rename_all`.

use heck::{ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};

use crate::errors::Errors;

/// How names are written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Casing {
    Snake,
    Camel,
    Pascal,
    Shouty,
    Lower,
    Upper,
}

impl Casing {
    /// The casing that `rename_all = "…"` names.
    pub(crate) fn read(text: &syn::LitStr, errors: &mut Errors) -> Option<Self> {
        Some(match text.value().as_str() {
            "snake_case" => Self::Snake,
            "camelCase" => Self::Camel,
            "PascalCase" => Self::Pascal,
            "SCREAMING_SNAKE_CASE" => Self::Shouty,
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            _ => {
                errors.at(
                    text,
                    "write one of \"snake_case\", \"camelCase\", \"PascalCase\", \"SCREAMING_SNAKE_CASE\", \"lowercase\", \"UPPERCASE\"",
                );
                return None;
            }
        })
    }

    pub(crate) fn apply(self, name: &str) -> String {
        match self {
            Self::Snake => name.to_snake_case(),
            Self::Camel => name.to_lower_camel_case(),
            Self::Pascal => name.to_pascal_case(),
            Self::Shouty => name.to_shouty_snake_case(),
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
        }
    }
}
