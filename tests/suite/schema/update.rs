//! After an update nothing is left to do, and the rows are still there.

use orm::prelude::*;

use crate::harness::{Database, Db, on_every_database};
use crate::{loading, unit_of_work};

on_every_database!(
    what_was_made_needs_no_update,
    an_update_keeps_the_rows_and_is_then_done,
    a_safe_update_takes_nothing_away,
    what_is_dropped_can_be_made_again,
    a_cleared_schema_counts_from_one_again,
);

mod before {
    use orm::prelude::*;

    #[derive(Entity)]
    pub struct Shelf {
        #[orm(primary_key)]
        pub id: i64,
        pub label: String,
        pub width: Option<i32>,
        pub old: Option<String>,
    }
}

mod after {
    use orm::prelude::*;

    #[derive(Entity)]
    #[orm(unique(label, width), index(height))]
    pub struct Shelf {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(length = 80)]
        pub label: String,
        #[orm(default = 30)]
        pub width: i32,
        #[orm(default = 40)]
        pub height: i32,
        pub room: Option<Ref<Room>>,
    }

    #[derive(Entity)]
    pub struct Room {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(unique)]
        pub name: String,
        pub shelves: Collection<Shelf>,
    }
}

async fn nothing_is_due(orm: &Orm) {
    let due = orm.schema().update_sql().await.expect("the schema can be read");
    assert_eq!(due, "");
}

async fn what_was_made_needs_no_update(on: Database) {
    nothing_is_due(&loading::entities::press(on).await.orm).await;
    nothing_is_due(&unit_of_work::entities::db(on).await.orm).await;
}

/// Shelves as they were, with rows.
async fn shelves(on: Database) -> Db {
    let db = Db::shared(on, |builder| builder.entity::<before::Shelf>()).await;
    db.meddle("insert into shelf (label, width, old) values ('one', 10, 'a'), ('two', 20, null)").await;
    db
}

async fn an_update_keeps_the_rows_and_is_then_done(on: Database) {
    let db = shelves(on).await;
    let after = db.beside(|builder| builder.entity::<after::Shelf>()).await;
    after.schema().update().await.expect("the schema can be changed");
    nothing_is_due(&after).await;
    let rows = "select id, label, width, height, room_id from shelf order by id";
    assert_eq!(db.rows(rows).await, "1 'one' 10 40 null\n2 'two' 20 40 null");
    let em = after.em();
    let room = em.persist(after::Room::builder().name("cellar").build());
    em.persist(after::Shelf::builder().label("three").room(&room).build());
    em.flush().await.expect("it fits");
    assert_eq!(db.rows("select label, width, height from shelf where id = 3").await, "'three' 30 40");
    em.persist(after::Shelf::builder().label("three").build());
    assert!(em.flush().await.expect_err("there is one").is_unique_violation());
}

async fn a_safe_update_takes_nothing_away(on: Database) {
    let db = shelves(on).await;
    let after = db.beside(|builder| builder.entity::<after::Shelf>()).await;
    after.schema().update().safe(true).await.expect("the schema can be changed");
    assert_eq!(db.rows("select old from shelf order by id").await, "'a'\nnull");
    assert_eq!(db.rows("select height from shelf order by id").await, "40\n40");
}

async fn what_is_dropped_can_be_made_again(on: Database) {
    let db = unit_of_work::entities::db(on).await;
    db.orm.schema().drop().await.expect("the tables can be dropped");
    db.em().query("select * from author", Vec::new()).await.expect_err("there is no table");
    db.orm.schema().create().await.expect("the tables can be made");
    assert_eq!(db.rows("select count(*) from author").await, "0");
    nothing_is_due(&db.orm).await;
}

async fn a_cleared_schema_counts_from_one_again(on: Database) {
    let db = shelves(on).await;
    db.orm.schema().clear().await.expect("the rows can go");
    assert_eq!(db.rows("select count(*) from shelf").await, "0");
    db.meddle("insert into shelf (label) values ('new')").await;
    assert_eq!(db.rows("select id from shelf").await, "1");
}
