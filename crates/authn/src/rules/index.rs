//! Finds the first route that matches, without looking at each.
//!
//! Three trees are asked: that of the exact host, that of the wildcard that the host falls under, and that of the routes for
//! every host. Each is a tree of path segments; a node keeps, in order, the routes whose pattern ends there and those that
//! take everything below. What is left to look at are the routes with the very same pattern, for their methods and
//! networks. A search follows at most two branches a segment (the given text and `{name}`), goes no deeper than the
//! patterns, leaves branches out that hold only later routes than the one at hand, and allocates nothing.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::comparison::PathComparison;
use super::host::{HostPattern, split};
use super::pattern::Segment;
use super::{Asked, PathPattern, Route};

/// Keys come from the configuration, so nobody can choose them to collide.
type Table<T> = HashMap<Box<str>, T, FxBuildHasher>;

/// The compiled routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    hosts: Table<Tree>,
    wildcards: Table<Tree>,
    everywhere: Tree,
}

/// Routes by path. The first node is the root.
#[derive(Clone, Debug, Default)]
struct Tree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    given: Table<usize>,
    free: Option<usize>,
    /// Routes whose pattern ends here, in order.
    ending: Vec<usize>,
    /// Routes that take everything below, in order.
    below: Vec<usize>,
    /// The first route in this node and under it.
    first: usize,
}

impl Index {
    /// Of these routes, for paths as they come.
    pub(super) fn new(routes: &[Route]) -> Self {
        Self::of(routes, |path| [path.clone()].into_iter())
    }

    /// Of these routes, for paths that were normalised in this way.
    pub(super) fn normalized(routes: &[Route], comparison: PathComparison) -> Self {
        Self::of(routes, |path| path.normalized(comparison))
    }

    fn of<I: Iterator<Item = PathPattern>>(routes: &[Route], patterns: impl Fn(&PathPattern) -> I) -> Self {
        let mut index = Self::default();
        for (number, route) in routes.iter().enumerate() {
            for path in patterns(&route.path) {
                if route.hosts.is_empty() {
                    index.everywhere.insert(&path, number);
                }
                for host in &route.hosts {
                    let tree = match host {
                        HostPattern::Is(name) => index.hosts.entry(name.clone()).or_default(),
                        HostPattern::Below(suffix) => index.wildcards.entry(suffix.clone()).or_default(),
                    };
                    tree.insert(&path, number);
                }
            }
        }
        index
    }

    /// The number of the first route that matches.
    pub(super) fn find(&self, routes: &[Route], asked: &Asked<'_>) -> Option<usize> {
        self.search(routes, asked).0
    }

    /// The number of the first route that matches, and those of the routes before it that would match a client of their
    /// networks.
    pub(super) fn search(&self, routes: &[Route], asked: &Asked<'_>) -> (Option<usize>, Vec<usize>) {
        let Some(path) = asked.path.strip_prefix('/') else { return (None, Vec::new()) };
        let mut search = Search { routes, asked, best: usize::MAX, elsewhere: Vec::new() };
        let exact = self.hosts.get(asked.host);
        let wildcard = match self.wildcards.is_empty() {
            true => None,
            false => split(asked.host).and_then(|(_, suffix)| self.wildcards.get(suffix)),
        };
        for tree in exact.into_iter().chain(wildcard).chain([&self.everywhere]) {
            search.descend(tree, 0, Some(path));
        }
        let Search { best, mut elsewhere, .. } = search;
        elsewhere.retain(|number| *number < best);
        ((best != usize::MAX).then_some(best), elsewhere)
    }
}

impl Tree {
    fn insert(&mut self, path: &PathPattern, route: usize) {
        if self.nodes.is_empty() {
            self.nodes.push(Node { first: route, ..Node::default() });
        }
        let mut at = 0;
        for segment in path.segments() {
            let fresh = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return };
            let child = match segment {
                Segment::Is(text) => *node.given.entry(text.clone()).or_insert(fresh),
                Segment::Any(_) => *node.free.get_or_insert(fresh),
            };
            // Routes come in order, so whoever makes a node is the first in it.
            if child == fresh {
                self.nodes.push(Node { first: route, ..Node::default() });
            }
            at = child;
        }
        if let Some(node) = self.nodes.get_mut(at) {
            let list = if path.is_below() { &mut node.below } else { &mut node.ending };
            // Two hosts of one route may share a tree.
            if list.last() != Some(&route) {
                list.push(route);
            }
        }
    }
}

struct Search<'a> {
    routes: &'a [Route],
    asked: &'a Asked<'a>,
    best: usize,
    /// Routes that only the client's network keeps from matching.
    elsewhere: Vec<usize>,
}

impl Search<'_> {
    /// Looks at a node; `rest` is what of the path is left behind a slash.
    fn descend(&mut self, tree: &Tree, node: usize, rest: Option<&str>) {
        let Some(node) = tree.nodes.get(node).filter(|node| node.first < self.best) else { return };
        let Some(rest) = rest else { return self.choose(&node.ending) };
        self.choose(&node.below);
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        if let Some(child) = node.given.get(segment) {
            self.descend(tree, *child, rest);
        }
        if let Some(child) = node.free.filter(|_| !segment.is_empty()) {
            self.descend(tree, child, rest);
        }
    }

    /// Takes the first of these routes whose other conditions are met.
    fn choose(&mut self, list: &[usize]) {
        for number in list.iter().copied().take_while(|number| *number < self.best) {
            let Some(route) = self.routes.get(number) else { return };
            if !route.takes(self.asked.method) {
                continue;
            }
            if route.networks.admit(self.asked.client) {
                self.best = number;
                return;
            }
            self.elsewhere.push(number);
        }
    }
}
