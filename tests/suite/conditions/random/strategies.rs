//! Random conditions. `depth` bounds how deep collections are asked inside each other.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, prop_oneof};

use crate::conditions::random::atoms::{OfEdition, OfPrint, OfShelf, OfSubject, OfWork, OfWriter};
use crate::conditions::random::tree::{Op, Quantifier, Tree};

fn op() -> impl Strategy<Value = Op> + Clone {
    prop_oneof![Just(Op::Eq), Just(Op::Ne), Just(Op::Gt), Just(Op::Ge), Just(Op::Lt), Just(Op::Le)]
}

fn order() -> impl Strategy<Value = Op> {
    prop_oneof![Just(Op::Gt), Just(Op::Ge), Just(Op::Lt), Just(Op::Le)]
}

fn quantifier() -> impl Strategy<Value = Quantifier> + Clone {
    prop_oneof![Just(Quantifier::Some), Just(Quantifier::None), Just(Quantifier::Every)]
}

fn number() -> std::ops::Range<i32> {
    0..3
}

fn name() -> std::ops::Range<usize> {
    0..3
}

fn tree<A: Clone + Debug + 'static>(atom: BoxedStrategy<A>) -> BoxedStrategy<Tree<A>> {
    let atom = atom.prop_map(|atom| Tree::Atom(Box::new(atom)));
    let tree = atom.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 0..4).prop_map(Tree::All),
            2 => vec(inner.clone(), 0..4).prop_map(Tree::Any),
            2 => inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            1 => inner.prop_map(|tree| Tree::Whole(Box::new(tree))),
        ]
    });
    tree.boxed()
}

/// An atom that asks for the items of a collection.
fn items<A: Debug + 'static, B: Debug + 'static>(
    of_item: BoxedStrategy<Tree<B>>,
    make: fn(Quantifier, Tree<B>) -> A,
) -> BoxedStrategy<A> {
    (quantifier(), of_item).prop_map(move |(quantifier, tree)| make(quantifier, tree)).boxed()
}

fn either<A: Debug + 'static>(plain: BoxedStrategy<A>, nested: Vec<BoxedStrategy<A>>) -> BoxedStrategy<A> {
    let nested = nested.into_iter().map(|strategy| (1, strategy));
    let count = nested.len() as u32;
    proptest::strategy::Union::new_weighted(nested.chain([(count.max(1), plain)]).collect()).boxed()
}

pub(super) fn of_writer(depth: u32) -> BoxedStrategy<Tree<OfWriter>> {
    let listed = vec((name(), option::of(number())), 0..7);
    let plain = prop_oneof![
        (op(), name()).prop_map(|(op, name)| OfWriter::Name(op, name)),
        (op(), number()).prop_map(|(op, age)| OfWriter::Age(op, age)),
        Just(OfWriter::AgeIsNull),
        (0..4_usize).prop_map(OfWriter::MentorIs),
        (op(), number()).prop_map(|(op, age)| OfWriter::MentorAge(op, age)),
        op().prop_map(OfWriter::AgeToMentors),
        (op(), name()).prop_map(|(op, city)| OfWriter::CardCity(op, city)),
        (op(), name()).prop_map(|(op, title)| OfWriter::WorksTitle(op, title)),
        (op(), number()).prop_map(|(op, age)| OfWriter::WorksEditorAge(op, age)),
        Just(OfWriter::WorksAreMissing),
        (order(), name(), number()).prop_map(|(op, name, age)| OfWriter::NameAndAge(op, name, age)),
        listed.prop_map(OfWriter::NameAndAgeIn),
    ];
    let nested = match depth.checked_sub(1) {
        None => Vec::new(),
        Some(depth) => vec![
            items(of_work(depth), OfWriter::Works),
            items(of_writer(depth), OfWriter::Students),
            items(of_writer(depth), OfWriter::Friends),
            items(of_work(depth), OfWriter::MentorWorks),
        ],
    };
    tree(either(plain.boxed(), nested))
}

fn of_work(depth: u32) -> BoxedStrategy<Tree<OfWork>> {
    let plain = prop_oneof![
        (op(), name()).prop_map(|(op, title)| OfWork::Title(op, title)),
        (op(), number()).prop_map(|(op, pages)| OfWork::Pages(op, pages)),
        (op(), name()).prop_map(|(op, name)| OfWork::WriterName(op, name)),
        Just(OfWork::EditorIsMissing),
        Just(OfWork::WriterIsEditor),
        op().prop_map(OfWork::PagesToWritersAge),
        op().prop_map(OfWork::PagesToAge),
        Just(OfWork::EditorIsMentor),
        (op(), name()).prop_map(|(op, name)| OfWork::SubjectsName(op, name)),
    ];
    let nested = match depth.checked_sub(1) {
        None => Vec::new(),
        Some(depth) => vec![
            items(of_subject(depth), OfWork::Subjects),
            items(of_shelf(depth), OfWork::Shelves),
            items(of_edition(depth), OfWork::Editions),
            items(of_work(depth), OfWork::EditorWorks),
        ],
    };
    tree(either(plain.boxed(), nested))
}

fn of_subject(depth: u32) -> BoxedStrategy<Tree<OfSubject>> {
    let plain = (op(), name()).prop_map(|(op, name)| OfSubject::Name(op, name));
    let works = depth.checked_sub(1).map(|depth| items(of_work(depth), OfSubject::Works));
    tree(either(plain.boxed(), works.into_iter().collect()))
}

fn of_shelf(depth: u32) -> BoxedStrategy<Tree<OfShelf>> {
    let plain = (op(), name()).prop_map(|(op, label)| OfShelf::Label(op, label));
    let works = depth.checked_sub(1).map(|depth| items(of_work(depth), OfShelf::Works));
    tree(either(plain.boxed(), works.into_iter().collect()))
}

fn of_edition(depth: u32) -> BoxedStrategy<Tree<OfEdition>> {
    let plain = prop_oneof![
        (op(), number()).prop_map(|(op, year)| OfEdition::Year(op, year)),
        (op(), name()).prop_map(|(op, title)| OfEdition::WorkTitle(op, title)),
        (op(), number()).prop_map(|(op, copies)| OfEdition::PrintsCopies(op, copies)),
    ];
    let prints = depth.checked_sub(1).map(|_| items(of_print(), OfEdition::Prints));
    tree(either(plain.boxed(), prints.into_iter().collect()))
}

fn of_print() -> BoxedStrategy<Tree<OfPrint>> {
    let plain = prop_oneof![
        (op(), number()).prop_map(|(op, copies)| OfPrint::Copies(op, copies)),
        (op(), number()).prop_map(|(op, year)| OfPrint::EditionYear(op, year)),
        (0..5_i64, number()).prop_map(|(work, number)| OfPrint::EditionIs(work, number)),
    ];
    tree(plain.boxed())
}
