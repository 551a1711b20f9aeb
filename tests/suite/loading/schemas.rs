//! Entities in several schemas: fixed, chosen for a unit of work, chosen for a query; and never confused.

use orm::Error;
use orm::prelude::*;

use crate::harness::{Database, Db, on_every_database};

on_every_database!(
    rows_of_two_schemas_are_two_entities_and_go_back_where_they_came_from,
    a_unit_of_work_has_a_schema_of_its_own,
    what_an_entity_relates_to_is_in_its_schema,
    an_entity_without_a_schema_is_refused_where_one_must_be_chosen,
    a_relation_does_not_lead_into_another_schema,
    native_writes_choose_a_schema,
);

#[derive(Entity)]
#[orm(schema = "*")]
pub struct Writer {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    #[orm(length = 50)]
    pub name: String,
    pub works: Collection<Work>,
}

#[derive(Entity)]
#[orm(schema = "*")]
pub struct Work {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    #[orm(length = 50)]
    pub title: String,
    pub writer: Ref<Writer>,
    #[orm(many_to_many(owner))]
    pub shelves: Collection<Shelf>,
}

/// In the connection's own schema, unless one is chosen.
#[derive(Entity)]
pub struct Shelf {
    #[orm(primary_key(auto_increment = false))]
    pub id: i64,
    #[orm(many_to_many)]
    pub works: Collection<Work>,
}

struct Tenants {
    db: Db,
    a: String,
    b: String,
}

/// A database with two schemas, whose names nobody else has.
async fn tenants(on: Database) -> Tenants {
    let db = Db::new(on, |builder| builder.entity::<Work>()).await;
    let tenants = Tenants { a: db.another_schema().await, b: db.another_schema().await, db };
    for schema in [&tenants.a, &tenants.b] {
        let key = "bigint not null primary key";
        let statements = [
            format!("create table {schema}.writer (id {key}, name varchar(50) not null)"),
            format!(
                "create table {schema}.work (id {key}, title varchar(50) not null, writer_id bigint not null)"
            ),
            format!("create table {schema}.shelf (id {key})"),
            format!(
                "create table {schema}.work_shelves (work_id bigint not null, shelf_id bigint not null, primary key (work_id, shelf_id))"
            ),
        ];
        for statement in statements {
            tenants.db.meddle(&statement).await;
        }
    }
    tenants
}

impl Tenants {
    /// The same keys in both schemas, with other texts.
    async fn fill(&self) {
        for (schema, letter) in [(&self.a, "A"), (&self.b, "B")] {
            let em = self.db.em().with_schema(schema.as_str());
            let writer = Writer::builder().id(1).name(letter).build();
            em.persist(Work::builder().id(1).title(format!("{letter}1")).writer(writer).build());
            em.flush().await.expect("the tables are there");
        }
    }

    async fn titles(&self) -> [String; 2] {
        let titles = |schema: &str| format!("select title from {schema}.work order by id");
        [self.db.rows(&titles(&self.a)).await, self.db.rows(&titles(&self.b)).await]
    }
}

async fn rows_of_two_schemas_are_two_entities_and_go_back_where_they_came_from(on: Database) {
    let tenants = tenants(on).await;
    tenants.fill().await;
    let em = tenants.db.em();
    let ours = em.find_by_id_or_fail::<Work>(1).schema(tenants.a.as_str()).await.unwrap();
    let theirs = em.find_by_id_or_fail::<Work>(1).schema(tenants.b.as_str()).await.unwrap();
    assert_eq!((ours.title().as_str(), theirs.title().as_str()), ("A1", "B1"));
    // The identity map knows each, and asks for neither again.
    let _ = tenants.db.sql();
    let again = em.find_by_id_or_fail::<Work>(1).schema(tenants.b.as_str()).await.unwrap();
    assert_eq!(again.title(), "B1");
    assert_eq!(tenants.db.sql().len(), 0);

    ours.set_title("ours");
    theirs.set_title("theirs");
    em.flush().await.unwrap();
    assert_eq!(tenants.titles().await, ["'ours'", "'theirs'"]);

    em.remove(&ours).unwrap();
    em.flush().await.unwrap();
    assert_eq!(tenants.titles().await, ["", "'theirs'"]);
    let all = em.find::<Work>().schema(tenants.b.as_str()).await.unwrap();
    assert_eq!(all.len(), 1);
}

