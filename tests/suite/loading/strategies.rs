//! S11: the three strategies give equal graphs.

use std::fmt::Write as _;

use orm::prelude::*;

use crate::harness::Db;
use crate::loading::entities::{Article, Author, press};

const ALL: [Strategy; 3] = [Strategy::Joined, Strategy::SelectIn, Strategy::Balanced];

async fn graph(db: &Db, strategy: Strategy) -> String {
    let em = db.em();
    let authors = em
        .find::<Author>()
        .populate(|a| (a.profile, a.articles.tags.articles.publisher, a.articles.comments.replies))
        .order_by(|a| a.name.desc())
        .strategy(strategy)
        .await
        .expect("they are there");
    let mut text = String::new();
    for author in &authors {
        let bio = author.profile().map(|profile| profile.bio().as_str());
        writeln!(text, "{} {bio:?}", author.name()).expect("text grows");
        for article in author.articles().iter() {
            let mut tags: Vec<_> = article
                .tags()
                .iter()
                .map(|tag| {
                    let mut others: Vec<_> = tag
                        .articles()
                        .iter()
                        .map(|other| (other.title(), other.publisher().map(|publisher| publisher.name())))
                        .collect();
                    others.sort();
                    (tag.name(), others)
                })
                .collect();
            tags.sort();
            let mut comments: Vec<_> =
                article.comments().iter().map(|comment| (comment.text(), comment.replies().len())).collect();
            comments.sort();
            writeln!(text, "  {} {tags:?} {comments:?}", article.title()).expect("text grows");
        }
    }
    text
}

#[tokio::test]
async fn all_strategies_give_the_same_graph() {
    let db = press().await;
    let joined = graph(&db, Strategy::Joined).await;
    assert!(joined.starts_with("Bob None\n  Cranes [] []\nAda Some(\"Counts.\")\n  Bolts"), "{joined}");
    for strategy in ALL {
        assert_eq!(graph(&db, strategy).await, joined, "{strategy:?}");
    }
}

#[tokio::test]
async fn each_strategy_sends_as_many_statements_as_it_says() {
    let db = press().await;
    for (strategy, statements) in [(Strategy::Joined, 1), (Strategy::SelectIn, 4), (Strategy::Balanced, 2)] {
        let em = db.em();
        let articles = em.find::<Article>().populate(|a| (a.author.profile, a.tags)).strategy(strategy).await;
        assert_eq!(articles.expect("they are there").len(), 3);
        assert_eq!(db.sql().len(), statements, "{strategy:?}");
    }
}

#[tokio::test]
async fn limits_and_filters_hold_for_every_strategy() {
    let db = press().await;
    for strategy in ALL {
        let em = db.em();
        let found = em
            .find::<Article>()
            .filter(|a| a.tags.name.in_(["data", "rust"]))
            .populate(|a| (a.tags, a.author))
            .order_by(|a| a.title.asc())
            .limit(1)
            .offset(1)
            .strategy(strategy)
            .await
            .expect("they are there");
        let titles: Vec<_> =
            found.iter().map(|article| (article.title().as_str(), article.tags().len())).collect();
        assert_eq!(titles, [("Engines", 2)], "{strategy:?}");
    }
}

#[tokio::test]
async fn a_thousand_owners_cost_no_statement_each() {
    let db = Db::new(|builder| builder.entity::<Article>()).await;
    let em = db.em();
    for number in 0..1_000 {
        let author = Author::builder().name(format!("{number}")).build();
        em.persist(Article::builder().title("x").author(author).build());
    }
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    for strategy in ALL {
        let authors = db.em().find::<Author>().populate(|a| a.articles.tags).strategy(strategy).await;
        assert_eq!(authors.expect("they are there").len(), 1_000);
        assert!(db.sql().len() <= 3, "{strategy:?}");
    }
}
