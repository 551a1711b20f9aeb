//! A property: a field of the struct with what is written on it.

use syn::ext::IdentExt;
use syn::{Attribute, Expr, Field, Ident, LitStr, Type, Visibility};

use crate::attr::{Settings, Written};
use crate::errors::Errors;
use crate::model::relation::{Relation, argument};

/// A property.
pub(crate) struct Property {
    /// The field, as written.
    pub(crate) ident: Ident,
    /// Its name without `r#`.
    pub(crate) name: String,
    pub(crate) vis: Visibility,
    /// The field's type.
    pub(crate) ty: Type,
    /// Attributes that generated items carry on: `doc`, `deprecated`.
    pub(crate) attributes: Vec<Attribute>,
    /// How to reach the field from the struct: the bases it is in, and itself.
    pub(crate) access: Vec<Ident>,
    pub(crate) kind: Kind,
    pub(crate) column: Option<LitStr>,
    pub(crate) primary: bool,
    pub(crate) unique: Option<Ident>,
    pub(crate) index: Option<Ident>,
    pub(crate) hidden: Option<Ident>,
    pub(crate) comment: Option<LitStr>,
}

/// What kind of property it is.
pub(crate) enum Kind {
    Scalar(Box<Scalar>),
    Relation(Box<Relation>),
}

/// What only a scalar has.
pub(crate) struct Scalar {
    pub(crate) auto_increment: bool,
    pub(crate) lazy: Option<Ident>,
    pub(crate) default: Option<Default>,
    pub(crate) default_sql: Option<LitStr>,
    pub(crate) version: Option<Ident>,
    pub(crate) concurrency_check: Option<Ident>,
    pub(crate) on_create: Option<Expr>,
    pub(crate) on_update: Option<Expr>,
    pub(crate) generated: Option<(LitStr, bool)>,
    pub(crate) column_type: Option<LitStr>,
    pub(crate) length: Option<u32>,
    pub(crate) precision: Option<(u32, u32)>,
    pub(crate) check: Option<LitStr>,
}

/// What fills a property in that was not given.
pub(crate) enum Default {
    /// `Default::default()`.
    OfType,
    /// An expression.
    Value(Expr),
}

impl Property {
    /// The property that a field is.
    pub(crate) fn read(field: &Field, access: Vec<Ident>, errors: &mut Errors) -> Option<Self> {
        let ident = field.ident.clone()?;
        let mut settings = Settings::read(&field.attrs, errors);
        let key = settings.take("primary_key");
        let mut attributes = field.attrs.clone();
        attributes
            .retain(|attribute| attribute.path().is_ident("doc") || attribute.path().is_ident("deprecated"));
        let relation_errors = errors.count();
        let relation = Relation::read(&field.ty, &mut settings, errors);
        if relation.is_none() && errors.count() > relation_errors {
            return None;
        }
        let primary = key.is_some();
        let kind = match relation {
            Some(relation) => Kind::Relation(Box::new(relation)),
            None => Kind::Scalar(Box::new(Scalar::read(&field.ty, key, &mut settings, errors))),
        };
        let property = Self {
            name: ident.unraw().to_string(),
            vis: field.vis.clone(),
            ty: field.ty.clone(),
            attributes,
            access,
            kind,
            column: settings.text("column", errors),
            primary,
            unique: settings.word("unique", errors),
            index: settings.word("index", errors),
            hidden: settings.word("hidden", errors),
            comment: settings.text("comment", errors),
            ident,
        };
        if let Some(nullable) = settings.word("nullable", errors)
            && !property.is_optional()
        {
            errors.at(
                &nullable,
                format!("write the type as `Option<…>`; `{}` is null when it is `None`", property.name),
            );
        }
        settings.finish(errors);
        Some(property)
    }

    /// Whether the type is an `Option`.
    pub(crate) fn is_optional(&self) -> bool {
        argument(&self.ty, "Option").is_some()
    }

    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            Kind::Relation(_) => None,
        }
    }

    pub(crate) fn relation(&self) -> Option<&Relation> {
        match &self.kind {
            Kind::Relation(relation) => Some(relation),
            Kind::Scalar(_) => None,
        }
    }

    /// Whether the database gives the value.
    pub(crate) fn is_generated(&self) -> bool {
        self.scalar().is_some_and(|scalar| {
            scalar.auto_increment
                || scalar.version.is_some()
                || scalar.generated.is_some()
                || scalar.default_sql.is_some()
        })
    }

    /// Whether a builder demands it.
    pub(crate) fn is_required(&self) -> bool {
        match &self.kind {
            Kind::Scalar(scalar) => {
                !self.is_optional()
                    && !self.is_generated()
                    && scalar.default.is_none()
                    && scalar.on_create.is_none()
            }
            Kind::Relation(relation) => !relation.kind.is_to_many() && !relation.optional,
        }
    }
}

