//! The constant description of an entity.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::attr::Name;
use crate::emit::parts::{Parts, relation_kind, span_of};
use crate::model::{Default, Entity, Kind, Property, Relation, RelationKind, Scalar};

/// The body of `Record::meta`.
pub(crate) fn meta(parts: &Parts<'_>) -> TokenStream {
    let entity = parts.entity;
    let ident = &entity.ident;
    let name = ident.to_string();
    let properties = parts.properties().map(|(_, property)| property_meta(entity, property));
    let keys = parts.properties().filter(|(_, property)| property.primary).map(|(index, _)| index);
    let table = entity.table.iter().map(|table| quote!(table: ::core::option::Option::Some(#table),));
    let schema = entity.schema.iter().map(|schema| quote!(schema: ::core::option::Option::Some(#schema),));
    let comment =
        entity.comment.iter().map(|comment| quote!(comment: ::core::option::Option::Some(#comment),));
    let readonly = entity.readonly.iter().map(|_| quote!(readonly: true,));
    let indexes = entity.indexes.iter().map(|index| {
        let positions = index.properties.iter().filter_map(|name| entity.position(&name.text));
        let start = match &index.expression {
            Some(expression) => quote!(over(#expression)),
            None => quote!(on(&[#(#positions),*])),
        };
        let name = index.name.iter().map(|name| quote!(.named(#name)));
        let condition = index.condition.iter().map(|condition| quote!(.only_where(#condition)));
        let method = index.method.iter().map(|method| quote!(.method(#method)));
        let unique = index.unique.then(|| quote!(.unique()));
        let full_text = index.full_text.as_ref().map(|_| quote!(.full_text()));
        quote!(__orm::IndexMeta::#start #(#name)* #unique #(#condition)* #full_text #(#method)*)
    });
    let checks = entity.checks.iter().map(|check| {
        let (name, expression) = (option(check.name.as_ref()), &check.expression);
        quote!(__orm::CheckMeta { name: #name, expression: #expression })
    });
    let filters = (!entity.filters.is_empty()).then(|| {
        let module = &entity.module;
        let filters = entity.filters.iter().map(|filter| {
            let (ident, is_default, is_strict) = (&filter.ident, filter.is_default, filter.is_strict);
            quote!(__orm::filter_meta::<#module::filters::#ident>(#is_default, #is_strict))
        });
        quote!(filters: &[#(#filters),*],)
    });
    quote! {
        static META: __orm::EntityMeta = __orm::EntityMeta {
            properties: &[#(#properties),*],
            primary_key: &[#(#keys),*],
            indexes: &[#(#indexes),*],
            checks: &[#(#checks),*],
            #(#table)* #(#schema)* #(#comment)* #(#readonly)* #filters
            ..__orm::EntityMeta::new(#name, ::core::any::TypeId::of::<#ident>, __orm::new_store::<__Record>)
        };
        &META
    }
}

fn option(text: Option<&syn::LitStr>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

fn property_meta(entity: &Entity, property: &Property) -> TokenStream {
    let name = &property.name;
    let start = match &property.kind {
        Kind::Scalar(scalar) => {
            let ty = &property.ty;
            let settings = scalar_settings(property, scalar);
            quote_spanned!(span_of(property) => __orm::PropertyMeta::scalar::<#ty>(#name) #settings)
        }
        Kind::Relation(relation) => {
            let (kind, target) = (relation_kind(relation.kind), &relation.target);
            let settings = relation_settings(relation);
            quote! {
                __orm::PropertyMeta::relation(#name, __orm::RelationKind::#kind, <#target as __orm::Entity>::meta) #settings
            }
        }
    };
    let has_column = property.relation().is_none_or(|relation| {
        matches!(relation.kind, RelationKind::ManyToOne | RelationKind::OneToOneOwner)
    });
    let renamed = entity.rename_all.filter(|_| has_column && property.relation().is_none());
    let column = match (&property.column, renamed) {
        (Some(column), _) => quote!(.column(#column)),
        (None, Some(casing)) => {
            let column = casing.apply(name);
            quote!(.column(#column))
        }
        (None, None) => quote!(),
    };
    let words = [
        (property.primary, quote!(.primary())),
        (property.unique.is_some(), quote!(.unique())),
        (property.index.is_some(), quote!(.index())),
        (property.hidden.is_some(), quote!(.hidden())),
    ];
    let words = words.into_iter().filter(|(is_set, _)| *is_set).map(|(_, call)| call);
    let comment = property.comment.iter().map(|comment| quote!(.comment(#comment)));
    quote!(#start #column #(#words)* #(#comment)*)
}

fn scalar_settings(property: &Property, scalar: &Scalar) -> TokenStream {
    let ty = &property.ty;
    let Scalar {
        auto_increment,
        lazy,
        default,
        default_sql,
        version,
        concurrency_check,
        on_create,
        on_update,
        generated,
        column_type,
        length,
        precision,
        check,
    } = scalar;
    let value_of = |value: &syn::Expr| quote_spanned!(span_of(property) => || __orm::value_of::<#ty>(#value));
    let mut calls: Vec<TokenStream> = Vec::new();
    let words = [
        (*auto_increment, quote!(.auto_increment())),
        (lazy.is_some(), quote!(.lazy())),
        (version.is_some(), quote!(.version())),
        (concurrency_check.is_some(), quote!(.concurrency_check())),
    ];
    calls.extend(words.into_iter().filter(|(is_set, _)| *is_set).map(|(_, call)| call));
    calls.extend(default.iter().map(|default| match default {
        Default::OfType => {
            quote!(.default(|| __orm::value_of::<#ty>(<#ty as ::core::default::Default>::default())))
        }
        Default::Value(value) => {
            let value = value_of(value);
            quote!(.default(#value))
        }
    }));
    calls.extend(default_sql.iter().map(|sql| quote!(.default_sql(#sql))));
    for (value, call) in [(on_create, quote!(on_create)), (on_update, quote!(on_update))] {
        calls.extend(value.iter().map(|value| {
            let value = value_of(value);
            quote!(.#call(#value))
        }));
    }
    calls.extend(generated.iter().map(|(sql, stored)| match stored {
        true => quote!(.generated_stored(#sql)),
        false => quote!(.generated_virtual(#sql)),
    }));
    calls.extend(column_type.iter().map(|name| quote!(.column_type(#name))));
    calls.extend(length.iter().map(|length| quote!(.length(#length))));
    calls.extend(precision.iter().map(|(digits, scale)| {
        let (digits, scale) = (*digits as u8, *scale as u8);
        quote!(.precision((#digits, #scale)))
    }));
    calls.extend(check.iter().map(|sql| quote!(.check(#sql))));
    quote!(#(#calls)*)
}

fn relation_settings(relation: &Relation) -> TokenStream {
    let Relation {
        kind: _,
        target: _,
        optional,
        mapped_by,
        join_columns,
        pivot_table,
        pivot_join_columns,
        pivot_inverse_columns,
        pivot_entity,
        cascade,
        orphan_removal,
        on_delete,
        on_update,
        eager,
        fixed_order,
        order_by,
        filters,
    } = relation;
    let names = |names: &[Name]| {
        let texts = names.iter().map(|name| &name.text);
        quote!(&[#(#texts),*])
    };
    let mut calls: Vec<TokenStream> = Vec::new();
    let words = [
        (*optional, quote!(.nullable())),
        (!cascade.persist, quote!(.no_cascade_persist())),
        (cascade.remove, quote!(.cascade_remove())),
        (orphan_removal.is_some(), quote!(.orphan_removal())),
        (eager.is_some(), quote!(.eager())),
        (!*filters, quote!(.unfiltered())),
    ];
    calls.extend(words.into_iter().filter(|(is_set, _)| *is_set).map(|(_, call)| call));
    calls.extend(mapped_by.iter().map(|name| {
        let text = &name.text;
        quote!(.mapped_by(#text))
    }));
    let lists = [
        (join_columns, quote!(join_columns)),
        (pivot_join_columns, quote!(pivot_join_columns)),
        (pivot_inverse_columns, quote!(pivot_inverse_columns)),
    ];
    for (list, call) in lists {
        if !list.is_empty() {
            let list = names(list);
            calls.push(quote!(.#call(#list)));
        }
    }
    calls.extend(pivot_table.iter().map(|name| quote!(.pivot_table(#name))));
    calls.extend(pivot_entity.iter().map(|path| quote!(.pivot_entity(<#path as __orm::Entity>::meta))));
    calls.extend(on_delete.iter().map(|rule| quote!(.on_delete_rule(#rule))));
    calls.extend(on_update.iter().map(|rule| quote!(.on_update_rule(#rule))));
    calls.extend(fixed_order.iter().map(|column| quote!(.fixed_order(#column))));
    calls.extend(order_by.iter().map(|(name, descends)| {
        let text = &name.text;
        quote!(.order_by((#text, #descends)))
    }));
    quote!(#(#calls)*)
}
