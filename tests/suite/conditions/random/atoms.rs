//! What can be asked of each entity of the library.

use orm::path::Paths;
use orm::prelude::*;

use crate::conditions::library::{Edition, Print, Shelf, Subject, Work, Writer};
use crate::conditions::random::rows::{NAMES, Rows, number};
use crate::conditions::random::tree::{Atom, Op, PathsOf, Quantifier, Tree, Truth, apply, quantify};

#[derive(Debug, Clone)]
pub(super) enum OfWriter {
    Name(Op, usize),
    Age(Op, i32),
    AgeIsNull,
    MentorIs(usize),
    MentorAge(Op, i32),
    AgeToMentors(Op),
    CardCity(Op, usize),
    WorksTitle(Op, usize),
    WorksEditorAge(Op, i32),
    WorksAreMissing,
    /// Greater or less.
    NameAndAge(Op, usize, i32),
    NameAndAgeIn(Vec<(usize, Option<i32>)>),
    Works(Quantifier, Tree<OfWork>),
    Students(Quantifier, Tree<OfWriter>),
    Friends(Quantifier, Tree<OfWriter>),
    MentorWorks(Quantifier, Tree<OfWork>),
}

impl Atom for OfWriter {
    type Entity = Writer;

    fn condition(&self, a: &'static PathsOf<Writer>) -> Condition<Writer> {
        match self {
            Self::Name(op, name) => apply!(op, a.name, NAMES[*name]),
            Self::Age(op, age) => apply!(op, a.age, *age),
            Self::AgeIsNull => a.age.is_null(),
            Self::MentorIs(id) => a.mentor.eq(*id as i64),
            Self::MentorAge(op, age) => apply!(op, a.mentor.age, *age),
            Self::AgeToMentors(op) => apply!(op, a.age, a.mentor.age),
            Self::CardCity(op, city) => apply!(op, a.card.city, NAMES[*city]),
            Self::WorksTitle(op, title) => apply!(op, a.works.title, NAMES[*title]),
            Self::WorksEditorAge(op, age) => apply!(op, a.works.editor.age, *age),
            Self::WorksAreMissing => a.works.is_null(),
            Self::NameAndAge(op, name, age) => apply!(op, (a.name, a.age), (NAMES[*name], *age)),
            Self::NameAndAgeIn(rows) => {
                (a.name, a.age).in_(rows.iter().map(|(name, age)| (NAMES[*name], *age))).erase()
            }
            Self::Works(quantifier, tree) => quantify!(quantifier, a.works, tree),
            Self::Students(quantifier, tree) => quantify!(quantifier, a.students, tree),
            Self::Friends(quantifier, tree) => quantify!(quantifier, a.friends, tree),
            Self::MentorWorks(quantifier, tree) => quantify!(quantifier, a.mentor.works, tree),
        }
    }

    fn items(rows: &Rows, row: usize) -> Vec<usize> {
        rows.works_of(row)
    }

    fn speaks_of_items(&self) -> bool {
        matches!(self, Self::WorksTitle(..) | Self::WorksEditorAge(..) | Self::WorksAreMissing)
    }

