// SPDX-License-Identifier: Apache-2.0

/// Removing a key from a trie.

extension Node {
  enum Removal {
    case absent
    /// The trie goes on without the key.
    case removed(Garbage)
    /// The key was the last one: the root is untouched, and the caller gives it up.
    case emptied
  }

  /// Removes a key from the trie below `root`, which is replaced; `inPlace` as in `insert`.
  ///
  /// A subtree that is left with one entry, or with nothing but one collision node, is folded into the
  /// lowest ancestor that holds something else (N3).
  ///
  /// - Complexity: as `insert`.
  static func remove(
    _ key: Element, path: HashPath, from root: inout Node, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> Removal {
    try Search.with(of: path, from: root) { (search) throws(Failure) in
      try search.descend(to: key, forInsertion: false, forCopying: !inPlace, policy)
      return try remove(at: search, from: &root, inPlace: inPlace, policy)
    }
  }

  @inline(__always)
  private static func remove(
    at search: Search<Policy>, from root: inout Node, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> Removal {
    guard case .entry(let slot) = search.end else { return .absent }
    let uniqueCount = inPlace ? search.uniqueCount(policy) : 0
    let depth = search.depth
    let last = search.last
    if depth == 0, last.count == 1 { return .emptied }

    if depth > 0, let limb = last.limb(leftWithoutEntryAt: slot) {
      var level = depth &- 1
      while level > 0, search.nodes[level].entryMap.isEmpty,
        search.nodes[level].childMap.count == 1
      {
        level &-= 1
      }
      return try fold(
        limb, into: level, search, uniqueCount: uniqueCount, root: &root, inPlace: inPlace, policy)
    }

    let isLastUnique = uniqueCount > depth
    let removed = last.entries[slot]
    let node: Node
    if last.kind == .collision {
      node = try last.removingFromCollision(at: slot, consuming: isLastUnique, policy)
    } else {
      node = try last.replacing(
        search.path.bucket(at: depth), with: .nothing, count: last.count &- 1,
        consuming: isLastUnique,
        policy)
    }
    root = try link(
      node, above: depth, search, uniqueCount: uniqueCount, difference: -1,
      wasConsumed: isLastUnique, inPlace: inPlace, policy)
    return .removed(isLastUnique ? .entry(removed) : .nothing)
  }

  /// What is left of a node below the root without one of its entries, if a parent must take it in.
  private func limb(leftWithoutEntryAt slot: Int) -> Limb? {
    let entryCount = self.entryCount
    let childCount = self.childCount
    guard entryCount &+ childCount == 2 else { return nil }
    if entryCount == 2 {
      return .entry(entries[1 &- slot])
    }
    let child = children[0]
    return child.kind == .collision ? .child(child) : nil
  }

  /// Ends a removal by putting `limb` in the place of the whole subtree below a level of the search.
  private static func fold(
    _ limb: Limb, into level: Int, _ search: Search<Policy>, uniqueCount: Int,
    root: inout Node, inPlace: Bool, _ policy: Policy
  ) throws(Failure) -> Removal {
    let target = search.nodes[level]
    let isTargetUnique = uniqueCount > level
    let node = try target.replacing(
      search.path.bucket(at: level), with: limb, count: target.count &- 1,
      consuming: isTargetUnique, policy)
    switch limb {
    case .nothing: break
    case .entry(let entry): policy.retain(entry)
    case .child(let child): child.retain(policy)
    }
    root = try link(
      node, above: level, search, uniqueCount: uniqueCount, difference: -1,
      wasConsumed: isTargetUnique, inPlace: inPlace, policy)
    return .removed(isTargetUnique ? .node(search.nodes[level &+ 1]) : .nothing)
  }
}
