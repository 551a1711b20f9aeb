//! Every type of property goes out and comes back as it was, at its limits too.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc};
use orm::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::harness::{Database, Db, on_every_database};

on_every_database!(
    values_come_back_as_they_went_and_are_not_dirty,
    values_are_compared_as_what_they_are,
    what_the_database_cannot_hold_is_refused_before_it_loses_anything,
    object_ids_are_known_before_the_flush_and_found_by,
    what_is_finer_than_the_database_keeps_is_cut_off,
);

#[derive(EntityEnum, Clone, Copy, Debug, PartialEq)]
enum Status {
    Draft,
    InReview,
    #[orm(value = "out")]
    Published,
}

#[derive(EntityEnum, Clone, Copy, Debug, PartialEq)]
#[orm(integer)]
enum Level {
    Low = -1,
    High = 7,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    dark: bool,
    tabs: Vec<String>,
}

#[derive(Entity, Clone, Debug, PartialEq)]
struct Everything {
    #[orm(primary_key(auto_increment = false))]
    id: i64,
    tiny: i8,
    small: i16,
    medium: i32,
    large: i64,
    huge: i128,
    byte: u8,
    word: u16,
    double_word: u32,
    quad_word: u64,
    single: f32,
    double: f64,
    flag: bool,
    text: String,
    bytes: Vec<u8>,
    maybe: Option<i32>,
    date: NaiveDate,
    time: NaiveTime,
    local: NaiveDateTime,
    moment: DateTime<Utc>,
    uuid: Uuid,
    decimal: Decimal,
    json: serde_json::Value,
    settings: Json<Settings>,
    status: Status,
    level: Level,
}

async fn db(on: Database) -> Db {
    Db::new(on, |builder| builder.entity::<Everything>()).await
}

fn plain(id: i64) -> Everything {
    let date = NaiveDate::from_ymd_opt(2024, 2, 29).expect("a leap day");
    Everything {
        id,
        tiny: 0,
        small: 0,
        medium: 0,
        large: 0,
        huge: 0,
        byte: 0,
        word: 0,
        double_word: 0,
        quad_word: 0,
        single: 0.5,
        double: 0.1,
        flag: true,
        text: String::new(),
        bytes: Vec::new(),
        maybe: None,
        date,
        time: NaiveTime::MIN,
        local: date.and_time(NaiveTime::MIN),
        moment: DateTime::UNIX_EPOCH,
        uuid: Uuid::nil(),
        decimal: Decimal::ZERO,
        json: serde_json::Value::Null,
        settings: Json(Settings { dark: false, tabs: Vec::new() }),
        status: Status::Draft,
        level: Level::Low,
    }
}

async fn store(db: &Db, row: Everything) -> Result<()> {
    let key = row.id;
    let em = db.em();
    // Only what differs from the plain row is written afterwards, property by property.
    em.persist(
        Everything::builder()
            .id(key)
            .tiny(row.tiny)
            .small(row.small)
            .medium(row.medium)
            .large(row.large)
            .huge(row.huge)
            .byte(row.byte)
            .word(row.word)
            .double_word(row.double_word)
            .quad_word(row.quad_word)
            .single(row.single)
            .double(row.double)
            .flag(row.flag)
            .text(row.text)
            .bytes(row.bytes)
            .maybe(row.maybe)
            .date(row.date)
            .time(row.time)
            .local(row.local)
            .moment(row.moment)
            .uuid(row.uuid)
            .decimal(row.decimal)
            .json(row.json)
            .settings(row.settings)
            .status(row.status)
            .level(row.level)
            .build(),
    );
    em.flush().await
}

/// The finest part of a second that a database keeps.
fn finest(on: Database) -> TimeDelta {
    match on {
        Database::Sqlite => TimeDelta::nanoseconds(1),
        Database::Postgres | Database::MySql => TimeDelta::microseconds(1),
    }
}

