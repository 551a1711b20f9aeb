//! Rules across the fields of an entity, one function each.

use crate::errors::{Errors, nearest};
use crate::model::{Entity, Property, RelationKind, argument};

/// Checks an entity against all rules.
pub(crate) fn all(entity: &Entity, errors: &mut Errors) {
    has_a_key(entity, errors);
    has_one_version(entity, errors);
    names_are_free(entity, errors);
    indexes_are_over_something(entity, errors);
    indexes_name_properties(entity, errors);
    filters_have_names_of_their_own(entity, errors);
    for property in &entity.properties {
        key_is_plain(property, errors);
        defaults_do_not_rival(property, errors);
        generated_is_not_given(property, errors);
        types_fit_settings(property, errors);
        relation_fits(property, errors);
        inverse_has_no_column(property, errors);
    }
}

fn has_a_key(entity: &Entity, errors: &mut Errors) {
    if !entity.properties.iter().any(|property| property.primary) {
        errors.at(
            &entity.ident,
            format!(
                "`{}` has no primary key; write `#[orm(primary_key)]` on one property, or on several",
                entity.ident
            ),
        );
    }
}

fn has_one_version(entity: &Entity, errors: &mut Errors) {
    let versions = entity.properties.iter().filter_map(|property| property.scalar()?.version.as_ref());
    for second in versions.skip(1) {
        errors.at(second, "an entity counts its versions once; keep one `version`");
    }
}

/// `set_name`, `with_author` and the like are generated: no property may take their names.
fn names_are_free(entity: &Entity, errors: &mut Errors) {
    for property in &entity.properties {
        for other in &entity.properties {
            let relation = other.relation().is_some_and(|relation| !relation.kind.is_to_many());
            let taken = property.name == format!("set_{}", other.name)
                || (relation && property.name == format!("with_{}", other.name));
            if taken {
                errors.at(
                    &property.ident,
                    format!("`{}` is the name of the setter of `{}`; give the property another name and write `#[orm(column = \"{0}\")]`", property.name, other.name),
                );
            }
        }
        let is_twice = entity.properties.iter().filter(|other| other.name == property.name).count() > 1;
        if is_twice && property.access.len() > 1 {
            errors.at(
                &property.ident,
                format!("`{}` is a property of the entity and of its base; rename one", property.name),
            );
        }
        if property.name == "build" {
            errors.at(&property.ident, "`build` is the builder's own; give the property another name and write `#[orm(column = \"build\")]`");
        }
    }
}

fn indexes_are_over_something(entity: &Entity, errors: &mut Errors) {
    for index in &entity.indexes {
        let (word, is_empty) = (&index.word, index.properties.is_empty());
        match &index.expression {
            None if is_empty => errors.at(
                word,
                format!("an index is over something; write `{word}(first_name, last_name)` or `{word}(expression = \"…\")`"),
            ),
            Some(expression) if !is_empty => errors.at(
                expression,
                "an index is over properties or over an expression; write the properties' columns into the expression",
            ),
            _ => {}
        }
        if let Some(full_text) = &index.full_text
            && index.unique
        {
            errors.at(full_text, "an index for searching words cannot be unique; write `index(…)`");
        }
        if let (Some(_), Some(method)) = (&index.full_text, &index.method) {
            errors.at(method, "`fulltext` chooses the method; keep one of the two");
        }
    }
}

fn indexes_name_properties(entity: &Entity, errors: &mut Errors) {
    let names: Vec<&str> = entity.properties.iter().map(|property| property.name.as_str()).collect();
    for index in &entity.indexes {
        for name in &index.properties {
            if entity.position(&name.text).is_none() {
                let advice = match nearest(&name.text, &names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", names.join(", ")),
                };
                errors.push(syn::Error::new(
                    name.span,
                    format!("`{}` has no property `{}`; {advice}", entity.ident, name.text),
                ));
            }
        }
    }
}

fn filters_have_names_of_their_own(entity: &Entity, errors: &mut Errors) {
    for (index, filter) in entity.filters.iter().enumerate() {
        if entity.filters[..index].iter().any(|other| other.ident == filter.ident) {
            errors.at(
                &filter.ident,
                format!("there is a filter `{}` already; give this one another name", filter.ident),
            );
        }
    }
    if !entity.filters.is_empty()
        && let Some(property) = entity.properties.iter().find(|property| property.name == "filters")
    {
        errors.at(
            &property.ident,
            "`filters` is where the names of the filters are; give the property another name and write `#[orm(column = \"filters\")]`",
        );
    }
}