impl Scalar {
    fn read(
        ty: &Type,
        key: Option<crate::attr::Setting>,
        settings: &mut Settings,
        errors: &mut Errors,
    ) -> Self {
        let opt = settings.word("opt", errors);
        let is_made = key.is_some_and(|key| is_made(ty, &key, errors));
        let default_sql = settings.text("default_sql", errors);
        let of_object_id = || {
            let is_silent = is_made && default_sql.is_none() && is_object_id(ty);
            is_silent.then(|| Default::Value(syn::parse_quote!(__orm::ObjectId::new())))
        };
        Self {
            auto_increment: is_made && !is_object_id(ty),
            lazy: settings.word("lazy", errors),
            default: default(settings).or(opt.map(|_| Default::OfType)).or_else(of_object_id),
            default_sql,
            version: settings.word("version", errors),
            concurrency_check: settings.word("concurrency_check", errors),
            on_create: settings.value("on_create", "Utc::now()", errors),
            on_update: settings.value("on_update", "Utc::now()", errors),
            generated: generated(settings, errors),
            column_type: settings.text("column_type", errors),
            length: settings.number("length", errors),
            precision: settings.number("precision", errors).map(|precision| (precision, 0)),
            check: settings.text("check", errors),
        }
        .with_scale(settings.number("scale", errors))
    }

    /// The same without what a mistake may be in; what a builder demands stays.
    pub(crate) fn plain(scalar: &Scalar) -> Self {
        Self {
            auto_increment: scalar.auto_increment,
            lazy: scalar.lazy.clone(),
            default: scalar.default.as_ref().map(|_| Default::OfType),
            default_sql: scalar.default_sql.clone(),
            version: scalar.version.clone(),
            concurrency_check: None,
            on_create: scalar.on_create.clone(),
            on_update: None,
            generated: scalar.generated.clone(),
            column_type: None,
            length: None,
            precision: None,
            check: None,
        }
    }

    fn with_scale(mut self, scale: Option<u32>) -> Self {
        if let (Some((_, digits)), Some(scale)) = (&mut self.precision, scale) {
            *digits = scale;
        }
        self
    }
}

fn default(settings: &mut Settings) -> Option<Default> {
    match settings.take("default")?.value {
        Written::Word => Some(Default::OfType),
        Written::Value(value) => Some(Default::Value(value)),
        Written::List(list) => Some(Default::Value(Expr::Verbatim(quote::quote!((#list))))),
    }
}

fn is_integer(ty: &Type) -> bool {
    is_one_of(ty, &["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"])
}

fn is_object_id(ty: &Type) -> bool {
    is_one_of(ty, &["ObjectId"])
}

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

/// Whether a key is made for the entity, unless it says otherwise: an integer by the database, an object id here.
fn is_made(ty: &Type, key: &crate::attr::Setting, errors: &mut Errors) -> bool {
    let is_made = is_integer(ty) || is_object_id(ty);
    let Written::List(list) = &key.value else { return is_made };
    let inner: syn::Result<crate::attr::Setting> = syn::parse2(list.clone());
    if let Ok(crate::attr::Setting { name, value: Written::Value(Expr::Lit(literal)) }) = &inner
        && name == "auto_increment"
        && let syn::Lit::Bool(value) = &literal.lit
    {
        return value.value;
    }
    errors.at(list, "a key takes `auto_increment = true` or `auto_increment = false`; write `#[orm(primary_key(auto_increment = false))]`");
    is_made
}

fn generated(settings: &mut Settings, errors: &mut Errors) -> Option<(LitStr, bool)> {
    let sql = settings.text("generated", errors);
    let stored = settings.word("stored", errors);
    let is_virtual = settings.word("virtual", errors);
    if let (Some(_), Some(is_virtual)) = (&stored, &is_virtual) {
        errors.at(is_virtual, "a generated column is stored or virtual, not both");
    }
    match (&sql, stored.as_ref().or(is_virtual.as_ref())) {
        (None, Some(word)) => {
            errors.at(word, "only a generated column is that; write `#[orm(generated = \"…\", stored)]`");
            None
        }
        _ => sql.map(|sql| (sql, stored.is_some())),
    }
}
