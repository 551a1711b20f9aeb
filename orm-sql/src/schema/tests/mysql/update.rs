//! From one schema to the next, with rows kept.

use expect_test::{Expect, expect};
use orm_core::meta::{CheckMeta, EntityMeta, IndexMeta, PropertyMeta, RelationKind};
use orm_core::types::{ColumnKind, NativeEnum};
use orm_core::{Error, Value};

use super::entities::{self, scalar};
use super::server::{Server, on_server};
use crate::dialect::Dialect;
use crate::schema::tests::blog::{ID, entity};

/// Updates, and expects that nothing is left to do.
async fn update(server: &Server, entities: &[&'static EntityMeta]) {
    let generator = server.generator(entities);
    let sql = generator.update_sql().await.expect("the schema can be read");
    generator.update().await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    assert_eq!(generator.update_sql().await.expect("the schema can be read"), "", "after {sql}");
}

async fn check_sql(server: &Server, entities: &[&'static EntityMeta], expected: Expect) {
    let sql = server.generator(entities).update_sql().await.expect("the schema can be read");
    let sql = sql.replace("drop check", "drop constraint").replace("utf8mb4_0900_bin", "utf8mb4_nopad_bin");
    expected.assert_eq(&sql);
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
async fn what_create_makes_is_what_is_read() {
    on_server("read", async |server| {
        let generator = server.generator(&entities::all());
        generator.create().await.expect("created");
        assert_eq!(generator.update().changes().await.expect("readable"), Vec::new());
        assert_eq!(generator.update_sql().await.expect("readable"), "");
        let error = server.generator(&entities::all()).create().await.expect_err("the tables are there");
        assert!(error.to_string().contains("use `orm.schema().update()`"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn an_update_from_nothing_creates_everything_and_a_second_does_nothing() {
    on_server("nothing", async |server| {
        update(&server, &entities::all()).await;
        server.executed.lock().expect("no panic").clear();
        server.generator(&entities::all()).update().await.expect("nothing to do");
        let executed = server.executed.lock().expect("no panic").clone();
        let changes: Vec<&String> =
            executed.iter().filter(|sql| !sql.contains(" temporary table ")).collect();
        assert!(changes.is_empty(), "{changes:#?}");
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
            alter table `person` add column `nick` varchar(255), add column `points` int not null default 3, add column `friend_id` bigint, add unique index `person_nick_unique` (`nick`), add index `person_friend_id_index` (`friend_id`), add constraint `person_points_check` check (points >= 0);
            alter table `person` add constraint `person_friend_id_foreign` foreign key (`friend_id`) references `person` (`id`) on update cascade on delete set null;
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

person!(other_columns: [
    PropertyMeta::scalar::<i64>("points").default(|| Value::Int(4)).comment("how many"),
    PropertyMeta::scalar::<String>("nick").default(|| Value::Text("none".into())),
    PropertyMeta::scalar::<Option<i32>>("friend").nullable(),
], comment: Some("people"));

#[tokio::test]
async fn columns_change_and_go() {
    on_server("changed", async |server| {
        update(&server, &[more_columns::Person::meta()]).await;
        server.run("insert into person (name, points) values ('a', 7)").await;
        check_sql(&server, &[other_columns::Person::meta()], expect![[r#"
            alter table `person` drop foreign key `person_friend_id_foreign`;
            alter table `person` drop index `person_nick_unique`, modify column `nick` longtext;
            update `person` set `nick` = 'none' where `nick` is null;
            alter table `person` drop constraint `person_points_check`, drop index `person_friend_id_index`, drop column `friend_id`, add column `friend` int, modify column `points` bigint not null default 4 comment 'how many', modify column `nick` longtext not null default ('none'), comment = 'people';
        "#]]).await;
        update(&server, &[other_columns::Person::meta()]).await;
        assert_eq!(server.rows("select id, name, nick, points from person").await, ["1|'a'|'none'|7"]);
        update(&server, &[Person::meta()]).await;
        assert_eq!(server.rows("select * from person").await, ["1|'a'"]);
    })
    .await;
}

person!(required: [PropertyMeta::scalar::<i64>("age")]);

#[tokio::test]
async fn a_required_column_without_a_default_is_told_before_anything_changes() {
    on_server("required", async |server| {
        update(&server, &[Person::meta()]).await;
        server.run("insert into person (name) values ('a')").await;
        let error = server.generator(&[required::Person::meta()]).update().await.expect_err("a row is there");
        assert!(matches!(error, Error::RequiredColumn { .. }), "{error:?}");
        server.run("delete from person").await;
        update(&server, &[required::Person::meta()]).await;
    })
    .await;
}

person!(named: [PropertyMeta::scalar::<String>("nick").default(|| Value::Text("x".into())).check("nick <> ''")]);
person!(renamed: [
    PropertyMeta::scalar::<String>("alias").default(|| Value::Text("x".into())).check("alias <> ''"),
]);

#[tokio::test]
async fn a_column_gets_another_name_and_keeps_its_values() {
    on_server("renamed", async |server| {
        update(&server, &[named::Person::meta()]).await;
        server.run("insert into person (name, nick) values ('a', 'b')").await;
        update(&server, &[renamed::Person::meta()]).await;
        assert_eq!(server.rows("select alias from person").await, ["'b'"]);
    })
    .await;
}

person!(computed: [
    PropertyMeta::scalar::<i64>("points").default(|| Value::Int(2)),
    PropertyMeta::scalar::<Option<i64>>("twice").generated_stored("points * 2").index(),
    PropertyMeta::scalar::<Option<i64>>("thrice").generated_virtual("points + twice"),
]);
person!(computed_otherwise: [
    PropertyMeta::scalar::<i32>("points").default(|| Value::Int(2)),
    PropertyMeta::scalar::<Option<i64>>("twice").generated_virtual("points * 3").index(),
    PropertyMeta::scalar::<Option<i64>>("thrice").generated_virtual("points + twice"),
]);
person!(kept: [
    PropertyMeta::scalar::<i32>("points").default(|| Value::Int(2)),
    PropertyMeta::scalar::<Option<i64>>("twice"),
]);

#[tokio::test]
async fn generated_columns_come_and_change_and_are_given_up() {
    on_server("generated", async |server| {
        update(&server, &[Person::meta()]).await;
        server.run("insert into person (name) values ('a')").await;
        update(&server, &[computed::Person::meta()]).await;
        assert_eq!(server.rows("select twice, thrice from person").await, ["4|6"]);
        check_sql(&server, &[computed_otherwise::Person::meta()], expect![[r#"
            alter table `person` drop index `person_twice_index`, drop column `twice`, drop column `thrice`, modify column `points` int not null default 2, add column `twice` bigint generated always as (points * 3) virtual, add column `thrice` bigint generated always as (`points` + `twice`) virtual, add index `person_twice_index` (`twice`);
        "#]]).await;
        update(&server, &[computed_otherwise::Person::meta()]).await;
        assert_eq!(server.rows("select twice, thrice from person").await, ["6|8"]);
        update(&server, &[computed::Person::meta()]).await;
        update(&server, &[kept::Person::meta()]).await;
        assert_eq!(server.rows("select twice from person").await, ["4"]);
        update(&server, &[computed::Person::meta()]).await;
    })
    .await;
}

static SMALL: NativeEnum = NativeEnum { name: "mood", schema: None, values: &["a", "b"] };
static MORE: NativeEnum = NativeEnum { name: "mood", schema: None, values: &["z", "a", "c", "b"] };
static OTHER: NativeEnum = NativeEnum { name: "mood", schema: None, values: &["b", "z"] };

person!(small: [scalar("mood", ColumnKind::NativeEnum(&SMALL)).default(|| Value::Text("a".into())).index()]);
person!(more: [scalar("mood", ColumnKind::NativeEnum(&MORE)).default(|| Value::Text("a".into())).index()]);
person!(other: [scalar("mood", ColumnKind::NativeEnum(&OTHER)).default(|| Value::Text("z".into())).check("mood <> 'z' or name > ''")]);

#[tokio::test]
async fn an_enumeration_gets_and_loses_values() {
    on_server("enum", async |server| {
        update(&server, &[small::Person::meta()]).await;
        server.run("insert into person (name, mood) values ('a', 'a'), ('b', 'b')").await;
        check_sql(
            &server,
            &[more::Person::meta()],
            expect![[r#"
            alter table `person` modify column `mood` enum('z','a','c','b') not null default 'a';
        "#]],
        )
        .await;
        update(&server, &[more::Person::meta()]).await;
        assert_eq!(server.rows("select mood from person order by id").await, ["'a'", "'b'"]);
        let error = server.generator(&[other::Person::meta()]).update().await.expect_err("a row has an `a`");
        assert!(error.to_string().contains("mood"), "{error}");
        server.run("update person set mood = 'b'").await;
        update(&server, &[other::Person::meta()]).await;
        update(&server, &[small::Person::meta()]).await;
        assert_eq!(server.rows("select mood from person").await, ["'b'", "'b'"]);
    })
    .await;
}

person!(
    indexed: [PropertyMeta::scalar::<i64>("points")],
    indexes: &[
        IndexMeta::on(&[1, 2]),
        IndexMeta::on(&[2]).named("named").unique(),
        IndexMeta::on(&[1]).full_text().named("words"),
    ],
    checks: &[CheckMeta { name: None, expression: "points <> 5 /* ) */ -- never" }],
);
person!(
    indexed_otherwise: [PropertyMeta::scalar::<i64>("points")],
    indexes: &[
        IndexMeta::on(&[2, 1]).named("person_name_points_index"),
        IndexMeta::on(&[2]).named("renamed").unique(),
        IndexMeta::on(&[1]).full_text().named("words"),
    ],
    comment: Some("indexed"),
);

#[tokio::test]
async fn indexes_and_checks_come_and_go() {
    on_server("indexes", async |server| {
        update(&server, &[indexed::Person::meta()]).await;
        server.run("insert into person (name, points) values ('a', 1)").await;
        check_sql(&server, &[indexed_otherwise::Person::meta()], expect![[r#"
            alter table `person` drop constraint `person_check`, rename index `named` to `renamed`, drop index `person_name_points_index`, add index `person_name_points_index` (`points`, `name`(255)), comment = 'indexed';
        "#]]).await;
        update(&server, &[indexed_otherwise::Person::meta()]).await;
        server.run("insert into person (name, points) values ('b', 5)").await;
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
                    id bigint auto_increment primary key, name longtext not null, nick varchar(255) unique,
                    points int default '3' not null check (points >= 0), friend_id bigint,
                    constraint f foreign key (friend_id) references person (id) on delete set null on update cascade,
                    old varchar(3) character set latin1 not null default ''
                ) default character set latin1 comment 'theirs';
                create view people as select name from person;
                insert into person (name) values ('a');",
            )
            .await;
        check_sql(&server, &[more_columns::Person::meta()], expect![[r#"
            alter table `person` rename index `nick` to `person_nick_unique`, rename index `f` to `person_friend_id_index`, drop column `old`, comment = '';
        "#]]).await;
        update(&server, &[more_columns::Person::meta()]).await;
        check_sql(&server, &[other_columns::Person::meta()], expect![[r#"
            alter table `person` drop foreign key `f`;
            alter table `person` drop index `person_nick_unique`, modify column `nick` longtext collate latin1_swedish_ci;
            update `person` set `nick` = 'none' where `nick` is null;
            alter table `person` drop index `person_friend_id_index`, drop column `friend_id`, add column `friend` int, modify column `points` bigint not null default 4 comment 'how many', modify column `nick` longtext collate latin1_swedish_ci not null default ('none'), comment = 'people';
        "#]]).await;
        update(&server, &[other_columns::Person::meta()]).await;
    })
    .await;
}

mod pointing {
    use super::*;
    entity!(
        Note,
        key: &[0],
        properties: [ID, PropertyMeta::relation("of", RelationKind::ManyToOne, Coded::meta)],
    );
    entity!(Coded, key: &[0], properties: [PropertyMeta::scalar::<String>("code").primary().length(20)]);
}

#[tokio::test]
async fn what_points_at_text_compares_it_as_that_does() {
    on_server("collation", async |server| {
        server
            .run("create table coded (code varchar(20) collate latin1_swedish_ci not null primary key)")
            .await;
        update(&server, &[pointing::Note::meta(), pointing::Coded::meta()]).await;
        server.run("insert into coded values ('A'); insert into note (of_code) values ('a')").await;
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
        server.run("insert into unknown () values ()").await;
        assert_eq!(server.rows("select id from unknown order by id").await, ["5", "6"]);
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
                "create table other (person_id bigint, foreign key (person_id) references person (id));
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
        assert_eq!(server.rows("show tables").await, ["'kept'", "'person'"]);
    })
    .await;
}

person!(over_expression: [], indexes: &[IndexMeta::over("lower(name)").named("lowered")]);
person!(defaulting: [
    PropertyMeta::relation("friend", RelationKind::ManyToOne, Person::meta).nullable().on_delete_rule("set default"),
]);
person!(over_some: [], indexes: &[IndexMeta::on(&[1]).only_where("name <> ''").named("some")]);

#[tokio::test]
async fn indexes_that_the_database_has_not_are_refused_with_an_alternative() {
    on_server("refused", async |server| {
        let over = server.generator(&[over_expression::Person::meta()]);
        match server.dialect {
            Dialect::MariaDb => {
                let error = over.update().await.expect_err("it has no such index").to_string();
                expect!["mariadb cannot index an expression, as `lowered` of the table `person` would; index a generated property with that expression"].assert_eq(&error);
            }
            Dialect::MySql | Dialect::Sqlite | Dialect::Postgres => {
                update(&server, &[over_expression::Person::meta()]).await;
            }
        }
        let error = server.generator(&[over_some::Person::meta()]).create_sql().await.expect_err("no such index");
        expect!["mariadb cannot index some of the rows, as `some` of the table `person` would; leave the condition out, or index a generated property that is null for the other rows"].assert_eq(&error.to_string().replace("mysql", "mariadb"));
        let error = server.generator(&[defaulting::Person::meta()]).create_sql().await.expect_err("no such rule");
        expect![[r#"mariadb cannot give `Person.friend` its default by a foreign key; write "set null" or "cascade" instead of "set default""#]].assert_eq(&error.to_string().replace("mysql", "mariadb"));
    })
    .await;
}
