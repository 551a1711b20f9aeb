//! Chinook on three databases: how its tables are named, and how plain SQL is put, on each. The entities know none of it.

use orm::naming::{NamingStrategy, PascalCase, SnakeCase};

/// A database's way of naming and speaking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Words {
    #[default]
    Sqlite,
    Postgres,
    MySql,
}

impl Words {
    /// What the URL of a server begins with; anything else is the path of a SQLite file.
    pub fn of_url(url: &str) -> Self {
        match url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Words::Postgres,
            Some(("mysql" | "mariadb", _)) => Words::MySql,
            _ => Words::Sqlite,
        }
    }

    /// Plain SQL is written here with `?` and the names of SQLite and MySQL; this is how the database wants it.
    pub fn translate(self, sql: &str) -> String {
        match self {
            Words::Sqlite | Words::MySql => sql.to_owned(),
            Words::Postgres => for_postgres(sql),
        }
    }

    /// A date and time as JSON has it.
    pub fn date(self, column: &str) -> String {
        match self {
            Words::Sqlite => format!("replace({column}, ' ', 'T')"),
            Words::Postgres => format!("to_char({column}, 'YYYY-MM-DD\"T\"HH24:MI:SS')"),
            Words::MySql => format!("date_format({column}, '%Y-%m-%dT%H:%i:%s')"),
        }
    }

    fn case(self) -> &'static dyn NamingStrategy {
        match self {
            Words::Sqlite | Words::MySql => &PascalCase,
            Words::Postgres => &SnakeCase,
        }
    }
}

/// `InvoiceLine.id` is `InvoiceLine.InvoiceLineId`, and on PostgreSQL `invoice_line.invoice_line_id`.
impl NamingStrategy for Words {
    fn table(&self, entity: &str) -> String {
        self.case().table(entity)
    }

    fn column(&self, property: &str) -> String {
        self.case().column(property)
    }

    fn key_column(&self, entity: &str, property: &str) -> String {
        self.case().column(&format!("{}_{property}", SnakeCase.table(entity)))
    }

    fn join_column(&self, relation: &str, _target_column: &str) -> String {
        match relation {
            "reports_to" => self.case().column(relation),
            _ => self.case().column(&format!("{relation}_id")),
        }
    }

    fn pivot_table(&self, owner_table: &str, property: &str) -> String {
        // The tracks of a playlist are in `PlaylistTrack`.
        self.case().pivot_table(owner_table, property.trim_end_matches('s'))
    }

    fn pivot_column(&self, _table: &str, key_column: &str) -> String {
        key_column.to_owned()
    }
}

/// Names in PascalCase become snake_case, and each `?` a number; what is quoted stays.
fn for_postgres(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 16);
    let mut params = 0;
    for (index, part) in sql.split('\'').enumerate() {
        if index % 2 == 1 {
            text += &format!("'{part}'");
            continue;
        }
        let mut before = ' ';
        for char in part.chars() {
            match char {
                '?' => {
                    params += 1;
                    text += &format!("${params}");
                }
                'A'..='Z' => {
                    if before.is_ascii_lowercase() {
                        text.push('_');
                    }
                    text.push(char.to_ascii_lowercase());
                }
                char => text.push(char),
            }
            before = char;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_gets_its_names_and_numbers() {
        let sql = "select t.TrackId, 'It''s Big?' from InvoiceLine t where Name = ? and GenreId = ?";
        let expected =
            "select t.track_id, 'It''s Big?' from invoice_line t where name = $1 and genre_id = $2";
        assert_eq!(Words::Postgres.translate(sql), expected);
        assert_eq!(Words::MySql.translate(sql), sql);
    }

    #[test]
    fn names_are_those_of_the_scripts() {
        let names = |words: Words| {
            [
                words.table("MediaType"),
                words.key_column("MediaType", "id"),
                words.join_column("reports_to", "x"),
                words.join_column("support_rep", "x"),
                words.pivot_table(&words.table("Playlist"), "tracks"),
            ]
        };
        let pascal = ["MediaType", "MediaTypeId", "ReportsTo", "SupportRepId", "PlaylistTrack"];
        assert_eq!(names(Words::Sqlite), pascal);
        let snake = ["media_type", "media_type_id", "reports_to", "support_rep_id", "playlist_track"];
        assert_eq!(names(Words::Postgres), snake);
    }
}
