//! Promises of handles: kept by the compiler, and loudly missed where two handles of one row disagree.

use std::panic::AssertUnwindSafe;

use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::loading::entities::{Article, Author, Tag, press};

on_every_database!(
    everything_may_cross_threads,
    an_assignment_that_promises_less_gives_a_handle_that_says_so,
    a_promise_that_another_handle_broke_fails_loudly_and_names_the_place,
    new_items_wait_beside_a_loaded_collection,
    cleared_and_removed_entities_are_readable_and_not_writable,
    native_writes_pass_the_unit_of_work_by,
    transactions_nest_and_a_dropped_one_is_rolled_back,
);

fn is_send_and_sync<T: Send + Sync>(value: T) -> T {
    value
}

async fn everything_may_cross_threads(on: Database) {
    let db = press(on).await;
    let em = is_send_and_sync(db.em());
    let query = em.find::<Article>().populate(|a| a.tags);
    let articles = is_send_and_sync(query.await.expect("they are there"));
    let tasks: Vec<_> = (0..8)
        .map(|number| {
            let (em, article) = (em.clone(), articles[0].clone());
            tokio::spawn(async move {
                article.set_views(number);
                em.persist(Author::builder().name(format!("author {number}")).build());
                em.flush().await?;
                em.count::<Author>().filter(|a| a.name.eq(format!("author {number}"))).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no task panics").expect("every flush works"), 1);
    }
}

async fn an_assignment_that_promises_less_gives_a_handle_that_says_so(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).populate(|a| a.author).await.expect("it is there");
    let eve = em.persist(Author::builder().name("Eve").build());
    let article = article.with_author(&eve);
    assert_eq!((article.author().id(), article.author().name().as_str()), (None, "Eve"));
    em.flush().await.expect("it is written");
    let article = article.flushed().expect("it was flushed");
    assert_eq!(article.author().id(), &3);
}

async fn a_promise_that_another_handle_broke_fails_loudly_and_names_the_place(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let strong = em.find_by_id_or_fail::<Article>(3).populate(|a| a.author).await.expect("it is there");
    let weak = em.find_by_id_or_fail::<Article>(3).fields(|a| a.title).await.expect("it is there");
    let bare = em.reference::<Author>(1).expect("it is an entity");
    weak.with_author(&bare);
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| strong.author().name().clone()));
    let said = read.expect_err("it is not loaded");
    let said = said.downcast_ref::<String>().expect("a panic says why");
    assert!(said.contains("Author.name of Author 1 is not loaded"), "{said}");
    assert!(said.contains("handles.rs"), "{said}");
    em.populate(&strong, |a| a.author).await.expect("she is there");
    assert_eq!(strong.author().name(), "Ada");
}

async fn new_items_wait_beside_a_loaded_collection(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let author = em.find_by_id_or_fail::<Author>(2).populate(|a| a.articles).await.expect("he is there");
    let new = em.persist(Article::builder().title("Dams").author(&author).build());
    assert_eq!((author.articles().len(), author.articles().pending().count()), (1, 1));
    em.flush().await.expect("it is written");
    assert_eq!((author.articles().len(), author.articles().pending().count()), (2, 0));
    assert!(author.articles().contains(&new));
}

async fn cleared_and_removed_entities_are_readable_and_not_writable(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(1).await.expect("it is there");
    em.clear();
    article.set_title("x");
    let error = em.flush().await.expect_err("nobody writes it");
    assert!(matches!(error, Error::Detached { entity: "Article" }), "{error}");

    let tag = em.find_one_or_fail::<Tag>().filter(|t| t.name.eq("rust")).await.expect("it is there");
    em.native_delete::<crate::loading::entities::Remark>().await.expect("they go");
    em.native_delete::<crate::loading::entities::Placement>().await.expect("they go");
    em.remove(&tag).expect("it is ours");
    em.flush().await.expect("it goes");
    assert_eq!(tag.name(), "rust");
    tag.articles().add(em.reference::<Article>(1).expect("it is an entity"));
    let error = em.flush().await.expect_err("nobody writes it");
    assert!(matches!(error, Error::Removed { entity: "Tag" }), "{error}");
}

async fn native_writes_pass_the_unit_of_work_by(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(2).await.expect("it is there");
    let changed = em
        .native_update::<Article>()
        .set(|a| a.views, 50)
        .set_relation(|a| a.author, 2)
        .filter(|a| a.tags.name.eq("data") & a.author.name.eq("Ada"))
        .await
        .expect("it is right");
    assert_eq!((changed, *article.views()), (2, 3));
    let key = em.native_insert(Author::builder().name("Eve").build()).await.expect("it fits");
    assert_eq!(key, 3);
    let gone = em.native_delete::<Author>().filter(|a| a.articles.is_null() & a.name.eq("Eve")).await;
    assert_eq!(gone.expect("it is right"), 1);
}

async fn transactions_nest_and_a_dropped_one_is_rolled_back(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let names = "select name from author order by id";
    em.transactional(async |em| {
        em.persist(Author::builder().name("Eve").build());
        em.flush().await?;
        let inner: Result<()> = em
            .transactional(async |em| {
                em.persist(Author::builder().name("Mallory").build());
                em.flush().await?;
                Err(Error::Closed)
            })
            .await;
        assert!(inner.is_err());
        Ok::<_, Error>(())
    })
    .await
    .expect("the outer one commits");
    assert_eq!(db.rows(names).await, "'Ada'\n'Bob'\n'Eve'");

    let dropped = em.transactional(async |em| {
        em.persist(Author::builder().name("Nobody").build());
        em.flush().await?;
        std::future::pending::<Result<()>>().await
    });
    tokio::select! {
        biased;
        _ = dropped => unreachable!("it never ends"),
        () = async { for _ in 0..200 { tokio::task::yield_now().await; } } => {}
    }
    em.flush().await.expect("nothing is left of it");
    assert_eq!(db.rows(names).await, "'Ada'\n'Bob'\n'Eve'");
    assert!(!em.in_transaction());
}
