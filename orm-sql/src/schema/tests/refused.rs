//! Entities of which no schema can be made.

use expect_test::{Expect, expect};
use orm_core::meta::{EntityMeta, IndexMeta, PropertyMeta, RelationKind};

use super::blog::{ID, entity};
use super::memory::{Memory, now};

fn check(entities: &[&'static EntityMeta], expected: Expect) {
    let error = now(Memory::new().generator(entities).create_sql()).expect_err("no schema");
    expected.assert_eq(&error.to_string());
}

entity!(
    Rule,
    key: &[0],
    properties: [ID, PropertyMeta::relation("rule", RelationKind::ManyToOne, Rule::meta).on_delete_rule("explode")],
);

#[test]
fn a_rule_that_is_none() {
    check(
        &[Rule::meta()],
        expect![[
            r#"Rule.rule: `explode` is no rule of a foreign key; write `on_delete = "cascade"`, "set null", "set default", "restrict" or "no action""#
        ]],
    );
}

entity!(
    Index,
    key: &[0],
    properties: [ID, PropertyMeta::scalar::<i64>("a")],
    indexes: &[IndexMeta::on(&[1]).named("taken")],
);
entity!(
    Other,
    key: &[0],
    properties: [ID, PropertyMeta::scalar::<i64>("a")],
    indexes: &[IndexMeta::on(&[1]).named("TAKEN")],
);

#[test]
fn an_index_name_that_is_taken() {
    check(
        &[Index::meta(), Other::meta()],
        expect!["Other.id: the index name `TAKEN` is taken by `index`; write another one"],
    );
}

entity!(
    Owner,
    key: &[0],
    properties: [
        ID,
        PropertyMeta::relation("others", RelationKind::ManyToManyOwner, Other::meta).pivot_table("other"),
    ],
);

#[test]
fn a_pivot_table_that_is_taken() {
    check(
        &[Owner::meta()],
        expect![[
            r#"Owner.others: the pivot table `other` is taken by another table; write `#[orm(pivot_table = "…")]`"#
        ]],
    );
}

entity!(Attached, key: &[0], properties: [ID], schema: Some("attached"));

#[test]
fn a_schema_where_there_are_none() {
    check(
        &[Attached::meta()],
        expect![
            "sqlite cannot make the table of Attached in the schema `attached`; leave `schema` out, or make the tables of an attached database by hand"
        ],
    );
}