fn limits(on: Database) -> [Everything; 2] {
    let moment = |text: &str| text.parse::<DateTime<Utc>>().expect("a moment");
    let low = Everything {
        tiny: i8::MIN,
        small: i16::MIN,
        medium: i32::MIN,
        large: i64::MIN,
        huge: i128::MIN,
        single: f32::MIN,
        double: f64::MIN_POSITIVE,
        flag: false,
        text: "é🦀 it's \"here\" %_\\ \u{1}".to_owned(),
        bytes: (0..=255).collect(),
        decimal: "-123456789.012345".parse().expect("a decimal"),
        moment: DateTime::UNIX_EPOCH - finest(on),
        json: serde_json::json!({ "a": [1, null, "x"], "b": 1.5 }),
        status: Status::InReview,
        ..plain(1)
    };
    let high = Everything {
        tiny: i8::MAX,
        small: i16::MAX,
        medium: i32::MAX,
        large: i64::MAX,
        huge: i128::MAX,
        byte: u8::MAX,
        word: u16::MAX,
        double_word: u32::MAX,
        quad_word: i64::MAX as u64,
        single: f32::MAX,
        double: f64::MAX,
        maybe: Some(-1),
        date: NaiveDate::from_ymd_opt(9999, 12, 31).expect("a date"),
        time: NaiveTime::MIN - finest(on),
        local: NaiveDate::from_ymd_opt(2024, 1, 2)
            .and_then(|d| d.and_hms_milli_opt(3, 4, 5, 6))
            .expect("a moment"),
        moment: moment("2024-01-02T03:04:05.000001Z"),
        uuid: Uuid::from_u128(u128::MAX),
        decimal: "999999999999999".parse().expect("a decimal"),
        settings: Json(Settings { dark: true, tabs: vec!["one".into(), "two".into()] }),
        status: Status::Published,
        level: Level::High,
        ..plain(2)
    };
    [low, high]
}

async fn values_come_back_as_they_went_and_are_not_dirty(on: Database) {
    let db = db(on).await;
    for row in limits(on) {
        store(&db, row.clone()).await.expect("it fits");
        let em = db.em();
        let found = em.find_by_id_or_fail::<Everything>(row.id).await.expect("it is there");
        assert_eq!(found.detach().expect("all of it is loaded"), row);
        let copy = found.detach().expect("all of it is loaded");
        found.set_text(copy.text);
        found.set_moment(copy.moment);
        found.set_json(copy.json);
        found.set_settings(copy.settings);
        found.set_double(copy.double);
        found.set_decimal(copy.decimal);
        let _ = db.sql();
        em.flush().await.expect("nothing changed");
        assert_eq!(db.sql().len(), 0, "what was set to the value it had is not written");
    }
}

async fn values_are_compared_as_what_they_are(on: Database) {
    let db = db(on).await;
    for row in limits(on) {
        store(&db, row).await.expect("it fits");
    }
    let em = db.em();
    let count = async |condition: Condition<Everything>| {
        em.count::<Everything>().matching(condition).await.expect("the query is right")
    };
    let [low, high] = limits(on);
    assert_eq!(count(Condition::<Everything>::when(|e| e.moment.gt(low.moment))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.moment.eq(high.moment))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.local.le(high.local))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.date.between(low.date, high.date))).await, 2);
    assert_eq!(count(Condition::<Everything>::when(|e| e.decimal.lt(Decimal::ZERO))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.decimal.eq(high.decimal))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.uuid.in_([high.uuid, Uuid::nil()]))).await, 2);
    assert_eq!(count(Condition::<Everything>::when(|e| e.bytes.eq(low.bytes))).await, 1);
    assert_eq!(
        count(Condition::<Everything>::when(|e| e.status.in_([Status::Draft, Status::Published]))).await,
        1
    );
    assert_eq!(count(Condition::<Everything>::when(|e| e.level.gt(Level::Low))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.flag.eq(false))).await, 1);
    assert_eq!(count(Condition::<Everything>::when(|e| e.huge.eq(i128::MAX))).await, 1);
}

async fn what_the_database_cannot_hold_is_refused_before_it_loses_anything(on: Database) {
    let db = db(on).await;
    for (row, property) in [
        (Everything { quad_word: u64::MAX, ..plain(1) }, "quad_word"),
        (Everything { double: f64::NAN, ..plain(1) }, "double"),
        (Everything { decimal: "1234567890.1234567".parse().expect("a decimal"), ..plain(1) }, "decimal"),
        (Everything { decimal: Decimal::MAX, ..plain(1) }, "decimal"),
        (Everything { text: "a\0b".to_owned(), ..plain(1) }, "text"),
        (Everything { local: plain(1).local + finest(on), ..plain(1) }, "local"),
        (Everything { moment: DateTime::<Utc>::MAX_UTC.trunc_subsecs(6), ..plain(1) }, "moment"),
    ] {
        match store(&db, row.clone()).await {
            Ok(()) => {
                let found = db.em().find_by_id_or_fail::<Everything>(1).await.expect("it is there");
                let found = found.detach().expect("all of it is loaded");
                // NaN is no number, not even itself.
                assert!(found == row || found.double.is_nan(), "{property}: {found:?}");
                db.meddle("delete from everything").await;
            }
            Err(error) => {
                assert!(error.to_string().contains(&format!("Everything.{property}")), "{error}");
                assert_eq!(db.rows("select count(*) from everything").await, "0");
            }
        }
    }
}

