//! Random rows of the library.

use std::collections::BTreeSet;

use orm::prelude::*;
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy};

use crate::conditions::library::{Card, Edition, Print, Shelf, Subject, Work, Writer};
use crate::harness::Db;

pub(super) const NAMES: [&str; 3] = ["a", "b", "c"];

/// Rows; a row's id is its position.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) writers: Vec<WriterRow>,
    pub(super) works: Vec<WorkRow>,
    pub(super) editions: Vec<EditionRow>,
    pub(super) prints: Vec<PrintRow>,
}

#[derive(Debug, Clone)]
pub(super) struct WriterRow {
    pub(super) name: usize,
    pub(super) age: Option<i32>,
    pub(super) mentor: Option<usize>,
    pub(super) friends: BTreeSet<usize>,
    pub(super) city: Option<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct WorkRow {
    pub(super) title: usize,
    pub(super) pages: Option<i32>,
    pub(super) writer: usize,
    pub(super) editor: Option<usize>,
    pub(super) subjects: BTreeSet<usize>,
    pub(super) shelves: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
pub(super) struct EditionRow {
    pub(super) work: usize,
    pub(super) year: i32,
}

#[derive(Debug, Clone)]
pub(super) struct PrintRow {
    pub(super) copies: i32,
    pub(super) edition: Option<usize>,
}

pub(super) fn rows() -> impl Strategy<Value = Rows> {
    let small = || 0..3_i32;
    let (writers, works) = (1..5_usize, 0..6_usize);
    (writers, works).prop_flat_map(move |(writers, works)| {
        let writer = (
            0..3_usize,
            option::of(small()),
            option::of(0..writers),
            btree_set(0..writers, 0..3),
            option::of(0..3_usize),
        );
        let writer = writer.prop_map(|(name, age, mentor, friends, city)| WriterRow {
            name,
            age,
            mentor,
            friends,
            city,
        });
        let sets = (btree_set(0..3_usize, 0..3), btree_set(0..2_usize, 0..2));
        let work = (0..3_usize, option::of(small()), 0..writers, option::of(0..writers), sets).prop_map(
            |(title, pages, writer, editor, (subjects, shelves))| WorkRow {
                title,
                pages,
                writer,
                editor,
                subjects,
                shelves,
            },
        );
        let editions = vec(
            (0..works.max(1), small()).prop_map(|(work, year)| EditionRow { work, year }),
            if works == 0 { 0..1 } else { 0..6 },
        );
        (vec(writer, writers), vec(work, works), editions).prop_flat_map(move |(writers, works, editions)| {
            let edition = match editions.len() {
                0 => Just(None).boxed(),
                count => option::of(0..count).boxed(),
            };
            let prints =
                vec((small(), edition).prop_map(|(copies, edition)| PrintRow { copies, edition }), 0..5);
            prints.prop_map(move |prints| Rows {
                writers: writers.clone(),
                works: works.clone(),
                editions: editions.clone(),
                prints,
            })
        })
    })
}

impl Rows {
    pub(super) fn works_of(&self, writer: usize) -> Vec<usize> {
        self.works_where(|work| work.writer == writer)
    }

    pub(super) fn works_where(&self, such: impl Fn(&WorkRow) -> bool) -> Vec<usize> {
        (0..self.works.len()).filter(|work| such(&self.works[*work])).collect()
    }

    pub(super) fn students_of(&self, mentor: usize) -> Vec<usize> {
        (0..self.writers.len()).filter(|writer| self.writers[*writer].mentor == Some(mentor)).collect()
    }

    pub(super) fn editions_of(&self, work: usize) -> Vec<usize> {
        (0..self.editions.len()).filter(|edition| self.editions[*edition].work == work).collect()
    }

    pub(super) fn prints_of(&self, edition: usize) -> Vec<usize> {
        (0..self.prints.len()).filter(|print| self.prints[*print].edition == Some(edition)).collect()
    }
}

/// The number of an edition within its work.
pub(super) fn number(rows: &Rows, edition: usize) -> i32 {
    rows.editions[..edition].iter().filter(|other| other.work == rows.editions[edition].work).count() as i32
}

pub(super) async fn store(db: &Db, rows: &Rows) -> Result<()> {
    let em = db.em();
    for name in NAMES {
        em.persist(Subject::builder().name(name).build());
    }
    for id in 0..2 {
        em.persist(Shelf::builder().id(id).label(NAMES[id as usize]).build());
    }
    for (id, row) in rows.writers.iter().enumerate() {
        let writer = Writer::builder().id(id as i64).name(NAMES[row.name]).age(row.age);
        em.persist(writer.build());
        if let Some(city) = row.city {
            em.persist(Card::builder().id(id as i64).city(NAMES[city]).writer(Ref::new(id as i64)).build());
        }
    }
    em.flush().await?;
    for (id, row) in rows.writers.iter().enumerate() {
        let writer = em.find_by_id_or_fail::<Writer>(id as i64).await?;
        writer.set_mentor(row.mentor.map(|mentor| Ref::<Writer>::new(mentor as i64)));
        for friend in &row.friends {
            writer.friends().add(&em.find_by_id_or_fail::<Writer>(*friend as i64).await?);
        }
    }
    for (id, row) in rows.works.iter().enumerate() {
        let work = Work::builder().id(id as i64).title(NAMES[row.title]).pages(row.pages);
        let work = em.persist(
            work.writer(Ref::new(row.writer as i64)).editor(row.editor.map(|id| Ref::new(id as i64))).build(),
        );
        for subject in &row.subjects {
            work.subjects().add(&em.find_by_id_or_fail::<Subject>(NAMES[*subject]).await?);
        }
        for shelf in &row.shelves {
            work.shelves().add(&em.find_by_id_or_fail::<Shelf>(*shelf as i64).await?);
        }
    }
    for (at, row) in rows.editions.iter().enumerate() {
        let edition =
            Edition::builder().work(Ref::new(row.work as i64)).number(number(rows, at)).year(row.year);
        em.persist(edition.build());
    }
    for (id, row) in rows.prints.iter().enumerate() {
        let edition = row.edition.map(|at| Ref::new((rows.editions[at].work as i64, number(rows, at))));
        em.persist(Print::builder().id(id as i64).copies(row.copies).edition(edition).build());
    }
    em.flush().await
}