async fn a_unit_of_work_has_a_schema_of_its_own(on: Database) {
    let tenants = tenants(on).await;
    tenants.fill().await;
    let em = tenants.db.em().with_schema(tenants.b.as_str());
    assert_eq!(em.schema(), Some(tenants.b.as_str()));
    assert_eq!(em.fork().schema(), Some(tenants.b.as_str()));
    let work = em.find_one_or_fail::<Work>().filter(|w| w.writer.name.eq("B")).await.unwrap();
    assert_eq!(work.title(), "B1");
    em.persist(Work::builder().id(2).title("B2").writer(em.reference::<Writer>(1).unwrap()).build());
    // One may be made elsewhere all the same, with what is made with it.
    let writer = Writer::builder().id(7).name("seven").build();
    em.persist(Work::builder().id(7).title("A7").writer(writer).build().in_schema(tenants.a.as_str()));
    em.flush().await.unwrap();
    assert_eq!(tenants.titles().await, ["'A1'\n'A7'", "'B1'\n'B2'"]);
    assert_eq!(em.count::<Work>().await.unwrap(), 2);
    assert_eq!(em.count::<Writer>().schema(tenants.a.as_str()).await.unwrap(), 2);
}

async fn what_an_entity_relates_to_is_in_its_schema(on: Database) {
    let tenants = tenants(on).await;
    tenants.fill().await;
    for strategy in [Strategy::Joined, Strategy::SelectIn, Strategy::Balanced] {
        let em = tenants.db.em();
        let writers = em
            .find::<Writer>()
            .schema(tenants.b.as_str())
            .populate(|w| w.works.shelves)
            .strategy(strategy)
            .await
            .unwrap();
        let titles: Vec<_> = writers[0].works().iter().map(|work| work.title().clone()).collect();
        assert_eq!(titles, ["B1"]);
        assert_eq!(writers[0].works().iter().next().unwrap().writer().id(), &1);
    }
    let em = tenants.db.em();
    let writer = em.find_by_id_or_fail::<Writer>(1).schema(tenants.b.as_str()).await.unwrap();
    let writer = writer.works().load().await.unwrap();
    let work = writer.works().iter().next().unwrap();
    work.shelves().add(Shelf::builder().id(5).build());
    writer.works().add(Work::builder().id(3).title("B3").writer(&writer).build());
    em.flush().await.unwrap();
    assert_eq!(tenants.titles().await, ["'A1'", "'B1'\n'B3'"]);
    let pivot = format!("select work_id, shelf_id from {}.work_shelves", tenants.b);
    assert_eq!(tenants.db.rows(&pivot).await, "1 5");
    let shelves = em.find::<Shelf>().schema(tenants.b.as_str()).filter(|s| s.works.title.eq("B1")).await;
    assert_eq!(shelves.unwrap().len(), 1);
    assert_eq!(tenants.db.em().count::<Shelf>().await.unwrap(), 0);
}

async fn an_entity_without_a_schema_is_refused_where_one_must_be_chosen(on: Database) {
    let tenants = tenants(on).await;
    let em = tenants.db.em();
    let refused = |error: Error| {
        assert!(matches!(error, Error::SchemaRequired { .. }), "{error}");
        assert!(error.to_string().contains("with_schema"), "{error}");
    };
    refused(em.find::<Work>().await.map(drop).unwrap_err());
    refused(em.count::<Work>().await.unwrap_err());
    refused(em.find::<Shelf>().filter(|s| s.works.title.eq("x")).await.map(drop).unwrap_err());
    refused(em.native_delete::<Work>().await.unwrap_err());
    em.persist(Writer::builder().id(1).name("nowhere").build());
    refused(em.flush().await.unwrap_err());
}

async fn a_relation_does_not_lead_into_another_schema(on: Database) {
    let tenants = tenants(on).await;
    tenants.fill().await;
    let em = tenants.db.em();
    let ours = em.find_by_id_or_fail::<Work>(1).schema(tenants.a.as_str()).await.unwrap();
    let theirs = em.find_by_id_or_fail::<Writer>(1).schema(tenants.b.as_str()).await.unwrap();
    ours.set_writer(&theirs);
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::OtherSchema { .. }), "{error}");
    assert_eq!(ours.writer().id(), &1);
    em.persist(Work::builder().id(9).title("A9").writer(&theirs).build().in_schema(tenants.a.as_str()));
    let error = em.flush().await.unwrap_err();
    assert!(matches!(error, Error::OtherSchema { .. }), "{error}");
    assert_eq!(tenants.titles().await, ["'A1'", "'B1'"]);
}

async fn native_writes_choose_a_schema(on: Database) {
    let tenants = tenants(on).await;
    tenants.fill().await;
    let em = tenants.db.em();
    let update = em.native_update::<Work>().schema(tenants.b.as_str()).set(|w| w.title, "native");
    assert_eq!(update.filter(|w| w.writer.name.eq("B")).await.unwrap(), 1);
    assert_eq!(tenants.titles().await, ["'A1'", "'native'"]);
    let new = Writer::builder().id(4).name("four").build().in_schema(tenants.a.as_str());
    assert_eq!(em.native_insert(new).await.unwrap(), 4);
    assert_eq!(em.native_delete::<Work>().schema(tenants.a.as_str()).await.unwrap(), 1);
    assert_eq!(tenants.titles().await, ["", "'native'"]);
}
