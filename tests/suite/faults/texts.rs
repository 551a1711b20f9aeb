//! Any text comes back as it went in, or is refused; as a value and as a name. None of it is ever run.

use orm::naming::NamingStrategy;
use orm::prelude::*;
use orm::{OrmBuilder, Value};

use crate::harness::{Database, Db, on_every_database};

on_every_database!(a_thousand_texts_are_values, a_thousand_texts_are_names);

#[derive(Entity)]
pub struct Note {
    #[orm(primary_key)]
    pub id: i64,
    pub text: String,
    pub bytes: Vec<u8>,
}

/// Random numbers that are the same in each run, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    /// A few pieces, of which each has ended a string, an identifier or a statement somewhere.
    fn text(&mut self) -> String {
        const PIECES: [&str; 32] = [
            "'",
            "\"",
            "`",
            "\\",
            "\\'",
            "''",
            "\"\"",
            ";",
            "--",
            "#",
            "/*",
            "*/",
            "$1",
            "?",
            "$$",
            "%",
            "_",
            "\0",
            "\n",
            "\r",
            "\t",
            " ",
            "é",
            "🦀",
            "\u{202e}",
            "\u{feff}",
            "\u{fffd}",
            "a",
            "drop table note",
            "or 1=1",
            "null",
            "]",
        ];
        (0..=self.below(6)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }

    /// Mostly no UTF-8.
    fn bytes(&mut self) -> Vec<u8> {
        (0..self.below(12)).map(|_| self.below(256) as u8).collect()
    }
}

async fn a_thousand_texts_are_values(on: Database) {
    let db = Db::new(on, |builder| builder.entity::<Note>()).await;
    let mut random = Random(0x0005_eed5_eed5_eed5);
    let mut stored = 0;
    for _ in 0..50 {
        let texts: Vec<_> = (0..20).map(|_| (random.text(), random.bytes())).collect();
        // What one of them must not do to the others shows when they are written together; what is refused is asked alone.
        let (odd, fine): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(text, _)| text.contains('\0'));
        let together = store(&db, &fine).await;
        together.unwrap_or_else(|error| panic!("{fine:?}: {error}"));
        stored += fine.len();
        for row in odd {
            match store(&db, std::slice::from_ref(&row)).await {
                Ok(()) => stored += 1,
                Err(error) => assert!(error.to_string().contains("Note.text"), "{row:?}: {error}"),
            }
        }
    }
    assert!(stored > 700, "most of them have no NUL, and are kept everywhere");
    assert_eq!(db.rows("select count(*) from note").await, stored.to_string());
}

/// Writes rows, and looks whether they come back.
async fn store(db: &Db, rows: &[(String, Vec<u8>)]) -> Result<()> {
    let em = db.em();
    let notes: Vec<_> = rows
        .iter()
        .map(|(text, bytes)| em.persist(Note::builder().text(text).bytes(bytes.clone()).build()))
        .collect();
    em.flush().await?;
    let em = db.em();
    for (note, (text, bytes)) in notes.iter().zip(rows) {
        let key = *note.flushed()?.id();
        let found = em
            .find_one::<Note>()
            .filter(|n| n.text.eq(text) & n.bytes.eq(bytes.clone()) & n.id.eq(key))
            .await?;
        let found = found.unwrap_or_else(|| panic!("{text:?} is not found"));
        assert_eq!((found.text(), found.bytes()), (text, bytes));
    }
    Ok(())
}

/// Gives the table and the columns names of its own.
#[derive(Clone)]
struct Odd {
    table: String,
    columns: [String; 3],
}

impl NamingStrategy for Odd {
    fn table(&self, _entity: &str) -> String {
        self.table.clone()
    }

    fn column(&self, property: &str) -> String {
        match property {
            "id" => self.columns[0].clone(),
            "text" => self.columns[1].clone(),
            _ => self.columns[2].clone(),
        }
    }

    fn join_column(&self, relation: &str, _target_column: &str) -> String {
        relation.to_owned()
    }
}

async fn a_thousand_texts_are_names(on: Database) {
    let db = Db::shared(on, |builder| builder.entity::<Note>()).await;
    let mut random = Random(0x00ba_dcaf_ebad_cafe);
    let mut made = 0;
    for _ in 0..250 {
        // Numbers keep two columns of one table from having the same name.
        let columns = [0, 1, 2].map(|number| format!("{}{number}", random.text()));
        let names = Odd { table: format!("{}3", random.text()), columns };
        let orm =
            db.beside(|builder: OrmBuilder| builder.naming_strategy(names.clone()).entity::<Note>()).await;
        match orm.schema().create().await {
            Ok(()) => {
                use_table(&orm)
                    .await
                    .unwrap_or_else(|error| panic!("{:?}: {error}", (&names.table, &names.columns)));
                orm.schema().drop().await.expect("what was made can be dropped");
                made += 1;
            }
            Err(error) => {
                assert!(error.driver_kind().is_some(), "{:?}: {error}", (&names.table, &names.columns))
            }
        }
        orm.close().await;
    }
    assert!(made > 50, "only {made} of 250 tables were made");
    assert_eq!(db.rows("select count(*) from note").await, "0", "the first table is untouched");
}

async fn use_table(orm: &Orm) -> Result<()> {
    let em = orm.em();
    let note = em.persist(Note::builder().text("one").bytes(vec![1]).build());
    em.flush().await?;
    let note = note.flushed()?;
    note.set_text("two");
    em.flush().await?;
    let em = orm.em();
    let found =
        em.find_one_or_fail::<Note>().filter(|n| n.text.eq("two")).order_by(|n| n.bytes.desc()).await?;
    assert_eq!(found.text(), "two");
    em.remove(&found)?;
    em.flush().await?;
    let none = em.count::<Note>().await?;
    assert_eq!(Value::from(i64::try_from(none).unwrap_or(-1)), Value::Int(0));
    Ok(())
}
