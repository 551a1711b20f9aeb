//! A relation: its kind, from the field's type and what is written, and its options.

use syn::{Expr, ExprLit, Ident, Lit, Path, Type};

use crate::attr::{Name, Settings, Written};
use crate::errors::Errors;

/// How two entities are related; the names are those of `orm::meta::RelationKind`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum RelationKind {
    ManyToOne,
    OneToOneOwner,
    OneToOneInverse,
    OneToMany,
    ManyToManyOwner,
    ManyToManyInverse,
}

impl RelationKind {
    pub(crate) fn is_to_many(self) -> bool {
        matches!(self, Self::OneToMany | Self::ManyToManyOwner | Self::ManyToManyInverse)
    }
}

/// A relation with its options.
pub(crate) struct Relation {
    pub(crate) kind: RelationKind,
    pub(crate) target: Type,
    pub(crate) optional: bool,
    pub(crate) mapped_by: Option<Name>,
    pub(crate) join_columns: Vec<Name>,
    pub(crate) pivot_table: Option<syn::LitStr>,
    pub(crate) pivot_join_columns: Vec<Name>,
    pub(crate) pivot_inverse_columns: Vec<Name>,
    pub(crate) pivot_entity: Option<Path>,
    pub(crate) cascade: Cascade,
    pub(crate) orphan_removal: Option<Ident>,
    pub(crate) on_delete: Option<syn::LitStr>,
    pub(crate) on_update: Option<syn::LitStr>,
    pub(crate) eager: Option<Ident>,
    pub(crate) fixed_order: Option<String>,
    pub(crate) order_by: Option<(Name, bool)>,
    /// Whether named filters hold for what it leads to.
    pub(crate) filters: bool,
}

/// What follows the owner.
#[derive(Clone, Copy)]
pub(crate) struct Cascade {
    pub(crate) persist: bool,
    pub(crate) remove: bool,
}

/// What a field's type says of a relation.
pub(crate) enum Shape {
    /// `Ref<T>` or `Option<Ref<T>>`.
    One { target: Type, optional: bool },
    /// `Collection<T>`.
    Many { target: Type },
    /// `Option<Collection<T>>`, which nothing is.
    OptionalMany,
}

/// What a field's type says of a relation, if it is one.
pub(crate) fn shape(ty: &Type) -> Option<Shape> {
    if let Some(target) = argument(ty, "Ref") {
        return Some(Shape::One { target, optional: false });
    }
    if let Some(target) = argument(ty, "Collection") {
        return Some(Shape::Many { target });
    }
    let inner = argument(ty, "Option")?;
    if let Some(target) = argument(&inner, "Ref") {
        return Some(Shape::One { target, optional: true });
    }
    argument(&inner, "Collection").map(|_| Shape::OptionalMany)
}

/// The `T` of `Name<T>`.
pub(crate) fn argument(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(syn::GenericArgument::Type(ty)) => Some(ty.clone()),
        _ => None,
    }
}

const KINDS: [&str; 4] = ["many_to_one", "one_to_one", "one_to_many", "many_to_many"];

/// How the field names its relation, if it does: the word, whether it owns, and `mapped_by` inside of the brackets.
struct Named {
    word: Ident,
    owner: bool,
    mapped_by: Option<Name>,
}

fn named(settings: &mut Settings, errors: &mut Errors) -> Option<Named> {
    let mut found: Option<Named> = None;
    for kind in KINDS {
        let Some(setting) = settings.take(kind) else { continue };
        if let Some(first) = &found {
            errors
                .at(&setting.name, format!("this property is `{}` already; keep one of the two", first.word));
            continue;
        }
        let mut named = Named { word: setting.name.clone(), owner: false, mapped_by: None };
        match setting.value {
            Written::Word => {}
            Written::Value(value) => {
                errors.at(&value, format!("`{kind}` takes no value; write `#[orm({kind})]`"));
            }
            Written::List(list) => read_list(&mut named, list, errors),
        }
        found = Some(named);
    }
    found
}

