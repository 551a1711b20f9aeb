//! Locks on rows, in each dialect's words.

use orm_core::query::Lock;

use super::servers::lowered;
use super::*;

/// The end of what each database is asked, from `where` on.
fn check_lock(mut query: Query, lock: Lock, expected: Expect) {
    query.select.lock = Some(lock);
    let all = [Dialect::Postgres, Dialect::MySql, Dialect::MariaDb].map(|dialect| {
        let sql = lowered(dialect, &query);
        let sql = sql.lines().rfind(|line| !line.starts_with('['));
        format!("{dialect}: {}\n", sql.unwrap_or_default())
    });
    expected.assert_eq(&all.concat());
}

#[test]
fn a_lock_stands_behind_everything() {
    let query = || Query::new("Author").columns(&[0]);
    check_lock(
        query(),
        Lock::for_update(),
        expect![[r#"
        postgres: from "author" as "a0" for update
        mysql: from `author` as `a0` for update
        mariadb: from `author` as `a0` for update
    "#]],
    );
    check_lock(
        query(),
        Lock::for_share(),
        expect![[r#"
        postgres: from "author" as "a0" for share
        mysql: from `author` as `a0` for share
        mariadb: from `author` as `a0` lock in share mode
    "#]],
    );
    check_lock(
        query(),
        Lock::for_update().skip_locked(),
        expect![[r#"
        postgres: from "author" as "a0" for update skip locked
        mysql: from `author` as `a0` for update skip locked
        mariadb: from `author` as `a0` for update skip locked
    "#]],
    );
    check_lock(
        query(),
        Lock::for_share().no_wait(),
        expect![[r#"
        postgres: from "author" as "a0" for share nowait
        mysql: from `author` as `a0` for share nowait
        mariadb: from `author` as `a0` lock in share mode nowait
    "#]],
    );
}

#[test]
fn beside_other_tables_only_the_roots_are_locked() {
    let query = || Query::new("Book").columns(&[0]).populate("publisher");
    check_lock(
        query(),
        Lock::for_update().skip_locked(),
        expect![[r#"
        postgres: left join "publisher" as "p1" on "p1"."id" = "b0"."publisher_id" for update of "b0" skip locked
        mysql: left join `publisher` as `p1` on `p1`.`id` = `b0`.`publisher_id` for update of `b0` skip locked
        mariadb: left join `publisher` as `p1` on `p1`.`id` = `b0`.`publisher_id` for update skip locked
    "#]],
    );
    check_lock(
        query().populate("tags").limit(1),
        Lock::for_share(),
        expect![[r#"
        postgres: order by "b0"."id", "b2"."position" for share of "b0"
        mysql: order by `b0`.`id`, `b2`.`position` for share of `b0`
        mariadb: order by `b0`.`id`, `b2`.`position` lock in share mode
    "#]],
    );
    check_lock(
        Query::new("Book").columns(&[0]).filter("author.name", Test::Equal(text("x"))),
        Lock::for_update(),
        expect![[r#"
            postgres: where "a1"."name" = $1 for update of "b0"
            mysql: where `a1`.`name` = ? for update of `b0`
            mariadb: where `a1`.`name` = ? for update
        "#]],
    );
}

#[test]
fn what_cannot_be_locked_says_what_to_do() {
    let refused = |dialect, mut query: Query| {
        query.select.lock = Some(Lock::for_update());
        lower_select(dialect, &query.registry, &query.select).unwrap_err().to_string()
    };
    expect!["sqlite cannot lock rows one by one; leave the lock out: a transaction that may write keeps all other writers out from its first statement on"].assert_eq(&refused(Dialect::Sqlite, Query::new("Author")));
    let mut distinct = Query::new("Author");
    distinct.select.distinct = true;
    expect!["postgres cannot lock distinct rows; leave `distinct()` out, and ask through collections with `some(…)`"].assert_eq(&refused(Dialect::Postgres, distinct));
}

#[test]
fn a_lock_decides_of_the_text() {
    let shape = |lock| {
        let mut query = Query::new("Author");
        query.select.lock = lock;
        Shape::of_select(Dialect::Postgres, &query.select, Purpose::Rows).unwrap()
    };
    let locks = [
        None,
        Some(Lock::for_update()),
        Some(Lock::for_share()),
        Some(Lock::for_update().no_wait()),
        Some(Lock::for_share().no_wait()),
        Some(Lock::for_update().skip_locked()),
        Some(Lock::for_share().skip_locked()),
    ];
    let shapes: std::collections::HashSet<_> = locks.into_iter().map(shape).collect();
    assert_eq!(shapes.len(), 7);
}
