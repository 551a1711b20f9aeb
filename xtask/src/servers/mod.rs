//! The database servers that the tests run on: found where they are, or made, and stopped again at the end.
//!
//! In this order: the URL from the environment; a server that is listening; a private one, started from what is
//! installed; a private one, started from what apt-get installs. What could not be had is an error that says what to do.

mod binaries;
mod install;
mod keeper;
mod listening;
mod private;
mod probe;

use std::fmt::{self, Display};

use keeper::Keeper;
use probe::Probe;

pub use install::apt_get;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Postgres,
    /// MariaDB, or MySQL where it is what there is.
    MySql,
}

impl Kind {
    pub const ALL: [Kind; 2] = [Kind::Postgres, Kind::MySql];

    /// The name of the product.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Postgres => "PostgreSQL",
            Kind::MySql => "MariaDB/MySQL",
        }
    }

    /// The variable that says where a server is, here and to the tests.
    pub fn variable(self) -> &'static str {
        match self {
            Kind::Postgres => "TEST_POSTGRES_URL",
            Kind::MySql => "TEST_MYSQL_URL",
        }
    }

    /// The module of the tests that need it.
    pub fn module(self) -> &'static str {
        match self {
            Kind::Postgres => "postgres::",
            Kind::MySql => "mysql::",
        }
    }

    /// What a database URL of this server begins with.
    pub fn of_url(url: &str) -> Option<Self> {
        match url.split_once("://")?.0 {
            "postgres" | "postgresql" => Some(Kind::Postgres),
            "mysql" | "mariadb" => Some(Kind::MySql),
            _ => None,
        }
    }
}

/// A server that answers, and lets us make databases.
pub struct Server {
    pub url: String,
    /// Its name and version, as it says itself.
    pub version: String,
    found: Found,
    /// Stops a private server when it is dropped.
    _keeper: Option<Keeper>,
}

enum Found {
    Named(&'static str),
    Listening(String),
    Started,
    Installed,
}

impl Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.version)?;
        match &self.found {
            Found::Named(variable) => write!(f, "named by {variable}")?,
            Found::Listening(place) => write!(f, "was listening on {place}")?,
            Found::Started => f.write_str("private, started from what is installed")?,
            Found::Installed => f.write_str("private, installed by apt-get")?,
        }
        f.write_str(")")
    }
}

/// All servers, each looked for once.
pub struct Servers {
    /// Whether running servers are left alone and private ones started.
    private_only: bool,
    probe: Option<Result<Probe, String>>,
    known: Vec<(Kind, Result<Server, String>)>,
}

impl Servers {
    pub fn new(private_only: bool) -> Self {
        Self { private_only, probe: None, known: Vec::new() }
    }

    /// The name and version of a server that was found.
    pub fn version(&self, kind: Kind) -> Option<String> {
        let (_, server) = self.known.iter().find(|(known, _)| *known == kind)?;
        server.as_ref().ok().map(|server| server.version.clone())
    }

    /// The server; it is looked for when it is first asked for. The error says what to do.
    pub fn get(&mut self, kind: Kind) -> Result<&Server, String> {
        let index = match self.known.iter().position(|(known, _)| *known == kind) {
            Some(index) => index,
            None => {
                let probe = self.probe.get_or_insert_with(Probe::build).clone();
                let server = probe.and_then(|probe| look_for(kind, self.private_only, &probe));
                self.known.push((kind, server));
                self.known.len() - 1
            }
        };
        self.known[index].1.as_ref().map_err(Clone::clone)
    }
}

fn look_for(kind: Kind, private_only: bool, probe: &Probe) -> Result<Server, String> {
    let mut reasons = Vec::new();
    if private_only {
        reasons.push("running servers were left alone".to_owned());
    } else {
        if let Some(server) = named(kind, probe)? {
            return Ok(server);
        }
        match listening(kind, probe) {
            Ok(server) => return Ok(server),
            Err(reason) => reasons.push(reason),
        }
    }
    match private::start(kind, probe) {
        Ok(private) => return Ok(private.into_server(Found::Started)),
        Err(reason) => reasons.push(reason),
    }
    match install::servers(kind).and_then(|()| private::start(kind, probe)) {
        Ok(private) => return Ok(private.into_server(Found::Installed)),
        Err(reason) => reasons.push(reason),
    }
    Err(install::advice(kind, &reasons))
}

/// The one that the environment names: if it cannot be used, no other takes its place.
fn named(kind: Kind, probe: &Probe) -> Result<Option<Server>, String> {
    let variable = kind.variable();
    let Some(url) = std::env::var(variable).ok().filter(|url| !url.is_empty()) else { return Ok(None) };
    if Kind::of_url(&url) != Some(kind) {
        return Err(format!("{variable} is no URL of {}", kind.name()));
    }
    let version = probe.ask(&url).map_err(|reason| format!("the server that {variable} names: {reason}"))?;
    Ok(Some(Server { url, version, found: Found::Named(variable), _keeper: None }))
}

fn listening(kind: Kind, probe: &Probe) -> Result<Server, String> {
    let user = std::env::var("USER").ok();
    let mut reasons = Vec::new();
    for candidate in listening::candidates(kind, user.as_deref()) {
        if !candidate.place.is_there() {
            continue;
        }
        match probe.ask(&candidate.url) {
            Ok(version) => {
                let found = Found::Listening(candidate.place.to_string());
                return Ok(Server { url: candidate.url, version, found, _keeper: None });
            }
            Err(reason) => reasons.push(format!("{} was refused: {reason}", candidate.url)),
        }
    }
    Err(if reasons.is_empty() { "none is listening".to_owned() } else { reasons.join("; ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_tells_its_server() {
        assert_eq!(Kind::of_url("postgres://postgres@127.0.0.1/postgres"), Some(Kind::Postgres));
        assert_eq!(Kind::of_url("mariadb://root@127.0.0.1"), Some(Kind::MySql));
        assert_eq!(Kind::of_url("sqlite::memory:"), None);
        assert_eq!(Kind::of_url("mysql"), None);
    }
}