fn read_list(named: &mut Named, list: proc_macro2::TokenStream, errors: &mut Errors) {
    use syn::parse::Parser;
    use syn::punctuated::Punctuated;
    let settings = Punctuated::<crate::attr::Setting, syn::Token![,]>::parse_terminated.parse2(list);
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return errors.push(error),
    };
    for setting in settings {
        match (setting.name.to_string().as_str(), &setting.value) {
            ("owner", Written::Word) => named.owner = true,
            ("mapped_by" | "inversed_by", Written::Value(value)) => {
                match syn::parse2(quote::ToTokens::to_token_stream(value)) {
                    Ok(name) => {
                        named.owner |= setting.name == "inversed_by";
                        named.mapped_by = Some(name);
                    }
                    Err(_) => {
                        errors.at(value, "name the property of the other side; write `mapped_by = author`")
                    }
                }
            }
            _ => errors.at(
                &setting,
                format!("`{}` takes `owner` or `mapped_by = …`; other options stand beside it", named.word),
            ),
        }
    }
}

impl Relation {
    /// The relation that a field is, if it is one.
    pub(crate) fn read(ty: &Type, settings: &mut Settings, errors: &mut Errors) -> Option<Self> {
        let named = named(settings, errors);
        let shape = shape(ty);
        let (kind, target, optional) = match (named.as_ref(), shape) {
            (None, None) => return None,
            (Some(named), None) => {
                let wanted = match named.word.to_string().as_str() {
                    "one_to_many" | "many_to_many" => "Collection<…>",
                    _ => "Ref<…>` or `Option<Ref<…>>",
                };
                errors.at(ty, format!("a `{}` property is of type `{wanted}`", named.word));
                return None;
            }
            (_, Some(Shape::OptionalMany)) => {
                errors.at(ty, "a collection is never absent, only empty; write `Collection<…>`");
                return None;
            }
            (named, Some(Shape::One { target, optional })) => (one(named, ty, errors)?, target, optional),
            (named, Some(Shape::Many { target })) => (many(named, settings, ty, errors)?, target, false),
        };
        let mapped_by =
            named.and_then(|named| named.mapped_by).or_else(|| single(settings, "mapped_by", errors));
        let inversed_by = single(settings, "inversed_by", errors);
        let mut join_columns = settings.names("join_columns", errors).unwrap_or_default();
        join_columns.extend(settings.names("join_column", errors).unwrap_or_default());
        Some(Self {
            kind,
            target,
            optional,
            mapped_by: mapped_by.or(inversed_by),
            join_columns,
            pivot_table: settings.text("pivot_table", errors),
            pivot_join_columns: settings.names("pivot_join_columns", errors).unwrap_or_default(),
            pivot_inverse_columns: settings.names("pivot_inverse_columns", errors).unwrap_or_default(),
            pivot_entity: pivot_entity(settings, errors),
            cascade: cascade(settings, errors),
            orphan_removal: settings.word("orphan_removal", errors),
            on_delete: rule(settings, "on_delete", errors),
            on_update: rule(settings, "on_update", errors),
            eager: settings.word("eager", errors),
            fixed_order: fixed_order(settings, errors),
            order_by: order_by(settings, errors),
            filters: filters(settings, errors),
        })
    }
}

fn one(named: Option<&Named>, ty: &Type, errors: &mut Errors) -> Option<RelationKind> {
    let Some(named) = named else { return Some(RelationKind::ManyToOne) };
    match named.word.to_string().as_str() {
        "many_to_one" => Some(RelationKind::ManyToOne),
        "one_to_one" if named.mapped_by.is_some() && !named.owner => Some(RelationKind::OneToOneInverse),
        "one_to_one" => Some(RelationKind::OneToOneOwner),
        word => {
            errors.at(ty, format!("a `{word}` property is of type `Collection<…>`"));
            None
        }
    }
}

