//! What the derive says of mistakes: all of them at once, each with what to write instead.

use syn::{DeriveInput, parse_quote};

use crate::check;
use crate::errors::Errors;
use crate::model::{Entity, EntityEnum};

fn mistakes(input: &DeriveInput) -> Vec<String> {
    let mut errors = Errors::default();
    if let Some(entity) = Entity::read(input, &[], &mut errors) {
        check::all(&entity, &mut errors);
    }
    errors.messages()
}

fn check(input: DeriveInput, expected: &[&str]) {
    let found = mistakes(&input);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.contains(expected), "`{found}` does not say `{expected}`");
    }
}

#[test]
fn a_good_entity_has_no_mistakes() {
    check(
        parse_quote! {
            #[orm(table = "posts", index(title, views), unique(title, name = "u"), check("views >= 0", name = "c"))]
            struct Post {
                #[orm(primary_key)]
                id: i64,
                #[orm(unique, length = 10)]
                title: String,
                #[orm(default = 0)]
                views: i32,
                author: Ref<Author>,
                #[orm(one_to_one(mapped_by = post))]
                cover: Option<Ref<Cover>>,
                #[orm(many_to_many(owner), cascade(persist, remove))]
                tags: Collection<Tag>,
            }
        },
        &[],
    );
}

#[test]
fn an_unknown_word_has_a_neighbour() {
    check(
        parse_quote! {
            struct Post { #[orm(primary_kye)] id: i64 }
        },
        &["did you mean `primary_key`?", "`Post` has no primary key"],
    );
}

#[test]
fn all_mistakes_are_told_at_once() {
    check(
        parse_quote! {
            #[orm(index(titel))]
            struct Post {
                #[orm(primary_key, hidden)]
                id: Option<i64>,
                #[orm(version)]
                title: String,
                #[orm(default = 1, default_sql = "1")]
                views: i32,
                tags: Option<Collection<Tag>>,
                #[orm(precision = "2")]
                price: Decimal,
                #[orm(lazy, lazy)]
                body: String,
            }
        },
        &[
            "a collection is never absent",
            "`precision` takes a number",
            "`lazy` is written twice",
            "did you mean `title`?",
            "a key is never null",
            "a key cannot be hidden",
            "a version is an integer",
            "given twice, in Rust and in SQL",
        ],
    );
}

#[test]
fn relations_and_their_types_must_agree() {
    check(
        parse_quote! {
            struct Post {
                #[orm(primary_key)]
                id: i64,
                #[orm(one_to_many)]
                author: Ref<Author>,
                #[orm(many_to_one)]
                tags: Collection<Tag>,
                #[orm(many_to_one)]
                editor: i64,
                #[orm(many_to_one, one_to_one)]
                owner: Ref<Owner>,
                #[orm(one_to_one(mapped_by = post))]
                cover: Ref<Cover>,
                #[orm(orphan_removal)]
                blog: Ref<Blog>,
            }
        },
        &[
            "`one_to_many` property is of type `Collection<…>`",
            "`many_to_one` property is of type `Ref<…>` or `Option<Ref<…>>`",
            "`many_to_one` property is of type `Ref<…>` or `Option<Ref<…>>`",
            "is `many_to_one` already",
            "may have no counterpart",
            "only what belongs to one owner can be an orphan",
        ],
    );
}

#[test]
fn indexes_and_checks_take_what_databases_have() {
    check(
        parse_quote! {
            #[orm(
                index(properties(title, views), name = "i", where = "views > 0"),
                index(expression = "lower(title)", method = "btree"),
                index(title, fulltext),
                unique(title, where = "views > 0"),
                check(name = "c", expression = "views >= 0"),
                check("views < 9"),
            )]
            struct Post {
                #[orm(primary_key)]
                id: i64,
                title: String,
                views: i32,
            }
        },
        &[],
    );
    check(
        parse_quote! {
            #[orm(
                index(name = "i"),
                index(title, expression = "lower(title)"),
                unique(title, fulltext),
                index(title, fulltext, method = "gin"),
                index(title, wehre = "a"),
                index(title, where = 3),
                check(name = "c"),
            )]
            struct Post {
                #[orm(primary_key)]
                id: i64,
                title: String,
            }
        },
        &[
            "did you mean `where`?",
            "`where` takes a text",
            "write `#[orm(check(",
            "an index is over something",
            "over properties or over an expression",
            "`fulltext` chooses the method",
            "for searching words cannot be unique",
        ],
    );
}

#[test]
fn what_is_no_struct_with_names_is_no_entity() {
    check(
        parse_quote!(
            struct Post(i64);
        ),
        &["named fields"],
    );
    check(
        parse_quote!(
            enum Post {
                A,
            }
        ),
        &["EntityEnum"],
    );
    check(
        parse_quote!(
            struct Post<T> {
                #[orm(primary_key)]
                id: T,
            }
        ),
        &["no type parameters"],
    );
}

#[test]
fn an_enum_is_texts_or_integers() {
    let said = |input: DeriveInput| {
        let mut errors = Errors::default();
        let _ = EntityEnum::read(&input, &mut errors);
        errors.messages().join("\n")
    };
    assert_eq!(
        said(parse_quote!(
            enum Status {
                Draft,
                #[orm(value = "out")]
                Published,
            }
        )),
        ""
    );
    assert_eq!(
        said(parse_quote!(
            #[orm(integer)]
            enum Level {
                Low = 1,
                High = -5,
            }
        )),
        ""
    );
    assert!(
        said(parse_quote!(
            enum Status {
                Draft(i32),
            }
        ))
        .contains("a variant with fields is no column")
    );
    assert!(
        said(parse_quote!(
            enum Status {
                #[orm(value = 3)]
                Draft,
            }
        ))
        .contains("stored as texts")
    );
    assert!(
        said(parse_quote!(
            enum Status {
                A,
                #[orm(value = "a")]
                B,
            }
        ))
        .contains("another variant is stored as `a`")
    );
    assert_eq!(
        said(parse_quote!(
            #[orm(native_enum = "app.mood")]
            enum Mood {
                Happy,
            }
        )),
        ""
    );
    assert!(
        said(parse_quote!(
            #[orm(native_enum, integer)]
            enum Mood {
                Happy,
            }
        ))
        .contains("holds texts")
    );
    assert!(
        said(parse_quote!(
            #[orm(native_enum = 3)]
            enum Mood {
                Happy,
            }
        ))
        .contains("with the type's name")
    );
    assert!(
        said(parse_quote!(
            struct Status;
        ))
        .contains("is for enums")
    );
}
