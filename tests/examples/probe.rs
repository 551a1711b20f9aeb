//! `probe <url>` prints who the server is, if it answers and lets us make schemas: what `cargo xtask test` asks.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::process::ExitCode;
use std::time::Duration;

use orm::Value;
use orm::mysql::{MySqlDriver, MySqlOptions};
use orm::postgres::{PostgresDriver, PostgresOptions};

const PATIENCE: Duration = Duration::from_secs(3);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let url = std::env::args().nth(1).unwrap_or_default();
    match ask(&url).await {
        Ok(name) => {
            println!("{name}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn ask(url: &str) -> orm::Result<String> {
    let schema = format!("orm_probe_{}", std::process::id());
    let statements =
        ["select version()".to_owned(), format!("create schema {schema}"), format!("drop schema {schema}")];
    let mut answers = Vec::new();
    if url.starts_with("mysql:") || url.starts_with("mariadb:") {
        let options = url.parse::<MySqlOptions>()?.connect_timeout(PATIENCE);
        let mut connection = MySqlDriver::new(options)?.acquire().await?;
        for statement in statements {
            answers.extend(connection.query(&statement, Vec::new()).await?);
        }
    } else {
        let options = url.parse::<PostgresOptions>()?.connect_timeout(PATIENCE);
        let mut connection = PostgresDriver::new(options)?.acquire().await?;
        for statement in statements {
            answers.extend(connection.query(&statement, Vec::new()).await?);
        }
    }
    Ok(match answers.first().and_then(|row| row.first()) {
        Some(Value::Text(version)) => name(version),
        _ => "a server of no version".to_owned(),
    })
}

/// `PostgreSQL 15.20`, `MariaDB 10.11.19`, `MySQL 8.4.0`.
fn name(version: &str) -> String {
    match version.split_once('-') {
        _ if version.starts_with("PostgreSQL") => {
            version.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
        }
        Some((number, rest)) if rest.contains("MariaDB") => format!("MariaDB {number}"),
        Some((number, _)) => format!("MySQL {number}"),
        None => format!("MySQL {version}"),
    }
}