fn key_is_plain(property: &Property, errors: &mut Errors) {
    if !property.primary {
        return;
    }
    if property.is_optional() {
        errors.at(&property.ty, "a key is never null; write the type without `Option`");
    }
    if let Some(hidden) = &property.hidden {
        errors.at(hidden, "a key cannot be hidden: it is how rows are told apart");
    }
    if let Some(scalar) = property.scalar() {
        if let Some(lazy) = &scalar.lazy {
            errors.at(lazy, "a key is always loaded; take `lazy` off");
        }
        if argument(&property.ty, "Json").is_some() || is_named(property, &["f32", "f64"]) {
            errors.at(
                &property.ty,
                "this type cannot be a key; use an integer, `String`, `Uuid`, `Decimal` or a date type",
            );
        }
    }
}

fn defaults_do_not_rival(property: &Property, errors: &mut Errors) {
    let Some(scalar) = property.scalar() else { return };
    if let (Some(sql), Some(_)) = (&scalar.default_sql, &scalar.default) {
        errors.at(sql, "the default is given twice, in Rust and in SQL; keep one of the two");
    }
}

fn generated_is_not_given(property: &Property, errors: &mut Errors) {
    let Some(scalar) = property.scalar() else { return };
    let Some((sql, _)) = &scalar.generated else { return };
    if scalar.default.is_some()
        || scalar.default_sql.is_some()
        || scalar.on_create.is_some()
        || scalar.on_update.is_some()
    {
        errors.at(
            sql,
            "the database computes a generated column; take `default`, `on_create` and `on_update` off",
        );
    }
    if property.primary {
        errors.at(sql, "a generated column cannot be a key");
    }
}

/// Whether the type's last word is one of these, optional or not.
fn is_named(property: &Property, names: &[&str]) -> bool {
    let inner = argument(&property.ty, "Option").unwrap_or_else(|| property.ty.clone());
    matches!(inner, syn::Type::Path(path) if path.path.segments.last().is_some_and(|segment| {
        names.iter().any(|name| segment.ident == name)
    }))
}

fn types_fit_settings(property: &Property, errors: &mut Errors) {
    let Some(scalar) = property.scalar() else { return };
    let versions = ["i16", "i32", "i64", "u16", "u32", "u64", "DateTime", "NaiveDateTime"];
    if let Some(version) = &scalar.version
        && (property.is_optional() || !is_named(property, &versions))
    {
        errors.at(version, "a version is an integer or a date and time, and never null; write `i32`");
    }
    if scalar.precision.is_some() && !is_named(property, &["Decimal", "f32", "f64"]) {
        errors.at(&property.ty, "only a `Decimal` has a precision");
    }
    let is_list_of_bytes = argument(&property.ty, "Vec").is_some();
    if scalar.length.is_some() && !is_named(property, &["String"]) && !is_list_of_bytes {
        errors.at(&property.ty, "only text and bytes have a length");
    }
}

fn relation_fits(property: &Property, errors: &mut Errors) {
    let Some(relation) = property.relation() else { return };
    let kind = relation.kind;
    if property.primary && (kind.is_to_many() || kind == RelationKind::OneToOneInverse) {
        errors.at(&property.ident, "a key is in the entity's own table; this relation's foreign key is not");
    }
    if kind == RelationKind::OneToOneInverse && !relation.optional {
        errors.at(
            &property.ty,
            "the side without the foreign key may have no counterpart; write `Option<Ref<…>>`",
        );
    }
    if let Some(orphans) = &relation.orphan_removal
        && !matches!(
            kind,
            RelationKind::OneToMany | RelationKind::OneToOneOwner | RelationKind::OneToOneInverse
        )
    {
        errors.at(
            orphans,
            "only what belongs to one owner can be an orphan; use it on `one_to_many` or `one_to_one`",
        );
    }
    if let Some(name) = &relation.mapped_by
        && kind == RelationKind::ManyToManyOwner
        && relation.pivot_table.is_none()
        && name.text.is_empty()
    {
        errors.push(syn::Error::new(name.span, "name the property of the other side"));
    }
    if let Some(sql) = &relation.on_delete
        && sql.value() == "set null"
        && !relation.optional
    {
        errors.at(sql, "a required relation cannot become null; write `Option<Ref<…>>`, or another rule");
    }
}

fn inverse_has_no_column(property: &Property, errors: &mut Errors) {
    let Some(relation) = property.relation() else { return };
    let owns = matches!(relation.kind, RelationKind::ManyToOne | RelationKind::OneToOneOwner);
    if owns {
        return;
    }
    if let Some(column) = &property.column {
        errors.at(column, "this relation has no column in the entity's own table; name it on the other side");
    }
    for word in [&property.unique, &property.index].into_iter().flatten() {
        errors.at(
            word,
            format!("this relation has no column that could be {word}; write it on the other side"),
        );
    }
}
