//! Orders by what is inside of documents.

use expect_test::expect;
use orm::prelude::*;
use serde_json::{Value as Document, json};

use crate::harness::{Database, on_every_database};
use crate::json::{Paper, Shelf, papers};

on_every_database!(
    documents_are_sorted_by_what_is_read,
    pages_of_roots_with_collections_are_sorted_by_documents,
    an_order_through_a_collection_takes_its_first_item,
    distinct_roots_are_sorted_by_documents,
);

fn documents() -> [Option<Document>; 7] {
    [
        Some(json!({"n": 10, "t": "b", "f": true})),
        Some(json!({"n": 9.5, "t": "B", "f": false})),
        Some(json!({"n": "1", "t": 1})),
        Some(json!({"n": -3, "t": "é"})),
        Some(json!({"n": 9, "t": "a"})),
        None,
        Some(json!([])),
    ]
}

fn keys<S: orm::hint::Shape<Entity = Paper>>(papers: &[Managed<Paper, S>]) -> Vec<i64> {
    papers
        .iter()
        .map(|paper| orm::Value::from(paper.key().expect("it is stored")))
        .map(|key| match key {
            orm::Value::Int(key) => key,
            other => panic!("{other} is no key"),
        })
        .collect()
}

async fn documents_are_sorted_by_what_is_read(on: Database) {
    let db = papers(on, documents()).await;
    let em = db.em();
    let sorted =
        em.find::<Paper>().order_by(|p| (p.data.at("n").as_integer().asc().nulls_last(), p.id.asc())).await;
    assert_eq!(keys(&sorted.unwrap()), [4, 5, 2, 1, 3, 6, 7]);
    let sorted =
        em.find::<Paper>().order_by(|p| (p.data.at("n").as_float().desc().nulls_last(), p.id.asc())).await;
    assert_eq!(keys(&sorted.unwrap()), [1, 2, 5, 4, 3, 6, 7]);
    let sorted =
        em.find::<Paper>().order_by(|p| (p.data.at("t").as_text().asc().nulls_first(), p.id.asc())).await;
    assert_eq!(keys(&sorted.unwrap()), [3, 6, 7, 2, 5, 1, 4]);
    let sorted =
        em.find::<Paper>().order_by(|p| (p.data.at("f").as_bool().desc().nulls_first(), p.id.asc())).await;
    assert_eq!(keys(&sorted.unwrap()), [3, 4, 5, 6, 7, 1, 2]);
}

async fn pages_of_roots_with_collections_are_sorted_by_documents(on: Database) {
    let db = papers(on, documents()).await;
    let em = db.em();
    let all = em.find::<Paper>().order_by(|p| p.id.asc()).populate(|p| p.shelves).await.unwrap();
    for paper in &all[..4] {
        for label in ["x", "y"] {
            paper.shelves().add(Shelf::builder().label(json!({ "l": label })).build());
        }
    }
    em.flush().await.unwrap();
    let em = db.em();
    let _ = db.sql();
    let page = em
        .find::<Paper>()
        .filter(|p| p.data.at("n").exists() & p.shelves.label.at("l").as_text().in_(["x", "y"]))
        .populate(|p| p.shelves)
        .order_by(|p| (p.data.at("n").as_integer().desc().nulls_last(), p.id.asc()))
        .limit(2)
        .offset(1)
        .strategy(Strategy::Joined)
        .await
        .unwrap();
    db.sql().check(expect![[r#"select "p0"."id", "p0"."data", "s2"."id", "s2"."label" from (select "p3"."id" as "k0", max(case when json_type("p3"."data", ?) in ('integer', 'real') then json_extract("p3"."data", ?) end) as "o0", min("p3"."id") as "o1" from "paper" as "p3" left join "paper_shelves" as "p4" on "p4"."paper_id" = "p3"."id" left join "shelf" as "s5" on "s5"."id" = "p4"."shelf_id" where json_type("p3"."data", ?) is not null and case when json_type("s5"."label", ?) = 'text' then json_extract("s5"."label", ?) end in (?, ?) group by "p3"."id" order by "o0" desc nulls last, "o1" limit ? offset ?) as "k" inner join "paper" as "p0" on "p0"."id" = "k"."k0" left join "paper_shelves" as "p1" on "p1"."paper_id" = "p0"."id" left join "shelf" as "s2" on "s2"."id" = "p1"."shelf_id" order by "k"."o0" desc nulls last, "k"."o1" ['$."n"', '$."n"', '$."n"', '$."l"', '$."l"', 'x', 'y', 2, 1]"#]]);
    assert_eq!(
        page.iter().map(|paper| (*paper.id(), paper.shelves().len())).collect::<Vec<_>>(),
        [(2, 2), (4, 2)]
    );
    let total = em.count::<Paper>().filter(|p| p.shelves.label.at("l").as_text().eq("x")).await.unwrap();
    assert_eq!(total, 4);
}

async fn an_order_through_a_collection_takes_its_first_item(on: Database) {
    let db = papers(on, [Some(json!(1)), Some(json!(2)), Some(json!(3))]).await;
    let em = db.em();
    let all = em.find::<Paper>().order_by(|p| p.id.asc()).populate(|p| p.shelves).await.unwrap();
    for (paper, labels) in all.iter().zip([[5, 9], [1, 7], [3, 4]]) {
        for label in labels {
            paper.shelves().add(Shelf::builder().label(json!({ "l": label, "b": label > 8 })).build());
        }
    }
    em.flush().await.unwrap();
    let em = db.em();
    let sorted = em.find::<Paper>().order_by(|p| p.shelves.label.at("l").as_integer().asc()).await;
    assert_eq!(keys(&sorted.unwrap()), [2, 3, 1]);
    let sorted = em.find::<Paper>().order_by(|p| p.shelves.label.at("l").as_integer().desc()).limit(2).await;
    assert_eq!(keys(&sorted.unwrap()), [1, 2]);
    let sorted = em
        .find::<Paper>()
        .order_by(|p| (p.shelves.label.at("b").as_bool().desc(), p.id.desc()))
        .limit(2)
        .await;
    assert_eq!(keys(&sorted.unwrap()), [1, 3]);
}

async fn distinct_roots_are_sorted_by_documents(on: Database) {
    let db = papers(on, documents()).await;
    let em = db.em();
    let sorted = em
        .find::<Paper>()
        .distinct()
        .filter(|p| p.data.at("n").as_float().is_not_null())
        .order_by(|p| p.data.at("n").as_float().desc())
        .await;
    assert_eq!(keys(&sorted.unwrap()), [1, 2, 5, 4]);
}
