//! Where servers usually listen, and who may usually log in without a password.

use std::fmt::{self, Display};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::servers::Kind;

/// A login that may work.
#[derive(Debug, PartialEq, Eq)]
pub struct Candidate {
    pub place: Place,
    pub url: String,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Place {
    Port(u16),
    Socket(&'static str),
}

impl Place {
    /// Whether somebody listens there; who it is, only a login can tell.
    pub fn is_there(&self) -> bool {
        match self {
            Place::Port(port) => {
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
                TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
            }
            Place::Socket(path) => Path::new(path).exists(),
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Port(port) => write!(f, "127.0.0.1:{port}"),
            Place::Socket(path) => f.write_str(path),
        }
    }
}

/// What to try, in order, for somebody whose login is `user`.
pub fn candidates(kind: Kind, user: Option<&str>) -> Vec<Candidate> {
    let administrator = match kind {
        Kind::Postgres => "postgres",
        Kind::MySql => "root",
    };
    // A name with other characters would have to be escaped in a URL; it is no usual name.
    let is_plain = |user: &&str| user.chars().all(|char| char.is_ascii_alphanumeric() || "_-".contains(char));
    let user = user.filter(|user| *user != administrator && !user.is_empty()).filter(is_plain);
    let users: Vec<&str> = std::iter::once(administrator).chain(user).collect();
    let mut candidates = Vec::new();
    match kind {
        Kind::Postgres => {
            let folder = "/var/run/postgresql";
            for user in &users {
                let url = format!("postgres://{user}@127.0.0.1:5432/postgres");
                candidates.push(Candidate { place: Place::Port(5432), url });
            }
            for user in &users {
                let url = format!("postgres://{user}@localhost:5432/postgres?host={folder}");
                candidates.push(Candidate { place: Place::Socket("/var/run/postgresql/.s.PGSQL.5432"), url });
            }
        }
        Kind::MySql => {
            let socket = "/run/mysqld/mysqld.sock";
            for user in &users {
                let url = format!("mysql://{user}@127.0.0.1:3306");
                candidates.push(Candidate { place: Place::Port(3306), url });
            }
            for user in &users {
                let url = format!("mysql://{user}@localhost?socket={socket}");
                candidates.push(Candidate { place: Place::Socket(socket), url });
            }
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(kind: Kind, user: Option<&str>, expected: Expect) {
        let lines: Vec<_> = candidates(kind, user).into_iter().map(|candidate| candidate.url).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn the_administrator_is_tried_first_and_then_who_asks() {
        check(
            Kind::Postgres,
            Some("ada"),
            expect![[r#"
            postgres://postgres@127.0.0.1:5432/postgres
            postgres://ada@127.0.0.1:5432/postgres
            postgres://postgres@localhost:5432/postgres?host=/var/run/postgresql
            postgres://ada@localhost:5432/postgres?host=/var/run/postgresql"#]],
        );
        check(
            Kind::MySql,
            Some("ada"),
            expect![[r#"
            mysql://root@127.0.0.1:3306
            mysql://ada@127.0.0.1:3306
            mysql://root@localhost?socket=/run/mysqld/mysqld.sock
            mysql://ada@localhost?socket=/run/mysqld/mysqld.sock"#]],
        );
    }

    #[test]
    fn nobody_is_tried_twice_and_no_odd_name_at_all() {
        check(
            Kind::MySql,
            Some("root"),
            expect![[r#"
            mysql://root@127.0.0.1:3306
            mysql://root@localhost?socket=/run/mysqld/mysqld.sock"#]],
        );
        check(
            Kind::Postgres,
            Some("a@b/c"),
            expect![[r#"
            postgres://postgres@127.0.0.1:5432/postgres
            postgres://postgres@localhost:5432/postgres?host=/var/run/postgresql"#]],
        );
        assert_eq!(candidates(Kind::Postgres, None), candidates(Kind::Postgres, Some("")));
    }
}
