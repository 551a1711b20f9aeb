//! Which filters are on, for whom, and with which parameters.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use expect_test::expect;
use orm::filter::Property;
use orm::prelude::*;

use crate::filters::entities::{Label, Product, Shelf, Supplier, label, product, shelf, shop, supplier};
use crate::harness::{Database, Db, on_every_database};

on_every_database!(
    a_default_filter_is_on_until_it_is_off,
    another_is_off_until_it_is_on,
    filters_of_one_name_are_switched_together,
    all_filters_can_be_switched_at_once,
    parameters_come_from_the_query_or_the_manager,
    a_filter_that_is_on_without_parameters_is_refused,
    a_fork_has_the_same_filters,
    parameters_are_asked_for_once_a_manager,
    parameters_are_asked_for_once_a_query,
    a_filter_is_added_to_a_manager,
    filters_and_conditions_hold_together,
    a_filter_that_asks_for_nothing_hides_nothing,
    a_find_by_key_with_filters_of_its_own_asks_the_database,
    counts_native_updates_and_deletes_respect_filters,
    a_global_filter_is_for_every_entity_that_has_the_property,
    a_global_filter_that_fits_nothing_is_refused,
);

fn names<S>(products: &[Managed<Product, S>]) -> Vec<&str>
where
    S: orm::hint::Shape<Entity = Product> + Has<product::name>,
{
    let mut names: Vec<_> = products.iter().map(|product| product.name().as_str()).collect();
    names.sort_unstable();
    names
}

