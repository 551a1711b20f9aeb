//! Conditions beside each other, and whether they speak of the same items of a collection.

use crate::meta::EntityMeta;
use crate::query::{Condition, Path};

impl Condition {
    /// The same as a whole of its own: whatever it is put beside, its items of collections are its own.
    #[must_use]
    pub fn apart(self) -> Self {
        match self {
            Condition::Apart(_) => self,
            condition if condition.goes_through_relations() => Condition::Apart(Box::new(condition)),
            condition => condition,
        }
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

    /// One of them holds. Wholes among them become one whole, as one item for all of them finds the same.
    pub fn any(conditions: impl IntoIterator<Item = Condition>) -> Self {
        let mut is_apart = false;
        let conditions = conditions.into_iter().map(|condition| {
            is_apart |= matches!(condition, Condition::Apart(_));
            condition.into_inner()
        });
        let any = Condition::Any(conditions.collect());
        if is_apart { any.apart() } else { any }
    }

    /// It does not hold.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Condition::Apart(whole) => Condition::Apart(Box::new(whole.negated())),
            condition => Condition::Not(Box::new(condition)),
        }
    }

    fn into_inner(self) -> Condition {
        match self {
            Condition::Apart(whole) => *whole,
            condition => condition,
        }
    }

    fn goes_through_relations(&self) -> bool {
        self.any_path(&mut |path| path.len() > 1)
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
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().any(|condition| condition.visit(test))
            }
            Condition::Not(condition) => condition.visit(test),
            Condition::Property(path, _) | Condition::Json(path, ..) => test(&path.0, path.owner()),
            Condition::HasItem(path, _) => test(path.owner(), path.owner()),
            Condition::Apart(_) => false,
        }
    }
}

impl Path {
    /// The relations that lead to the entity that has the last property.
    pub fn owner(&self) -> &[u16] {
        self.0.split_last().map_or(&[], |(_, relations)| relations)
    }
}
