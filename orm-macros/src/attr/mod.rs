//! The syntax of `#[orm(…)]`: words, `word = value`, `word(…)`. Knows no meaning.

mod serde;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Lit, Token, ext::IdentExt};

use crate::errors::Errors;

pub(crate) use serde::Serde;

/// One setting: `lazy`, `default = 0`, `index(a, b)`.
#[derive(Clone)]
pub(crate) struct Setting {
    pub(crate) name: Ident,
    pub(crate) value: Written,
}

/// What stands behind a setting's name.
#[derive(Clone)]
pub(crate) enum Written {
    /// Nothing.
    Word,
    /// `= expression`.
    Value(Expr),
    /// `(…)`.
    List(TokenStream),
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Written::Value(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            Written::List(content.parse()?)
        } else {
            Written::Word
        };
        Ok(Self { name, value })
    }
}

impl ToTokens for Setting {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        match &self.value {
            Written::Word => {}
            Written::Value(value) => value.to_tokens(tokens),
            Written::List(list) => list.to_tokens(tokens),
        }
    }
}

/// The settings of an item, taken out one by one; what is left over is unknown.
pub(crate) struct Settings {
    settings: Vec<Setting>,
    known: Vec<&'static str>,
}

impl Settings {
    /// All settings of all `#[orm(…)]` attributes.
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut settings: Vec<Setting> = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("orm")) {
            match attribute.parse_args_with(Punctuated::<Setting, Token![,]>::parse_terminated) {
                Ok(parsed) => settings.extend(parsed),
                Err(error) => errors.push(error),
            }
        }
        let mut index = 0;
        while index < settings.len() {
            let name = settings[index].name.to_string();
            let may_repeat = matches!(name.as_str(), "index" | "unique" | "check" | "filter")
                && matches!(settings[index].value, Written::List(_));
            let is_twice = settings[..index].iter().any(|other| other.name == name) && !may_repeat;
            if is_twice {
                let twice = settings.remove(index);
                errors.at(&twice.name, format!("`{name}` is written twice; keep one of them"));
            } else {
                index += 1;
            }
        }
        Self { settings, known: Vec::new() }
    }

    /// Takes the setting of that name.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Setting> {
        self.known.push(name);
        let at = self.settings.iter().position(|setting| setting.name == name)?;
        Some(self.settings.remove(at))
    }

    /// Takes a setting that is a mere word.
    pub(crate) fn word(&mut self, name: &'static str, errors: &mut Errors) -> Option<Ident> {
        let setting = self.take(name)?;
        if !matches!(setting.value, Written::Word) {
            errors.at(&setting, format!("`{name}` takes no value; write `#[orm({name})]`"));
        }
        Some(setting.name)
    }

    /// Takes a setting that is `name = "text"`.
    pub(crate) fn text(&mut self, name: &'static str, errors: &mut Errors) -> Option<syn::LitStr> {
        let setting = self.take(name)?;
        if let Written::Value(Expr::Lit(literal)) = &setting.value
            && let Lit::Str(text) = &literal.lit
        {
            return Some(text.clone());
        }
        errors.at(&setting, format!("`{name}` takes a text; write `#[orm({name} = \"…\")]`"));
        None
    }

    /// Takes a setting that is `name = 123`.
    pub(crate) fn number(&mut self, name: &'static str, errors: &mut Errors) -> Option<u32> {
        let setting = self.take(name)?;
        if let Written::Value(Expr::Lit(literal)) = &setting.value
            && let Lit::Int(number) = &literal.lit
            && let Ok(number) = number.base10_parse()
        {
            return Some(number);
        }
        errors.at(&setting, format!("`{name}` takes a number; write `#[orm({name} = 10)]`"));
        None
    }

    /// Takes a setting that is `name = expression`.
    pub(crate) fn value(&mut self, name: &'static str, example: &str, errors: &mut Errors) -> Option<Expr> {
        let setting = self.take(name)?;
        if let Written::Value(value) = setting.value {
            return Some(value);
        }
        errors.at(&setting, format!("`{name}` takes a value; write `#[orm({name} = {example})]`"));
        None
    }

    /// Takes `name(a, b)` or `name = a`, as names.
    pub(crate) fn names(&mut self, name: &'static str, errors: &mut Errors) -> Option<Vec<Name>> {
        let setting = self.take(name)?;
        let names = match &setting.value {
            Written::List(list) => {
                syn::parse::Parser::parse2(Punctuated::<Name, Token![,]>::parse_terminated, list.clone())
                    .map(|names| names.into_iter().collect())
            }
            Written::Value(value) => syn::parse2(value.to_token_stream()).map(|name| vec![name]),
            Written::Word => Err(syn::Error::new_spanned(&setting, "")),
        };
        match names {
            Ok(names) => Some(names),
            Err(_) => {
                errors.at(&setting, format!("`{name}` takes names; write `#[orm({name}(\"…\", \"…\"))]`"));
                None
            }
        }
    }

    /// Reports what was not taken.
    pub(crate) fn finish(self, errors: &mut Errors) {
        for setting in self.settings {
            let name = setting.name.to_string();
            let advice = match crate::errors::nearest(&name, &self.known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", self.known.join(", ")),
            };
            errors.at(&setting.name, format!("there is no `{name}` here; {advice}"));
        }
    }
}

/// A name, as an identifier or as text.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Parse for Name {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(syn::LitStr) {
            let text: syn::LitStr = input.parse()?;
            return Ok(Self { text: text.value(), span: text.span() });
        }
        let ident = Ident::parse_any(input)?;
        Ok(Self { text: ident.unraw().to_string(), span: ident.span() })
    }
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        Ident::new("name", self.span).to_tokens(tokens);
    }
}
