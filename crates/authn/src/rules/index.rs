//! Index that finds the first matching route without a linear search.
//!
//! A search visits three trees: that of the exact host, that of the wildcard that matches the host, and that of the
//! routes for every host. Each is a tree of path segments. A node keeps, in order, the routes whose pattern ends there
//! and those that match everything below. Only routes with an identical pattern are compared one by one, by method and
//! network. A search follows at most two branches per segment (the literal text and `{name}`), goes no deeper than the
//! patterns, skips branches that hold only routes later than the best match so far, and allocates nothing.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::comparison::PathComparison;
use super::host::{HostPattern, split};
use super::pattern::Segment;
use super::{PathPattern, Route, RouteQuery};

/// Keys come from the configuration, so a client cannot choose them to collide.
type Table<T> = HashMap<Box<str>, T, FxBuildHasher>;

/// Compiled routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    hosts: Table<Tree>,
    wildcards: Table<Tree>,
    everywhere: Tree,
}

/// Tree of routes by path. The first node is the root.
#[derive(Clone, Debug, Default)]
struct Tree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    given: Table<usize>,
    free: Option<usize>,
    /// Routes whose pattern ends at this node, in order.
    ending: Vec<usize>,
    /// Routes that match everything below this node, in order.
    below: Vec<usize>,
    /// The first route in this node and its subtree.
    first: usize,
}

impl Index {
    /// Builds the index of these routes for paths compared byte for byte.
    pub(super) fn new(routes: &[Route]) -> Self {
        Self::of(routes, |path| [path.clone()].into_iter())
    }

    /// Builds the index of these routes for paths that were normalised in this way.
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

    /// Returns the index of the first matching route.
    pub(super) fn find(&self, routes: &[Route], query: &RouteQuery<'_>) -> Option<usize> {
        self.search(routes, query).0
    }

    /// Returns the index of the first matching route, and the indices of earlier routes that would match a client in
    /// their networks.
    pub(super) fn search(&self, routes: &[Route], query: &RouteQuery<'_>) -> (Option<usize>, Vec<usize>) {
        let Some(path) = query.path.strip_prefix('/') else { return (None, Vec::new()) };
        let mut search = Search { routes, query, best: usize::MAX, elsewhere: Vec::new() };
        let exact = self.hosts.get(query.host);
        let wildcard = match self.wildcards.is_empty() {
            true => None,
            false => split(query.host).and_then(|(_, suffix)| self.wildcards.get(suffix)),
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
            // Routes are added in order, so the route that creates a node is the first in it.
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
    query: &'a RouteQuery<'a>,
    best: usize,
    /// Routes that fail to match only because of the client's network.
    elsewhere: Vec<usize>,
}

impl Search<'_> {
    /// Searches a node; `rest` is the remaining path behind a slash.
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

    /// Takes the first of these routes whose other conditions hold.
    fn choose(&mut self, list: &[usize]) {
        for number in list.iter().copied().take_while(|number| *number < self.best) {
            let Some(route) = self.routes.get(number) else { return };
            if !route.takes(self.query.method) {
                continue;
            }
            if route.networks.admit(self.query.client) {
                self.best = number;
                return;
            }
            self.elsewhere.push(number);
        }
    }
}
