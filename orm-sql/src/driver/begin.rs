//! How a transaction's begin is said.

use std::borrow::Cow;

use orm_core::driver::{IsolationLevel, TransactionOptions};
use orm_core::{Error, Result};

use crate::dialect::Dialect;

/// The statement, or statements, that begin a transaction.
///
/// # Errors
/// [`Error::Unsupported`] for an option that the database does not have.
pub(crate) fn begin_sql(dialect: Dialect, options: TransactionOptions) -> Result<Cow<'static, str>> {
    match dialect {
        Dialect::Sqlite => sqlite(options).map(Cow::Borrowed),
        Dialect::Postgres => Ok(postgres(options)),
        Dialect::MySql | Dialect::MariaDb => mysql(dialect, options),
    }
}

fn sqlite(options: TransactionOptions) -> Result<&'static str> {
    if let Some(level @ (IsolationLevel::ReadCommitted | IsolationLevel::RepeatableRead)) = options.isolation
    {
        return Err(Error::Unsupported {
            database: Dialect::Sqlite.name(),
            feature: format!(
                "run a transaction that is {}, as its transactions are serializable",
                level.name()
            ),
            alternative: "ask for `Serializable`, which is more, or leave the level out".into(),
        });
    }
    if options.deferrable {
        return Err(not_deferrable(Dialect::Sqlite));
    }
    // A writer takes its lock at once, so that it cannot fail half-way for want of it.
    Ok(if options.read_only { "begin" } else { "begin immediate" })
}

fn postgres(options: TransactionOptions) -> Cow<'static, str> {
    let TransactionOptions { isolation, read_only, deferrable, .. } = options;
    let mut modes = Vec::new();
    if let Some(level) = isolation {
        modes.push(format!(" isolation level {}", level.name()));
    }
    if read_only {
        modes.push(" read only".into());
    }
    if deferrable {
        modes.push(" deferrable".into());
    }
    match modes.is_empty() {
        true => Cow::Borrowed("begin"),
        false => format!("begin{}", modes.join(",")).into(),
    }
}

fn mysql(dialect: Dialect, options: TransactionOptions) -> Result<Cow<'static, str>> {
    if options.deferrable {
        return Err(not_deferrable(dialect));
    }
    let start = if options.read_only { "start transaction read only" } else { "start transaction" };
    Ok(match options.isolation {
        None => Cow::Borrowed(start),
        // For the next transaction only.
        Some(level) => format!("set transaction isolation level {}; {start}", level.name()).into(),
    })
}

fn not_deferrable(dialect: Dialect) -> Error {
    Error::Unsupported {
        database: dialect.name(),
        feature: "let a transaction wait at its begin".into(),
        alternative: "leave `deferrable()` out".into(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(options: TransactionOptions, expected: Expect) {
        let dialects = [Dialect::Sqlite, Dialect::Postgres, Dialect::MySql, Dialect::MariaDb];
        let lines = dialects.map(|dialect| match begin_sql(dialect, options) {
            Ok(sql) => format!("{dialect}: {sql}\n"),
            Err(error) => format!("{error}\n"),
        });
        expected.assert_eq(&lines.concat());
    }

    #[test]
    fn each_database_says_it_in_its_words() {
        let options = TransactionOptions::new;
        check(
            options(),
            expect![[r#"
            sqlite: begin immediate
            postgres: begin
            mysql: start transaction
            mariadb: start transaction
        "#]],
        );
        check(
            options().read_only(),
            expect![[r#"
            sqlite: begin
            postgres: begin read only
            mysql: start transaction read only
            mariadb: start transaction read only
        "#]],
        );
        check(
            options().isolation(IsolationLevel::Serializable).read_only().deferrable(),
            expect![[r#"
            sqlite cannot let a transaction wait at its begin; leave `deferrable()` out
            postgres: begin isolation level serializable, read only, deferrable
            mysql cannot let a transaction wait at its begin; leave `deferrable()` out
            mariadb cannot let a transaction wait at its begin; leave `deferrable()` out
        "#]],
        );
        check(
            options().isolation(IsolationLevel::ReadCommitted),
            expect![[r#"
            sqlite cannot run a transaction that is read committed, as its transactions are serializable; ask for `Serializable`, which is more, or leave the level out
            postgres: begin isolation level read committed
            mysql: set transaction isolation level read committed; start transaction
            mariadb: set transaction isolation level read committed; start transaction
        "#]],
        );
        check(
            options().isolation(IsolationLevel::ReadUncommitted).read_only(),
            expect![[r#"
            sqlite: begin
            postgres: begin isolation level read uncommitted, read only
            mysql: set transaction isolation level read uncommitted; start transaction read only
            mariadb: set transaction isolation level read uncommitted; start transaction read only
        "#]],
        );
    }
}