#[derive(Entity)]
pub struct Ship {
    #[orm(primary_key)]
    pub id: ObjectId,
    pub name: String,
    pub crew: Collection<Sailor>,
}

#[derive(Entity)]
pub struct Sailor {
    /// Given by hand, so that a builder demands it.
    #[orm(primary_key(auto_increment = false))]
    pub id: ObjectId,
    pub ship: Ref<Ship>,
    pub friend: Option<ObjectId>,
}

async fn object_ids_are_known_before_the_flush_and_found_by(on: Database) {
    let db = Db::new(on, |builder| builder.entity::<Ship>()).await;
    let em = db.em();
    let ship = em.persist(Ship::builder().name("Argo").build());
    let id = *ship.id();
    let friend = ObjectId::new();
    for number in 0..6 {
        let friend = (number % 2 == 0).then_some(friend);
        em.persist(Sailor::builder().id(ObjectId::new()).ship(&ship).friend(friend).build());
    }
    em.flush().await.expect("it is stored");
    let em = db.em();
    let found = em.find_by_id_or_fail::<Ship>(id).populate(|s| s.crew).await.expect("it is there");
    assert_eq!((found.name().as_str(), found.crew().len()), ("Argo", 6));
    let keys: Vec<ObjectId> = found.crew().iter().map(|sailor| *sailor.id()).collect();
    let count = em.count::<Sailor>().filter(|s| s.id.in_(keys) & s.friend.eq(friend) & s.ship.eq(id));
    assert_eq!(count.await.expect("the query is right"), 3);
}

async fn what_is_finer_than_the_database_keeps_is_cut_off(on: Database) {
    let db = db(on).await;
    let row = Everything {
        time: NaiveTime::MIN + TimeDelta::nanoseconds(1_999),
        local: plain(1).local + TimeDelta::nanoseconds(1_999),
        moment: DateTime::UNIX_EPOCH - TimeDelta::nanoseconds(1),
        ..plain(1)
    };
    store(&db, row.clone()).await.expect("it fits");
    let expected = match on {
        Database::Sqlite => row.clone(),
        Database::Postgres | Database::MySql => Everything {
            time: NaiveTime::MIN + TimeDelta::microseconds(1),
            local: plain(1).local + TimeDelta::microseconds(1),
            moment: DateTime::UNIX_EPOCH - TimeDelta::microseconds(1),
            ..plain(1)
        },
    };
    let em = db.em();
    let found = em.find_by_id_or_fail::<Everything>(1).await.expect("it is there");
    assert_eq!(found.detach().expect("all of it is loaded"), expected);
    // What is asked for is cut off too, so that what was stored is found.
    let same = em
        .count::<Everything>()
        .filter(|e| e.time.eq(row.time) & e.local.eq(row.local) & e.moment.eq(row.moment));
    assert_eq!(same.await.expect("the query is right"), 1);
}

/// Columns of SQLite take values of any type.
#[tokio::test]
async fn what_does_not_fit_the_property_is_an_error_that_names_it() {
    for (column, value, said) in [
        ("byte", "256", "Everything.byte cannot hold what the database has: 256 does not fit into u8"),
        ("text", "x'00'", "Everything.text cannot hold what the database has: found bytes, expected text"),
        ("moment", "'yesterday'", "`yesterday` is not a timestamp"),
        ("json", "'{'", "`{` is not json"),
        ("uuid", "'x'", "`x` is not a uuid"),
    ] {
        let db = db(Database::Sqlite).await;
        store(&db, plain(1)).await.expect("it fits");
        db.meddle(&format!("update everything set {column} = {value}")).await;
        let error = db.em().find::<Everything>().await.map(drop).expect_err("it does not fit").to_string();
        assert!(error.contains(said), "{error}");
    }
}
