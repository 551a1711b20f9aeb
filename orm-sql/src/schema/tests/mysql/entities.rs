//! The entities of these tests: what MySQL has and others have not included.

use orm_core::Value;
use orm_core::meta::{CheckMeta, EntityMeta, IndexMeta, PropertyKind, PropertyMeta, RelationKind};
use orm_core::types::{ColumnKind, NativeEnum};

use crate::schema::tests::blog::{ID, STATUS, entity};

pub(super) static MOOD: NativeEnum =
    NativeEnum { name: "Mood", schema: None, values: &["happy", "it's fine", "sad"] };

pub(super) const fn scalar(name: &'static str, kind: ColumnKind) -> PropertyMeta {
    let mut property = PropertyMeta::scalar::<String>(name);
    property.kind = PropertyKind::Scalar(kind);
    property
}

entity!(
    Author,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::scalar::<String>("name").index().length(100).comment("what it's called"),
        PropertyMeta::scalar::<Option<String>>("email").unique(),
        PropertyMeta::scalar::<bool>("active").default(|| Value::Bool(true)),
        PropertyMeta::scalar::<chrono::NaiveDateTime>("created_at").default_sql("now()").precision((3, 0)),
        PropertyMeta::scalar::<i32>("version").version(),
        PropertyMeta::relation("favourite", RelationKind::ManyToOne, Book::meta).nullable(),
        PropertyMeta::relation("mentor", RelationKind::ManyToOne, Author::meta).nullable(),
    ],
    comment: Some("people who write"),
);

entity!(
    Book,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::scalar::<String>("title"),
        PropertyMeta::scalar::<rust_decimal::Decimal>("price").precision((10, 2)).check("price >= 0"),
        STATUS,
        PropertyMeta::scalar::<String>("slug").generated_stored("lower(concat(title, '-x'))"),
        PropertyMeta::relation("author", RelationKind::ManyToOne, Author::meta),
        PropertyMeta::relation("tags", RelationKind::ManyToManyOwner, Tag::meta),
        PropertyMeta::relation("pages", RelationKind::ManyToManyOwner, Tag::meta)
            .fixed_order("position")
            .pivot_table("book_page"),
        scalar("mood", ColumnKind::NativeEnum(&MOOD)).default(|| Value::Text("it's fine".into())),
        scalar("level", ColumnKind::IntEnum(&[1, 2, 3])).default(|| Value::Int(2)),
    ],
    indexes: &[
        IndexMeta::on(&[5, 1]).unique(),
        IndexMeta::on(&[1]).full_text().named("book_words"),
    ],
    checks: &[CheckMeta { name: Some("titled"), expression: "title <> '' and char_length(title) between 1 and 200" }],
);

entity!(
    Tag,
    key: &[0],
    properties: [
        PropertyMeta::scalar::<uuid::Uuid>("id").primary().default_sql("uuid()"),
        PropertyMeta::scalar::<String>("name").default(|| Value::Text("it's \\ 'x'".into())),
        PropertyMeta::scalar::<serde_json::Value>("data").default(|| Value::Json(serde_json::json!({"a": 1}))),
        PropertyMeta::relation("tagged", RelationKind::ManyToManyInverse, Book::meta).mapped_by("tags"),
        PropertyMeta::relation("related", RelationKind::ManyToManyOwner, Tag::meta),
    ],
    indexes: &[IndexMeta::on(&[1])],
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

const KINDS: &[ColumnKind] = &[ColumnKind::Int32];

entity!(
    Kinds,
    key: &[0],
    properties: [
        ID,
        scalar("a", ColumnKind::Bool),
        scalar("b", ColumnKind::Int8),
        scalar("c", ColumnKind::Int16).default(|| Value::Int(-5)),
        scalar("d", ColumnKind::Int32),
        scalar("e", ColumnKind::Int64).default(|| Value::Int(-5)),
        scalar("f", ColumnKind::UInt8),
        scalar("g", ColumnKind::UInt16),
        scalar("h", ColumnKind::UInt32),
        scalar("i", ColumnKind::UInt64).default(|| Value::UInt(u64::MAX)),
        scalar("j", ColumnKind::Int128).default(|| Value::Int128(i128::MIN)),
        scalar("k", ColumnKind::Float32).default(|| Value::Float(1.5)),
        scalar("l", ColumnKind::Float64).default(|| Value::Float(1e300)),
        scalar("m", ColumnKind::Decimal).default(|| Value::Decimal(rust_decimal::Decimal::new(-15, 1))),
        scalar("n", ColumnKind::Bytes).default(|| Value::Bytes(vec![0, 1])),
        scalar("o", ColumnKind::Uuid),
        scalar("p", ColumnKind::Date).default_sql("current_date()"),
        scalar("q", ColumnKind::Time),
        scalar("r", ColumnKind::DateTime).precision((6, 0)),
        scalar("s", ColumnKind::Timestamp).precision((0, 0)).default_sql("now() on update now()"),
        scalar("t", ColumnKind::Array(&KINDS[0])).default(|| Value::Array(vec![Value::Int(1), Value::Int(2)])),
        scalar("u", ColumnKind::Array(&ColumnKind::NativeEnum(&MOOD))),
        scalar("v", ColumnKind::Text).column_type("varchar(3)").default(|| Value::Text("x".into())),
        scalar("w", ColumnKind::Array(&ColumnKind::Text))
            .default(|| Value::Array(vec![Value::Text("a\"\\' {".into()), Value::Null])),
        scalar("x", ColumnKind::Text).column_type("mediumtext"),
        scalar("y", ColumnKind::Bytes).length(20).unique(),
        scalar("z", ColumnKind::Bytes).index(),
    ],
    indexes: &[IndexMeta::on(&[24]).full_text(), IndexMeta::on(&[22, 1]).unique()],
);

/// All of them.
pub(super) fn all() -> [&'static EntityMeta; 5] {
    [Author::meta(), Book::meta(), Tag::meta(), Profile::meta(), Kinds::meta()]
}
