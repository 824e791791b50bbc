// SPDX-License-Identifier: Apache-2.0

/// Setting a key in a trie.

extension Node {
  /// What an edit took out of the structure, to be released once the structure is in its owner's hands.
  enum Garbage {
    case nothing
    case value(Element)
    case entry(Entry<Element>)
    case node(Node)

    // REENTRANCY: this may run a destructor; the caller has stored the new root before.
    func release(_ policy: Policy) {
      switch self {
      case .nothing: break
      case .value(let value): policy.release(value)
      case .entry(let entry): policy.release(entry)
      case .node(let node): node.release(policy)
      }
    }
  }

  enum Insertion {
    /// The key maps to this very value.
    case unchanged
    case inserted
    case replaced(Garbage)
  }

  /// Sets a key in the trie below `root`, which is replaced.
  ///
  /// With `inPlace` the caller gives its reference to the old root: nodes that nothing else reaches are
  /// edited where they are. Without, the old root is borrowed and stays as it was.
  ///
  /// The first of two equal keys is kept. On failure the trie has the entries that it had.
  ///
  /// - Complexity: O(log n) node visits, one equality call for a key that is there and not identical,
  ///   and one for each other key in the way; at most one allocation per level.
  static func insert(
    _ entry: Entry<Element>, path: HashPath, into root: inout Node, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> Insertion {
    try Search.with(of: path, from: root) { (search) throws(Failure) in
      try search.descend(to: entry.key, forInsertion: true, forCopying: !inPlace, policy)
      return try insert(entry, at: search, into: &root, inPlace: inPlace, policy)
    }
  }

  @inline(__always)
  private static func insert(
    _ entry: Entry<Element>, at search: Search<Policy>, into root: inout Node, inPlace: Bool,
    _ policy: Policy
  ) throws(Failure) -> Insertion {
    let path = search.path
    let uniqueCount = inPlace ? search.uniqueCount(policy) : 0
    let depth = search.depth
    let isLastUnique = uniqueCount > depth
    if uniqueCount > 0, search.keepsKey ? policy.isTracked(entry.value) : policy.isTracked(entry) {
      try trackAncestors(search, uniqueCount: uniqueCount, root: &root, policy)
    }

    let last = search.last
    let bucket = path.bucket(at: depth)
    var insertion = Insertion.inserted
    var node: Node
    switch search.end {
    case .entry(let slot):
      let old = last.entries[slot].value
      if policy.areIdentical(old, entry.value) { return .unchanged }
      node = try last.replacingValue(
        at: slot, with: entry.value, consuming: isLastUnique, policy)
      policy.retain(entry.value)
      insertion = .replaced(isLastUnique ? .value(old) : .nothing)
    case .vacantBucket:
      node = try last.replacing(
        bucket, with: .entry(entry), count: last.count &+ 1, consuming: isLastUnique, policy)
      policy.retain(entry)
    case .otherKey(let slot, let otherPath):
      let other = last.branchEntries[slot]
      let fork = try fork(
        other, path: otherPath, entry, path: path, level: depth &+ 1, policy)
      do {
        node = try last.replacing(
          bucket, with: .child(fork), count: last.count &+ 1, consuming: isLastUnique, policy)
      } catch {
        fork.release(policy)
        throw error
      }
      if isLastUnique {
        policy.release(other)  // The fork holds it, so this runs no destructor.
      }
    case .collision:
      node = try last.appendingToCollision(entry, consuming: isLastUnique, policy)
      policy.retain(entry)
    case .foreignCollision:
      node = try fork(collision: last, entry, path: path, level: depth, policy)
      if isLastUnique {
        last.release(policy)  // The fork holds it, so this frees nothing.
      }
    }
    var difference = 1
    if case .replaced = insertion {
      difference = 0
    }
    root = try link(
      node, above: depth, search, uniqueCount: uniqueCount, difference: difference,
      wasConsumed: isLastUnique, inPlace: inPlace, policy)
    return insertion
  }

  /// Makes every uniquely held ancestor of the last node tracked, ahead of an edit that brings something
  /// tracked: a failure then leaves a whole trie (N8).
  private static func trackAncestors(
    _ search: Search<Policy>, uniqueCount: Int, root: inout Node, _ policy: Policy
  ) throws(Failure) {
    for level in 0..<Swift.min(uniqueCount, search.depth) {
      let node = search.nodes[level]
      if node.isTracked(policy) { continue }
      let moved = try node.movedToTracked(policy)
      search.replaceNode(at: level, with: moved)
      if level == 0 {
        root = moved
      }
    }
  }

  /// Puts a new node in the place of the one at `level` of a search, and gives the new root.
  ///
  /// Ancestors that are uniquely held are written to, the others copied; on failure the new node is given
  /// up. `wasConsumed` says that the old node at `level` is no longer held by its parent.
  static func link(
    _ node: Node, above level: Int, _ search: Search<Policy>, uniqueCount: Int,
    difference: Int, wasConsumed: Bool, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> Node {
    var node = node
    var wasConsumed = wasConsumed
    var level = level
    while level > 0 {
      level &-= 1
      let parent = search.nodes[level]
      let bucket = search.path.bucket(at: level)
      let count = parent.count &+ difference
      if level < uniqueCount {
        let slot = parent.childMap.slot(of: bucket)
        let old = parent.children[slot]
        // A line that is written to has to go back to memory: nothing is, if it stays as it is.
        if !(old == node) { parent.children[slot] = node }
        if difference != 0 {
          parent.setCount(count)
        } else {
          parent.forgetHash()
        }
        if !wasConsumed {
          old.release(policy)  // Not unique, so this frees nothing.
        }
        node = parent
        wasConsumed = true
      } else {
        do {
          let slot = parent.childMap.slot(of: bucket)
          node = try parent.replacingChild(at: slot, with: node, count: count, policy)
        } catch {
          node.release(policy)
          throw error
        }
      }
    }
    if inPlace, !wasConsumed {
      search.nodes[0].release(policy)  // Not unique, so this frees nothing.
    }
    return node
  }
}
