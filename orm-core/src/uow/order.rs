//! Sorts numbers by what must come before what. Knows no entity.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One number must come before another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) before: usize,
    pub(super) after: usize,
    /// Whether the edge may not be given up to end a circle.
    pub(super) is_required: bool,
}

/// Numbers in an order that fits the edges.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sorted {
    /// Each layer needs numbers of earlier layers only; smaller numbers first.
    pub(super) layers: Vec<Vec<usize>>,
    /// Positions of the edges that had to be given up, as they closed a circle.
    pub(super) given_up: Vec<usize>,
}

/// Sorts the numbers below `count`. Fails with the numbers of a circle that only required edges make.
pub(super) fn sort(count: usize, edges: &[Edge]) -> Result<Sorted, Vec<usize>> {
    let mut rest = Rest::new(count, edges);
    let mut sorted = Sorted::default();
    let mut layer: Vec<usize> = (0..count).filter(|number| rest.waits[*number] == 0).collect();
    while rest.left > 0 {
        if layer.is_empty() {
            layer = rest.end_circles(&mut sorted.given_up)?;
        }
        let next = rest.place(&layer);
        sorted.layers.push(std::mem::replace(&mut layer, next));
    }
    sorted.given_up.sort_unstable();
    Ok(sorted)
}

/// The numbers that have no place yet.
struct Rest<'e> {
    edges: &'e [Edge],
    /// Whether the edge still holds its later number back.
    is_open: Vec<bool>,
    /// How many open edges hold each number back.
    waits: Vec<usize>,
    arriving: Vec<Vec<usize>>,
    leaving: Vec<Vec<usize>>,
    is_placed: Vec<bool>,
    left: usize,
}

impl<'e> Rest<'e> {
    fn new(count: usize, edges: &'e [Edge]) -> Self {
        let mut rest = Self {
            edges,
            is_open: vec![true; edges.len()],
            waits: vec![0; count],
            arriving: vec![Vec::new(); count],
            leaving: vec![Vec::new(); count],
            is_placed: vec![false; count],
            left: count,
        };
        for (position, edge) in edges.iter().enumerate() {
            rest.waits[edge.after] += 1;
            rest.arriving[edge.after].push(position);
            rest.leaving[edge.before].push(position);
        }
        rest
    }

    /// Places a layer; gives the numbers that nothing holds back any more.
    fn place(&mut self, layer: &[usize]) -> Vec<usize> {
        self.left -= layer.len();
        let mut freed = Vec::new();
        for number in layer {
            self.is_placed[*number] = true;
            for position in std::mem::take(&mut self.leaving[*number]) {
                if std::mem::take(&mut self.is_open[position]) {
                    let after = self.edges[position].after;
                    self.waits[after] -= 1;
                    if self.waits[after] == 0 {
                        freed.push(after);
                    }
                }
            }
        }
        freed.sort_unstable();
        freed
    }

    /// Everything left is in a circle or behind one. In each circle that nothing outside holds back, frees the number
    /// that costs the fewest edges.
    fn end_circles(&mut self, given_up: &mut Vec<usize>) -> Result<Vec<usize>, Vec<usize>> {
        let open = |positions: &[usize]| -> Vec<usize> {
            positions.iter().copied().filter(|position| self.is_open[*position]).collect()
        };
        let successors: Vec<Vec<usize>> = self
            .leaving
            .iter()
            .map(|leaving| open(leaving).into_iter().map(|position| self.edges[position].after).collect())
            .collect();
        let (component, mut circles) = strong_components(&successors);
        circles.retain(|circle| {
            circle.iter().all(|number| {
                let stays_inside =
                    |position: &usize| component[self.edges[*position].before] == component[*number];
                !self.is_placed[*number] && open(&self.arriving[*number]).iter().all(stays_inside)
            })
        });
        let mut freed = Vec::new();
        for circle in &circles {
            let is_free = |number: &usize| {
                open(&self.arriving[*number]).iter().all(|position| !self.edges[*position].is_required)
            };
            let number = circle.iter().copied().filter(is_free).min_by_key(|number| self.waits[*number]);
            freed.push(number.ok_or_else(|| self.required_circle(circle[0]))?);
        }
        for number in &freed {
            for position in &self.arriving[*number] {
                if std::mem::take(&mut self.is_open[*position]) {
                    given_up.push(*position);
                }
            }
            self.waits[*number] = 0;
        }
        freed.sort_unstable();
        Ok(freed)
    }

    /// Follows required edges backwards from a number, all of whose circle is held back by some, until one repeats.
    fn required_circle(&self, start: usize) -> Vec<usize> {
        let mut way = vec![start];
        loop {
            let last = way[way.len() - 1];
            let held_by = self.arriving[last]
                .iter()
                .find(|position| self.is_open[**position] && self.edges[**position].is_required);
            let Some(position) = held_by else { return way };
            let before = self.edges[*position].before;
            if let Some(first) = way.iter().position(|number| *number == before) {
                let mut circle = way.split_off(first);
                circle.reverse();
                return circle;
            }
            way.push(before);
        }
    }
}

