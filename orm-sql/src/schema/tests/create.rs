//! From nothing to a schema, and back to nothing.

use expect_test::expect;

use super::blog;
use super::memory::{Memory, now};

#[test]
fn entities_become_tables() {
    let memory = Memory::new();
    expect![[r#"
        create table "author" (
          "id" integer not null primary key autoincrement,
          "name" text not null,
          "email" text,
          "active" boolean not null default true,
          "created_at" datetime not null default (datetime('now')),
          "version" integer not null default 1,
          "favourite_id" integer,
          "mentor_id" integer,
          constraint "author_favourite_id_foreign" foreign key ("favourite_id") references "book" ("id") on update cascade on delete set null,
          constraint "author_mentor_id_foreign" foreign key ("mentor_id") references "author" ("id") on update cascade on delete set null
        );
        create index "author_name_index" on "author" ("name");
        create unique index "author_email_unique" on "author" ("email");
        create index "author_favourite_id_index" on "author" ("favourite_id");
        create index "author_mentor_id_index" on "author" ("mentor_id");
        create table "book" (
          "id" integer not null primary key autoincrement,
          "title" text not null,
          "price" numeric(10,2) not null,
          "status" text not null,
          "slug" text generated always as (lower(title)) stored not null,
          "author_id" integer not null,
          constraint "book_author_id_foreign" foreign key ("author_id") references "author" ("id") on update cascade,
          constraint "book_price_check" check (price >= 0),
          constraint "book_status_check" check ("status" in ('draft', 'it''s out')),
          constraint "titled" check (title <> '')
        );
        create unique index "book_author_id_title_unique" on "book" ("author_id", "title");
        create table "tag" (
          "id" uuid_text not null,
          "name" text not null default 'it''s',
          "data" json_text not null,
          primary key ("id")
        );
        create table "profile" (
          "author_id" integer not null,
          "text" text,
          "reviewer_id" integer,
          primary key ("author_id"),
          constraint "profile_author_id_foreign" foreign key ("author_id") references "author" ("id") on update cascade on delete cascade,
          constraint "profile_reviewer_id_foreign" foreign key ("reviewer_id") references "author" ("id") on update cascade on delete restrict
        );
        create unique index "profile_reviewer_id_unique" on "profile" ("reviewer_id");
        create table "book_tags" (
          "book_id" integer not null,
          "tag_id" uuid_text not null,
          primary key ("book_id", "tag_id"),
          constraint "book_tags_book_id_foreign" foreign key ("book_id") references "book" ("id") on update cascade on delete cascade,
          constraint "book_tags_tag_id_foreign" foreign key ("tag_id") references "tag" ("id") on update cascade on delete cascade
        );
        create index "book_tags_tag_id_index" on "book_tags" ("tag_id");
        create table "book_page" (
          "position" integer not null primary key autoincrement,
          "book_id" integer not null,
          "tag_id" uuid_text not null,
          constraint "book_page_book_id_foreign" foreign key ("book_id") references "book" ("id") on update cascade on delete cascade,
          constraint "book_page_tag_id_foreign" foreign key ("tag_id") references "tag" ("id") on update cascade on delete cascade
        );
        create index "book_page_book_id_index" on "book_page" ("book_id");
        create index "book_page_tag_id_index" on "book_page" ("tag_id");
        create table "tag_related" (
          "tag_1_id" uuid_text not null,
          "tag_2_id" uuid_text not null,
          primary key ("tag_1_id", "tag_2_id"),
          constraint "tag_related_tag_1_id_foreign" foreign key ("tag_1_id") references "tag" ("id") on update cascade on delete cascade,
          constraint "tag_related_tag_2_id_foreign" foreign key ("tag_2_id") references "tag" ("id") on update cascade on delete cascade
        );
        create index "tag_related_tag_2_id_index" on "tag_related" ("tag_2_id");
    "#]].assert_eq(&now(memory.generator(&blog::all()).create_sql()).expect("a schema"));
}

#[test]
fn tables_are_dropped_in_the_other_order() {
    let memory = Memory::new();
    expect![[r#"
        pragma foreign_keys = off;
        drop table if exists "tag_related";
        drop table if exists "book_page";
        drop table if exists "book_tags";
        drop table if exists "profile";
        drop table if exists "tag";
        drop table if exists "book";
        drop table if exists "author";
        pragma foreign_keys = on;
    "#]]
    .assert_eq(&now(memory.generator(&blog::all()).drop_sql()).expect("a schema"));
}

#[test]
fn created_tables_hold_rows_and_drop_takes_all_of_it() {
    let memory = Memory::new();
    let generator = memory.generator(&blog::all());
    now(generator.create()).expect("created");
    memory.run(
        "insert into author (name) values ('a'), ('b');
         insert into book (title, price, status, author_id) values ('T', 1.5, 'draft', 1);
         update author set favourite_id = 1, mentor_id = 2;
         insert into profile (author_id) values (1);",
    );
    assert_eq!(
        memory.rows("select active, version, favourite_id, created_at is null from author"),
        ["1|1|1|0"; 2]
    );
    assert_eq!(memory.rows("select slug from book"), ["'t'"]);
    now(generator.drop()).expect("dropped");
    assert!(memory.rows("select name from sqlite_master where name not like 'sqlite_%'").is_empty());
    assert_eq!(memory.rows("pragma foreign_keys"), ["1"]);
}

#[test]
fn create_does_all_or_nothing() {
    let memory = Memory::new();
    memory.run("create table tag (id integer)");
    let error = now(memory.generator(&blog::all()).create()).expect_err("the table is there");
    assert!(error.to_string().contains("use `orm.schema().update()`"), "{error}");
    assert_eq!(memory.rows("select name from sqlite_master"), ["'tag'"]);
}

#[test]
fn refresh_empties_the_tables() {
    let memory = Memory::new();
    let generator = memory.generator(&blog::all());
    now(generator.refresh()).expect("created");
    memory.run("insert into author (name) values ('a')");
    now(generator.refresh()).expect("created again");
    assert!(memory.rows("select * from author").is_empty());
}

#[test]
fn a_view_of_an_entitys_name_is_neither_made_nor_dropped() {
    let memory = Memory::new();
    memory.run("create view tag as select 1 as id");
    let generator = memory.generator(&[blog::Tag::meta()]);
    now(generator.create()).expect("all but the view is made");
    now(generator.refresh()).expect("all but the view is made again");
    now(generator.drop()).expect("all but the view is dropped");
    assert_eq!(memory.rows("select * from tag"), ["1"]);
}

#[test]
fn clear_deletes_all_rows_and_counts_from_one_again() {
    let memory = Memory::new();
    let generator = memory.generator(&blog::all());
    now(generator.create()).expect("created");
    for _ in 0..2 {
        memory.run(
            "insert into author (name) values ('a');
             insert into book (title, price, status, author_id) values ('T', 1, 'draft', 1);",
        );
        assert_eq!(memory.rows("select max(id) from author"), ["1"]);
        now(generator.clear()).expect("cleared");
    }
    assert!(memory.rows("select 1 from author, book").is_empty());
}
