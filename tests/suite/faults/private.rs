//! A server of one test's own, which it may kill and start again. Made on a free port from what is installed.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use orm::prelude::*;
use orm::{OrmBuilder, Result};

use crate::harness::Database;

/// Runs a server, and kills it when the input ends: also when the test is gone.
const KEEPER: &str = r#"log=$1; signal=$2; shift 2
"$@" >>"$log" 2>&1 & server=$!
read -r _
kill -s "$signal" "$server" 2>/dev/null
wait "$server""#;

/// A server of one test's own.
pub(super) struct PrivateServer {
    on: Database,
    folder: PathBuf,
    user: Option<(u32, u32)>,
    port: u16,
    keeper: Option<Child>,
}

impl PrivateServer {
    /// Makes one and waits until it can be used.
    pub(super) async fn start(on: Database) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("orm-faults-{}-{number}", std::process::id()));
        fs::create_dir(&folder).expect("temporary files can be written");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).expect("the folder is ours");
        let user = user();
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group)).expect("root may do that");
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = port.expect("a port is free").port();
        let mut server = Self { on, folder, user, port, keeper: None };
        server.make();
        server.restart().await;
        if on == Database::MySql {
            server.ask("create database if not exists test").await.expect("the server is empty");
        }
        server
    }

    /// Kills the server: it has no time to put anything in order.
    pub(super) fn kill(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            keeper.wait().expect("it ends");
        }
    }

    /// Starts the server again, and waits until it can be used.
    pub(super) async fn restart(&mut self) {
        let (binary, signal) = match self.on {
            // Its processes go together by that signal only, and put nothing in order either.
            Database::Postgres => (binary_of(&["postgres"]), "QUIT"),
            Database::Sqlite | Database::MySql => (binary_of(&["mariadbd", "mysqld"]), "KILL"),
        };
        let mut server = self.command(Path::new("sh"));
        server.args(["-c", KEEPER, "keeper"]).arg(self.folder.join("log")).arg(signal).arg(binary);
        match self.on {
            Database::Postgres => {
                server.arg("-D").arg(self.data()).arg("-k").arg(&self.folder);
                server.args(["-c", "listen_addresses=127.0.0.1", "-p", &self.port.to_string()]);
            }
            Database::Sqlite | Database::MySql => {
                server.arg("--no-defaults").arg(format!("--datadir={}", self.data().display()));
                server.arg(format!("--socket={}", self.folder.join("socket").display()));
                server.args(["--bind-address=127.0.0.1", &format!("--port={}", self.port)]);
            }
        }
        server.process_group(0).stdin(Stdio::piped());
        self.keeper = Some(server.spawn().expect("a shell runs"));
        let start = Instant::now();
        while let Err(error) = self.ask("select 1").await {
            assert!(start.elapsed() < Duration::from_secs(60), "it does not answer: {error}; {}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Runs a statement in no schema.
    async fn ask(&self, sql: &str) -> Result<()> {
        #[derive(Entity)]
        pub struct Nothing {
            #[orm(primary_key)]
            pub id: i64,
        }
        let orm = self.choose_schema(Orm::builder().entity::<Nothing>(), "")?.build()?;
        let answer = orm.em().execute(sql, Vec::new()).await;
        orm.close().await;
        answer.map(drop)
    }

    /// Lets an `Orm` use it.
    pub(super) fn choose(&self, builder: OrmBuilder) -> Result<OrmBuilder> {
        self.choose_schema(builder, "test")
    }

    fn choose_schema(&self, builder: OrmBuilder, schema: &str) -> Result<OrmBuilder> {
        let address = format!("127.0.0.1:{}", self.port);
        match self.on {
            Database::Postgres => {
                builder.postgres(format!("postgres://postgres@{address}/postgres").as_str())
            }
            Database::Sqlite | Database::MySql => {
                builder.mysql(format!("mysql://root@{address}/{schema}").as_str())
            }
        }
    }

    /// Makes the files of a new server.
    fn make(&self) {
        let mut install = match self.on {
            Database::Postgres => {
                let mut install = self.command(&binary_of(&["initdb"]));
                install.args(["--auth=trust", "--username=postgres", "--no-sync", "--pgdata"]);
                install.arg(self.data());
                install
            }
            Database::Sqlite | Database::MySql => {
                let binary = binary_of(&["mariadb-install-db", "mysqld"]);
                let mut install = self.command(&binary);
                install.arg("--no-defaults").arg(format!("--datadir={}", self.data().display()));
                install.arg(match binary.ends_with("mysqld") {
                    true => "--initialize-insecure",
                    false => "--auth-root-authentication-method=normal",
                });
                install
            }
        };
        let output = install.stderr(Stdio::piped()).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A program, run by the user whose server it is.
    fn command(&self, path: &Path) -> Command {
        let mut command = Command::new(path);
        command
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        self.kill();
        // What is left in the folder for temporary files is no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where the first of these programs is that is installed.
fn binary_of(names: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    let mut paths = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    paths.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!(
            "this test kills a server of its own, and `{}` is not installed: install the packages `postgresql` and \
             `mariadb-server`, or leave the test out: `-- --skip faults::restart`",
            names[0]
        )
    })
}

/// Servers refuse to be run by root: the numbers of a user who is not, if we are.
fn user() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let nobody = users.lines().find(|line| line.starts_with("nobody:"))?;
    let mut numbers = nobody.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
