//! The entities of the tests, described by hand: every kind of property and relation.

use orm_core::Value;
use orm_core::arena::Store;
use orm_core::meta::{CheckMeta, EntityMeta, IndexMeta, PropertyKind, PropertyMeta, RelationKind};
use orm_core::types::ColumnKind;

/// The tests make no entities.
pub(super) fn no_store() -> Box<dyn Store> {
    unreachable!("a schema needs no storage of entities")
}

/// An entity's type and description.
macro_rules! entity {
    ($type:ident, key: $key:expr, properties: [$($property:expr),* $(,)?] $(, $field:ident: $value:expr)* $(,)?) => {
        pub(super) struct $type;
        impl $type {
            pub(super) fn meta() -> &'static ::orm_core::meta::EntityMeta {
                static META: ::orm_core::meta::EntityMeta = ::orm_core::meta::EntityMeta {
                    properties: &[$($property),*],
                    primary_key: $key,
                    $($field: $value,)*
                    ..::orm_core::meta::EntityMeta::new(
                        stringify!($type),
                        ::std::any::TypeId::of::<$type>,
                        $crate::schema::tests::blog::no_store,
                    )
                };
                &META
            }
        }
    };
}
pub(super) use entity;

pub(super) const ID: PropertyMeta = PropertyMeta::scalar::<i64>("id").primary().auto_increment();

pub(super) const STATUS: PropertyMeta = {
    let mut status = PropertyMeta::scalar::<String>("status");
    status.kind = PropertyKind::Scalar(ColumnKind::TextEnum(&["draft", "it's out"]));
    status
};

entity!(
    Author,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::scalar::<String>("name").index(),
        PropertyMeta::scalar::<Option<String>>("email").unique(),
        PropertyMeta::scalar::<bool>("active").default(|| Value::Bool(true)),
        PropertyMeta::scalar::<chrono::NaiveDateTime>("created_at").default_sql("datetime('now')"),
        PropertyMeta::scalar::<i32>("version").version(),
        PropertyMeta::relation("favourite", RelationKind::ManyToOne, Book::meta).nullable(),
        PropertyMeta::relation("mentor", RelationKind::ManyToOne, Author::meta).nullable(),
    ],
);

entity!(
    Book,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::scalar::<String>("title"),
        PropertyMeta::scalar::<rust_decimal::Decimal>("price").precision((10, 2)).check("price >= 0"),
        STATUS,
        PropertyMeta::scalar::<String>("slug").generated_stored("lower(title)"),
        PropertyMeta::relation("author", RelationKind::ManyToOne, Author::meta),
        PropertyMeta::relation("tags", RelationKind::ManyToManyOwner, Tag::meta),
        PropertyMeta::relation("pages", RelationKind::ManyToManyOwner, Tag::meta)
            .fixed_order("position")
            .pivot_table("book_page"),
    ],
    indexes: &[IndexMeta::on(&[5, 1]).unique()],
    checks: &[CheckMeta { name: Some("titled"), expression: "title <> ''" }],
);

entity!(
    Tag,
    key: &[0],
    properties: [
        PropertyMeta::scalar::<uuid::Uuid>("id").primary(),
        PropertyMeta::scalar::<String>("name").default(|| Value::Text("it's".into())),
        PropertyMeta::scalar::<serde_json::Value>("data"),
        PropertyMeta::relation("tagged", RelationKind::ManyToManyInverse, Book::meta).mapped_by("tags"),
        PropertyMeta::relation("related", RelationKind::ManyToManyOwner, Tag::meta),
    ],
);

entity!(
    Profile,
    key: &[0],
    properties: [
        PropertyMeta::relation("author", RelationKind::OneToOneOwner, Author::meta).primary(),
        PropertyMeta::scalar::<Option<String>>("text"),
        PropertyMeta::relation("reviewer", RelationKind::OneToOneOwner, Author::meta)
            .nullable()
            .on_delete_rule("restrict"),
    ],
);

/// All of them.
pub(super) fn all() -> [&'static EntityMeta; 4] {
    [Author::meta(), Book::meta(), Tag::meta(), Profile::meta()]
}
