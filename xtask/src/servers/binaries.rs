//! Where the programs of a server are installed. Starts none of them.

use std::path::{Path, PathBuf};

use crate::servers::Kind;

/// The programs that make and run a server.
#[derive(Debug, PartialEq, Eq)]
pub enum Binaries {
    Postgres { initdb: PathBuf, postgres: PathBuf },
    MariaDb { install: PathBuf, mariadbd: PathBuf },
    MySql { mysqld: PathBuf },
}

/// Those that are installed. `folders` are looked through in order.
pub fn find(kind: Kind, folders: &[PathBuf], is_file: impl Fn(&Path) -> bool) -> Option<Binaries> {
    let find = |names: &[&str]| {
        let paths = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
        paths.into_iter().find(|path| is_file(path))
    };
    match kind {
        // Both from one folder: they must be of one version.
        Kind::Postgres => folders
            .iter()
            .map(|folder| (folder.join("initdb"), folder.join("postgres")))
            .find(|(initdb, postgres)| is_file(initdb) && is_file(postgres))
            .map(|(initdb, postgres)| Binaries::Postgres { initdb, postgres }),
        Kind::MySql => {
            let mariadb = find(&["mariadb-install-db", "mysql_install_db"]).zip(find(&["mariadbd"]));
            match mariadb {
                Some((install, mariadbd)) => Some(Binaries::MariaDb { install, mariadbd }),
                // MariaDB has a `mysqld` too, but only one without an install program is MySQL.
                None => find(&["mysqld"]).map(|mysqld| Binaries::MySql { mysqld }),
            }
        }
    }
}

/// What is on the path, then where the packages of distributions put what is not; the newest version first.
pub fn folders(kind: Kind) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    match kind {
        Kind::Postgres => {
            let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
            folders.extend(newest_first(installed.map(|entry| entry.path()).collect()));
        }
        Kind::MySql => folders.extend(["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from)),
    }
    folders
}

/// Folders named by a version, with their `bin`.
fn newest_first(mut versions: Vec<PathBuf>) -> impl Iterator<Item = PathBuf> {
    let number = |path: &PathBuf| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    versions.sort_by_key(|path| std::cmp::Reverse(number(path)));
    versions.into_iter().map(|path| path.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: Kind, files: &[&str]) -> Option<Binaries> {
        let folders = ["/path", "/usr/sbin", "/pg/15/bin"].map(PathBuf::from);
        find(kind, &folders, |path| files.iter().any(|file| Path::new(file) == path))
    }

    #[test]
    fn both_programs_of_postgres_come_from_one_folder() {
        let files = ["/path/postgres", "/pg/15/bin/initdb", "/pg/15/bin/postgres"];
        let binaries =
            Binaries::Postgres { initdb: "/pg/15/bin/initdb".into(), postgres: "/pg/15/bin/postgres".into() };
        assert_eq!(found(Kind::Postgres, &files), Some(binaries));
        assert_eq!(found(Kind::Postgres, &files[..2]), None);
    }

    #[test]
    fn mariadb_is_told_from_mysql_by_its_install_program() {
        let files = ["/usr/sbin/mariadbd", "/usr/sbin/mysqld", "/path/mariadb-install-db"];
        let mariadb = Binaries::MariaDb {
            install: "/path/mariadb-install-db".into(),
            mariadbd: "/usr/sbin/mariadbd".into(),
        };
        assert_eq!(found(Kind::MySql, &files), Some(mariadb));
        let mysql = Binaries::MySql { mysqld: "/usr/sbin/mysqld".into() };
        assert_eq!(found(Kind::MySql, &["/usr/sbin/mysqld"]), Some(mysql));
        assert_eq!(found(Kind::MySql, &[]), None);
    }

    #[test]
    fn the_newest_version_is_looked_at_first() {
        let versions = ["/pg/9", "/pg/17", "/pg/15", "/pg/odd"].map(PathBuf::from).to_vec();
        let expected = ["/pg/17/bin", "/pg/15/bin", "/pg/9/bin", "/pg/odd/bin"].map(PathBuf::from);
        assert_eq!(newest_first(versions).collect::<Vec<_>>(), expected);
    }
}
