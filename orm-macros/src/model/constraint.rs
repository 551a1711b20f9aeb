//! Indexes and checks that are written on the struct.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Ident, Lit, LitStr, Token};

use crate::attr::{Name, Setting, Written};
use crate::errors::{Errors, nearest};

/// An index over properties or an expression.
pub(crate) struct Index {
    /// The word of the attribute, for what is wrong with the whole.
    pub(crate) word: Ident,
    pub(crate) properties: Vec<Name>,
    pub(crate) name: Option<LitStr>,
    pub(crate) unique: bool,
    pub(crate) expression: Option<LitStr>,
    pub(crate) condition: Option<LitStr>,
    pub(crate) full_text: Option<Ident>,
    pub(crate) method: Option<LitStr>,
}

/// A check constraint.
pub(crate) struct Check {
    pub(crate) expression: LitStr,
    pub(crate) name: Option<LitStr>,
}

impl Index {
    /// `index(a, b, name = "…", where = "…")`, `index(expression = "…")`, `index(a, fulltext)`.
    pub(crate) fn read(setting: Setting, unique: bool, errors: &mut Errors) -> Option<Self> {
        let word = setting.name.clone();
        let Written::List(list) = &setting.value else {
            errors
                .at(&setting, format!("name the properties; write `#[orm({word}(first_name, last_name))]`"));
            return None;
        };
        let items = match Punctuated::<Setting, Token![,]>::parse_terminated.parse2(list.clone()) {
            Ok(items) => items,
            Err(error) => {
                errors.push(error);
                return None;
            }
        };
        let mut index = Self {
            word,
            properties: Vec::new(),
            name: None,
            unique,
            expression: None,
            condition: None,
            full_text: None,
            method: None,
        };
        for item in items {
            index.take(item, errors);
        }
        Some(index)
    }

    fn take(&mut self, item: Setting, errors: &mut Errors) {
        match (&item.value, item.name.to_string().as_str()) {
            (Written::Word, "fulltext") => self.full_text = Some(item.name),
            (Written::Word, _) => self.properties.push(name_of(&item.name)),
            (Written::List(list), "properties") => {
                match Punctuated::<Name, Token![,]>::parse_terminated.parse2(list.clone()) {
                    Ok(names) => self.properties.extend(names),
                    Err(error) => errors.push(error),
                }
            }
            (Written::Value(value), word) => {
                let place = match word {
                    "name" => &mut self.name,
                    "where" => &mut self.condition,
                    "expression" => &mut self.expression,
                    "method" => &mut self.method,
                    _ => return errors.at(&item.name, unknown(&self.word, word)),
                };
                match value {
                    Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => *place = Some(text.clone()),
                    _ => {
                        let message = format!("`{word}` takes a text; write `{word} = \"…\"`");
                        errors.at(value, message);
                    }
                }
            }
            (Written::List(_), word) => errors.at(&item.name, unknown(&self.word, word)),
        }
    }
}

fn name_of(ident: &Ident) -> Name {
    Name { text: ident.unraw().to_string(), span: ident.span() }
}

fn unknown(index: &Ident, word: &str) -> String {
    let known = ["properties", "name", "where", "expression", "fulltext", "method"];
    match nearest(word, &known) {
        Some(near) => format!("`{index}` has no `{word}`; did you mean `{near}`?"),
        None => format!("`{index}` has no `{word}`; there are {}", known.join(", ")),
    }
}

impl Check {
    /// `check("age >= 0", name = "…")`, or `check(expression = "…", name = "…")`.
    pub(crate) fn read(setting: Setting, errors: &mut Errors) -> Option<Self> {
        let parsed = match &setting.value {
            Written::List(list) => syn::parse2::<CheckList>(list.clone()).ok(),
            Written::Value(_) | Written::Word => None,
        };
        let check = parsed.and_then(|list| Some(Self { expression: list.expression?, name: list.name }));
        if check.is_none() {
            errors.at(
                &setting,
                "write `#[orm(check(\"price >= 0\"))]`, or with a name behind it: `name = \"…\"`",
            );
        }
        check
    }
}

#[derive(Default)]
struct CheckList {
    expression: Option<LitStr>,
    name: Option<LitStr>,
}

impl Parse for CheckList {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut list = Self::default();
        if input.peek(LitStr) {
            list.expression = Some(input.parse()?);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        while !input.is_empty() {
            let word: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            let text = Some(input.parse()?);
            match word.to_string().as_str() {
                "name" => list.name = text,
                "expression" if list.expression.is_none() => list.expression = text,
                _ => return Err(syn::Error::new(word.span(), "a check has an expression and a name")),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(list)
    }
}
