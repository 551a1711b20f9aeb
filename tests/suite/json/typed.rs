//! Places that are known from types.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use expect_test::expect;
use orm::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::harness::{Database, Db, on_every_database};

on_every_database!(
    members_are_compared_as_what_they_are,
    names_are_those_that_serde_writes,
    lists_and_maps_lead_on,
    documents_behind_relations_are_reached,
    what_is_optional_may_be_missing,
);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonPaths)]
#[serde(rename_all = "camelCase")]
struct Settings {
    theme: Theme,
    tab_width: u8,
    #[serde(rename = "odd.\"key\"")]
    odd: bool,
    window: Window,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default)]
    inner: Option<Box<Window>>,
    tabs: Vec<Tab>,
    marks: BTreeMap<String, i64>,
    since: NaiveDate,
    id: Uuid,
    #[serde(flatten)]
    more: More,
    #[serde(skip)]
    cached: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonPaths)]
#[serde(rename_all = "kebab-case")]
enum Theme {
    Light,
    DarkBlue,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonPaths)]
struct Window {
    width: Pixels,
    scale: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonPaths)]
struct Pixels(u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonPaths)]
struct Tab {
    title: String,
    r#type: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonPaths)]
struct More {
    extra: String,
}

#[derive(Entity)]
struct User {
    #[orm(primary_key(auto_increment = false))]
    id: i64,
    settings: Json<Settings>,
    draft: Option<Json<Settings>>,
    friend: Option<Ref<User>>,
}

fn settings(width: u32) -> Settings {
    Settings {
        theme: if width > 100 { Theme::DarkBlue } else { Theme::Light },
        tab_width: 4,
        odd: width.is_multiple_of(2),
        window: Window { width: Pixels(width), scale: 1.5 },
        note: (width > 100).then(|| "wide".to_owned()),
        inner: None,
        tabs: vec![
            Tab { title: format!("first {width}"), r#type: 1 },
            Tab { title: "second".into(), r#type: 2 },
        ],
        marks: BTreeMap::from([("a key".to_owned(), i64::from(width))]),
        since: NaiveDate::from_ymd_opt(2024, 2, 1).expect("a day"),
        id: Uuid::from_u128(width.into()),
        more: More { extra: "x".into() },
        cached: 7,
    }
}

/// Users 1, 2 and 3 with windows of 50, 101 and 200, each a friend of the one before.
async fn users(on: Database) -> Db {
    let db = Db::new(on, |builder| builder.entity::<User>()).await;
    let em = db.em();
    for (id, width) in [(1, 50), (2, 101), (3, 200)] {
        let friend = (id > 1).then(|| em.reference::<User>(id - 1).expect("a key"));
        let draft = (id == 2).then(|| Json(settings(1)));
        let user = User::builder().id(id).settings(Json(settings(width))).draft(draft).friend(friend).build();
        em.persist(user);
        em.flush().await.expect("the row fits");
    }
    let _ = db.sql();
    db
}

async fn found(db: &Db, condition: Condition<User>) -> Vec<i64> {
    let users = db.em().find::<User>().matching(condition).order_by(|u| u.id.asc()).await;
    users.expect("the query is right").iter().map(|user| *user.id()).collect()
}

macro_rules! check {
    ($db:expr, $condition:expr => [$($key:literal),*]) => {
        let expected: &[i64] = &[$($key),*];
        assert_eq!(found($db, Condition::<User>::when($condition)).await, expected, stringify!($condition));
    };
}

async fn members_are_compared_as_what_they_are(on: Database) {
    let db = &users(on).await;
    check!(db, |u| u.settings.theme.eq(Theme::DarkBlue) => [2, 3]);
    check!(db, |u| u.settings.theme.in_([Theme::Light]) => [1]);
    check!(db, |u| u.settings.tab_width.eq(4) => [1, 2, 3]);
    check!(db, |u| u.settings.window.width.gt(Pixels(100)) => [2, 3]);
    check!(db, |u| u.settings.window.scale.eq(1.5) => [1, 2, 3]);
    check!(db, |u| u.settings.odd.eq(true) => [1, 3]);
    check!(db, |u| u.settings.since.lt(NaiveDate::from_ymd_opt(2024, 2, 2).expect("a day")) => [1, 2, 3]);
    check!(db, |u| u.settings.id.eq(Uuid::from_u128(200)) => [3]);
    check!(db, |u| u.draft.window.width.lt(Pixels(10)) => [2]);
    check!(db, |u| u.draft.window.exists() => [2]);
}

async fn names_are_those_that_serde_writes(on: Database) {
    let db = &users(on).await;
    check!(db, |u| u.settings.more.extra.eq("x") => [1, 2, 3]);
    check!(db, |u| u.settings.at("extra").as_text().eq("x") => [1, 2, 3]);
    check!(db, |u| u.settings.at("tabWidth").as_integer().eq(4) => [1, 2, 3]);
    check!(db, |u| u.settings.at("theme").as_text().eq("dark-blue") => [2, 3]);
    check!(db, |u| u.settings.at("odd.\"key\"").as_bool().eq(false) => [2]);
    check!(db, |u| u.settings.at("cached").exists() => []);
}

async fn lists_and_maps_lead_on(on: Database) {
    let db = &users(on).await;
    check!(db, |u| u.settings.tabs.at(0).inside(|tab| tab.title).eq("first 50") => [1]);
    check!(db, |u| u.settings.tabs.at(1).inside(|tab| tab.r#type).eq(2) => [1, 2, 3]);
    check!(db, |u| u.settings.tabs.at(2).is_missing() => [1, 2, 3]);
    check!(db, |u| u.settings.marks.at("a key").ge(101) => [2, 3]);
    check!(db, |u| u.settings.marks.at("no key").is_null() => [1, 2, 3]);
    check!(db, |u| u.settings.document().exists() => [1, 2, 3]);
    check!(db, |u| u.settings.window.raw().at("width").as_integer().eq(50) => [1]);
}

async fn documents_behind_relations_are_reached(on: Database) {
    let db = &users(on).await;
    check!(db, |u| u.friend.settings.window.width.eq(Pixels(50)) => [2]);
    check!(db, |u| u.friend.friend.settings.tabs.at(0).inside(|tab| tab.title).starts_with("first") => [3]);
    check!(db, |u| u.friend.settings.at("tabWidth").as_integer().is_null() => [1]);
}

async fn what_is_optional_may_be_missing(on: Database) {
    let db = &users(on).await;
    check!(db, |u| u.settings.note.eq("wide") => [2, 3]);
    check!(db, |u| u.settings.note.eq(None) => [1]);
    check!(db, |u| u.settings.note.contains("id") => [2, 3]);
    check!(db, |u| u.settings.note.is_missing() => [1]);
    check!(db, |u| u.settings.inner.exists() => [1, 2, 3]);
    check!(db, |u| u.settings.inner.is_null() => [1, 2, 3]);
    check!(db, |u| u.settings.inner.width.is_missing() => [1, 2, 3]);
    check!(db, |u| u.settings.note.in_([Some("wide".to_owned()), None]) => [1, 2, 3]);
    check!(db, |u| u.settings.note.not_in([Some("narrow".to_owned()), None]) => [2, 3]);
    let em = db.em();
    let _ = db.sql();
    let users =
        em.find::<User>().fields(|u| u.id).order_by(|u| (u.settings.note.asc().nulls_last(), u.id.desc()));
    let keys: Vec<i64> = users.await.expect("the query is right").iter().map(|user| *user.id()).collect();
    assert_eq!(keys, [3, 2, 1]);
    db.sql().check(expect![[r#"select "u0"."id" from "user" as "u0" order by case when json_type("u0"."settings", ?) = 'text' then json_extract("u0"."settings", ?) end nulls last, "u0"."id" desc ['$."note"', '$."note"']"#]]);
}
