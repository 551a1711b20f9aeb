//! An entity: the struct with what is written on it.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Field, Fields, Ident, LitStr, Visibility};

use crate::attr::{Name, Setting, Settings, Written};
use crate::errors::Errors;
use crate::model::{Casing, Property};
use crate::root;

/// An entity.
pub(crate) struct Entity {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    /// The module of the properties' types.
    pub(crate) module: Ident,
    /// What generated code names everything through.
    pub(crate) private: TokenStream,
    pub(crate) properties: Vec<Property>,
    /// Fields that are bases, with their types.
    pub(crate) bases: Vec<(Ident, syn::Type)>,
    pub(crate) table: Option<LitStr>,
    pub(crate) schema: Option<LitStr>,
    pub(crate) comment: Option<LitStr>,
    pub(crate) readonly: Option<Ident>,
    pub(crate) rename_all: Option<Casing>,
    pub(crate) indexes: Vec<Index>,
    pub(crate) checks: Vec<Check>,
}

/// An index over several properties.
pub(crate) struct Index {
    pub(crate) properties: Vec<Name>,
    pub(crate) name: Option<LitStr>,
    pub(crate) unique: bool,
}

/// A check constraint.
pub(crate) struct Check {
    pub(crate) expression: LitStr,
    pub(crate) name: Option<LitStr>,
}

/// A base's fields, handed in by its macro.
pub(crate) struct Base {
    pub(crate) field: Ident,
    pub(crate) fields: Vec<Field>,
}

impl Entity {
    /// The entity that a struct is; none if it is no struct that can be one.
    pub(crate) fn read(input: &DeriveInput, bases: &[Base], errors: &mut Errors) -> Option<Self> {
        let fields = fields(input, errors)?;
        let mut settings = Settings::read(&input.attrs, errors);
        let written_root = crate_path(&mut settings, errors);
        let mut indexes = Vec::new();
        let mut checks = Vec::new();
        for (name, unique) in [("index", false), ("unique", true)] {
            while let Some(setting) = settings.take(name) {
                indexes.extend(index(setting, unique, errors));
            }
        }
        while let Some(setting) = settings.take("check") {
            checks.extend(check(setting, errors));
        }
        let rename_all = settings.text("rename_all", errors).and_then(|text| Casing::read(&text, errors));
        let mut properties = Vec::new();
        let mut base_fields = Vec::new();
        for field in fields {
            let ident = field.ident.clone()?;
            match bases.iter().find(|base| base.field == ident) {
                Some(base) => {
                    base_fields.push((ident.clone(), field.ty.clone()));
                    properties.extend(base.fields.iter().filter_map(|inner| {
                        let access = vec![ident.clone(), inner.ident.clone()?];
                        Property::read(inner, access, errors)
                    }));
                }
                None => properties.extend(Property::read(field, vec![ident], errors)),
            }
        }
        let entity = Self {
            ident: input.ident.clone(),
            vis: input.vis.clone(),
            module: module_of(&input.ident),
            private: root::private(written_root.as_ref()),
            properties,
            bases: base_fields,
            table: settings.text("table", errors),
            schema: settings.text("schema", errors),
            comment: settings.text("comment", errors),
            readonly: settings.word("readonly", errors),
            rename_all,
            indexes,
            checks,
        };
        settings.finish(errors);
        Some(entity)
    }

    /// The position of the property of that name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.properties.iter().position(|property| property.name == name)
    }

    /// A name that belongs to this entity: `ArticleShape`.
    pub(crate) fn named(&self, what: &str) -> Ident {
        format_ident!("{}{what}", self.ident.unraw(), span = self.ident.span())
    }
}

/// The module of an entity's properties: `BlogPost` to `blog_post`.
pub(crate) fn module_of(entity: &Ident) -> Ident {
    let name = entity.unraw().to_string().to_snake_case();
    syn::parse_str::<Ident>(&name)
        .map_or_else(|_| Ident::new_raw(&name, entity.span()), |_| Ident::new(&name, entity.span()))
}

fn fields<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<impl Iterator<Item = &'a Field> + use<'a>> {
    if !input.generics.params.is_empty() {
        errors.at(
            &input.generics,
            "an entity has no type parameters and no lifetimes; write a struct for each table",
        );
        return None;
    }
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(fields.named.iter()),
            Fields::Unnamed(_) | Fields::Unit => {
                errors.at(&input.ident, "an entity is a struct with named fields; write `struct User { … }`");
                None
            }
        },
        Data::Enum(_) => {
            errors.at(&input.ident, "an entity is a struct; for an enum write `#[derive(EntityEnum)]`");
            None
        }
        Data::Union(_) => {
            errors.at(&input.ident, "an entity is a struct with named fields");
            None
        }
    }
}

fn crate_path(settings: &mut Settings, errors: &mut Errors) -> Option<syn::Path> {
    let value = settings.value("crate", "::my_orm", errors)?;
    match syn::parse2(quote::ToTokens::to_token_stream(&value)) {
        Ok(path) => Some(path),
        Err(_) => {
            errors.at(&value, "write a path; `#[orm(crate = ::my_orm)]`");
            None
        }
    }
}

/// `index(a, b, name = "…")`.
fn index(setting: Setting, unique: bool, errors: &mut Errors) -> Option<Index> {
    let word = setting.name.to_string();
    let Written::List(list) = &setting.value else {
        errors.at(&setting, format!("name the properties; write `#[orm({word}(first_name, last_name))]`"));
        return None;
    };
    let items = syn::parse::Parser::parse2(
        syn::punctuated::Punctuated::<Setting, syn::Token![,]>::parse_terminated,
        list.clone(),
    );
    let items = match items {
        Ok(items) => items,
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    let mut index = Index { properties: Vec::new(), name: None, unique };
    for item in items {
        match &item.value {
            Written::Word => {
                index.properties.push(Name { text: item.name.unraw().to_string(), span: item.name.span() });
            }
            Written::Value(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }))
                if item.name == "name" =>
            {
                index.name = Some(name.clone());
            }
            Written::Value(_) | Written::List(_) => {
                errors.at(&item, format!("write `#[orm({word}(first_name, last_name, name = \"…\"))]`"));
            }
        }
    }
    Some(index)
}

/// `check("age >= 0", name = "…")`.
fn check(setting: Setting, errors: &mut Errors) -> Option<Check> {
    struct CheckList {
        expression: LitStr,
        name: Option<LitStr>,
    }
    impl syn::parse::Parse for CheckList {
        fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
            let expression = input.parse()?;
            let mut name = None;
            if !input.is_empty() {
                input.parse::<syn::Token![,]>()?;
                if !input.is_empty() {
                    let word: Ident = input.parse()?;
                    if word != "name" {
                        return Err(syn::Error::new(word.span(), "only a `name = \"…\"` may follow"));
                    }
                    input.parse::<syn::Token![=]>()?;
                    name = Some(input.parse()?);
                }
            }
            Ok(Self { expression, name })
        }
    }
    let parsed = match &setting.value {
        Written::List(list) => syn::parse2::<CheckList>(list.clone()).ok(),
        Written::Value(_) | Written::Word => None,
    };
    if parsed.is_none() {
        errors
            .at(&setting, "write `#[orm(check(\"price >= 0\"))]`, or with a name behind it: `name = \"…\"`");
    }
    parsed.map(|parsed| Check { expression: parsed.expression, name: parsed.name })
}
