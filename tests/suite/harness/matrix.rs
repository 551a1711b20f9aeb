//! One source for all databases: each behaviour is a function of the database, and here it becomes a test for each.

/// Makes a test of each function for each database: `sqlite::name`, `postgres::name`, `mysql::name`.
///
/// Once a file, after its `use` lines. A function that is not listed is an unused one, which clippy refuses.
///
/// ```ignore
/// on_every_database!(orphan_removal_deletes_the_row);
///
/// async fn orphan_removal_deletes_the_row(on: Database) {
///     let db = db(on).await;
/// ```
macro_rules! on_every_database {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::harness::Database::Sqlite).await;
            })+
        }

        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::harness::Database::Postgres).await;
            })+
        }

        mod mysql {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::harness::Database::MySql).await;
            })+
        }
    };
}

pub(crate) use on_every_database;
