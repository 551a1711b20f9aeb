//! From one schema to the next, with rows kept.

use expect_test::{Expect, expect};
use orm_core::meta::{CheckMeta, EntityMeta, IndexMeta, PropertyMeta, RelationKind};
use orm_core::{Error, Value};

use super::blog::{self, ID, entity};
use super::memory::{Memory, now};

/// Updates, and expects that nothing is left to do.
fn update(memory: &Memory, entities: &[&'static EntityMeta]) {
    let generator = memory.generator(entities);
    now(generator.update()).unwrap_or_else(|error| panic!("{error}\n{:?}", error));
    assert_eq!(now(generator.update_sql()).expect("the schema can be read"), "");
    assert_eq!(memory.rows("pragma foreign_keys"), ["1"]);
    assert_eq!(memory.rows("pragma legacy_alter_table"), ["0"]);
    assert_eq!(memory.rows("pragma foreign_key_check"), Vec::<String>::new());
    assert_eq!(memory.rows("pragma integrity_check"), ["'ok'"]);
}

fn check_sql(memory: &Memory, entities: &[&'static EntityMeta], expected: Expect) {
    expected.assert_eq(&now(memory.generator(entities).update_sql()).expect("the schema can be read"));
}

entity!(Person, key: &[0], properties: [ID, PropertyMeta::scalar::<String>("name")]);

/// Entities of the table `person`, one a module.
macro_rules! person {
    ($module:ident: [$($property:expr),* $(,)?] $(, $field:ident: $value:expr)* $(,)?) => {
        mod $module {
            use super::*;
            entity!(
                Person,
                key: &[0],
                properties: [ID, PropertyMeta::scalar::<String>("name"), $($property),*]
                $(, $field: $value)*
            );
        }
    };
}

#[test]
fn an_update_from_nothing_creates_everything_and_a_second_does_nothing() {
    let memory = Memory::new();
    update(&memory, &blog::all());
    memory.executed.lock().expect("no panic").clear();
    *memory.queries.lock().expect("no panic") = 0;
    now(memory.generator(&blog::all()).update()).expect("nothing to do");
    assert_eq!(*memory.executed.lock().expect("no panic"), Vec::<String>::new());
    assert_eq!(*memory.queries.lock().expect("no panic"), 4);
}

#[test]
fn what_create_makes_is_what_is_read() {
    let memory = Memory::new();
    let generator = memory.generator(&blog::all());
    now(generator.create()).expect("created");
    assert_eq!(now(generator.update().changes()).expect("readable"), Vec::new());
}

person!(more_columns: [
    PropertyMeta::scalar::<Option<String>>("nick").unique(),
    PropertyMeta::scalar::<i32>("points").default(|| Value::Int(3)).check("points >= 0"),
    PropertyMeta::relation("friend", RelationKind::ManyToOne, Person::meta).nullable(),
]);

#[test]
fn columns_are_added_where_they_are() {
    let memory = Memory::new();
    update(&memory, &[Person::meta()]);
    memory.run("insert into person (name) values ('a')");
    check_sql(
        &memory,
        &[more_columns::Person::meta()],
        expect![[r#"
            alter table "person" add column "nick" text;
            alter table "person" add column "points" integer not null default 3 constraint "person_points_check" check (points >= 0);
            alter table "person" add column "friend_id" integer constraint "person_friend_id_foreign" references "person" ("id") on update cascade on delete set null;
            create unique index "person_nick_unique" on "person" ("nick");
            create index "person_friend_id_index" on "person" ("friend_id");
        "#]],
    );
    update(&memory, &[more_columns::Person::meta()]);
    assert_eq!(memory.rows("select id, name, nick, points, friend_id from person"), ["1|'a'|null|3|null"]);
}

person!(computed: [
    PropertyMeta::scalar::<String>("slug").generated_stored("lower(name)"),
    PropertyMeta::scalar::<chrono::NaiveDateTime>("made_at").default_sql("current_timestamp"),
]);

#[test]
fn a_table_is_made_anew_where_sqlite_cannot_add() {
    let memory = Memory::new();
    update(&memory, &[Person::meta()]);
    memory.run(
        "insert into person (name) values ('A'), ('B');
         delete from person where id = 2;
         create view names as select name from person;
         create table log (text text);
         create trigger logged after insert on person begin insert into log values (new.name); end;
         create trigger far after insert on log begin delete from person where name = 'X'; end;
         create index by_hand on person (name collate nocase) where id > 0;",
    );
    check_sql(
        &memory,
        &[computed::Person::meta()],
        expect![[r#"
        pragma foreign_keys = off;
        create table "__new_person" (
          "id" integer not null primary key autoincrement,
          "name" text not null,
          "slug" text generated always as (lower(name)) stored not null,
          "made_at" datetime not null default current_timestamp
        );
        insert into "__new_person" ("id", "name") select "id", "name" from "person";
        delete from sqlite_sequence where name = '__new_person' and exists (select 1 from sqlite_sequence where name = 'person');
        insert into sqlite_sequence (name, seq) select '__new_person', seq from sqlite_sequence where name = 'person';
        drop table "person";
        pragma legacy_alter_table = on;
        alter table "__new_person" rename to "person";
        pragma legacy_alter_table = off;
        CREATE INDEX by_hand on person (name collate nocase) where id > 0;
        CREATE TRIGGER logged after insert on person begin insert into log values (new.name); end;
        pragma foreign_keys = on;
    "#]],
    );
    update(&memory, &[computed::Person::meta()]);
    memory.run("insert into person (name) values ('C')");
    assert_eq!(memory.rows("select id, slug, made_at is null from person"), ["1|'a'|0", "3|'c'|0"]);
    assert_eq!(memory.rows("select * from log"), ["'C'"]);
    assert_eq!(memory.rows("select * from names"), ["'A'", "'C'"]);
    assert_eq!(memory.rows("select name from sqlite_master where name = 'by_hand'"), ["'by_hand'"]);
}

person!(required: [PropertyMeta::scalar::<String>("code")]);

#[test]
fn a_required_column_needs_a_default_where_rows_are() {
    let memory = Memory::new();
    update(&memory, &[Person::meta()]);
    memory.run("insert into person (name) values ('a')");
    let error = now(memory.generator(&[required::Person::meta()]).update()).expect_err("no value");
    assert!(matches!(error, Error::RequiredColumn { .. }), "{error:?}");
    expect!["Person.code is required, but `person` has rows without a value for `code`; give it a `default` or `default_sql`, or make it an `Option` until every row has one"].assert_eq(&error.to_string());
    assert_eq!(memory.rows("select * from person"), ["1|'a'"]);
    memory.run("delete from person");
    update(&memory, &[required::Person::meta()]);
}

person!(optional: [PropertyMeta::scalar::<Option<String>>("code")]);
person!(defaulted: [PropertyMeta::scalar::<String>("code").default(|| Value::Text("it's".into()))]);

#[test]
fn a_column_becomes_required_when_no_row_is_without() {
    let memory = Memory::new();
    update(&memory, &[optional::Person::meta()]);
    memory.run("insert into person (name, code) values ('a', null), ('b', 'x')");
    let error = now(memory.generator(&[required::Person::meta()]).update()).expect_err("a row has none");
    assert!(matches!(error, Error::RequiredColumn { .. }), "{error:?}");
    update(&memory, &[defaulted::Person::meta()]);
    assert_eq!(memory.rows("select code from person"), ["'it''s'", "'x'"]);
    update(&memory, &[required::Person::meta()]);
    update(&memory, &[optional::Person::meta()]);
}

#[test]
fn unknown_columns_go_and_stay_when_it_is_safe() {
    let memory = Memory::new();
    update(&memory, &[more_columns::Person::meta()]);
    memory.run("insert into person (name, nick) values ('a', 'n')");
    let generator = memory.generator(&[Person::meta()]);
    now(generator.update().safe(true)).expect("updated");
    assert_eq!(memory.rows("select nick, points from person"), ["'n'|3"]);
    assert_eq!(now(generator.update().safe(true).sql()).expect("readable"), "");
    update(&memory, &[Person::meta()]);
    assert_eq!(memory.rows("select * from person"), ["1|'a'"]);
}

person!(nick: [PropertyMeta::scalar::<Option<String>>("nick").index().check("nick <> ''")]);
person!(alias: [PropertyMeta::scalar::<Option<String>>("alias").index().check("alias <> ''")]);

#[test]
fn a_renamed_column_keeps_its_values() {
    let memory = Memory::new();
    update(&memory, &[nick::Person::meta()]);
    memory.run("insert into person (name, nick) values ('a', 'n')");
    check_sql(
        &memory,
        &[alias::Person::meta()],
        expect![[r#"
        alter table "person" rename column "nick" to "alias";
        drop index "person_nick_index";
        create index "person_alias_index" on "person" ("alias");
    "#]],
    );
    update(&memory, &[alias::Person::meta()]);
    assert_eq!(memory.rows("select alias from person"), ["'n'"]);
    now(memory.generator(&[nick::Person::meta()]).update().safe(true)).expect("updated");
    assert_eq!(memory.rows("select alias, nick from person"), ["'n'|null"]);
}

#[test]
fn unknown_tables_go_only_when_it_is_asked_for() {
    let memory = Memory::new();
    update(&memory, &[Person::meta()]);
    memory.run(
        "create table other (person_id integer references person (id));
         create table kept (a);
         insert into person (name) values ('a');
         insert into other values (1);",
    );
    update(&memory, &[Person::meta()]);
    assert_eq!(memory.rows("select * from other"), ["1"]);
    now(memory.generator(&[Person::meta()]).update().drop_tables(true).safe(true)).expect("updated");
    assert_eq!(memory.rows("select * from other"), ["1"]);
    let all = memory.generator(&[Person::meta()]).update().drop_tables(true).skip_table("kept");
    now(all).expect("updated");
    let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
    assert_eq!(memory.rows(tables), ["'person'", "'kept'"]);
}

#[test]
fn a_foreign_key_that_rows_break_is_refused_and_nothing_changes() {
    let memory = Memory::new();
    update(&memory, &[Person::meta()]);
    memory.run(
        "drop table person;
         create table person (id integer primary key, name text not null, nick text, points integer, friend_id integer);
         insert into person (name, friend_id) values ('a', 99), ('b', 98);",
    );
    let before = memory.rows("select sql from sqlite_master");
    let error = now(memory.generator(&[more_columns::Person::meta()]).update()).expect_err("no row 99");
    assert!(matches!(error, Error::DanglingRows { .. }), "{error:?}");
    expect![
        "2 rows of `person` point at rows that `person` does not have; mend or delete them, then update again"
    ]
    .assert_eq(&error.to_string());
    assert_eq!(memory.rows("select sql from sqlite_master"), before);
    assert_eq!(memory.rows("pragma foreign_keys"), ["1"]);
}

#[test]
fn a_unique_index_that_rows_break_is_refused_and_nothing_changes() {
    let memory = Memory::new();
    update(&memory, &[nick::Person::meta()]);
    memory.run("insert into person (name, nick) values ('a', 'n'), ('b', 'n')");
    let error =
        now(memory.generator(&[more_columns::Person::meta()]).update()).expect_err("'n' is there twice");
    assert!(error.is_unique_violation(), "{error}");
    assert_eq!(memory.rows("select name from sqlite_master where type = 'index'"), ["'person_nick_index'"]);
}

#[test]
fn tables_that_others_made_are_left_as_they_are_where_that_is_good() {
    let memory = Memory::new();
    memory.run(
        r#"CREATE TABLE [Person] (
            [Id] INTEGER NOT NULL, [Name] NVARCHAR(20) COLLATE NOCASE NOT NULL, nick varchar,
            points BIGINT DEFAULT (3) NOT NULL, "friend_id" INT REFERENCES person ON DELETE SET NULL ON UPDATE CASCADE,
            CONSTRAINT [PK] PRIMARY KEY ([Id]), UNIQUE (nick), CHECK ("points">=0)
        );
        CREATE INDEX [friend] ON [Person] ([friend_id]);
        insert into Person (Name) values ('a');"#,
    );
    check_sql(
        &memory,
        &[more_columns::Person::meta()],
        expect![[r#"
        drop index "friend";
        create index "person_friend_id_index" on "person" ("friend_id");
    "#]],
    );
    update(&memory, &[more_columns::Person::meta()]);
    // Made anew, it keeps what no entity speaks of.
    update(&memory, &[required_points::Person::meta()]);
    assert_eq!(memory.rows("select * from person where name = 'A'").len(), 1);
}

person!(required_points: [PropertyMeta::scalar::<f64>("points").default(|| Value::Float(0.5))]);

#[test]
fn an_entity_may_be_mapped_to_a_view_or_a_virtual_table() {
    let memory = Memory::new();
    memory
        .run("create view person as select 1 as id, 'a' as name; create virtual table tag using fts5(name)");
    update(&memory, &[Person::meta()]);
    let tables = memory.generator(&[Person::meta()]).update().drop_tables(true);
    now(tables).expect("updated");
    assert_eq!(memory.rows("select count(*) from tag"), ["0"]);
}

#[test]
fn a_strict_table_stays_strict() {
    let memory = Memory::new();
    memory.run("create table person (id integer primary key, name text not null) strict");
    memory.run("insert into person (name) values ('a')");
    update(&memory, &[computed::Person::meta()]);
    update(&memory, &[more_columns::Person::meta()]);
    assert_eq!(memory.rows("select name, points from person"), ["'a'|3"]);
    assert_eq!(memory.rows("select strict from pragma_table_list('person')"), ["1"]);
}

person!(
    indexed: [PropertyMeta::scalar::<i64>("points")],
    indexes: &[
        IndexMeta::on(&[1, 2]),
        IndexMeta::on(&[2]).named("named").unique(),
    ],
    checks: &[CheckMeta { name: None, expression: "points <> 5 /* ) */ -- never" }],
);
person!(
    indexed_otherwise: [PropertyMeta::scalar::<i64>("points")],
    indexes: &[
        IndexMeta::on(&[2, 1]).named("person_name_points_index"),
        IndexMeta::on(&[2]).named("renamed").unique(),
    ],
);

#[test]
fn indexes_and_checks_come_and_go() {
    let memory = Memory::new();
    update(&memory, &[indexed::Person::meta()]);
    memory.run("insert into person (name, points) values ('a', 1)");
    update(&memory, &[indexed_otherwise::Person::meta()]);
    let indexes = "select sql from sqlite_master where type = 'index' and sql is not null";
    expect![[r#"
        'CREATE INDEX "person_name_points_index" on "person" ("points", "name")'
        'CREATE UNIQUE INDEX "renamed" on "person" ("points")'"#]]
    .assert_eq(&memory.rows(indexes).join("\n"));
    memory.run("insert into person (name, points) values ('b', 5)");
    let error = now(memory.generator(&[indexed::Person::meta()]).update()).expect_err("a row has 5 points");
    assert!(error.to_string().contains("CHECK"), "{error}");
    memory.run("delete from person where points = 5");
    update(&memory, &[indexed::Person::meta()]);
    assert_eq!(memory.rows("select * from person"), ["1|'a'|1"]);
}
