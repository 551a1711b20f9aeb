//! One mistake on every database: the same kind of error, with the names that the database gives. Reads and writes of
//! plans are in the folder beside this file.

use expect_test::{Expect, expect};
use orm_core::{Error, Result};

use crate::driver::mysql::tests::database;
use crate::driver::mysql::{MySqlConnection, MySqlDriver};
use crate::driver::postgres::tests::schema;
use crate::driver::postgres::{PostgresConnection, PostgresDriver};
use crate::driver::sqlite::{SqliteConnection, SqliteDriver, SqliteOptions};

mod joins;
mod library;
mod reads;
mod writes;

const TABLES: &str = "create table author (
        id int primary key, email varchar(50) not null, age smallint, name varchar(3), nick varchar(9),
        constraint author_email_unique unique (email),
        constraint author_names_unique unique (name, nick),
        constraint author_age_check check (age > 0)
    );
    create table post (
        id int primary key, author_id int,
        constraint post_author_id_foreign foreign key (author_id) references author (id)
    );
    insert into author (id, email, name, nick) values (1, 'ann', 'Ann', 'A');
    insert into post values (1, 1)";

/// A connection to each database, with the same tables.
struct Databases {
    sqlite: SqliteConnection,
    postgres: PostgresConnection,
    mysql: MySqlConnection,
}

impl Databases {
    async fn new() -> Self {
        let mut sqlite = SqliteDriver::new(SqliteOptions::memory()).unwrap().acquire().await.unwrap();
        let mut postgres = PostgresDriver::new(schema().await).unwrap().acquire().await.unwrap();
        let mut mysql = MySqlDriver::new(database().await).unwrap().acquire().await.unwrap();
        sqlite.execute_script(TABLES).await.unwrap();
        postgres.execute_script(TABLES).await.unwrap();
        mysql.execute_script(TABLES).await.unwrap();
        Self { sqlite, postgres, mysql }
    }

    /// What each database says of a statement.
    async fn check(&mut self, sql: &str, expected: Expect) {
        let said = [
            ("sqlite", self.sqlite.execute(sql, vec![]).await),
            ("postgres", self.postgres.execute(sql, vec![]).await),
            ("mysql", self.mysql.execute(sql, vec![]).await),
        ];
        let lines = said.map(|(database, result)| format!("{database}: {}\n", said_of(result, sql)));
        expected.assert_eq(&lines.concat());
    }
}

fn said_of(result: Result<u64>, sql: &str) -> String {
    match result {
        Ok(rows) => format!("{rows} rows"),
        Err(Error::Driver(error)) => {
            assert_eq!(error.sql.as_deref(), Some(sql));
            let table = error.table.as_deref().unwrap_or("-");
            let constraint = error.constraint.as_deref().unwrap_or("-");
            format!("{:?} {table} {:?} {constraint}", error.kind, error.columns)
        }
        Err(error) => panic!("{error} is no driver error"),
    }
}

