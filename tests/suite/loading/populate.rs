//! S05, S06: relations, from hints, from the filter, and from where one stands.

use orm::prelude::*;

use crate::harness::{Database, on_every_database};
use crate::loading::entities::{Article, Author, Comment, Placement, Remark, Tag, press};

on_every_database!(
    nested_relations_come_in_one_query,
    populate_all_loads_one_level_of_everything,
    what_the_filter_found_is_populated_by_the_same_query,
    a_filter_on_a_collection_does_not_thin_out_what_is_populated,
    inferring_thins_out_what_is_populated,
    a_limit_counts_entities_and_leaves_collections_whole,
    a_reference_loads_itself_and_a_collection_its_items,
    a_collection_can_be_counted_and_searched_without_being_loaded,
    populate_asks_only_for_what_is_missing,
    an_entity_may_relate_to_itself,
    keys_of_relations_are_followed_like_others,
    eager_relations_come_along_unless_switched_off,
);

async fn nested_relations_come_in_one_query(on: Database) {
    let db = press(on).await;
    let articles = db
        .em()
        .find::<Article>()
        .populate(|a| (a.author.profile, a.tags))
        .order_by(|a| a.id.asc())
        .strategy(Strategy::Joined)
        .await;
    let articles = articles.expect("they are there");
    assert_eq!(db.sql().len(), 1);
    assert_eq!(articles[0].author().profile().expect("Ada has one").bio(), "Counts.");
    assert!(articles[2].author().profile().is_none());
    assert_eq!(articles[0].tags().len(), 2);
}

async fn populate_all_loads_one_level_of_everything(on: Database) {
    let db = press(on).await;
    let article = db.em().find_by_id_or_fail::<Article>(1).populate_all().await.expect("it is there");
    assert_eq!(article.author().name(), "Ada");
    assert_eq!(article.publisher().expect("it has one").name(), "House");
    assert_eq!((article.tags().len(), article.comments().len()), (2, 2));
}

async fn what_the_filter_found_is_populated_by_the_same_query(on: Database) {
    let db = press(on).await;
    let tags = db.em().find::<Tag>().filter(|t| t.articles.author.name.eq("Ada")).populate_inferred().await;
    let mut tags = tags.expect("they are there");
    assert_eq!(db.sql().len(), 1);
    tags.sort_by_key(|tag| tag.name().clone());
    let articles: Vec<_> = tags[0].articles().iter().map(|article| article.author().name().clone()).collect();
    assert_eq!(articles, ["Ada", "Ada"]);
}

async fn a_filter_on_a_collection_does_not_thin_out_what_is_populated(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let authors = em.find::<Author>().filter(|a| a.articles.title.eq("Bolts")).populate(|a| a.articles).await;
    let authors = authors.expect("Ada is found");
    assert_eq!((authors.len(), authors[0].articles().len()), (1, 2));
}

async fn inferring_thins_out_what_is_populated(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let authors = em.find::<Author>().filter(|a| a.articles.title.eq("Bolts")).populate_inferred().await;
    let authors = authors.expect("Ada is found");
    assert_eq!((authors.len(), authors[0].articles().len()), (1, 1));
}

async fn a_limit_counts_entities_and_leaves_collections_whole(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let articles = em.find::<Article>().populate(|a| a.tags).order_by(|a| a.id.asc()).limit(2).await;
    let articles = articles.expect("they are there");
    assert_eq!(articles.iter().map(|article| article.tags().len()).collect::<Vec<_>>(), [2, 1]);
}

async fn a_reference_loads_itself_and_a_collection_its_items(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let article = em.find_by_id_or_fail::<Article>(3).await.expect("it is there");
    let author = article.author().load().await.expect("Bob is there");
    assert_eq!(author.name(), "Bob");
    let author = author.articles().load().await.expect("he wrote");
    assert_eq!(
        author.articles().iter().map(|article| article.title().as_str()).collect::<Vec<_>>(),
        ["Cranes"]
    );
    let _ = db.sql();
    author.articles().load().await.expect("they are loaded");
    assert_eq!(author.articles().load_count().await.expect("they are loaded"), 1);
    assert_eq!(db.sql().len(), 0);
}

async fn a_collection_can_be_counted_and_searched_without_being_loaded(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let author = em.find_one_or_fail::<Author>().filter(|a| a.name.eq("Ada")).await.expect("she is there");
    assert_eq!(author.articles().load_count().await.expect("it is counted"), 2);
    let found = author.articles().matching(|a| a.views.gt(5)).await.expect("they are found");
    assert_eq!(found.iter().map(|article| article.title().as_str()).collect::<Vec<_>>(), ["Engines"]);
    let tagged = found[0].tags().matching(|t| t.name.starts_with("d")).await.expect("they are found");
    assert_eq!((tagged.len(), found[0].tags().load_count().await.expect("it is counted")), (1, 2));
    assert!(!author.articles().is_initialized());
}

async fn populate_asks_only_for_what_is_missing(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let articles = em.find::<Article>().populate(|a| a.author).await.expect("they are there");
    let _ = db.sql();
    em.populate(&articles, |a| (a.author, a.comments.replies)).await.expect("they are there");
    assert_eq!(db.sql().len(), 2, "one query for the comments, one for their replies");
}

async fn an_entity_may_relate_to_itself(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let first =
        em.find_by_id_or_fail::<Comment>(1).populate(|c| c.replies.replies_to).await.expect("it is there");
    let reply = first.replies().get(0).expect("there is one");
    assert_eq!(
        (reply.text().as_str(), reply.replies_to().expect("it answers").text().as_str()),
        ("Because.", "Why?")
    );
}

async fn keys_of_relations_are_followed_like_others(on: Database) {
    let db = press(on).await;
    let em = db.em();
    let placement = em.find_by_id_or_fail::<Placement>((1, "rust".to_owned())).populate(|p| p.article).await;
    assert_eq!(placement.expect("it is there").article().title(), "Engines");
    let remark =
        db.em().find_one_or_fail::<Remark>().populate(|r| r.placement.tag).await.expect("it is there");
    assert_eq!(remark.placement().tag().name(), "rust");
    let placements = db.em().find::<Placement>().populate(|p| p.remarks).await.expect("they are there");
    assert_eq!(placements[0].remarks().len(), 1);
}

#[derive(Entity)]
pub struct Country {
    #[orm(primary_key)]
    pub code: String,
    pub name: String,
}

#[derive(Entity)]
pub struct City {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(eager)]
    pub country: Ref<Country>,
}

async fn eager_relations_come_along_unless_switched_off(on: Database) {
    let db = crate::harness::Db::new(on, |builder| builder.entity::<City>()).await;
    let em = db.em();
    let country = Country::builder().code("it").name("Italy").build();
    em.persist(City::builder().country(country).build());
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    let city = db.em().find_one_or_fail::<City>().await.expect("it is there");
    assert_eq!(city.country().name(), "Italy");
    assert_eq!(db.sql().len(), 1);
    let em = db.em();
    let city = em.find_one_or_fail::<City>().populate_none().await.expect("it is there");
    assert_eq!(city.country().code(), "it");
    let _ = db.sql();
    assert_eq!(city.country().load().await.expect("it is there").name(), "Italy");
    assert_eq!(db.sql().len(), 1);
}
