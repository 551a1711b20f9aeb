//! Conditions and orders by what is inside of JSON documents.

mod order;
mod raw;
mod typed;

use orm::prelude::*;
use serde_json::Value as Document;

use crate::harness::{Database, Db};

#[derive(Entity)]
pub struct Paper {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub data: Option<Document>,
    #[orm(many_to_many(owner))]
    pub shelves: Collection<Shelf>,
}

#[derive(Entity)]
pub struct Shelf {
    #[orm(primary_key)]
    pub id: i64,
    pub label: Document,
    #[orm(many_to_many)]
    pub papers: Collection<Paper>,
}

/// A paper for each document, with keys from 1 on.
async fn papers(on: Database, documents: impl IntoIterator<Item = Option<Document>>) -> Db {
    let db = Db::new(on, |builder| builder.entity::<Paper>()).await;
    let em = db.em();
    for (number, document) in (1..).zip(documents) {
        em.persist(Paper::builder().id(number).data(document).build());
    }
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    db
}

/// The keys of the papers of which a condition holds.
async fn found(db: &Db, condition: Condition<Paper>) -> Vec<i64> {
    let papers = db.em().find::<Paper>().matching(condition).order_by(|p| p.id.asc()).await;
    papers.expect("the query is right").iter().map(|paper| *paper.id()).collect()
}

macro_rules! check {
    ($db:expr, $condition:expr => [$($key:literal),*]) => {
        let expected: &[i64] = &[$($key),*];
        let condition = Condition::<$crate::json::Paper>::when($condition);
        assert_eq!($crate::json::found($db, condition).await, expected, stringify!($condition));
    };
}
use check;
