//! Writes the source of the crates to be checked: equal entities in each derive's own way, each with a to-one relation
//! to the next.

use std::fmt::Write;

use clap::ValueEnum;

use super::Size;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Derive {
    #[cfg(feature = "ours")]
    Ours,
    SeaOrm,
    Diesel,
}

/// The types of the properties after the key and the relation, in turn.
#[derive(Clone, Copy)]
struct Column {
    rust: &'static str,
    diesel: &'static str,
}

const COLUMNS: [Column; 8] = [
    column("String", "Text"),
    column("Option<String>", "Nullable<Text>"),
    column("i32", "Integer"),
    column("i64", "BigInt"),
    column("f64", "Double"),
    column("bool", "Bool"),
    column("chrono::NaiveDateTime", "Timestamp"),
    column("Option<i32>", "Nullable<Integer>"),
];

const fn column(rust: &'static str, diesel: &'static str) -> Column {
    Column { rust, diesel }
}

impl Derive {
    pub fn in_this_build() -> &'static [Self] {
        Self::value_variants()
    }

    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "ours")]
            Self::Ours => "ours",
            Self::SeaOrm => "sea_orm",
            Self::Diesel => "diesel",
        }
    }

    /// The dependencies in the words of `Cargo.toml`. `root` is the folder of this repository.
    pub fn dependencies(self, size: Size, root: &str) -> String {
        let chrono = "chrono = { version = \"0.4\", default-features = false, features = [\"std\"] }\n";
        let derive = match self {
            #[cfg(feature = "ours")]
            Self::Ours => format!("orm = {{ path = {root:?} }}\n"),
            Self::SeaOrm => "sea-orm = { version = \"2.0\", default-features = false, \
                features = [\"macros\", \"with-chrono\", \"sqlx-sqlite\", \"runtime-tokio\"] }\n"
                .to_owned(),
            Self::Diesel => {
                // It is built for as many columns as the largest table has: more cost more.
                let columns = if size.properties > 16 { ", \"64-column-tables\"" } else { "" };
                format!(
                    "diesel = {{ version = \"2.3\", default-features = false, \
                    features = [\"sqlite\", \"chrono\"{columns}] }}\n\
                    libsqlite3-sys = {{ version = \"0.37\", features = [\"bundled\"] }}\n"
                )
            }
        };
        let _ = root;
        format!("{chrono}{derive}")
    }

    pub fn source(self, size: Size) -> String {
        let mut source = String::from("#![allow(dead_code, unused_imports)]\n");
        if self == Self::SeaOrm {
            // Its models hold each other, and rustc follows a chain of them for `Send`.
            source += "#![recursion_limit = \"1024\"]\n";
        }
        source += match self {
            #[cfg(feature = "ours")]
            Self::Ours => "use orm::prelude::*;\n",
            Self::SeaOrm => "use sea_orm::entity::prelude::*;\n",
            Self::Diesel => "use diesel::prelude::*;\n",
        };
        for number in 1..=size.entities {
            let has_next = number < size.entities;
            // The key and the relation are properties too.
            let columns: Vec<Column> = COLUMNS.into_iter().cycle().take(size.properties - 2).collect();
            let entity = match self {
                #[cfg(feature = "ours")]
                Self::Ours => ours(number, &columns, has_next),
                Self::SeaOrm => sea_orm(number, &columns, has_next),
                Self::Diesel => diesel(number, &columns, has_next),
            };
            source += &entity;
        }
        source
    }
}

/// The columns as fields of a struct.
fn fields(columns: &[Column]) -> String {
    columns.iter().enumerate().fold(String::new(), |mut fields, (number, column)| {
        let _ = writeln!(fields, "    pub property_{number}: {},", column.rust);
        fields
    })
}

#[cfg(feature = "ours")]
fn ours(number: usize, columns: &[Column], has_next: bool) -> String {
    let next = match has_next {
        true => format!("    #[orm(many_to_one)]\n    pub next: Ref<Entity{}>,\n", number + 1),
        false => "    pub next_id: i64,\n".to_owned(),
    };
    let fields = fields(columns);
    format!(
        "
#[derive(Entity)]
pub struct Entity{number} {{
    #[orm(primary_key)]
    pub id: i64,
{next}{fields}}}
"
    )
}

fn sea_orm(number: usize, columns: &[Column], has_next: bool) -> String {
    let next = match has_next {
        true => format!(
            "    #[sea_orm(belongs_to, from = \"next_id\", to = \"id\")]\n    \
             pub next: BelongsTo<super::entity{}::Entity>,\n",
            number + 1
        ),
        false => String::new(),
    };
    let fields = fields(columns);
    format!(
        "
pub mod entity{number} {{
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = \"entity{number}\")]
    pub struct Model {{
    #[sea_orm(primary_key)]
    pub id: i64,
    pub next_id: i64,
{next}{fields}    }}

    impl ActiveModelBehavior for ActiveModel {{}}
}}
"
    )
}

fn diesel(number: usize, columns: &[Column], has_next: bool) -> String {
    let next = number + 1;
    let (associations, belongs_to, joins) = match has_next {
        true => (
            "Associations, ",
            format!(", belongs_to(Entity{next}, foreign_key = next_id)"),
            format!(
                "diesel::joinable!(entity{number} -> entity{next} (next_id));\n\
                 diesel::allow_tables_to_appear_in_same_query!(entity{number}, entity{next});\n"
            ),
        ),
        false => ("", String::new(), String::new()),
    };
    let fields = fields(columns);
    let table_columns = columns.iter().enumerate().fold(String::new(), |mut lines, (number, column)| {
        let _ = writeln!(lines, "        property_{number} -> {},", column.diesel);
        lines
    });
    format!(
        "
diesel::table! {{
    entity{number} (id) {{
        id -> BigInt,
        next_id -> BigInt,
{table_columns}    }}
}}
{joins}
#[derive({associations}AsChangeset, Identifiable, Insertable, Queryable, Selectable)]
#[diesel(table_name = entity{number}{belongs_to})]
pub struct Entity{number} {{
    pub id: i64,
    pub next_id: i64,
{fields}}}
"
    )
}
