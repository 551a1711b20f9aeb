//! S13: pages by cursor.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use expect_test::expect;
use orm::em::Page;
use orm::path::OrderBy;
use orm::prelude::*;
use rust_decimal::Decimal;

use crate::harness::{Database, Db, on_every_database};

on_every_database!(
    pages_go_forwards_and_backwards,
    a_page_is_as_full_as_it_can_be,
    cursors_are_the_values_as_text,
    an_empty_page_has_no_cursors_but_a_count,
    every_order_gives_every_row_once,
    values_of_every_type_come_back_as_they_went,
    a_page_populates_and_selects_like_any_query,
    a_page_goes_by_what_it_does_not_select,
    a_page_begins_and_ends_at_values,
    rows_that_come_and_go_do_not_shift_pages,
    filters_hold_for_pages_and_their_counts,
);

#[derive(Entity)]
pub struct Team {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub city: Option<String>,
    pub players: Collection<Player>,
}

#[derive(Entity)]
#[orm(filter(name = "adults", |p| p.age.ge(18)))]
pub struct Player {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub age: Option<i32>,
    pub team: Option<Ref<Team>>,
}

/// Ten players: names repeat, ages and teams may be missing.
async fn league(on: Database) -> Db {
    let db = Db::new(on, |builder| builder.entity::<Player>()).await;
    let em = db.em();
    em.persist(Team::builder().name("Reds").city("Ulm").build());
    em.persist(Team::builder().name("Blues").build());
    em.flush().await.expect("the rows fit");
    let (reds, blues) = (em.reference::<Team>(1), em.reference::<Team>(2));
    let (reds, blues) = (reds.expect("it is known"), blues.expect("it is known"));
    for number in 0..10_i32 {
        let player = Player::builder().name(["Ann", "Bo", "Cy"][number as usize % 3]);
        let player = player.age((number % 4 != 0).then_some(15 + number / 2));
        let player = em.persist(player.build());
        match number % 5 {
            0 => {}
            1 | 2 => player.set_team(Some(&reds)),
            _ => player.set_team(Some(&blues)),
        }
    }
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    db
}

fn ids(page: &Page<Player>) -> Vec<i64> {
    page.iter().map(|player| *player.id()).collect()
}