fn many(
    named: Option<&Named>,
    settings: &mut Settings,
    ty: &Type,
    errors: &mut Errors,
) -> Option<RelationKind> {
    let _ = settings;
    let Some(named) = named else { return Some(RelationKind::OneToMany) };
    match named.word.to_string().as_str() {
        "one_to_many" => Some(RelationKind::OneToMany),
        "many_to_many" if named.owner => Some(RelationKind::ManyToManyOwner),
        "many_to_many" => Some(RelationKind::ManyToManyInverse),
        word => {
            errors.at(ty, format!("a `{word}` property is of type `Ref<…>` or `Option<Ref<…>>`"));
            None
        }
    }
}

fn single(settings: &mut Settings, name: &'static str, errors: &mut Errors) -> Option<Name> {
    settings.names(name, errors)?.into_iter().next()
}

fn pivot_entity(settings: &mut Settings, errors: &mut Errors) -> Option<Path> {
    let value = settings.value("pivot_entity", "ArticleTag", errors)?;
    match syn::parse2(quote::ToTokens::to_token_stream(&value)) {
        Ok(path) => Some(path),
        Err(_) => {
            errors.at(&value, "name the entity that is the pivot table; write `pivot_entity = ArticleTag`");
            None
        }
    }
}

fn cascade(settings: &mut Settings, errors: &mut Errors) -> Cascade {
    let Some(names) = settings.names("cascade", errors) else {
        return Cascade { persist: true, remove: false };
    };
    let mut cascade = Cascade { persist: false, remove: false };
    for name in &names {
        match name.text.as_str() {
            "persist" => cascade.persist = true,
            "remove" => cascade.remove = true,
            "all" => cascade = Cascade { persist: true, remove: true },
            "none" => cascade = Cascade { persist: false, remove: false },
            _ => errors.push(syn::Error::new(
                name.span,
                "what can cascade is `persist`, `remove`, `all` or `none`; write `#[orm(cascade(persist, remove))]`",
            )),
        }
    }
    cascade
}

fn rule(settings: &mut Settings, name: &'static str, errors: &mut Errors) -> Option<syn::LitStr> {
    let text = settings.text(name, errors)?;
    if !matches!(text.value().as_str(), "cascade" | "set null" | "restrict" | "no action" | "set default") {
        errors.at(
            &text,
            "write one of \"cascade\", \"set null\", \"restrict\", \"no action\", \"set default\"",
        );
    }
    Some(text)
}

fn fixed_order(settings: &mut Settings, errors: &mut Errors) -> Option<String> {
    let setting = settings.take("fixed_order")?;
    match &setting.value {
        Written::Word => Some("id".to_owned()),
        Written::Value(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(column), .. })) => {
            Some(column.value())
        }
        Written::Value(_) | Written::List(_) => {
            errors.at(&setting, "name the pivot table's column; write `#[orm(fixed_order = \"position\")]`");
            None
        }
    }
}

/// `filters = false`.
fn filters(settings: &mut Settings, errors: &mut Errors) -> bool {
    let Some(value) = settings.value("filters", "false", errors) else { return true };
    match &value {
        Expr::Lit(ExprLit { lit: Lit::Bool(literal), .. }) => literal.value,
        _ => {
            errors.at(&value, "named filters hold for a relation or do not; write `#[orm(filters = false)]`");
            true
        }
    }
}

fn order_by(settings: &mut Settings, errors: &mut Errors) -> Option<(Name, bool)> {
    let names = settings.names("order_by", errors)?;
    match names.as_slice() {
        [name] => Some((name.clone(), false)),
        [name, direction] if direction.text == "desc" || direction.text == "asc" => {
            Some((name.clone(), direction.text == "desc"))
        }
        [first, ..] => {
            errors.push(syn::Error::new(
                first.span,
                "write `#[orm(order_by(title))]` or `#[orm(order_by(title, desc))]`",
            ));
            None
        }
        [] => None,
    }
}
