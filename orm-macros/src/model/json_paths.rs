//! A type inside of a JSON document, as serde writes it: a struct with members, or a scalar.

use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Field, Fields, Ident, Type, Visibility};

use crate::attr::{Serde, Settings};
use crate::errors::Errors;
use crate::root;

/// A type inside of a JSON document.
pub(crate) struct JsonPaths {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) private: proc_macro2::TokenStream,
    pub(crate) kind: JsonType,
}

/// What it is there.
pub(crate) enum JsonType {
    /// An object.
    Members(Vec<Member>),
    /// What its only field is.
    Wrapper(Box<Type>),
    /// The text that serde writes for a variant.
    Texts,
}

/// A member of an object.
pub(crate) struct Member {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// Its key; none if its own members stand in its place.
    pub(crate) key: Option<String>,
    /// Its type; none if serde is told to write something else.
    pub(crate) ty: Option<Type>,
}

/// What makes the document something else than the type says.
const UNKNOWN: [&str; 7] = ["tag", "content", "untagged", "into", "from", "try_from", "remote"];

impl JsonPaths {
    /// The places that a type has; none if it has no such places.
    pub(crate) fn read(input: &DeriveInput, errors: &mut Errors) -> Option<Self> {
        let mut settings = Settings::read(&input.attrs, errors);
        let root = settings.value("crate", "::my_orm", errors);
        let root = root.and_then(|path| syn::parse2(quote::ToTokens::to_token_stream(&path)).ok());
        settings.finish(errors);
        let serde = Serde::read(&input.attrs);
        if let Some(setting) = serde.any_of(&UNKNOWN) {
            errors.at(
                &setting.name,
                format!("with `{}` the document is not what the type says; leave `JsonPaths` out, and write `.at(\"…\")` for a place in it", setting.name),
            );
            return None;
        }
        if !input.generics.params.is_empty() {
            errors.at(&input.generics, "`JsonPaths` is for types without parameters; leave it out, and write `.at(\"…\")` for a place in it");
            return None;
        }
        let kind = match &input.data {
            Data::Struct(data) => structure(&input.ident, &data.fields, &serde, errors)?,
            Data::Enum(data) => {
                if let Some(variant) =
                    data.variants.iter().find(|variant| !matches!(variant.fields, Fields::Unit))
                {
                    errors.at(variant, "a variant with fields has no places by name; leave `JsonPaths` out, and write `.at(\"…\")` for a place in it");
                    return None;
                }
                JsonType::Texts
            }
            Data::Union(_) => {
                errors.at(&input.ident, "`JsonPaths` is for structs and enums that serde writes");
                return None;
            }
        };
        let private = root::private(root.as_ref());
        Some(Self { ident: input.ident.clone(), vis: input.vis.clone(), private, kind })
    }
}

fn structure(ident: &Ident, fields: &Fields, serde: &Serde, errors: &mut Errors) -> Option<JsonType> {
    let transparent = serde.any_of(&["transparent"]).is_some();
    match fields {
        Fields::Named(fields) if transparent => {
            let written = fields.named.iter().find(|field| !is_skipped(&Serde::read(&field.attrs)))?;
            Some(JsonType::Wrapper(Box::new(written.ty.clone())))
        }
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            Some(JsonType::Wrapper(Box::new(fields.unnamed[0].ty.clone())))
        }
        Fields::Named(fields) => {
            let casing = serde.text("rename_all").map(|text| text.value());
            let members = fields.named.iter().filter_map(|field| member(field, casing.as_deref()));
            Some(JsonType::Members(members.collect()))
        }
        Fields::Unnamed(_) | Fields::Unit => {
            errors.at(
                ident,
                "serde writes no names for it; leave `JsonPaths` out, and write `.at(0)` for a place in it",
            );
            None
        }
    }
}

fn is_skipped(serde: &Serde) -> bool {
    serde.any_of(&["skip", "skip_serializing"]).is_some()
}