#[tokio::test]
async fn constraints() {
    let mut all = Databases::new().await;
    all.check(
        "insert into author (id, email) values (1, 'x')",
        expect![[r#"
        sqlite: UniqueViolation author ["id"] -
        postgres: UniqueViolation author ["id"] author_pkey
        mysql: UniqueViolation - [] PRIMARY
    "#]],
    )
    .await;
    all.check(
        "insert into author (id, email) values (2, 'ann')",
        expect![[r#"
        sqlite: UniqueViolation author ["email"] -
        postgres: UniqueViolation author ["email"] author_email_unique
        mysql: UniqueViolation - [] author_email_unique
    "#]],
    )
    .await;
    all.check(
        "insert into author (id, email, name, nick) values (2, 'b', 'Ann', 'A')",
        expect![[r#"
        sqlite: UniqueViolation author ["name", "nick"] -
        postgres: UniqueViolation author ["name", "nick"] author_names_unique
        mysql: UniqueViolation - [] author_names_unique
    "#]],
    )
    .await;
    all.check(
        "update author set email = null",
        expect![[r#"
        sqlite: NotNullViolation author ["email"] -
        postgres: NotNullViolation author ["email"] -
        mysql: NotNullViolation - ["email"] -
    "#]],
    )
    .await;
    all.check(
        "insert into author (id) values (2)",
        expect![[r#"
        sqlite: NotNullViolation author ["email"] -
        postgres: NotNullViolation author ["email"] -
        mysql: NotNullViolation - ["email"] -
    "#]],
    )
    .await;
    all.check(
        "update author set age = 0",
        expect![[r#"
        sqlite: CheckViolation - [] author_age_check
        postgres: CheckViolation author [] author_age_check
        mysql: CheckViolation author [] author_age_check
    "#]],
    )
    .await;
    all.check(
        "insert into post values (2, 7)",
        expect![[r#"
        sqlite: ForeignKeyViolation - [] -
        postgres: ForeignKeyViolation post ["author_id"] post_author_id_foreign
        mysql: ForeignKeyViolation post ["author_id"] post_author_id_foreign
    "#]],
    )
    .await;
    all.check(
        "delete from author",
        expect![[r#"
        sqlite: ForeignKeyViolation - [] -
        postgres: ForeignKeyViolation post ["id"] post_author_id_foreign
        mysql: ForeignKeyViolation post ["id"] post_author_id_foreign
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_is_missing_or_there_already() {
    let mut all = Databases::new().await;
    all.check(
        "select * from missing",
        expect![[r#"
        sqlite: TableNotFound missing [] -
        postgres: TableNotFound missing [] -
        mysql: TableNotFound missing [] -
    "#]],
    )
    .await;
    all.check(
        "insert into missing values (1)",
        expect![[r#"
        sqlite: TableNotFound missing [] -
        postgres: TableNotFound missing [] -
        mysql: TableNotFound missing [] -
    "#]],
    )
    .await;
    all.check(
        "drop table missing",
        expect![[r#"
        sqlite: TableNotFound missing [] -
        postgres: TableNotFound missing [] -
        mysql: TableNotFound missing [] -
    "#]],
    )
    .await;
    all.check(
        "select a.missing from author a",
        expect![[r#"
        sqlite: ColumnNotFound - ["a.missing"] -
        postgres: ColumnNotFound - ["a.missing"] -
        mysql: ColumnNotFound - ["a.missing"] -
    "#]],
    )
    .await;
    all.check(
        "insert into author (id, missing) values (1, 2)",
        expect![[r#"
        sqlite: ColumnNotFound author ["missing"] -
        postgres: ColumnNotFound author ["missing"] -
        mysql: ColumnNotFound - ["missing"] -
    "#]],
    )
    .await;
    all.check(
        "create table author (id int)",
        expect![[r#"
        sqlite: AlreadyExists author [] -
        postgres: AlreadyExists author [] -
        mysql: AlreadyExists author [] -
    "#]],
    )
    .await;
    all.check(
        "alter table author add email int",
        expect![[r#"
        sqlite: AlreadyExists - ["email"] -
        postgres: AlreadyExists author ["email"] -
        mysql: AlreadyExists - ["email"] -
    "#]],
    )
    .await;
    all.check(
        "selec 1",
        expect![[r#"
        sqlite: Syntax - [] -
        postgres: Syntax - [] -
        mysql: Syntax - [] -
    "#]],
    )
    .await;
    all.check(
        "select (",
        expect![[r#"
        sqlite: Syntax - [] -
        postgres: Syntax - [] -
        mysql: Syntax - [] -
    "#]],
    )
    .await;
    all.check(
        "select no_such_function(1)",
        expect![[r#"
        sqlite: Syntax - [] -
        postgres: Syntax - [] -
        mysql: Syntax - [] -
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_does_not_fit() {
    let mut all = Databases::new().await;
    all.check(
        "insert into author (id, email, name) values (2, 'x', 'longer')",
        expect![[r#"
        sqlite: 1 rows
        postgres: OutOfRange - [] -
        mysql: OutOfRange - ["name"] -
    "#]],
    )
    .await;
    all.check(
        "insert into author (id, email, age) values (3, 'y', 40000)",
        expect![[r#"
        sqlite: 1 rows
        postgres: OutOfRange - [] -
        mysql: OutOfRange - ["age"] -
    "#]],
    )
    .await;
    all.check(
        "insert into post values ('text', 1)",
        expect![[r#"
        sqlite: 1 rows
        postgres: OutOfRange - [] -
        mysql: OutOfRange - [] -
    "#]],
    )
    .await;
}
