//! Conditions beside each other, and whether they speak of the same items of a collection.

use crate::meta::EntityMeta;
use crate::query::{Condition, Operand, Path};

impl Condition {
    /// The same as a whole: it holds of a root or does not, whatever it is put beside, and its items of collections are
    /// its own.
    #[must_use]
    pub fn apart(self, root: &'static EntityMeta) -> Self {
        let mut collections = Vec::new();
        self.collections(root, &mut collections);
        if collections.is_empty() { self } else { Condition::Apart(Box::new(self)) }
    }

    /// Both hold, and where both go through the same collection, not necessarily for the same item.
    #[must_use]
    pub fn and_apart(self, other: Condition, root: &'static EntityMeta) -> Self {
        let (mut own, wholes) = other.into_parts();
        let own = if own.len() == 1 { own.swap_remove(0) } else { Condition::All(own) };
        let both = self.and_whole(own, root);
        wholes.into_iter().fold(both, |both, whole| both.and_whole(whole, root))
    }

    fn and_whole(self, whole: Condition, root: &'static EntityMeta) -> Self {
        let mut mine = Vec::new();
        self.collections(root, &mut mine);
        let mut others = Vec::new();
        whole.collections(root, &mut others);
        match others.iter().any(|path| mine.contains(path)) {
            true => self.and(Condition::Apart(Box::new(whole))),
            false => self.and(whole),
        }
    }

    /// What this says by itself, and the wholes that stand beside it.
    fn into_parts(self) -> (Vec<Condition>, Vec<Condition>) {
        match self {
            Condition::All(all) => {
                let (wholes, own): (Vec<_>, Vec<_>) =
                    all.into_iter().partition(|condition| matches!(condition, Condition::Apart(_)));
                (own, wholes.into_iter().map(Condition::into_inner).collect())
            }
            Condition::Apart(whole) => (Vec::new(), vec![*whole]),
            condition => (vec![condition], Vec::new()),
        }
    }

    /// One of them holds.
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Self {
        let conditions: Vec<Condition> = conditions.into_iter().collect();
        // One item for all of them finds the same, by one query.
        match !conditions.is_empty() && conditions.iter().all(|whole| matches!(whole, Condition::Apart(_))) {
            true => Condition::Apart(Box::new(Condition::Any(
                conditions.into_iter().map(Condition::into_inner).collect(),
            ))),
            false => Condition::Any(conditions),
        }
    }

    /// It does not hold.
    #[must_use]
    pub fn negated(self) -> Self {
        Condition::Not(Box::new(self))
    }

    fn into_inner(self) -> Condition {
        match self {
            Condition::Apart(whole) => *whole,
            condition => condition,
        }
    }

    /// The paths to collections whose items this speaks of.
    fn collections(&self, root: &'static EntityMeta, found: &mut Vec<Path>) {
        self.any_path(&mut |path| {
            let mut entity = root;
            for (index, property) in path.iter().enumerate() {
                let property = entity.properties.get(usize::from(*property));
                let Some(relation) = property.and_then(|property| property.as_relation()) else { break };
                if relation.kind.is_to_many() {
                    let path = Path(path[..=index].into());
                    if !found.contains(&path) {
                        found.push(path);
                    }
                }
                entity = (relation.target)();
            }
            false
        });
    }

    /// Whether one of the paths that lead from the root to a joined table is such a one. What is asked of items, and
    /// wholes beside others, have queries of their own.
    pub fn any_path(&self, test: &mut impl FnMut(&[u16]) -> bool) -> bool {
        self.visit(&mut |joined, _| test(joined))
    }

    /// The relations that this goes through.
    pub fn relations(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.visit(&mut |_, relations| {
            let path = Path(relations.into());
            if !relations.is_empty() && !found.contains(&path) {
                found.push(path);
            }
            false
        });
        found
    }

    /// Calls `test` with each path that is joined, and with the relations of it that are gone through.
    fn visit(&self, test: &mut impl FnMut(&[u16], &[u16]) -> bool) -> bool {
        // Not by recursion: a condition that was put together at run time may be deeper than the stack.
        let mut waiting = vec![self];
        while let Some(condition) = waiting.pop() {
            let is_found = match condition {
                Condition::All(conditions) | Condition::Any(conditions) => {
                    waiting.extend(conditions.iter().rev());
                    false
                }
                Condition::Not(condition) => {
                    waiting.push(condition);
                    false
                }
                Condition::Property(path, _) | Condition::Json(path, ..) => test(&path.0, path.owner()),
                Condition::Compare(path, _, operand) => {
                    test(&path.0, path.owner())
                        || match operand {
                            Operand::Property(other) => test(&other.0, other.owner()),
                            Operand::Outer(..) => false,
                        }
                }
                Condition::Row(paths, _) => paths.iter().any(|path| test(&path.0, path.owner())),
                Condition::HasItem(path, _) => test(path.owner(), path.owner()),
                Condition::Apart(_) => false,
            };
            if is_found {
                return true;
            }
        }
        false
    }
}

impl Path {
    /// The relations that lead to the entity that has the last property.
    pub fn owner(&self) -> &[u16] {
        self.0.split_last().map_or(&[], |(_, relations)| relations)
    }
}