fn member(field: &Field, casing: Option<&str>) -> Option<Member> {
    let serde = Serde::read(&field.attrs);
    let ident = field.ident.clone()?;
    if is_skipped(&serde) {
        return None;
    }
    let key = match serde.any_of(&["flatten"]) {
        Some(_) => None,
        None => Some(match serde.text("rename") {
            Some(text) => text.value(),
            None => cased(&ident.unraw().to_string(), casing),
        }),
    };
    let ty = serde.any_of(&["with", "serialize_with"]).is_none().then(|| field.ty.clone());
    Some(Member { ident, vis: field.vis.clone(), key, ty })
}

/// A field's name as serde writes it. What serde does not know, serde refuses.
fn cased(name: &str, casing: Option<&str>) -> String {
    let pascal = || -> String { name.split('_').map(with_capital).collect() };
    match casing {
        Some("UPPERCASE" | "SCREAMING_SNAKE_CASE") => name.to_ascii_uppercase(),
        Some("PascalCase") => pascal(),
        Some("camelCase") => {
            let pascal = pascal();
            let mut characters = pascal.chars();
            characters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(characters).collect()
        }
        Some("kebab-case") => name.replace('_', "-"),
        Some("SCREAMING-KEBAB-CASE") => name.to_ascii_uppercase().replace('_', "-"),
        _ => name.to_owned(),
    }
}

fn with_capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn keys(input: &DeriveInput) -> Vec<String> {
        let mut errors = Errors::default();
        let read = JsonPaths::read(input, &mut errors);
        assert_eq!(errors.messages(), [""; 0]);
        let JsonType::Members(members) = read.expect("it can be read").kind else { panic!("it has members") };
        members.into_iter().map(|member| member.key.unwrap_or_else(|| format!("…{}", member.ident))).collect()
    }

    #[test]
    fn keys_are_what_serde_writes() {
        let input = |casing: &str| -> DeriveInput {
            parse_quote! {
                #[serde(rename_all = #casing, deny_unknown_fields)]
                struct Settings {
                    r#type: i32,
                    tab_width: i32,
                    #[serde(rename = "a.b\"c", default)]
                    odd: i32,
                    #[serde(rename(serialize = "out", deserialize = "in"))]
                    both: i32,
                    #[serde(skip)]
                    skipped: i32,
                    #[serde(flatten)]
                    rest: Rest,
                }
            }
        };
        assert_eq!(keys(&input("snake_case")), ["type", "tab_width", "a.b\"c", "out", "…rest"]);
        assert_eq!(keys(&input("camelCase"))[..2], ["type", "tabWidth"]);
        assert_eq!(keys(&input("PascalCase"))[..2], ["Type", "TabWidth"]);
        assert_eq!(keys(&input("kebab-case"))[..2], ["type", "tab-width"]);
        assert_eq!(keys(&input("SCREAMING-KEBAB-CASE"))[..2], ["TYPE", "TAB-WIDTH"]);
        assert_eq!(keys(&input("SCREAMING_SNAKE_CASE"))[..2], ["TYPE", "TAB_WIDTH"]);
        assert_eq!(keys(&input("lowercase"))[..2], ["type", "tab_width"]);
    }

    #[test]
    fn what_has_no_places_by_name_says_what_to_write() {
        let mistakes = |input: DeriveInput| {
            let mut errors = Errors::default();
            assert!(JsonPaths::read(&input, &mut errors).is_none());
            errors.messages().concat()
        };
        assert!(
            mistakes(parse_quote! { #[serde(tag = "kind")] enum Shape { Circle } }).contains("with `tag`")
        );
        assert!(
            mistakes(parse_quote! { enum Shape { Circle { radius: f64 } } })
                .contains("a variant with fields")
        );
        assert!(mistakes(parse_quote! { struct Pair(i32, i32); }).contains("writes no names"));
        assert!(mistakes(parse_quote! { struct Page<T> { items: Vec<T> } }).contains("without parameters"));
    }
}
