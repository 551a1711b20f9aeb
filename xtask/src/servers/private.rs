//! Starts a server of our own on a free port, with nothing in it, from what is installed.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::capture_all;
use crate::servers::binaries::{self, Binaries};
use crate::servers::keeper::{Home, Keeper};
use crate::servers::probe::Probe;
use crate::servers::{Found, Kind, Server};

/// A server that runs.
pub struct Private {
    url: String,
    version: String,
    keeper: Keeper,
}

impl Private {
    pub fn into_server(self, found: Found) -> Server {
        Server { url: self.url, version: self.version, found, _keeper: Some(self.keeper) }
    }
}

/// Starts one; the error says what is missing.
pub fn start(kind: Kind, probe: &Probe) -> Result<Private, String> {
    let Some(binaries) = binaries::find(kind, &binaries::folders(kind), Path::is_file) else {
        return Err("none is installed".to_owned());
    };
    let home = match kind {
        Kind::Postgres => Home::new("postgres", &["postgres", "nobody"])?,
        Kind::MySql => Home::new("mysql", &["mysql", "nobody"])?,
    };
    let started = make(&home, &binaries).and_then(|()| run(&home, &binaries, probe));
    if started.is_err() {
        home.remove();
    }
    started.map_err(|reason| format!("a private one did not start: {reason}"))
}

/// Makes the files of a new server.
fn make(home: &Home, binaries: &Binaries) -> Result<(), String> {
    let data = home.folder.join("data");
    let mut command = match binaries {
        Binaries::Postgres { initdb, .. } => {
            let mut command = home.command(initdb);
            command.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"]);
            command.args(["--no-sync", "--pgdata"]).arg(&data);
            command
        }
        Binaries::MariaDb { install, .. } => {
            let mut command = home.command(install);
            command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
            command.arg(option("--datadir=", &data));
            command
        }
        Binaries::MySql { mysqld } => {
            let mut command = home.command(mysqld);
            command.args(["--no-defaults", "--initialize-insecure"]).arg(option("--datadir=", &data));
            command
        }
    };
    let name = command.get_program().display().to_string();
    match capture_all(command.stdin(Stdio::null())) {
        (_, Ok(())) => Ok(()),
        (text, Err(reason)) => Err(format!("{name}: {reason}: {text}")),
    }
}

/// Runs it and waits until it answers.
#[expect(clippy::disallowed_methods, reason = "a server that starts tells nobody when it is ready")]
fn run(home: &Home, binaries: &Binaries, probe: &Probe) -> Result<Private, String> {
    const PATIENCE: Duration = Duration::from_secs(60);
    let port = free_port()?;
    let (server, signal, url) = server(home, binaries, port);
    let keeper = Keeper::run(home, signal, server)?;
    let start = Instant::now();
    loop {
        match probe.ask(&url) {
            Ok(version) => return Ok(Private { url, version, keeper }),
            Err(reason) if start.elapsed() > PATIENCE => {
                return Err(format!("it does not answer: {reason}; it says: {}", home.log()));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}

/// The command that runs it, the signal that ends it, and its URL. What it writes need not survive the machine.
fn server(home: &Home, binaries: &Binaries, port: u16) -> (Command, &'static str, String) {
    let data = home.folder.join("data");
    match binaries {
        Binaries::Postgres { postgres, .. } => {
            let mut server = Command::new(postgres);
            server.arg("-D").arg(&data).arg("-k").arg(&home.folder).args(["-p", &port.to_string()]);
            server.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]);
            server.args(["-c", "synchronous_commit=off", "-c", "full_page_writes=off"]);
            (server, "INT", format!("postgres://postgres@127.0.0.1:{port}/postgres"))
        }
        Binaries::MariaDb { mariadbd: mysqld, .. } | Binaries::MySql { mysqld } => {
            let mut server = Command::new(mysqld);
            server.arg("--no-defaults").arg(option("--datadir=", &data));
            server.arg(option("--socket=", &home.folder.join("socket")));
            server.arg(option("--pid-file=", &home.folder.join("pid")));
            server.args(["--bind-address=127.0.0.1", &format!("--port={port}"), "--skip-log-bin"]);
            server.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"]);
            (server, "TERM", format!("mysql://root@127.0.0.1:{port}"))
        }
    }
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut option = std::ffi::OsString::from(name);
    option.push(path);
    option
}

/// A port that nobody has; somebody could take it before the server does, and then it does not start.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}
