//! Named filters that are written on the struct.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprClosure, Ident, LitStr, Pat, PatIdent, PatType, Token, Type};

use crate::attr::{Setting, Written};
use crate::errors::{Errors, nearest};

/// `filter(name = "tenant", default, strict, |a, tenant: i64| a.tenant_id.eq(tenant))`.
pub(crate) struct Filter {
    /// The name, as the type is called that stands for it.
    pub(crate) ident: Ident,
    pub(crate) is_default: bool,
    pub(crate) is_strict: bool,
    /// What the entity's paths are called in the condition.
    pub(crate) paths: PatIdent,
    pub(crate) params: Vec<PatType>,
    pub(crate) condition: Expr,
}

const EXAMPLE: &str = "write `#[orm(filter(name = \"active\", |a| a.active.eq(true)))]`";

impl Filter {
    pub(crate) fn read(setting: &Setting, errors: &mut Errors) -> Option<Self> {
        let Written::List(list) = &setting.value else {
            errors.at(setting, format!("a filter has a name and a condition; {EXAMPLE}"));
            return None;
        };
        let list: List = match syn::parse2(list.clone()) {
            Ok(list) => list,
            Err(error) => {
                errors.push(error);
                return None;
            }
        };
        let mut name = None;
        let (mut is_default, mut is_strict) = (false, false);
        for item in &list.settings {
            match (item.name.to_string().as_str(), &item.value) {
                ("name", Written::Value(value)) => match name_of(value) {
                    Some(ident) => name = Some(ident),
                    None => {
                        errors.at(value, "a filter's name is a Rust name, as a type is called so; write `name = \"not_deleted\"`");
                        return None;
                    }
                },
                ("default", Written::Word) => is_default = true,
                ("strict", Written::Word) => is_strict = true,
                (word, _) => errors.at(&item.name, unknown(word)),
            }
        }
        let (Some(ident), Some(closure)) = (name, list.condition) else {
            errors.at(setting, format!("a filter has a name and a condition; {EXAMPLE}"));
            return None;
        };
        let mut inputs = closure.inputs.iter();
        let Some(Pat::Ident(paths)) = inputs.next() else {
            errors.at(&closure, format!("a filter's condition takes the entity's paths; {EXAMPLE}"));
            return None;
        };
        let mut params = Vec::new();
        for input in inputs {
            match input {
                Pat::Type(typed) => params.push(typed.clone()),
                untyped => errors.at(
                    untyped,
                    format!("a filter's parameter has a type; write `{}: i64`", untyped.to_token_stream()),
                ),
            }
        }
        let paths = paths.clone();
        Some(Self { ident, is_default, is_strict, paths, params, condition: *closure.body })
    }

    /// The type of all parameters together.
    pub(crate) fn params_type(&self) -> Type {
        match self.params.as_slice() {
            [one] => (*one.ty).clone(),
            several => {
                let types = several.iter().map(|param| &param.ty);
                syn::parse_quote!((#(#types),*))
            }
        }
    }
}

struct List {
    settings: Vec<Setting>,
    condition: Option<ExprClosure>,
}

impl Parse for List {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut list = Self { settings: Vec::new(), condition: None };
        while !input.is_empty() {
            if input.peek(Token![|]) || input.peek(Token![||]) || input.peek(Token![move]) {
                list.condition = Some(input.parse()?);
            } else {
                list.settings.push(input.parse()?);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(list)
    }
}

fn name_of(value: &Expr) -> Option<Ident> {
    if let Ok(text) = syn::parse2::<LitStr>(value.to_token_stream()) {
        return text.parse_with(Ident::parse_any).ok().map(|name| {
            let name = name.unraw().to_string();
            let raw = || Ident::new_raw(&name, text.span());
            syn::parse_str::<Ident>(&name).map_or_else(|_| raw(), |_| Ident::new(&name, text.span()))
        });
    }
    syn::parse2::<Ident>(value.to_token_stream()).ok()
}

fn unknown(word: &str) -> String {
    let known = ["name", "default", "strict"];
    match nearest(word, &known) {
        Some(near) => format!("`filter` has no `{word}`; did you mean `{near}`?"),
        None => format!("`filter` has no `{word}`; there are {}, and the condition", known.join(", ")),
    }
}
