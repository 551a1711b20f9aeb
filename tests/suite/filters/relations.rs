//! What is hidden is hidden wherever relations lead to it, whatever the strategy.

use expect_test::expect;
use orm::prelude::*;

use crate::filters::entities::{Label, Product, Review, Shelf, Supplier, product, shelf, shop};
use crate::harness::{Database, on_every_database};

on_every_database!(
    a_row_without_its_required_target_is_hidden,
    an_optional_relation_to_what_is_hidden_reads_as_none_and_stays,
    hidden_items_are_in_no_collection_of_any_strategy,
    items_of_a_collection_are_loaded_and_counted_without_the_hidden_ones,
    populating_an_entity_whose_target_became_hidden,
    conditions_do_not_find_what_is_hidden,
    filters_off_show_all,
    a_strict_filter_hides_what_points_at_the_hidden,
    a_relation_without_filters_leads_to_the_hidden,
);

const ALL: [Strategy; 4] = [Strategy::Auto, Strategy::Joined, Strategy::SelectIn, Strategy::Balanced];

async fn a_row_without_its_required_target_is_hidden(on: Database) {
    let db = shop(on).await;
    for strategy in ALL {
        let reviews = db
            .em()
            .find::<Review>()
            .populate(|r| r.product.supplier)
            .strategy(strategy)
            .await
            .expect("filters hold");
        let mut seen: Vec<_> = reviews
            .iter()
            .map(|review| (review.product().name().as_str(), review.product().supplier().name().as_str()))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [("apple", "Local"), ("brush", "Local")], "{strategy:?}");
    }
    let _ = db.sql();
    assert_eq!(db.em().find::<Review>().await.expect("filters hold").len(), 2);
    assert_eq!(db.em().count::<Review>().await.expect("filters hold"), 2);
    db.sql().check(expect![[r#"
        select "r0"."id", "r0"."text", "r0"."product_id" from "review" as "r0" inner join "product" as "p1" on "p1"."id" = "r0"."product_id" and "p1"."is_deleted" = ? inner join "supplier" as "s2" on "s2"."id" = "p1"."supplier_id" and "s2"."is_deleted" = ? [false, false]
        select count(*) from "review" as "r0" inner join "product" as "p1" on "p1"."id" = "r0"."product_id" and "p1"."is_deleted" = ? inner join "supplier" as "s2" on "s2"."id" = "p1"."supplier_id" and "s2"."is_deleted" = ? [false, false]"#]]);
}

async fn an_optional_relation_to_what_is_hidden_reads_as_none_and_stays(on: Database) {
    let db = shop(on).await;
    for strategy in ALL {
        let em = db.em();
        let products =
            em.find::<Product>().populate(|p| p.shelf).strategy(strategy).await.expect("filters hold");
        let mut seen: Vec<_> = products
            .iter()
            .map(|product| (product.name().as_str(), product.shelf().map(|shelf| shelf.name().as_str())))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [("apple", Some("front")), ("brush", None)], "{strategy:?}");
        let brush = products.iter().find(|product| product.name() == "brush").expect("it is there");
        brush.set_name("Brush");
        brush.set_name("brush");
        let _ = db.sql();
        em.flush().await.expect("nothing to write");
        assert_eq!(db.sql().len(), 0);
    }
    let em = db.em();
    let brush = em.find_one_or_fail::<Product>().filter(|p| p.name.eq("brush")).await.expect("it is there");
    assert!(brush.shelf().is_none(), "though it is not populated");
    brush.set_price(6);
    em.flush().await.expect("it can be written");
    assert_eq!(db.rows("select price, shelf_id from product where name = 'brush'").await, "6 2");
}

async fn hidden_items_are_in_no_collection_of_any_strategy(on: Database) {
    let db = shop(on).await;
    for strategy in ALL {
        let em = db.em();
        let suppliers = em
            .find::<Supplier>()
            .populate(|s| (s.products.labels, s.products.reviews))
            .strategy(strategy)
            .await
            .expect("filters hold");
        let [local] = suppliers.as_slice() else { panic!("{strategy:?}: {}", suppliers.len()) };
        let mut seen: Vec<_> = local
            .products()
            .iter()
            .map(|product| (product.name().as_str(), product.labels().len(), product.reviews().len()))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [("apple", 1, 1), ("brush", 0, 1)], "{strategy:?}");
        let labels =
            em.find::<Label>().populate(|l| l.products).strategy(strategy).await.expect("filters hold");
        let seen: Vec<_> =
            labels.iter().map(|label| (label.name().as_str(), label.products().len())).collect();
        assert_eq!(seen, [("fresh", 1)], "{strategy:?}");
    }
    let _ = db.sql();
    db.em()
        .find::<Supplier>()
        .populate(|s| s.products.labels)
        .strategy(Strategy::Joined)
        .await
        .expect("filters hold");
    db.em()
        .find::<Supplier>()
        .populate(|s| s.products.labels)
        .strategy(Strategy::SelectIn)
        .await
        .expect("filters hold");
    db.sql().check(expect![[r#"
        select "s0"."id", "s0"."name", "s0"."is_deleted", "p1"."id", "p1"."name", "p1"."price", "p1"."tenant_id", "p1"."is_deleted", "p1"."supplier_id", "s2"."id", "p1"."maker_id", "l4"."name", "l4"."tenant_id", "l4"."is_deleted" from "supplier" as "s0" left join "product" as "p1" on "p1"."supplier_id" = "s0"."id" and "p1"."is_deleted" = ? left join "shelf" as "s2" on "s2"."id" = "p1"."shelf_id" and "s2"."is_deleted" = ? left join "product_labels" as "p3" on "p3"."product_id" = "p1"."id" left join "label" as "l4" on "l4"."name" = "p3"."label_name" and "l4"."is_deleted" = ? where "s0"."is_deleted" = ? [false, false, false, false]
        select "s0"."id", "s0"."name", "s0"."is_deleted" from "supplier" as "s0" where "s0"."is_deleted" = ? [false]
        select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "s1"."id", "p0"."maker_id" from "product" as "p0" left join "shelf" as "s1" on "s1"."id" = "p0"."shelf_id" and "s1"."is_deleted" = ? where "p0"."is_deleted" = ? and ("p0"."supplier_id" = ?) [false, false, 1]
        select "p1"."product_id", "l0"."name", "l0"."tenant_id", "l0"."is_deleted" from "product_labels" as "p1" inner join "label" as "l0" on "p1"."label_name" = "l0"."name" where "p1"."product_id" in (?, ?) and "l0"."is_deleted" = ? [1, 2, false]"#]]);
}

async fn items_of_a_collection_are_loaded_and_counted_without_the_hidden_ones(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let local = em.find_by_id_or_fail::<Supplier>(1).await.expect("it is there");
    assert_eq!(local.products().load_count().await.expect("filters hold"), 2);
    assert_eq!(local.products().matching(|p| p.price.lt(5)).await.expect("filters hold").len(), 1);
    let local = local.products().load().await.expect("filters hold");
    assert_eq!(local.products().len(), 2);
    let _ = db.sql();
    em.populate(&local, |s| s.products).await.expect("it is loaded");
    assert_eq!(db.sql().len(), 0, "as full as it can be seen");
    let apple = em.find_by_id_or_fail::<Product>(1).populate(|p| p.labels).await.expect("it is there");
    assert_eq!(apple.labels().load_count().await.expect("filters hold"), 1);
    apple.labels().set(Vec::<&Managed<Label>>::new()).expect("they may leave");
    em.flush().await.expect("it can be written");
    assert_eq!(db.rows("select label_name from product_labels where product_id = 1").await, "'old'");
}

async fn populating_an_entity_whose_target_became_hidden(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let everything = em.find::<Product>().filters(|f| f.all_off()).order_by(|p| p.id.asc());
    let products = everything.await.expect("filters are off");
    let error = em.populate(&products, |p| p.supplier).await.expect_err("a supplier is hidden");
    assert!(error.is_not_found(), "{error}");
    let products = em.populate(&products[..2], |p| p.shelf).await.expect("shelves are optional");
    assert!(products[0].shelf().is_some());
    assert!(products[1].shelf().is_none());
    em.flush().await.expect("nothing to write");
    assert_eq!(db.rows("select shelf_id from product where id = 2").await, "2");
}

async fn conditions_do_not_find_what_is_hidden(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let found = em.find::<Product>().filter(|p| p.shelf.name.eq("back")).await;
    assert_eq!(found.expect("filters hold").len(), 0);
    let found = em.find::<Product>().filter(|p| p.labels.name.eq("old")).await;
    assert_eq!(found.expect("filters hold").len(), 0);
    let found = em.find::<Supplier>().filter(|s| s.products.name.eq("dust")).await;
    assert_eq!(found.expect("filters hold").len(), 0);
    let found = em.find::<Shelf>().filter(|s| s.products.supplier.name.eq("Local")).await;
    assert_eq!(found.expect("filters hold").len(), 1);
    db.sql().check(expect![[r#"
        select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "s1"."id", "p0"."maker_id" from "product" as "p0" left join "shelf" as "s1" on "s1"."id" = "p0"."shelf_id" and "s1"."is_deleted" = ? inner join "supplier" as "s2" on "s2"."id" = "p0"."supplier_id" and "s2"."is_deleted" = ? where "p0"."is_deleted" = ? and ("s1"."name" = ?) [false, false, false, 'back']
        select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "s1"."id", "p0"."maker_id" from (select "p2"."id" as "k0" from "product" as "p2" inner join "supplier" as "s3" on "s3"."id" = "p2"."supplier_id" and "s3"."is_deleted" = ? left join "product_labels" as "p4" on "p4"."product_id" = "p2"."id" left join "label" as "l5" on "l5"."name" = "p4"."label_name" and "l5"."is_deleted" = ? where "p2"."is_deleted" = ? and ("l5"."name" = ?) group by "p2"."id") as "k" inner join "product" as "p0" on "p0"."id" = "k"."k0" left join "shelf" as "s1" on "s1"."id" = "p0"."shelf_id" and "s1"."is_deleted" = ? [false, false, false, 'old', false]
        select "s0"."id", "s0"."name", "s0"."is_deleted" from (select "s1"."id" as "k0" from "supplier" as "s1" left join "product" as "p2" on "p2"."supplier_id" = "s1"."id" and "p2"."is_deleted" = ? where "s1"."is_deleted" = ? and ("p2"."name" = ?) group by "s1"."id") as "k" inner join "supplier" as "s0" on "s0"."id" = "k"."k0" [false, false, 'dust']
        select "s0"."id", "s0"."name", "s0"."is_deleted" from (select "s1"."id" as "k0" from "shelf" as "s1" left join "product" as "p2" on "p2"."shelf_id" = "s1"."id" and "p2"."is_deleted" = ? and exists (select 1 from "supplier" as "s4" where "s4"."id" = "p2"."supplier_id" and "s4"."is_deleted" = ? limit 1) left join "supplier" as "s3" on "s3"."id" = "p2"."supplier_id" where "s1"."is_deleted" = ? and ("s3"."name" = ?) group by "s1"."id") as "k" inner join "shelf" as "s0" on "s0"."id" = "k"."k0" [false, false, false, 'Local']"#]]);
}

async fn filters_off_show_all(on: Database) {
    let db = shop(on).await;
    for strategy in ALL {
        let products = db
            .em()
            .find::<Product>()
            .filters(|f| f.off(product::filters::not_deleted))
            .populate(|p| (p.supplier, p.shelf, p.labels))
            .strategy(strategy)
            .await
            .expect("filters are off");
        let labels: usize = products.iter().map(|product| product.labels().len()).sum();
        let shelves = products.iter().filter(|product| product.shelf().is_some()).count();
        assert_eq!((products.len(), labels, shelves), (4, 3, 2), "{strategy:?}");
    }
}

async fn a_strict_filter_hides_what_points_at_the_hidden(on: Database) {
    let db = shop(on).await;
    for strategy in ALL {
        let em = db.em();
        em.switch_filters(|f| f.off(product::filters::not_deleted).on(shelf::filters::in_front));
        let suppliers = em
            .find::<Supplier>()
            .populate(|s| s.products.shelf)
            .strategy(strategy)
            .await
            .expect("filters hold");
        let products = suppliers.iter().flat_map(|supplier| supplier.products().iter());
        let mut seen: Vec<_> = products
            .map(|product| (product.name().as_str(), product.shelf().map(|shelf| shelf.name().as_str())))
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, [("apple", Some("front")), ("cup", None), ("dust", None)], "{strategy:?}");
        assert_eq!(em.count::<Product>().await.expect("filters hold"), 3);
    }
}

async fn a_relation_without_filters_leads_to_the_hidden(on: Database) {
    let db = shop(on).await;
    for strategy in ALL {
        let em = db.em();
        let products =
            em.find::<Product>().populate(|p| p.maker).strategy(strategy).await.expect("filters hold");
        let makers: Vec<_> = products
            .iter()
            .filter_map(|product| {
                product.maker().map(|maker| (product.name().as_str(), maker.name().as_str()))
            })
            .collect();
        assert_eq!(makers, [("brush", "Gone")], "{strategy:?}");
    }
    let found = db.em().find::<Product>().filter(|p| p.maker.name.eq("Gone")).await;
    assert_eq!(found.expect("filters hold").len(), 1);
}