    fn holds(&self, rows: &Rows, row: usize, item: Option<usize>, _around: usize) -> Truth {
        let id = row;
        let row = &rows.writers[id];
        let mentor = row.mentor.map(|mentor| &rows.writers[mentor]);
        let work = item.map(|work| &rows.works[work]);
        match self {
            Self::Name(op, name) => op.holds(Some(row.name), Some(*name)),
            Self::Age(op, age) => op.holds(row.age, Some(*age)),
            Self::AgeIsNull => Some(row.age.is_none()),
            Self::MentorIs(id) => Op::Eq.holds(row.mentor, Some(*id)),
            Self::MentorAge(op, age) => op.holds(mentor?.age, Some(*age)),
            Self::AgeToMentors(op) => op.holds(row.age, mentor?.age),
            Self::CardCity(op, city) => op.holds(row.city, Some(*city)),
            Self::WorksTitle(op, title) => op.holds(Some(work?.title), Some(*title)),
            Self::WorksEditorAge(op, age) => op.holds(rows.writers[work?.editor?].age, Some(*age)),
            Self::WorksAreMissing => Some(item.is_none()),
            Self::NameAndAge(op, name, age) => match row.name == *name {
                true => op.holds(row.age, Some(*age)),
                false => op.holds(Some(row.name), Some(*name)),
            },
            Self::NameAndAgeIn(list) => {
                let mut is_unknown = false;
                for (name, age) in list.iter().filter(|(name, _)| *name == row.name) {
                    match (row.age, age) {
                        (None, None) => return Some(true),
                        (Some(left), Some(right)) if left == *right => return Some(true),
                        (None, Some(_)) => is_unknown = true,
                        (Some(_), _) => {}
                    }
                    let _ = name;
                }
                if is_unknown { None } else { Some(false) }
            }
            Self::Works(quantifier, tree) => quantifier.holds(tree, rows, rows.works_of(id), |_| id),
            Self::Students(quantifier, tree) => {
                quantifier.holds(tree, rows, rows.students_of(id), |item| item)
            }
            Self::Friends(quantifier, tree) => {
                quantifier.holds(tree, rows, row.friends.iter().copied(), |item| item)
            }
            Self::MentorWorks(quantifier, tree) => {
                quantifier.holds(tree, rows, rows.works_of(row.mentor?), |_| id)
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum OfWork {
    Title(Op, usize),
    Pages(Op, i32),
    WriterName(Op, usize),
    EditorIsMissing,
    WriterIsEditor,
    PagesToWritersAge(Op),
    /// The writer is the one of the query around.
    PagesToAge(Op),
    EditorIsMentor,
    SubjectsName(Op, usize),
    Subjects(Quantifier, Tree<OfSubject>),
    Shelves(Quantifier, Tree<OfShelf>),
    Editions(Quantifier, Tree<OfEdition>),
    EditorWorks(Quantifier, Tree<OfWork>),
}

impl Atom for OfWork {
    type Entity = Work;

    fn condition(&self, w: &'static PathsOf<Work>) -> Condition<Work> {
        let around: &'static PathsOf<Writer> = Paths::PATHS;
        match self {
            Self::Title(op, title) => apply!(op, w.title, NAMES[*title]),
            Self::Pages(op, pages) => apply!(op, w.pages, *pages),
            Self::WriterName(op, name) => apply!(op, w.writer.name, NAMES[*name]),
            Self::EditorIsMissing => w.editor.is_null(),
            Self::WriterIsEditor => w.writer.eq(w.editor).erase(),
            Self::PagesToWritersAge(op) => apply!(op, w.pages, w.writer.age),
            Self::PagesToAge(op) => apply!(op, w.pages, around.age.outer()),
            Self::EditorIsMentor => w.editor.eq(around.mentor.outer()),
            Self::SubjectsName(op, name) => apply!(op, w.subjects.name, NAMES[*name]),
            Self::Subjects(quantifier, tree) => quantify!(quantifier, w.subjects, tree),
            Self::Shelves(quantifier, tree) => quantify!(quantifier, w.shelves, tree),
            Self::Editions(quantifier, tree) => quantify!(quantifier, w.editions, tree),
            Self::EditorWorks(quantifier, tree) => quantify!(quantifier, w.editor.works, tree),
        }
    }

    fn items(rows: &Rows, row: usize) -> Vec<usize> {
        rows.works[row].subjects.iter().copied().collect()
    }

    fn speaks_of_items(&self) -> bool {
        matches!(self, Self::SubjectsName(..))
    }

    fn holds(&self, rows: &Rows, row: usize, item: Option<usize>, around: usize) -> Truth {
        let id = row;
        let row = &rows.works[id];
        let writer = &rows.writers[row.writer];
        match self {
            Self::Title(op, title) => op.holds(Some(row.title), Some(*title)),
            Self::Pages(op, pages) => op.holds(row.pages, Some(*pages)),
            Self::WriterName(op, name) => op.holds(Some(writer.name), Some(*name)),
            Self::EditorIsMissing => Some(row.editor.is_none()),
            Self::WriterIsEditor => Op::Eq.holds(Some(row.writer), row.editor),
            Self::PagesToWritersAge(op) => op.holds(row.pages, writer.age),
            Self::PagesToAge(op) => op.holds(row.pages, rows.writers[around].age),
            Self::EditorIsMentor => Op::Eq.holds(row.editor, rows.writers[around].mentor),
            Self::SubjectsName(op, name) => op.holds(item, Some(*name)),
            Self::Subjects(quantifier, tree) => {
                quantifier.holds(tree, rows, row.subjects.iter().copied(), |_| around)
            }
            Self::Shelves(quantifier, tree) => {
                quantifier.holds(tree, rows, row.shelves.iter().copied(), |_| around)
            }
            Self::Editions(quantifier, tree) => {
                quantifier.holds(tree, rows, rows.editions_of(id), |_| around)
            }
            Self::EditorWorks(quantifier, tree) => {
                quantifier.holds(tree, rows, rows.works_of(row.editor?), |_| around)
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum OfSubject {
    Name(Op, usize),
    Works(Quantifier, Tree<OfWork>),
}

impl Atom for OfSubject {
    type Entity = Subject;

    fn condition(&self, s: &'static PathsOf<Subject>) -> Condition<Subject> {
        match self {
            Self::Name(op, name) => apply!(op, s.name, NAMES[*name]),
            Self::Works(quantifier, tree) => quantify!(quantifier, s.works, tree),
        }
    }

    fn holds(&self, rows: &Rows, row: usize, _item: Option<usize>, around: usize) -> Truth {
        match self {
            Self::Name(op, name) => op.holds(Some(row), Some(*name)),
            Self::Works(quantifier, tree) => {
                let works = rows.works_where(|work| work.subjects.contains(&row));
                quantifier.holds(tree, rows, works, |_| around)
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum OfShelf {
    Label(Op, usize),
    Works(Quantifier, Tree<OfWork>),
}

impl Atom for OfShelf {
    type Entity = Shelf;

    fn condition(&self, s: &'static PathsOf<Shelf>) -> Condition<Shelf> {
        match self {
            Self::Label(op, label) => apply!(op, s.label, NAMES[*label]),
            Self::Works(quantifier, tree) => quantify!(quantifier, s.works, tree),
        }
    }

    fn holds(&self, rows: &Rows, row: usize, _item: Option<usize>, around: usize) -> Truth {
        match self {
            Self::Label(op, label) => op.holds(Some(row), Some(*label)),
            Self::Works(quantifier, tree) => {
                let works = rows.works_where(|work| work.shelves.contains(&row));
                quantifier.holds(tree, rows, works, |_| around)
            }
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum OfEdition {
    Year(Op, i32),
    WorkTitle(Op, usize),
    PrintsCopies(Op, i32),
    Prints(Quantifier, Tree<OfPrint>),
}

impl Atom for OfEdition {
    type Entity = Edition;

    fn condition(&self, e: &'static PathsOf<Edition>) -> Condition<Edition> {
        match self {
            Self::Year(op, year) => apply!(op, e.year, *year),
            Self::WorkTitle(op, title) => apply!(op, e.work.title, NAMES[*title]),
            Self::PrintsCopies(op, copies) => apply!(op, e.prints.copies, *copies),
            Self::Prints(quantifier, tree) => quantify!(quantifier, e.prints, tree),
        }
    }

    fn items(rows: &Rows, row: usize) -> Vec<usize> {
        rows.prints_of(row)
    }

    fn speaks_of_items(&self) -> bool {
        matches!(self, Self::PrintsCopies(..))
    }

    fn holds(&self, rows: &Rows, row: usize, item: Option<usize>, around: usize) -> Truth {
        match self {
            Self::Year(op, year) => op.holds(Some(rows.editions[row].year), Some(*year)),
            Self::WorkTitle(op, title) => {
                op.holds(Some(rows.works[rows.editions[row].work].title), Some(*title))
            }
            Self::PrintsCopies(op, copies) => op.holds(Some(rows.prints[item?].copies), Some(*copies)),
            Self::Prints(quantifier, tree) => quantifier.holds(tree, rows, rows.prints_of(row), |_| around),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) enum OfPrint {
    Copies(Op, i32),
    EditionYear(Op, i32),
    EditionIs(i64, i32),
}

impl Atom for OfPrint {
    type Entity = Print;

    fn condition(&self, p: &'static PathsOf<Print>) -> Condition<Print> {
        match self {
            Self::Copies(op, copies) => apply!(op, p.copies, *copies),
            Self::EditionYear(op, year) => apply!(op, p.edition.year, *year),
            Self::EditionIs(work, number) => p.edition.eq((*work, *number)),
        }
    }

    fn holds(&self, rows: &Rows, row: usize, _item: Option<usize>, _around: usize) -> Truth {
        let row = &rows.prints[row];
        match self {
            Self::Copies(op, copies) => op.holds(Some(row.copies), Some(*copies)),
            Self::EditionYear(op, year) => op.holds(Some(rows.editions[row.edition?].year), Some(*year)),
            Self::EditionIs(work, at) => {
                let edition = row.edition?;
                Some(rows.editions[edition].work as i64 == *work && number(rows, edition) == *at)
            }
        }
    }
}
