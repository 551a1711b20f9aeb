//! A shop of many tenants in which nothing is deleted, only marked so.

use orm::prelude::*;

use crate::harness::{Database, Db};

#[derive(EntityBase)]
#[orm(filter(name = "not_deleted", default, |e| e.is_deleted.eq(false)))]
pub struct Marked {
    #[orm(default = false)]
    pub is_deleted: bool,
}

#[derive(Entity)]
#[orm(filter(name = "named", |s, name: String| s.name.eq(name)))]
pub struct Supplier {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(base)]
    pub marked: Marked,
    #[orm(mapped_by = supplier)]
    pub products: Collection<Product>,
}

#[derive(Entity)]
#[orm(filter(name = "tenant", |p, tenant: i64| p.tenant_id.eq(tenant)))]
#[orm(filter(name = "between", |p, low: i32, high: i32| p.price.between(low, high)))]
#[orm(filter(name = "local", |p| p.supplier.name.eq("Local")))]
pub struct Product {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(default = 1)]
    pub price: i32,
    #[orm(default = 1)]
    pub tenant_id: i64,
    #[orm(base)]
    pub marked: Marked,
    pub supplier: Ref<Supplier>,
    pub shelf: Option<Ref<Shelf>>,
    #[orm(filters = false)]
    pub maker: Option<Ref<Supplier>>,
    pub reviews: Collection<Review>,
    #[orm(many_to_many(owner))]
    pub labels: Collection<Label>,
}

#[derive(Entity)]
#[orm(filter(name = "in_front", strict, |s| s.name.eq("front")))]
pub struct Shelf {
    #[orm(primary_key)]
    pub id: i64,
    pub name: String,
    #[orm(base)]
    pub marked: Marked,
    pub products: Collection<Product>,
}

#[derive(Entity)]
#[orm(filter(name = "tenant", |l, tenant: i64| l.tenant_id.eq(tenant)))]
pub struct Label {
    #[orm(primary_key)]
    pub name: String,
    #[orm(default = 1)]
    pub tenant_id: i64,
    #[orm(base)]
    pub marked: Marked,
    #[orm(many_to_many)]
    pub products: Collection<Product>,
}

#[derive(Entity)]
pub struct Review {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    pub product: Ref<Product>,
}

/// What is asked of a database with two suppliers, one of them deleted, and four products: one of a deleted supplier, one
/// on a deleted shelf, one deleted.
pub(crate) async fn shop(on: Database) -> Db {
    let db = Db::new(on, |builder| builder.entity::<Product>()).await;
    let em = db.em();
    let local = em.persist(Supplier::builder().name("Local").build());
    let gone = em.persist(Supplier::builder().name("Gone").is_deleted(true).build());
    let front = em.persist(Shelf::builder().name("front").build());
    let back = em.persist(Shelf::builder().name("back").is_deleted(true).build());
    let fresh = em.persist(Label::builder().name("fresh").build());
    let old = em.persist(Label::builder().name("old").is_deleted(true).build());
    let apple = em.persist(
        Product::builder().name("apple").supplier(&local).shelf(&front).labels([&fresh, &old]).build(),
    );
    let brush = em.persist(
        Product::builder().name("brush").price(5).supplier(&local).shelf(&back).maker(&gone).build(),
    );
    em.persist(Product::builder().name("cup").supplier(&gone).build());
    em.persist(
        Product::builder().name("dust").supplier(&local).is_deleted(true).tenant_id(2).labels([&old]).build(),
    );
    em.persist(Review::builder().text("good").product(&apple).build());
    em.persist(Review::builder().text("fine").product(&brush).build());
    em.flush().await.expect("the rows fit");
    em.persist(Review::builder().text("hm").product(em.reference(3).expect("it is there")).build());
    em.persist(Review::builder().text("no").product(em.reference(4).expect("it is there")).build());
    em.flush().await.expect("the rows fit");
    let _ = db.sql();
    db
}
