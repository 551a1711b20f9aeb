//! Installs a server where that needs no question, and else says what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::process::{program, stream};
use crate::servers::Kind;
use crate::servers::keeper::is_root;

/// Installs Debian's packages, if this is Debian and we are root.
pub fn servers(kind: Kind) -> Result<(), String> {
    let _quiet = NoServices::new();
    apt_get(&[package(kind)])
}

/// Installs packages with apt-get; the error says why not.
pub fn apt_get(packages: &[&str]) -> Result<(), String> {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err("apt-get is not here to install one".to_owned());
    }
    if !is_root() {
        return Err("only root may install one".to_owned());
    }
    for args in [&["update"][..], &["install", "--yes", "--no-install-recommends"]] {
        let mut apt = program("apt-get".as_ref());
        apt.args(args).env("DEBIAN_FRONTEND", "noninteractive");
        if args[0] == "install" {
            apt.args(packages);
        }
        stream(&mut apt).map_err(|reason| format!("apt-get {}: {reason}", args[0]))?;
    }
    Ok(())
}

fn package(kind: Kind) -> &'static str {
    match kind {
        Kind::Postgres => "postgresql",
        Kind::MySql => "mariadb-server",
    }
}

/// What to do about a server that could not be had, and why it could not.
pub fn advice(kind: Kind, reasons: &[String]) -> String {
    format!(
        "no {} ({}); install it (apt-get install {}), or run `docker compose -f tests/compose.yaml up -d {}`, or set {}",
        kind.name(),
        reasons.join("; "),
        package(kind),
        match kind {
            Kind::Postgres => "postgres",
            Kind::MySql => "mariadb",
        },
        kind.variable(),
    )
}

/// While this lives, packages that are installed start no service: we run private ones. It leaves an administrator's
/// own policy alone.
struct NoServices {
    is_ours: bool,
}

impl NoServices {
    const POLICY: &str = "/usr/sbin/policy-rc.d";

    fn new() -> Self {
        let path = Path::new(Self::POLICY);
        if path.exists() || !is_root() {
            return Self { is_ours: false };
        }
        let is_ours = fs::write(path, "#!/bin/sh\nexit 101\n")
            .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o755)))
            .is_ok();
        Self { is_ours }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.is_ours {
            // It was written a moment ago by the same user.
            let _ = fs::remove_file(Self::POLICY);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_missing_server_is_told_with_three_ways_out() {
        let reasons = ["none is listening".to_owned(), "none is installed".to_owned()];
        expect!["no PostgreSQL (none is listening; none is installed); install it (apt-get install postgresql), or run `docker compose -f tests/compose.yaml up -d postgres`, or set TEST_POSTGRES_URL"].assert_eq(&advice(Kind::Postgres, &reasons));
    }
}
