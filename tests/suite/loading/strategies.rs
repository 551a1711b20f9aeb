//! S11: all strategies give equal graphs.

use std::fmt::Write as _;

use orm::prelude::*;

use crate::harness::{Database, Db, on_every_database};
use crate::loading::entities::{Article, Author, press};

on_every_database!(
    all_strategies_give_the_same_graph,
    each_strategy_sends_as_many_statements_as_it_says,
    one_entity_comes_in_one_query_but_never_with_two_collections_side_by_side,
    limits_and_filters_hold_for_every_strategy,
    a_thousand_owners_cost_no_statement_each,
);

const ALL: [Strategy; 4] = [Strategy::Auto, Strategy::Joined, Strategy::SelectIn, Strategy::Balanced];

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

async fn all_strategies_give_the_same_graph(on: Database) {
    let db = press(on).await;
    let joined = graph(&db, Strategy::Joined).await;
    assert!(joined.starts_with("Bob None\n  Cranes [] []\nAda Some(\"Counts.\")\n  Bolts"), "{joined}");
    for strategy in ALL {
        assert_eq!(graph(&db, strategy).await, joined, "{strategy:?}");
    }
}

async fn each_strategy_sends_as_many_statements_as_it_says(on: Database) {
    let db = press(on).await;
    let expected =
        [(Strategy::Auto, 2), (Strategy::Joined, 1), (Strategy::SelectIn, 4), (Strategy::Balanced, 2)];
    for (strategy, statements) in expected {
        let em = db.em();
        let articles = em.find::<Article>().populate(|a| (a.author.profile, a.tags)).strategy(strategy).await;
        assert_eq!(articles.expect("they are there").len(), 3);
        assert_eq!(db.sql().len(), statements, "{strategy:?}");
    }
}

async fn one_entity_comes_in_one_query_but_never_with_two_collections_side_by_side(on: Database) {
    let db = press(on).await;
    let author = db.em().find_by_id_or_fail::<Author>(1).populate(|a| (a.profile, a.articles.tags)).await;
    let author = author.expect("Ada is there");
    assert_eq!(author.articles().iter().map(|article| article.tags().len()).sum::<usize>(), 3);
    assert_eq!(db.sql().len(), 1, "each collection is inside of the other");
    let em = db.em();
    let query = em.find_one_or_fail::<Article>().order_by(|a| a.id.asc());
    let article = query.populate(|a| (a.tags, a.comments.replies, a.author)).await.expect("there is one");
    assert_eq!(
        (article.tags().len(), article.comments().len(), article.author().name().as_str()),
        (2, 2, "Ada")
    );
    assert_eq!(db.sql().len(), 2, "tags beside comments");
}

async fn limits_and_filters_hold_for_every_strategy(on: Database) {
    let db = press(on).await;
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

async fn a_thousand_owners_cost_no_statement_each(on: Database) {
    let db = Db::new(on, |builder| builder.entity::<Article>()).await;
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
