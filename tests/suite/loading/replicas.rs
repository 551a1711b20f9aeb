//! Reads outside of transactions come from a replica; everything else, and what a query says, from the primary.

use std::any::Any;
use std::sync::Arc;

use orm::driver::{BoxFuture, Capabilities, Connection, Driver};
use orm::meta::Registry;
use orm::prelude::*;
use orm::query::ReadFrom;
use orm::{OrmBuilder, Result};

use crate::harness::{Database, Db, on_every_database};

on_every_database!(
    reads_come_from_a_replica_and_writes_go_to_the_primary,
    transactions_are_on_the_primary,
    a_query_may_choose,
    what_a_query_writes_first_it_reads_from_the_primary,
    who_asks_anew_asks_the_primary,
    the_primary_can_be_the_rule,
);

#[derive(Entity)]
pub struct Server {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    pub name: String,
    pub disks: Collection<Disk>,
}

#[derive(Entity)]
pub struct Disk {
    #[orm(primary_key)]
    pub id: i64,
    pub label: String,
    pub server: Ref<Server>,
}

/// Two databases as one: a primary and a replica that tells of itself.
struct Pair {
    primary: Arc<dyn Driver>,
    replica: Arc<dyn Driver>,
}

impl Driver for Pair {
    fn capabilities(&self) -> &Capabilities {
        self.primary.capabilities()
    }
    fn attach(&self, _: Arc<Registry>) {}
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        self.primary.connect()
    }
    fn connect_for_reading(&self) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        self.replica.connect()
    }
    fn close(&self) -> BoxFuture<'_, ()> {
        self.primary.close()
    }
    fn as_any(&self) -> &dyn Any {
        self.primary.as_any()
    }
}

struct Two {
    primary: Db,
    _replica: Db,
    orm: Orm,
}

async fn two(on: Database) -> Two {
    two_with(on, |builder| builder).await
}

async fn two_with(on: Database, settings: impl FnOnce(OrmBuilder) -> OrmBuilder) -> Two {
    let one = async |name: &str| {
        let db = Db::shared(on, |builder| builder.entity::<Disk>()).await;
        let em = db.em();
        let server = em.persist(Server::builder().id(1).name(name).build());
        em.persist(Disk::builder().label(format!("{name}'s")).server(&server).build());
        em.flush().await.expect("the rows fit");
        db
    };
    let (primary, replica) = (one("primary").await, one("replica").await);
    let pair = Pair { primary: primary.orm.driver().clone(), replica: replica.orm.driver().clone() };
    let orm = settings(Orm::builder().entity::<Disk>().driver(pair)).build().expect("all is well");
    Two { primary, _replica: replica, orm }
}

async fn reads_come_from_a_replica_and_writes_go_to_the_primary(on: Database) {
    let two = two(on).await;
    let em = two.orm.em();
    let server = em.find_by_id_or_fail::<Server>(1).await.unwrap();
    assert_eq!(server.name(), "replica");
    let server = server.disks().load().await.unwrap();
    assert_eq!(server.disks().iter().next().unwrap().label(), "replica's");
    assert_eq!(server.disks().load_count().await.unwrap(), 1);
    server.set_name("changed");
    em.persist(Server::builder().id(2).name("new").build());
    em.flush().await.unwrap();
    assert_eq!(two.primary.rows("select name from server order by id").await, "'changed'\n'new'");
    assert_eq!(two.orm.em().count::<Server>().await.unwrap(), 1);
    // Plain SQL may be anything.
    assert_eq!(em.query("select name from server where id = 2", vec![]).await.unwrap().len(), 1);
}

async fn transactions_are_on_the_primary(on: Database) {
    let two = two(on).await;
    let em = two.orm.em();
    let transaction = em.begin().await.unwrap();
    let server = transaction.find_one_or_fail::<Server>().on_replica().populate(|s| s.disks).await.unwrap();
    assert_eq!(server.name(), "primary");
    assert_eq!(server.disks().iter().next().unwrap().label(), "primary's");
    transaction.rollback().await.unwrap();
}

async fn a_query_may_choose(on: Database) {
    let two = two(on).await;
    let names = async |em: EntityManager| {
        let primary = em.find::<Server>().on_primary().populate(|s| s.disks).read_only().await.unwrap();
        let replica = em.find::<Server>().on_replica().populate(|s| s.disks).read_only().await.unwrap();
        [&primary, &replica].map(|servers| servers[0].disks().iter().next().unwrap().label().to_owned())
    };
    assert_eq!(names(two.orm.em()).await, ["primary's", "replica's"]);
    two.primary.meddle("delete from disk").await;
    let em = two.orm.em();
    assert_eq!(em.count::<Disk>().on_primary().await.unwrap(), 0);
    assert_eq!(em.count::<Disk>().on_replica().await.unwrap(), 1);
    assert_eq!(em.find_and_count::<Disk>().on_primary().limit(1).await.unwrap().1, 0);
}

async fn what_a_query_writes_first_it_reads_from_the_primary(on: Database) {
    let two = two(on).await;
    let em = two.orm.em();
    em.persist(Server::builder().id(2).name("new").build());
    let found = em.find::<Server>().order_by(|s| s.id.asc()).await.unwrap();
    assert_eq!(found.iter().map(|server| server.name()).collect::<Vec<_>>(), ["primary", "new"]);
}

async fn who_asks_anew_asks_the_primary(on: Database) {
    let two = two(on).await;
    let em = two.orm.em();
    let server = em.find_by_id_or_fail::<Server>(1).await.unwrap();
    assert!(em.refresh(&server).await.unwrap());
    assert_eq!(em.find_by_id_or_fail::<Server>(1).await.unwrap().name(), "primary");
    let again = em.find_by_id_or_fail::<Server>(1).refresh().on_replica().await.unwrap();
    assert_eq!(again.name(), "replica");
}

async fn the_primary_can_be_the_rule(on: Database) {
    let two = two_with(on, |builder| builder.read_from(ReadFrom::Primary)).await;
    let em = two.orm.em();
    assert_eq!(em.find_one_or_fail::<Server>().read_only().await.unwrap().name(), "primary");
    let replica = em.find_one_or_fail::<Server>().on_replica().read_only().await.unwrap();
    assert_eq!(replica.name(), "replica");
}
