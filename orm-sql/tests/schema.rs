//! `orm.schema()` on SQLite's own driver: from nothing, with rows, and when a call is dropped half-way.

use std::future::poll_fn;
use std::task::Poll;

use orm_core::em::EntityManager;
use orm_core::entity::{Collection, Entity, Ref};
use orm_core::orm::Orm;
use orm_core::{Entity, Error, Result, Value};
use orm_sql::driver::sqlite::SqliteOptions;
use orm_sql::em::{SqlEntityManager, SqlOrm, SqliteBuilder};

mod first {
    use super::*;

    #[derive(Entity)]
    #[orm(crate = ::orm_core)]
    pub struct Author {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        pub books: Collection<Book>,
    }

    #[derive(Entity)]
    #[orm(crate = ::orm_core)]
    pub struct Book {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(default = "new")]
        pub state: String,
        pub author: Ref<Author>,
    }
}

mod second {
    use super::*;

    #[derive(Entity)]
    #[orm(crate = ::orm_core)]
    pub struct Author {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        #[orm(default_sql = "current_timestamp")]
        pub since: chrono::NaiveDateTime,
        pub books: Collection<Book>,
    }

    #[derive(Entity)]
    #[orm(crate = ::orm_core)]
    pub struct Book {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(default = "new")]
        pub state: String,
        pub pages: Option<i32>,
        pub author: Option<Ref<Author>>,
        #[orm(many_to_many(owner))]
        pub editors: Collection<Author>,
    }
}

fn orm<E: Entity>(options: SqliteOptions) -> Result<Orm> {
    Orm::builder().sqlite(options)?.entity::<E>().build()
}

async fn rows(em: &EntityManager, sql: &str) -> Result<Vec<Vec<Value>>> {
    em.query(sql, Vec::new()).await
}

/// A file of its own, gone with this value.
struct File(std::path::PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let file =
            Self(std::env::temp_dir().join(format!("orm-schema-{}-{name}.sqlite", std::process::id())));
        file.remove();
        file
    }

    fn options(&self) -> SqliteOptions {
        SqliteOptions::new(&self.0)
    }

    fn remove(&self) {
        for ending in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(ending);
            // It may not be there.
            let _ = std::fs::remove_file(name);
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        self.remove();
    }
}

#[tokio::test]
async fn an_application_starts_from_nothing_and_is_updated() -> Result<()> {
    let file = File::new("update");
    let old = orm::<first::Author>(file.options())?;
    old.schema().update().await?;
    old.em().execute("insert into author (email) values ('a@b')", Vec::new()).await?;
    old.em().execute("insert into book (author_id) values (1)", Vec::new()).await?;
    old.close().await;

    let new = orm::<second::Author>(file.options())?;
    new.schema().update().await?;
    assert_eq!(new.schema().update_sql().await?, "");
    let em = new.em();
    let book = rows(&em, "select state, pages, author_id from book").await?;
    assert_eq!(book, [[Value::Text("new".into()), Value::Null, Value::Int(1)]]);
    assert_eq!(rows(&em, "select since is null from author").await?, [[Value::Int(0)]]);
    assert_eq!(rows(&em, "pragma foreign_keys").await?, [[Value::Int(1)]]);
    let error = em.execute("insert into book (author_id) values (9)", Vec::new()).await;
    assert!(error.is_err_and(|error| error.is_foreign_key_violation()));

    new.schema().drop().await?;
    assert!(rows(&em, "select * from sqlite_master where name <> 'sqlite_sequence'").await?.is_empty());
    new.schema().create().await?;
    new.schema().refresh().await
}

#[tokio::test]
async fn a_database_in_memory_works_too() -> Result<()> {
    let orm = orm::<first::Author>(":memory:".parse()?)?;
    orm.schema().create().await?;
    orm.schema().update().await?;
    orm.schema().drop().await?;
    orm.schema().refresh().await
}

#[tokio::test]
async fn a_second_create_says_what_to_do_and_leaves_the_first() -> Result<()> {
    let orm = orm::<first::Author>(":memory:".parse()?)?;
    orm.schema().create().await?;
    let error = orm.schema().create().await.expect_err("the tables are there");
    assert!(matches!(error, Error::Driver(_)), "{error:?}");
    assert!(error.to_string().contains("use `orm.schema().update()`"), "{error}");
    assert_eq!(orm.schema().update_sql().await?, "");
    Ok(())
}

#[tokio::test]
async fn two_that_start_at_once_update_once() -> Result<()> {
    let file = File::new("twice");
    let (one, other) = (orm::<first::Author>(file.options())?, orm::<first::Author>(file.options())?);
    let (one_update, other_update) = (one.schema().update(), other.schema().update());
    let (first, second) = tokio::join!(tokio::spawn(one_update.into_future()), other_update);
    first.expect("no panic")?;
    second?;
    assert_eq!(one.schema().update_sql().await?, "");
    Ok(())
}

/// Wherever the call is dropped, the next one finds the old schema or the new one, and foreign keys are on.
#[tokio::test]
async fn a_dropped_update_leaves_nothing_half_done() -> Result<()> {
    let mut reached_the_end = false;
    for polls in 0..40 {
        let file = File::new(&format!("dropped-{polls}"));
        let old = orm::<first::Author>(file.options())?;
        old.schema().create().await?;
        old.em().execute("insert into author (email) values ('a@b')", Vec::new()).await?;
        old.close().await;

        let new = orm::<second::Author>(file.options().pool_size(1))?;
        let mut update = new.schema().update().into_future();
        let mut left = polls;
        let ended = poll_fn(|context| match update.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => {
                left -= 1;
                Poll::Pending
            }
        });
        let ended = ended.await.is_some();
        reached_the_end |= ended;
        drop(update);
        let em = new.em();
        assert_eq!(rows(&em, "pragma foreign_keys").await?, [[Value::Int(1)]], "{polls}");
        assert_eq!(rows(&em, "pragma legacy_alter_table").await?, [[Value::Int(0)]], "{polls}");
        let columns = rows(&em, "select count(*) from pragma_table_info('author')").await?;
        let tables =
            rows(&em, "select count(*) from sqlite_master where name like '\\_\\_new%' escape '\\'").await?;
        assert!(columns == [[Value::Int(2)]] || columns == [[Value::Int(3)]], "{polls}: {columns:?}");
        assert!(!ended || columns == [[Value::Int(3)]], "{polls}");
        assert_eq!(tables, [[Value::Int(0)]], "{polls}");
        new.schema().update().await?;
        assert_eq!(rows(&em, "select email from author").await?, [[Value::Text("a@b".into())]], "{polls}");
    }
    assert!(reached_the_end, "more polls are needed");
    Ok(())
}