/// Groups the numbers below `count`: those that lead to each other stand together, and every group before the groups
/// that need it. Where the edges leave a choice, the group with the smallest number comes first.
pub(super) fn components(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut successors = vec![Vec::new(); count];
    for (before, after) in edges {
        successors[*before].push(*after);
    }
    let (component, mut groups) = strong_components(&successors);
    let mut waits = vec![0_usize; groups.len()];
    for (_, after) in edges.iter().filter(|(before, after)| component[*before] != component[*after]) {
        waits[component[*after]] += 1;
    }
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> = (0..groups.len())
        .filter(|group| waits[*group] == 0)
        .map(|group| Reverse((groups[group][0], group)))
        .collect();
    let mut sorted = Vec::with_capacity(groups.len());
    while let Some(Reverse((_, group))) = ready.pop() {
        for after in groups[group].iter().flat_map(|number| &successors[*number]) {
            let next = component[*after];
            if next != group {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(Reverse((groups[next][0], next)));
                }
            }
        }
        sorted.push(std::mem::take(&mut groups[group]));
    }
    sorted
}

/// Which group each number is in, when those that lead to each other are grouped, and the groups (Tarjan's algorithm,
/// without recursion, as a chain may be long).
fn strong_components(successors: &[Vec<usize>]) -> (Vec<usize>, Vec<Vec<usize>>) {
    const NONE: usize = usize::MAX;
    let mut found = vec![NONE; successors.len()];
    let mut lowest = vec![0; successors.len()];
    let mut component = vec![NONE; successors.len()];
    let mut next = 0;
    let mut groups = 0;
    let mut open = Vec::new();
    for root in 0..successors.len() {
        let mut path = Vec::new();
        if found[root] == NONE {
            path.push((root, 0));
        }
        while let Some((number, turn)) = path.last_mut() {
            let number = *number;
            if *turn == 0 {
                (found[number], lowest[number]) = (next, next);
                next += 1;
                open.push(number);
            }
            let after = successors[number].get(*turn).copied();
            *turn += 1;
            match after {
                Some(after) if found[after] == NONE => path.push((after, 0)),
                Some(after) if component[after] == NONE => lowest[number] = lowest[number].min(found[after]),
                Some(_) => {}
                None => {
                    path.pop();
                    if let Some((parent, _)) = path.last() {
                        lowest[*parent] = lowest[*parent].min(lowest[number]);
                    }
                    if lowest[number] == found[number] {
                        while let Some(member) = open.pop() {
                            component[member] = groups;
                            if member == number {
                                break;
                            }
                        }
                        groups += 1;
                    }
                }
            }
        }
    }
    let mut members = vec![Vec::new(); groups];
    for (number, group) in component.iter().enumerate() {
        members[*group].push(number);
    }
    (component, members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(before: usize, after: usize) -> Edge {
        Edge { before, after, is_required: true }
    }

    fn optional(before: usize, after: usize) -> Edge {
        Edge { before, after, is_required: false }
    }

    #[test]
    fn numbers_without_edges_make_one_layer_in_their_own_order() {
        assert_eq!(sort(3, &[]), Ok(Sorted { layers: vec![vec![0, 1, 2]], given_up: vec![] }));
        assert_eq!(sort(0, &[]), Ok(Sorted::default()));
    }

    #[test]
    fn a_layer_needs_earlier_layers_only() {
        let edges = [required(3, 1), required(1, 0), optional(3, 0), optional(2, 0)];
        assert_eq!(
            sort(4, &edges),
            Ok(Sorted { layers: vec![vec![2, 3], vec![1], vec![0]], given_up: vec![] })
        );
    }

    #[test]
    fn a_circle_ends_at_an_optional_edge() {
        let sorted = sort(3, &[required(0, 1), required(1, 2), optional(2, 0)]);
        assert_eq!(sorted, Ok(Sorted { layers: vec![vec![0], vec![1], vec![2]], given_up: vec![2] }));
        let itself = sort(2, &[optional(1, 1), required(1, 0)]);
        assert_eq!(itself, Ok(Sorted { layers: vec![vec![1], vec![0]], given_up: vec![0] }));
    }

    #[test]
    fn no_more_edges_are_given_up_than_needed() {
        // 0 and 1 need each other; 2 needs 1 by an optional edge, which is kept.
        let sorted = sort(3, &[optional(0, 1), optional(1, 0), optional(1, 2)]);
        assert_eq!(sorted, Ok(Sorted { layers: vec![vec![0], vec![1], vec![2]], given_up: vec![1] }));
    }

    #[test]
    fn a_required_circle_is_named() {
        let edges = [required(4, 3), required(0, 1), required(1, 2), required(2, 0), optional(0, 3)];
        assert_eq!(sort(5, &edges), Err(vec![1, 2, 0]));
        assert_eq!(sort(1, &[required(0, 0)]), Err(vec![0]));
    }

    #[test]
    fn groups_stand_before_those_that_need_them() {
        assert_eq!(components(4, &[(3, 0), (2, 3)]), [vec![1], vec![2], vec![3], vec![0]]);
        assert_eq!(components(4, &[(0, 2), (2, 0), (3, 2), (2, 1)]), [vec![3], vec![0, 2], vec![1]]);
        assert_eq!(components(2, &[(1, 1), (1, 0), (1, 0)]), [vec![1], vec![0]]);
    }

    #[test]
    fn long_chains_need_no_deep_stack() {
        let count = 100_000;
        let edges: Vec<Edge> = (1..count).map(|number| required(number, number - 1)).collect();
        assert_eq!(sort(count, &edges).map(|sorted| sorted.layers.len()), Ok(count));
        let pairs: Vec<(usize, usize)> = edges.iter().map(|edge| (edge.before, edge.after)).collect();
        assert_eq!(components(count, &pairs).len(), count);
    }
}