async fn a_default_filter_is_on_until_it_is_off(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    assert_eq!(names(&em.find::<Product>().await.expect("filters hold")), ["apple", "brush"]);
    db.sql().check(expect![[r#"select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "s1"."id", "p0"."maker_id" from "product" as "p0" left join "shelf" as "s1" on "s1"."id" = "p0"."shelf_id" and "s1"."is_deleted" = ? inner join "supplier" as "s2" on "s2"."id" = "p0"."supplier_id" and "s2"."is_deleted" = ? where "p0"."is_deleted" = ? [false, false, false]"#]]);
    let all = em.find::<Product>().filters(|f| f.off(product::filters::not_deleted)).await;
    assert_eq!(names(&all.expect("filters hold")), ["apple", "brush", "cup", "dust"]);
    db.sql().check(expect![[r#"select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "p0"."shelf_id", "p0"."maker_id" from "product" as "p0""#]]);
    em.switch_filters(|f| f.off(product::filters::not_deleted));
    assert_eq!(em.find::<Product>().await.expect("filters hold").len(), 4);
    let some = em.find::<Product>().filters(|f| f.on(product::filters::not_deleted)).await;
    assert_eq!(some.expect("filters hold").len(), 2);
}

async fn another_is_off_until_it_is_on(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let some = em.find::<Product>().filters(|f| f.on(product::filters::local)).await;
    assert_eq!(names(&some.expect("filters hold")), ["apple", "brush"]);
    db.sql().check(expect![[r#"select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "s1"."id", "p0"."maker_id" from "product" as "p0" left join "shelf" as "s1" on "s1"."id" = "p0"."shelf_id" and "s1"."is_deleted" = ? inner join "supplier" as "s2" on "s2"."id" = "p0"."supplier_id" and "s2"."is_deleted" = ? where exists (select 1 from "product" as "p3" left join "supplier" as "s4" on "s4"."id" = "p3"."supplier_id" where "p3"."id" = "p0"."id" and ("p3"."is_deleted" = ? and "s4"."name" = ?) limit 1) [false, false, false, 'Local']"#]]);
    em.switch_filters(|f| f.all_off().on(product::filters::local));
    assert_eq!(names(&em.find::<Product>().await.expect("filters hold")), ["apple", "brush", "dust"]);
}

async fn filters_of_one_name_are_switched_together(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let suppliers = em.find::<Supplier>().filters(|f| f.off(label::filters::not_deleted)).await;
    assert_eq!(suppliers.expect("filters hold").len(), 2);
    let shelves = em.find::<Shelf>().filters(|f| f.off_named("not_deleted")).await;
    assert_eq!(shelves.expect("filters hold").len(), 2);
    assert_eq!(em.find::<Shelf>().await.expect("filters hold").len(), 1);
}

async fn all_filters_can_be_switched_at_once(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    assert_eq!(em.count::<Product>().filters(|f| f.all_off()).await.expect("filters hold"), 4);
    let one = em.count::<Product>().filters(|f| f.all_off().with(product::filters::tenant, 2)).await;
    assert_eq!(one.expect("filters hold"), 1);
    em.set_filter_params(product::filters::tenant, 1);
    em.set_filter_params(product::filters::between, (2, 9));
    em.set_filter_params(supplier::filters::named, "Local".to_owned());
    let on = em.find::<Product>().filters(|f| f.all_on().off(shelf::filters::in_front)).await;
    assert_eq!(names(&on.expect("filters hold")), ["brush"]);
}

async fn parameters_come_from_the_query_or_the_manager(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.switch_filters(|f| f.off(product::filters::not_deleted));
    em.set_filter_params(product::filters::tenant, 2);
    assert_eq!(em.count::<Product>().await.expect("it is off"), 4);
    let on = em.find::<Product>().filters(|f| f.on(product::filters::tenant)).await;
    assert_eq!(names(&on.expect("filters hold")), ["dust"]);
    let other = em.find::<Product>().filters(|f| f.with(product::filters::tenant, 1)).await;
    assert_eq!(names(&other.expect("filters hold")), ["apple", "brush", "cup"]);
    // Filters of one name share their parameters, too.
    em.switch_filters(|f| f.with(product::filters::tenant, 1));
    assert_eq!(em.count::<Label>().await.expect("filters hold"), 2);
    let between = em.find::<Product>().filters(|f| f.with(product::filters::between, (2, 9))).await;
    assert_eq!(names(&between.expect("filters hold")), ["brush"]);
}

async fn a_filter_that_is_on_without_parameters_is_refused(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.switch_filters(|f| f.on(product::filters::tenant));
    let error = em.find::<Product>().await.expect_err("no arguments");
    assert!(
        error.to_string().starts_with("no arguments provided for the filter `tenant` of Product"),
        "{error}"
    );
    // It is nobody else's business.
    assert_eq!(em.find::<Supplier>().await.expect("it has no such filter").len(), 1);
    assert_eq!(
        em.count::<Product>().filters(|f| f.off(product::filters::tenant)).await.expect("it is off"),
        2
    );
    assert!(matches!(
        em.native_delete::<Product>().await,
        Err(Error::NoFilterArguments { filter: "tenant", .. })
    ));
}

async fn a_fork_has_the_same_filters(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.switch_filters(|f| f.off(product::filters::not_deleted).with(product::filters::tenant, 2));
    let fork = em.fork();
    assert_eq!(names(&fork.find::<Product>().await.expect("filters hold")), ["dust"]);
    fork.switch_filters(|f| f.all_off());
    assert_eq!(em.count::<Product>().await.expect("the fork's switches are its own"), 1);
}

async fn parameters_are_asked_for_once_a_manager(on: Database) {
    let db = shop(on).await;
    let asked = Arc::new(AtomicUsize::new(0));
    let em = db.em();
    let (count, other) = (Arc::clone(&asked), db.em());
    em.set_filter_params_async(supplier::filters::named, move || {
        let (count, other) = (Arc::clone(&count), other.clone());
        async move {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(other.find_by_id_or_fail::<Supplier>(1).await?.name().clone())
        }
    });
    assert_eq!(em.count::<Supplier>().await.expect("it is off"), 1);
    assert_eq!(asked.load(Ordering::Relaxed), 0, "nobody needs it");
    em.switch_filters(|f| f.on(supplier::filters::named));
    for _ in 0..3 {
        assert_eq!(em.count::<Supplier>().await.expect("filters hold"), 1);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(em.fork().count::<Supplier>().await.expect("filters hold"), 1);
    assert_eq!(asked.load(Ordering::Relaxed), 2, "a fork asks for itself");
}

async fn parameters_are_asked_for_once_a_query(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let query = em.find_and_count::<Product>().limit(1).filters(|f| {
        f.with_async(product::filters::tenant, move || {
            let turn = count.fetch_add(1, Ordering::Relaxed);
            async move { if turn == 0 { Ok(1) } else { Err(Error::Closed) } }
        })
    });
    let (products, total) = query.await.expect("filters hold");
    assert_eq!((products.len(), total, asked.load(Ordering::Relaxed)), (1, 2, 1));
    let failing = em
        .find::<Product>()
        .filters(|f| f.with_async(product::filters::tenant, || async { Err(Error::Closed) }));
    assert!(matches!(failing.await, Err(Error::Closed)));
}

async fn a_filter_is_added_to_a_manager(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.add_filter::<Product, _>("dear", |p| p.price.gt(3)).expect("it is known");
    assert_eq!(names(&em.find::<Product>().await.expect("filters hold")), ["brush"]);
    assert_eq!(em.count::<Product>().filters(|f| f.off_named("dear")).await.expect("filters hold"), 2);
    em.add_filter::<Product, _>("dear", |p| p.price.gt(9)).expect("it is known");
    assert_eq!(em.count::<Product>().await.expect("filters hold"), 0);
    assert_eq!(db.em().count::<Product>().await.expect("another manager's"), 2);
}

async fn filters_and_conditions_hold_together(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.add_filter::<Product, _>("either", |p| p.name.eq("apple") | p.name.eq("dust")).expect("it is known");
    let found = em.find::<Product>().filter(|p| p.price.eq(5) | p.tenant_id.eq(2)).await;
    assert_eq!(found.expect("filters hold").len(), 0);
    db.sql().check(expect![[r#"select "p0"."id", "p0"."name", "p0"."price", "p0"."tenant_id", "p0"."is_deleted", "p0"."supplier_id", "s1"."id", "p0"."maker_id" from "product" as "p0" left join "shelf" as "s1" on "s1"."id" = "p0"."shelf_id" and "s1"."is_deleted" = ? inner join "supplier" as "s2" on "s2"."id" = "p0"."supplier_id" and "s2"."is_deleted" = ? where (("p0"."name" = ? or "p0"."name" = ?) and "p0"."is_deleted" = ?) and ("p0"."price" = ? or "p0"."tenant_id" = ?) [false, false, 'apple', 'dust', false, 5, 2]"#]]);
}

async fn a_filter_that_asks_for_nothing_hides_nothing(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.add_filter::<Product, _>("cheap", |_| None::<Condition<Product>>).expect("it is known");
    assert_eq!(em.count::<Product>().await.expect("filters hold"), 2);
}

async fn a_find_by_key_with_filters_of_its_own_asks_the_database(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    em.find_by_id_or_fail::<Product>(1).await.expect("it is there");
    assert_eq!(db.sql().len(), 1);
    em.find_by_id_or_fail::<Product>(1).await.expect("it is loaded");
    assert_eq!(db.sql().len(), 0);
    let gone = em.find_by_id::<Product>(1).filters(|f| f.with(product::filters::tenant, 2)).await;
    assert!(gone.expect("filters hold").is_none());
    assert_eq!(db.sql().len(), 1);
    assert!(em.find_by_id::<Product>(4).await.expect("filters hold").is_none());
    let reference = em.reference::<Product>(4).expect("it is known");
    assert!(reference.load().await.expect_err("it is deleted").is_not_found());
}

async fn counts_native_updates_and_deletes_respect_filters(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    assert_eq!(em.count::<Product>().await.expect("filters hold"), 2, "as many as a find finds");
    assert_eq!(em.count::<Product>().filter(|p| p.supplier.name.eq("Gone")).await.expect("filters hold"), 0);
    let _ = db.sql();
    let updated = em.native_update::<Product>().set(|p| p.price, 7).await;
    assert_eq!(updated.expect("it can be written"), 3);
    let deleted = em.native_delete::<Label>().filters(|f| f.all_off().with(label::filters::tenant, 2)).await;
    assert_eq!(deleted.expect("there is none"), 0);
    let updated = em.native_update::<Product>().filter(|p| p.name.eq("dust")).set(|p| p.price, 8).await;
    assert_eq!(updated.expect("it is hidden"), 0);
    db.sql().check(expect![[r#"
        update "product" set "price" = ? where "is_deleted" = ? [7, false]
        delete from "label" where "tenant_id" = ? [2]
        update "product" set "price" = ? where "is_deleted" = ? and "name" = ? [8, false, 'dust']"#]]);
    assert_eq!(db.rows("select price from product order by id").await, "7\n7\n7\n1");
}

#[derive(Clone, Copy)]
struct Tenant;

impl FilterName for Tenant {
    type Params = i64;
    const NAME: &'static str = "of_tenant";
}

async fn a_global_filter_is_for_every_entity_that_has_the_property(on: Database) {
    let tenant = GlobalFilter::new(Tenant, "tenant_id", |id: Property<i64>, tenant| id.eq(tenant));
    let supplier = GlobalFilter::new(Supplied, "supplier", |id: Property<i64>, by| id.in_(by));
    let db =
        Db::new(on, |builder| builder.entity::<Product>().filter(tenant.on_by_default()).filter(supplier))
            .await;
    let em = db.em();
    let local = em.persist(Supplier::builder().name("Local").build());
    em.persist(Product::builder().name("apple").supplier(&local).build());
    em.persist(Product::builder().name("brush").tenant_id(2).supplier(&local).build());
    em.persist(Label::builder().name("new").tenant_id(2).build());
    em.flush().await.expect("the rows fit");
    let em = db.em();
    assert!(matches!(em.find::<Label>().await, Err(Error::NoFilterArguments { filter: "of_tenant", .. })));
    em.set_filter_params(Tenant, 2);
    assert_eq!(names(&em.find::<Product>().await.expect("filters hold")), ["brush"]);
    assert_eq!(em.count::<Label>().await.expect("filters hold"), 1);
    assert_eq!(em.count::<Supplier>().await.expect("it has no tenant"), 1);
    let found = em.count::<Product>().filters(|f| f.off(Tenant).with(Supplied, vec![1, 2])).await;
    assert_eq!(found.expect("filters hold"), 2);
}

#[derive(Clone, Copy)]
struct Supplied;

impl FilterName for Supplied {
    type Params = Vec<i64>;
    const NAME: &'static str = "supplied";
}

async fn a_global_filter_that_fits_nothing_is_refused(on: Database) {
    let db = shop(on).await;
    let em = db.em();
    let misspelt = GlobalFilter::new(Tenant, "tenannt", |id: Property<i64>, tenant| id.eq(tenant));
    let error = em.add_global_filter(&misspelt).expect_err("no entity has it");
    assert!(error.to_string().contains("no entity has one"), "{error}");
    let mistyped = GlobalFilter::new(Tenant, "tenant_id", |id: Property<i32>, _| id.eq(1));
    let error = em.add_global_filter(&mistyped).expect_err("it is no i32");
    assert!(error.to_string().contains("but that of Product has another type"), "{error}");
}
