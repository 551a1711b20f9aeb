//! Pages by limit and offset: roots are counted, not rows.

use expect_test::expect;
use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::loading::entities::{Article, Author, press};

on_every_database!(
    a_limit_counts_roots_with_their_whole_collections,
    an_order_by_items_takes_the_first_of_each_root,
    a_count_is_of_roots,
    a_count_is_asked_for_only_if_the_page_does_not_tell,
);

const ALL: [Strategy; 4] = [Strategy::Auto, Strategy::Joined, Strategy::SelectIn, Strategy::Balanced];

async fn a_limit_counts_roots_with_their_whole_collections(on: Database) {
    let db = press(on).await;
    for strategy in ALL {
        let em = db.em();
        let found = em.find::<Article>().populate(|a| (a.tags, a.comments)).strategy(strategy);
        let found = found.order_by(|a| a.id.asc()).limit(2).await.expect("they are there");
        let seen: Vec<_> = found
            .iter()
            .map(|article| (article.title().as_str(), article.tags().len(), article.comments().len()))
            .collect();
        assert_eq!(seen, [("Engines", 2, 2), ("Bolts", 1, 0)], "{strategy:?}");
        let rest = em.find::<Article>().populate(|a| a.tags).strategy(strategy).order_by(|a| a.id.asc());
        assert_eq!(rest.limit(2).offset(2).await.expect("they are there").len(), 1);
    }
}

async fn an_order_by_items_takes_the_first_of_each_root(on: Database) {
    let db = press(on).await;
    for strategy in ALL {
        let em = db.em();
        let found = em.find::<Author>().populate(|a| a.articles).strategy(strategy);
        let found = found.order_by(|a| (a.articles.title.desc(), a.id.asc())).limit(2).await;
        let found = found.expect("they are there");
        let seen: Vec<_> =
            found.iter().map(|author| (author.name().as_str(), author.articles().len())).collect();
        assert_eq!(seen, [("Ada", 2), ("Bob", 1)], "{strategy:?}");
    }
    let _ = db.sql();
    let em = db.em();
    let found = em.find::<Author>().order_by(|a| a.articles.title.asc()).limit(1).await;
    assert_eq!(found.expect("they are there")[0].name(), "Ada");
    db.sql().check(expect![[r#"select "a0"."id", "a0"."name", "a0"."email", "p1"."id" from (select "a2"."id" as "k0", min("a3"."title") as "o0" from "author" as "a2" left join "article" as "a3" on "a3"."author_id" = "a2"."id" group by "a2"."id" order by "o0" limit ?) as "k" inner join "author" as "a0" on "a0"."id" = "k"."k0" left join "profile" as "p1" on "p1"."author_id" = "a0"."id" order by "k"."o0" [1]"#]]);
}

async fn a_count_is_of_roots(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let count = em.count::<Article>().filter(|a| a.tags.name.in_(["rust", "data"])).await;
    assert_eq!(count.expect("it is a number"), 2);
    let (found, total) = em
        .find_and_count::<Article>()
        .filter(|a| a.tags.name.in_(["rust", "data"]))
        .order_by(|a| a.id.asc())
        .limit(1)
        .await
        .expect("they are there");
    assert_eq!((found.len(), total), (1, 2));
}

async fn a_count_is_asked_for_only_if_the_page_does_not_tell(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let ask = |limit: u64, offset: u64| {
        em.find_and_count::<Article>().order_by(|a| a.id.asc()).limit(limit).offset(offset)
    };
    for (limit, offset, found, statements) in
        [(2, 0, 2, 2), (5, 0, 3, 1), (2, 2, 1, 1), (2, 4, 0, 2), (0, 0, 0, 2)]
    {
        let (articles, total) = ask(limit, offset).await.expect("they are there");
        assert_eq!((articles.len(), total, db.sql().len()), (found, 3, statements), "{limit} {offset}");
    }
}
