//! An entity: the struct with what is written on it.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Ident, LitStr, Visibility};

use crate::attr::Settings;
use crate::errors::Errors;
use crate::model::{Casing, Check, Filter, Index, Property};
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
    pub(crate) filters: Vec<Filter>,
}

/// A base's fields, handed in by its macro.
pub(crate) struct Base {
    pub(crate) field: Ident,
    pub(crate) attributes: Vec<Attribute>,
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
                indexes.extend(Index::read(setting, unique, errors));
            }
        }
        while let Some(setting) = settings.take("check") {
            checks.extend(Check::read(setting, errors));
        }
        let mut filters = Vec::new();
        for base in bases {
            let mut settings = Settings::read(&base.attributes, errors);
            while let Some(setting) = settings.take("filter") {
                filters.extend(Filter::read(&setting, errors));
            }
            settings.finish(errors);
        }
        while let Some(setting) = settings.take("filter") {
            filters.extend(Filter::read(&setting, errors));
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
            filters,
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
