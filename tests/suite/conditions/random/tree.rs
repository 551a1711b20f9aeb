//! Conditions as trees: as what the library takes, and evaluated with SQL's idea of null.

use orm::path::Root;
use orm::prelude::*;

use crate::conditions::random::rows::Rows;

/// What is neither true nor false is `None`.
pub(super) type Truth = Option<bool>;

#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Op {
    pub(super) fn holds<T: PartialOrd>(self, left: Option<T>, right: Option<T>) -> Truth {
        let (left, right) = (left?, right?);
        Some(match self {
            Op::Eq => left == right,
            Op::Ne => left != right,
            Op::Gt => left > right,
            Op::Ge => left >= right,
            Op::Lt => left < right,
            Op::Le => left <= right,
        })
    }
}

macro_rules! apply {
    ($op:expr, $path:expr, $value:expr) => {
        match $op {
            Op::Eq => $path.eq($value).erase(),
            Op::Ne => $path.ne($value).erase(),
            Op::Gt => $path.gt($value).erase(),
            Op::Ge => $path.ge($value).erase(),
            Op::Lt => $path.lt($value).erase(),
            Op::Le => $path.le($value).erase(),
        }
    };
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Quantifier {
    Some,
    None,
    Every,
}

impl Quantifier {
    /// Whether it holds of these items; `around` tells for each of them which writer it is asked about.
    pub(super) fn holds<A: Atom>(
        self,
        tree: &Tree<A>,
        rows: &Rows,
        items: impl IntoIterator<Item = usize>,
        around: impl Fn(usize) -> usize,
    ) -> Truth {
        let opposite = Tree::Not(Box::new(tree.clone()));
        let mut items = items.into_iter();
        let mut is_there = |tree: &Tree<A>| items.any(|item| tree.finds(rows, item, around(item)));
        Some(match self {
            Quantifier::Some => is_there(tree),
            Quantifier::None => !is_there(tree),
            Quantifier::Every => !is_there(&opposite),
        })
    }
}

macro_rules! quantify {
    ($quantifier:expr, $collection:expr, $tree:expr) => {
        match $quantifier {
            Quantifier::Some => $collection.some(|item| $tree.condition(item)).erase(),
            Quantifier::None => $collection.none(|item| $tree.condition(item)).erase(),
            Quantifier::Every => $collection.every(|item| $tree.condition(item)).erase(),
        }
    };
}

/// A condition on the entity of its atoms.
#[derive(Debug, Clone)]
pub(super) enum Tree<A> {
    Atom(Box<A>),
    All(Vec<Tree<A>>),
    Any(Vec<Tree<A>>),
    Not(Box<Tree<A>>),
    /// A condition as a value of its own.
    Whole(Box<Tree<A>>),
}

pub(super) type PathsOf<E> = <E as Entity>::Paths<E, Root>;

/// What can be asked of one entity.
pub(super) trait Atom: Clone {
    type Entity: Entity;

    fn condition(&self, paths: &'static PathsOf<Self::Entity>) -> Condition<Self::Entity>;

    /// The items of the collection that paths go through.
    fn items(_rows: &Rows, _row: usize) -> Vec<usize> {
        Vec::new()
    }

    /// Whether it goes through that collection.
    fn speaks_of_items(&self) -> bool {
        false
    }

    /// Whether it holds of a row, as part of a query in which paths through the collection speak of `item`. `around` is
    /// the writer of the nearest query around that is about one.
    fn holds(&self, rows: &Rows, row: usize, item: Option<usize>, around: usize) -> Truth;
}

impl<A: Atom> Tree<A> {
    pub(super) fn condition(&self, paths: &'static PathsOf<A::Entity>) -> Condition<A::Entity> {
        match self {
            Tree::Atom(atom) => atom.condition(paths),
            Tree::All(trees) => Condition::all(trees.iter().map(|tree| tree.condition(paths))),
            Tree::Any(trees) => Condition::any(trees.iter().map(|tree| tree.condition(paths))),
            Tree::Not(tree) => !tree.condition(paths),
            Tree::Whole(tree) => Condition::<A::Entity>::when(|paths| tree.condition(paths)),
        }
    }

    fn truth(&self, rows: &Rows, row: usize, item: Option<usize>, around: usize) -> Truth {
        let truth = |tree: &Self| tree.truth(rows, row, item, around);
        match self {
            Tree::Atom(atom) => atom.holds(rows, row, item, around),
            Tree::All(trees) => all(trees.iter().map(truth)),
            // One holds unless none does.
            Tree::Any(trees) => all(trees.iter().map(truth).map(not)).map(|none| !none),
            Tree::Not(tree) => not(truth(tree)),
            Tree::Whole(tree) if tree.speaks_of_items() => Some(tree.finds(rows, row, around)),
            Tree::Whole(tree) => truth(tree),
        }
    }

    fn speaks_of_items(&self) -> bool {
        match self {
            Tree::Atom(atom) => atom.speaks_of_items(),
            Tree::All(trees) | Tree::Any(trees) => trees.iter().any(Self::speaks_of_items),
            Tree::Not(tree) => tree.speaks_of_items(),
            Tree::Whole(_) => false,
        }
    }

    /// Whether a query finds the row: for one of the items, if need be.
    pub(super) fn finds(&self, rows: &Rows, row: usize, around: usize) -> bool {
        let items = A::items(rows, row);
        let is_found = |item| self.truth(rows, row, item, around) == Some(true);
        if items.is_empty() { is_found(None) } else { items.into_iter().any(|item| is_found(Some(item))) }
    }
}

pub(super) use {apply, quantify};

/// Whether all hold: one that does not decides, whatever is unknown.
fn all(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut all = Some(true);
    for truth in truths {
        match truth {
            Some(true) => {}
            Some(false) => return truth,
            None => all = None,
        }
    }
    all
}

fn not(truth: Truth) -> Truth {
    truth.map(|truth| !truth)
}
