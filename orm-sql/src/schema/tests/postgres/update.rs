//! From one schema to the next, with rows kept.

use expect_test::{Expect, expect};
use orm_core::meta::{CheckMeta, EntityMeta, IndexMeta, PropertyMeta, RelationKind};
use orm_core::types::{ColumnKind, NativeEnum};
use orm_core::{Error, Value};

use super::entities::{self, scalar};
use super::server::{Server, on_server};
use crate::schema::tests::blog::{ID, entity};

/// Updates, and expects that nothing is left to do.
async fn update(server: &Server, entities: &[&'static EntityMeta]) {
    let generator = server.generator(entities);
    let sql = generator.update_sql().await.expect("the schema can be read");
    generator.update().await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    assert_eq!(generator.update_sql().await.expect("the schema can be read"), "", "after {sql}");
}

async fn check_sql(server: &Server, entities: &[&'static EntityMeta], expected: Expect) {
    expected.assert_eq(&server.generator(entities).update_sql().await.expect("the schema can be read"));
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

#[tokio::test]
async fn an_update_from_nothing_creates_everything_and_a_second_does_nothing() {
    on_server("nothing", async |server| {
        update(&server, &entities::all()).await;
        server.executed.lock().expect("no panic").clear();
        server.generator(&entities::all()).update().await.expect("nothing to do");
        let executed = server.executed.lock().expect("no panic").clone();
        assert_eq!(executed.first().map(String::as_str), Some("begin"));
        assert_eq!(executed.last().map(String::as_str), Some("rollback"), "{executed:#?}");
    })
    .await;
}

person!(more_columns: [
    PropertyMeta::scalar::<Option<String>>("nick").unique(),
    PropertyMeta::scalar::<i32>("points").default(|| Value::Int(3)).check("points >= 0"),
    PropertyMeta::relation("friend", RelationKind::ManyToOne, Person::meta).nullable(),
]);

#[tokio::test]
async fn columns_are_added_where_they_are() {
    on_server("added", async |server| {
        update(&server, &[Person::meta()]).await;
        server.run("insert into person (name) values ('a')").await;
        check_sql(&server, &[more_columns::Person::meta()], expect![[r#"
            alter table "person" add column "nick" text;
            alter table "person" add column "points" integer not null default 3;
            alter table "person" add column "friend_id" bigint;
            alter table "person" add constraint "person_points_check" check (points >= 0);
            create unique index "person_nick_unique" on "person" ("nick");
            create index "person_friend_id_index" on "person" ("friend_id");
            alter table "person" add constraint "person_friend_id_foreign" foreign key ("friend_id") references "person" ("id") on update cascade on delete set null;
        "#]]).await;
        update(&server, &[more_columns::Person::meta()]).await;
        assert_eq!(
            server.rows("select id, name, nick, points, friend_id from person").await,
            ["1|'a'|null|3|null"]
        );
        let update = server.generator(&[more_columns::Person::meta()]).update();
        assert_eq!(update.sql().await.expect("readable"), "");
    })
    .await;
}

person!(required: [PropertyMeta::scalar::<String>("code")]);
person!(optional: [PropertyMeta::scalar::<Option<String>>("code")]);
person!(defaulted: [PropertyMeta::scalar::<String>("code").default(|| Value::Text("it's".into()))]);

#[tokio::test]
async fn a_required_column_needs_a_default_where_rows_are() {
    on_server("required", async |server| {
        update(&server, &[Person::meta()]).await;
        server.run("insert into person (name) values ('a')").await;
        let error = server.generator(&[required::Person::meta()]).update().await.expect_err("no value");
        assert!(matches!(error, Error::RequiredColumn { .. }), "{error:?}");
        assert_eq!(server.rows("select * from person").await, ["1|'a'"]);
        update(&server, &[optional::Person::meta()]).await;
        let error = server.generator(&[required::Person::meta()]).update().await.expect_err("a row has none");
        assert!(matches!(error, Error::RequiredColumn { .. }), "{error:?}");
        update(&server, &[defaulted::Person::meta()]).await;
        assert_eq!(server.rows("select code from person").await, ["'it''s'"]);
        update(&server, &[required::Person::meta()]).await;
        update(&server, &[optional::Person::meta()]).await;
    })
    .await;
}

#[tokio::test]
async fn unknown_columns_go_and_stay_when_it_is_safe() {
    on_server("safe", async |server| {
        update(&server, &[more_columns::Person::meta()]).await;
        server.run("insert into person (name, nick) values ('a', 'n')").await;
        let generator = server.generator(&[Person::meta()]);
        generator.update().safe(true).await.expect("updated");
        assert_eq!(server.rows("select nick, points from person").await, ["'n'|3"]);
        assert_eq!(generator.update().safe(true).sql().await.expect("readable"), "");
        update(&server, &[Person::meta()]).await;
        assert_eq!(server.rows("select * from person").await, ["1|'a'"]);
    })
    .await;
}

person!(nick: [PropertyMeta::scalar::<Option<String>>("nick").index().check("nick <> ''")]);
person!(alias: [PropertyMeta::scalar::<Option<String>>("alias").index().check("alias <> ''")]);

#[tokio::test]
async fn a_renamed_column_keeps_its_values() {
    on_server("renamed", async |server| {
        update(&server, &[nick::Person::meta()]).await;
        server.run("insert into person (name, nick) values ('a', 'n')").await;
        check_sql(
            &server,
            &[alias::Person::meta()],
            expect![[r#"
            alter table "person" rename column "nick" to "alias";
            alter table "person" drop constraint "person_nick_check";
            alter index "person_nick_index" rename to "person_alias_index";
            alter table "person" add constraint "person_alias_check" check (alias <> '');
        "#]],
        )
        .await;
        update(&server, &[alias::Person::meta()]).await;
        assert_eq!(server.rows("select alias from person").await, ["'n'"]);
    })
    .await;
}

person!(typed: [
    scalar("a", ColumnKind::Int32).default(|| Value::Int(1)).check("a <> 7"),
    scalar("b", ColumnKind::Text).index(),
    scalar("c", ColumnKind::DateTime),
    scalar("d", ColumnKind::Bool).default(|| Value::Bool(true)),
    scalar("e", ColumnKind::Int64),
    scalar("f", ColumnKind::Text).generated_stored("upper(b)").index(),
]);
person!(retyped: [
    scalar("a", ColumnKind::Text).default(|| Value::Text("x".into())).check("a <> '7'"),
    scalar("b", ColumnKind::Int32).index(),
    scalar("c", ColumnKind::Timestamp),
    scalar("d", ColumnKind::Int64).default(|| Value::Int(5)),
    scalar("e", ColumnKind::Bool),
    scalar("f", ColumnKind::Int32).generated_stored("b + 1").index(),
]);

#[tokio::test]
async fn columns_get_another_type_and_keep_their_values() {
    on_server("retyped", async |server| {
        update(&server, &[typed::Person::meta()]).await;
        server.run("insert into person (name, b, c, e) values ('a', '12', '2020-01-02 03:04:05', 1)").await;
        check_sql(&server, &[retyped::Person::meta()], expect![[r#"
            alter table "person" drop constraint "person_a_check";
            drop index "person_f_index";
            alter table "person" drop column "f";
            alter table "person" alter column "a" drop default;
            alter table "person" alter column "a" type text using "a"::text;
            alter table "person" alter column "a" set default 'x';
            alter table "person" alter column "b" type integer using "b"::integer;
            alter table "person" alter column "c" type timestamptz using ("c" at time zone 'UTC')::timestamptz;
            alter table "person" alter column "d" drop default;
            alter table "person" alter column "d" type bigint using "d"::integer::bigint;
            alter table "person" alter column "d" set default 5;
            alter table "person" alter column "e" type boolean using ("e" <> 0);
            alter table "person" add column "f" integer generated always as (b + 1) stored not null;
            alter table "person" add constraint "person_a_check" check (a <> '7');
            create index "person_f_index" on "person" ("f");
        "#]]).await;
        update(&server, &[retyped::Person::meta()]).await;
        let rows = server
            .rows("select a, b, c at time zone 'UTC' = '2020-01-02 03:04:05', d, e, f from person")
            .await;
        assert_eq!(rows, ["'1'|12|true|1|true|13"]);
        update(&server, &[typed::Person::meta()]).await;
        let rows = server.rows("select a, b, c = '2020-01-02 03:04:05', d, e, f from person").await;
        assert_eq!(rows, ["1|'12'|true|true|1|'12'"]);
    })
    .await;
}

static SMALL: NativeEnum = NativeEnum { name: "mood", schema: None, values: &["a", "b"] };
static MORE: NativeEnum = NativeEnum { name: "mood", schema: None, values: &["z", "a", "c", "b"] };
static OTHER: NativeEnum = NativeEnum { name: "mood", schema: None, values: &["b", "z"] };
person!(small: [scalar("mood", ColumnKind::NativeEnum(&SMALL)).default(|| Value::Text("a".into())).index()]);
person!(more: [scalar("mood", ColumnKind::NativeEnum(&MORE)).default(|| Value::Text("a".into())).index()]);
person!(
    other: [
        scalar("mood", ColumnKind::NativeEnum(&OTHER)).default(|| Value::Text("z".into())).check("mood <> 'z' or name > ''"),
        scalar("moods", ColumnKind::Array(&ColumnKind::NativeEnum(&OTHER))).default(|| Value::Array(Vec::new())),
    ],
    indexes: &[IndexMeta::on(&[1]).only_where("mood = 'b'")],
);

#[tokio::test]
async fn an_enumeration_gets_and_loses_values() {
    on_server("enum", async |server| {
        update(&server, &[small::Person::meta()]).await;
        server.run("insert into person (name, mood) values ('a', 'a'), ('b', 'b')").await;
        check_sql(&server, &[more::Person::meta()], expect![[r#"
            alter type "mood" add value 'z' before 'a';
            alter type "mood" add value 'c' after 'a';
        "#]]).await;
        update(&server, &[more::Person::meta()]).await;
        assert_eq!(server.rows("select enum_range(null::mood)::text").await, ["'{z,a,c,b}'"]);
        let error = server.generator(&[other::Person::meta()]).update().await.expect_err("a row has an `a`");
        assert!(error.to_string().contains("mood"), "{error}");
        server.run("update person set mood = 'b'").await;
        check_sql(&server, &[other::Person::meta()], expect![[r#"
            drop index "person_mood_index";
            alter type "mood" rename to "__old_mood";
            create type "mood" as enum ('b', 'z');
            alter table "person" add column "moods" "mood"[] not null default '{}';
            alter table "person" alter column "mood" drop default;
            alter table "person" alter column "mood" type "mood" using "mood"::text::"mood";
            alter table "person" alter column "mood" set default 'z';
            alter table "person" add constraint "person_mood_check" check (mood <> 'z' or name > '');
            create index "person_name_index" on "person" ("name") where (mood = 'b');
            drop type "__old_mood";
        "#]]).await;
        update(&server, &[other::Person::meta()]).await;
        update(&server, &[small::Person::meta()]).await;
        assert_eq!(server.rows("select mood::text from person").await, ["'b'", "'b'"]);
        update(&server, &[Person::meta()]).await;
        assert_eq!(server.rows("select typname::text from pg_type where typname = 'mood' and typnamespace = current_schema()::regnamespace").await, Vec::<String>::new());
    })
    .await;
}

person!(
    indexed: [PropertyMeta::scalar::<i64>("points"), scalar("data", ColumnKind::Json)],
    indexes: &[
        IndexMeta::on(&[1, 2]),
        IndexMeta::on(&[2]).named("named").unique(),
        IndexMeta::over("lower(name)").named("lowered").only_where("points > 0"),
        IndexMeta::on(&[3]).method("gin"),
        IndexMeta::on(&[1]).full_text().named("words"),
    ],
    checks: &[CheckMeta { name: None, expression: "points <> 5 /* ) */ -- never" }],
);
person!(
    indexed_otherwise: [PropertyMeta::scalar::<i64>("points"), scalar("data", ColumnKind::Json)],
    indexes: &[
        IndexMeta::on(&[2, 1]).named("person_name_points_index"),
        IndexMeta::on(&[2]).named("renamed").unique(),
        IndexMeta::over("upper(name)").named("lowered").only_where("points > 0"),
        IndexMeta::on(&[1]).full_text().named("words"),
    ],
    comment: Some("indexed"),
);

#[tokio::test]
async fn indexes_and_checks_come_and_go() {
    on_server("indexes", async |server| {
        update(&server, &[indexed::Person::meta()]).await;
        server.run("insert into person (name, points, data) values ('a', 1, '{}')").await;
        check_sql(
            &server,
            &[indexed_otherwise::Person::meta()],
            expect![[r#"
            alter table "person" drop constraint "person_check";
            alter index "named" rename to "renamed";
            drop index "person_name_points_index";
            drop index "lowered";
            drop index "person_data_index";
            create index "person_name_points_index" on "person" ("points", "name");
            create index "lowered" on "person" ((upper(name))) where (points > 0);
            comment on table "person" is 'indexed';
        "#]],
        )
        .await;
        update(&server, &[indexed_otherwise::Person::meta()]).await;
        server.run("insert into person (name, points, data) values ('b', 5, '{}')").await;
        let error =
            server.generator(&[indexed::Person::meta()]).update().await.expect_err("a row has 5 points");
        assert!(error.to_string().contains("person_check"), "{error}");
        server.run("delete from person where points = 5").await;
        update(&server, &[indexed::Person::meta()]).await;
        assert_eq!(server.rows("select name from person").await, ["'a'"]);
    })
    .await;
}

#[tokio::test]
async fn tables_that_others_made_are_left_as_they_are_where_that_is_good() {
    on_server("others", async |server| {
        server
            .run(
                "create table person (
                    id bigserial primary key, name text not null, nick text unique,
                    points int4 default '3'::int not null, friend_id int8,
                    constraint f foreign key (friend_id) references person on delete set null on update cascade,
                    check (points >= 0::int)
                );
                create index friend on person (friend_id);
                create view people as select name from person;
                insert into person (name) values ('a');",
            )
            .await;
        check_sql(
            &server,
            &[more_columns::Person::meta()],
            expect![[r#"
                alter index "friend" rename to "person_friend_id_index";
            "#]],
        )
        .await;
        update(&server, &[more_columns::Person::meta()]).await;
    })
    .await;
}

entity!(Unknown, key: &[0], properties: [PropertyMeta::scalar::<i64>("id").primary()]);
mod counted {
    use super::*;
    entity!(Unknown, key: &[0], properties: [ID]);
}

#[tokio::test]
async fn a_key_is_counted_and_is_no_longer() {
    on_server("counted", async |server| {
        update(&server, &[Unknown::meta()]).await;
        server.run("insert into unknown values (5)").await;
        update(&server, &[counted::Unknown::meta()]).await;
        server.run("insert into unknown default values").await;
        assert_eq!(server.rows("select id from unknown order by id").await, ["5", "6"]);
        update(&server, &[Unknown::meta()]).await;
        server.run("drop table unknown; create table unknown (id bigserial primary key)").await;
        check_sql(&server, &[counted::Unknown::meta()], expect![[""]]).await;
        update(&server, &[Unknown::meta()]).await;
    })
    .await;
}

#[tokio::test]
async fn unknown_tables_go_only_when_it_is_asked_for() {
    on_server("unknown", async |server| {
        update(&server, &[Person::meta()]).await;
        server
            .run(
                "create table other (person_id bigint references person (id));
                 create table kept (a int);
                 insert into person (name) values ('a');
                 insert into other values (1);",
            )
            .await;
        update(&server, &[Person::meta()]).await;
        server.generator(&[Person::meta()]).update().drop_tables(true).safe(true).await.expect("updated");
        assert_eq!(server.rows("select * from other").await, ["1"]);
        let all = server.generator(&[Person::meta()]).update().drop_tables(true).skip_table("kept");
        all.await.expect("updated");
        let tables = "select relname::text from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace order by 1";
        assert_eq!(server.rows(tables).await, ["'kept'", "'person'"]);
    })
    .await;
}