async fn pages_go_forwards_and_backwards(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let by = || em.find_by_cursor::<Player>().order_by(|p| (p.name.asc(), p.id.desc()));
    let first = by().first(4).await.expect("it is a page");
    assert_eq!(ids(&first), [10, 7, 4, 1]);
    assert_eq!((first.len(), first.total_count), (4, Some(10)));
    assert_eq!((first.has_prev_page, first.has_next_page), (false, true));
    let second = by().first(4).after(&first).await.expect("it is a page");
    assert_eq!(ids(&second), [8, 5, 2, 9]);
    assert_eq!((second.has_prev_page, second.has_next_page, second.total_count), (true, true, Some(10)));
    db.sql().check(expect![[r#"
        select "p0"."id", "p0"."name", "p0"."age", "p0"."team_id" from "player" as "p0" order by "p0"."name", "p0"."id" desc limit ? [5]
        select count(*) from "player" as "p0"
        select "p0"."id", "p0"."name", "p0"."age", "p0"."team_id" from "player" as "p0" where "p0"."name" >= ? and ("p0"."name" > ? or "p0"."id" < ?) order by "p0"."name", "p0"."id" desc limit ? ['Ann', 'Ann', 1, 5]
        select count(*) from "player" as "p0""#]]);
    let third = by().first(4).after(second.end_cursor.as_deref()).await.expect("it is a page");
    assert_eq!(ids(&third), [6, 3]);
    assert_eq!((third.has_prev_page, third.has_next_page), (true, false));
    let _ = db.sql();
    let back = by().last(3).before(&third).await.expect("it is a page");
    assert_eq!(ids(&back), [5, 2, 9], "in the order that was asked for");
    assert_eq!((back.has_prev_page, back.has_next_page), (true, true));
    db.sql().check(expect![[r#"
        select "p0"."id", "p0"."name", "p0"."age", "p0"."team_id" from "player" as "p0" where "p0"."name" <= ? and ("p0"."name" < ? or "p0"."id" > ?) order by "p0"."name" desc, "p0"."id" limit ? ['Cy', 'Cy', 6, 4]
        select count(*) from "player" as "p0""#]]);
    let last = by().last(4).await.expect("it is a page");
    assert_eq!((ids(&last), last.has_prev_page, last.has_next_page), (vec![2, 9, 6, 3], true, false));
    let between = by().after(&first).before(&third).await.expect("it is a page");
    assert_eq!(ids(&between), [8, 5, 2, 9]);
    let of_item = second.cursor_of(&second.items[1]).expect("it is loaded");
    assert_eq!(ids(&by().first(1).after(&of_item).await.expect("it is a page")), [2]);
}

async fn a_page_is_as_full_as_it_can_be(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let by = || em.find_by_cursor::<Player>().order_by(|p| p.id.asc());
    let full = by().first(10).await.expect("it is a page");
    assert_eq!((full.len(), full.has_next_page), (10, false), "exactly full, and the last");
    let nothing = by().first(0).await.expect("it is a page");
    assert_eq!((nothing.len(), nothing.has_next_page, nothing.end_cursor), (0, true, None));
    let all = by().await.expect("it is a page");
    assert_eq!((all.len(), all.has_prev_page, all.has_next_page), (10, false, false));
    let _ = db.sql();
    let uncounted = by().first(3).without_count().await.expect("it is a page");
    assert_eq!((uncounted.total_count, db.sql().len()), (None, 1));
    assert_eq!(uncounted.into_iter().count(), 3);
}

async fn cursors_are_the_values_as_text(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let page = em.find_by_cursor::<Player>().order_by(|p| p.id.asc()).first(4).await.expect("it is a page");
    assert_eq!((page.start_cursor.as_deref(), page.end_cursor.as_deref()), (Some("WzFd"), Some("WzRd")));
    let next = em.find_by_cursor::<Player>().order_by(|p| p.id.asc()).first(1).after("WzRd").await;
    assert_eq!(ids(&next.expect("it is a page")), [5]);
}

async fn an_empty_page_has_no_cursors_but_a_count(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let by = || em.find_by_cursor::<Player>().order_by(|p| p.id.asc());
    let page = by().first(2).after((10_i64,)).await.expect("it is a page");
    assert!(page.is_empty() && page.start_cursor.is_none() && page.end_cursor.is_none());
    assert_eq!((page.total_count, page.has_prev_page, page.has_next_page), (Some(10), true, false));
    let page = by().filter(|p| p.name.eq("nobody")).first(2).await.expect("it is a page");
    assert_eq!((page.len(), page.total_count), (0, Some(0)));
}

/// Every order that these terms make, each way and with nulls wherever they may be.
fn orders() -> Vec<fn() -> Vec<OrderBy<Player>>> {
    fn order(
        terms: impl Fn(&'static <Player as Entity>::Paths<Player, orm::path::Root>) -> Vec<OrderBy<Player>>,
    ) -> Vec<OrderBy<Player>> {
        terms(orm::path::Paths::PATHS)
    }
    vec![
        || order(|p| vec![p.age.asc(), p.id.asc()]),
        || order(|p| vec![p.age.desc(), p.id.asc()]),
        || order(|p| vec![p.age.asc().nulls_first(), p.id.desc()]),
        || order(|p| vec![p.age.asc().nulls_last(), p.id.desc()]),
        || order(|p| vec![p.age.desc().nulls_first(), p.id.desc()]),
        || order(|p| vec![p.age.desc().nulls_last(), p.name.asc(), p.id.asc()]),
        || order(|p| vec![p.team.name.asc(), p.age.desc(), p.id.asc()]),
        || order(|p| vec![p.team.name.desc().nulls_last(), p.id.asc()]),
        || order(|p| vec![p.team.city.asc(), p.team.id.desc(), p.id.asc()]),
        || order(|p| vec![p.team.city.desc().nulls_first(), p.age.asc().nulls_last(), p.id.desc()]),
        || order(|p| vec![p.name.desc(), p.id.asc()]),
    ]
}

async fn every_order_gives_every_row_once(on: Database) {
    let db = league(on).await;
    for (number, order) in orders().into_iter().enumerate() {
        let all = db.em().find::<Player>().order_by(|_| order()).await.expect("they are there");
        let all: Vec<i64> = all.iter().map(|player| *player.id()).collect();
        assert_eq!(all.len(), 10);
        for size in [1, 3, 4] {
            let em = db.em();
            let (mut forwards, mut place) = (Vec::new(), None);
            loop {
                let query = em.find_by_cursor::<Player>().order_by(|_| order()).without_count();
                let page = query.first(size).after(place).await.expect("it is a page");
                forwards.extend(ids(&page));
                if !page.has_next_page {
                    break;
                }
                place = page.end_cursor;
            }
            assert_eq!(forwards, all, "order {number}, {size} a page");
            let (mut backwards, mut place) = (Vec::new(), None);
            loop {
                let query = em.find_by_cursor::<Player>().order_by(|_| order()).without_count();
                let page = query.last(size).before(place).await.expect("it is a page");
                backwards.splice(0..0, ids(&page));
                if !page.has_prev_page {
                    break;
                }
                place = page.start_cursor;
            }
            assert_eq!(backwards, all, "order {number}, {size} a page, backwards");
        }
    }
}

#[derive(Entity)]
pub struct Sample {
    #[orm(primary_key)]
    pub id: i64,
    pub at: DateTime<Utc>,
    pub day: NaiveDate,
    pub ratio: f64,
    pub price: Decimal,
    pub big: u64,
    pub is_new: bool,
    pub text: String,
}

async fn values_of_every_type_come_back_as_they_went(on: Database) {
    let db = Db::new(on, |builder| builder.entity::<Sample>()).await;
    let em = db.em();
    for number in 0..6_i64 {
        em.persist(
            Sample::builder()
                .at(Utc
                    .timestamp_opt(1_700_000_000 + number / 2, 123_456_000)
                    .single()
                    .expect("it is a time"))
                .day(NaiveDate::from_ymd_opt(2024, 2, 28 + (number / 3) as u32).expect("it is a day"))
                .ratio(0.1 + number as f64 / 3.0)
                .price(Decimal::new(number / 2, 2))
                .big(1 << 40)
                .is_new(number % 2 == 0)
                .text(format!("ä\"{{{}", number / 4))
                .build(),
        );
    }
    em.flush().await.expect("the rows fit");
    let order = |s: &'static <Sample as Entity>::Paths<Sample, orm::path::Root>| {
        let first = (s.text.asc(), s.at.asc(), s.day.asc(), s.price.asc());
        (first, s.big.asc(), s.is_new.desc(), s.ratio.asc())
    };
    let (mut seen, mut place) = (Vec::new(), None);
    loop {
        let page =
            em.find_by_cursor::<Sample>().order_by(order).first(1).after(place).await.expect("it is a page");
        seen.extend(page.iter().map(|sample| *sample.id()));
        if !page.has_next_page {
            break;
        }
        place = page.end_cursor;
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
}

async fn a_page_populates_and_selects_like_any_query(on: Database) {
    let db = league(on).await;
    for strategy in [Strategy::Joined, Strategy::SelectIn, Strategy::Balanced] {
        let em = db.em();
        let by = || {
            let query = em.find_by_cursor::<Team>().filter(|t| t.players.name.eq("Ann")).strategy(strategy);
            query.populate(|t| t.players.team).order_by(|t| (t.city.asc().nulls_first(), t.id.asc())).first(1)
        };
        let first = by().await.expect("it is a page");
        assert_eq!((first.items[0].name().as_str(), first.items[0].players().len()), ("Blues", 4));
        assert_eq!((first.total_count, first.has_next_page), (Some(2), true));
        let second = by().after(&first).await.expect("it is a page");
        assert_eq!((second.items[0].name().as_str(), second.items[0].players().len()), ("Reds", 4));
        assert!(!second.has_next_page);
    }
}

async fn a_page_goes_by_what_it_does_not_select(on: Database) {
    let db = league(on).await;
    for strategy in [Strategy::Joined, Strategy::SelectIn, Strategy::Balanced] {
        let em = db.em();
        let by = || {
            let query = em.find_by_cursor::<Player>().fields(|p| p.name).strategy(strategy);
            query.order_by(|p| (p.team.name.desc(), p.age.asc(), p.id.asc())).filter(|p| p.team.is_not_null())
        };
        let first = by().first(4).await.expect("it is a page");
        let names: Vec<_> = first.iter().map(|player| player.name().as_str()).collect();
        let second = by().first(4).after(&first).await.expect("it is a page");
        let more: Vec<_> = second.iter().map(|player| player.name().as_str()).collect();
        assert_eq!([names, more].concat().len(), 8, "{strategy:?}");
        assert!(!second.has_next_page);
    }
}

async fn a_page_begins_and_ends_at_values(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let by = || em.find_by_cursor::<Player>().order_by(|p| (p.name.asc(), p.id.asc()));
    let page = by().after(("Ann".to_owned(), 7_i64)).before(("Cy".to_owned(), 6_i64)).await;
    assert_eq!(ids(&page.expect("it is a page")), [10, 2, 5, 8, 3]);
    let by_age = em.find_by_cursor::<Player>().order_by(|p| (p.age.asc().nulls_last(), p.id.asc()));
    let page = by_age.after((None::<i32>, 4_i64)).await;
    assert_eq!(ids(&page.expect("it is a page")), [5, 9]);
}

async fn rows_that_come_and_go_do_not_shift_pages(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let by = || em.find_by_cursor::<Player>().order_by(|p| p.id.asc()).first(3);
    let first = by().await.expect("it is a page");
    db.meddle("delete from player where id in (2, 3)").await;
    assert_eq!(ids(&by().after(&first).await.expect("it is a page")), [4, 5, 6]);
}

async fn filters_hold_for_pages_and_their_counts(on: Database) {
    let db = league(on).await;
    let em = db.em();
    let page = em.find_by_cursor::<Player>().order_by(|p| p.id.asc()).first(2);
    let page = page.filters(|f| f.on(player::filters::adults)).await.expect("it is a page");
    assert_eq!((ids(&page), page.total_count), (vec![7, 8], Some(3)));
}
