// SPDX-License-Identifier: Apache-2.0

import CSystem

/// Comparing two tries node by node.
///
/// The shape of a trie follows from the paths of its keys (N3, N9), so tries of equal keys have equal
/// bitmaps at every place, and a node that both hold is not looked at.

extension Node {
  /// Whether two subtrees at one place of two tries, not one and the same, have equal keys with equal
  /// values.
  ///
  /// - Complexity: O(d) node visits and equality calls for tries that differ in d entries and share the
  ///   rest; O(k^2) equality calls for k colliding keys. No allocation.
  // REENTRANCY: `matches` and `areEqual` may run foreign code. The caller holds both roots, and the nodes
  // below are never written to (N10).
  static func areEqual(
    _ a: Node, _ b: Node, inLargeMap: Bool, _ policy: Policy
  ) throws(Failure) -> Bool {
    guard a.entryMap == b.entryMap, a.childMap == b.childMap, a.count == b.count else {
      return false
    }
    if a.kind == .collision {
      return try areEqualCollisions(a, b, policy)
    }
    if inLargeMap { prefetchDifferences(a, b) }
    // Children first: they are compared by address where the tries share them.
    let children = a.children
    let otherChildren = b.children
    for slot in 0..<a.childMap.count where !(children[slot] == otherChildren[slot]) {
      guard
        try areEqual(children[slot], otherChildren[slot], inLargeMap: inLargeMap, policy)
      else { return false }
    }
    let entries = a.branchEntries
    let otherEntries = b.branchEntries
    for slot in 0..<a.entryMap.count {
      let first = entries[slot]
      let second = otherEntries[slot]
      if !policy.areIdentical(first.key, second.key) {
        let path = try policy.path(of: second.key)
        guard try policy.matches(first.key, second.key, path: path) else { return false }
      }
      guard try policy.areIdenticalOrEqual(first.value, second.value) else { return false }
    }
    return true
  }

  /// Asks for the memory of what two branches of one shape hold and do not share.
  @inline(__always)
  private static func prefetchDifferences(_ a: Node, _ b: Node) {
    let children = a.children
    let otherChildren = b.children
    for slot in 0..<a.childMap.count where !(children[slot] == otherChildren[slot]) {
      csystem_prefetch(children[slot].memory)
      csystem_prefetch(otherChildren[slot].memory)
    }
    let first = a.branchEntries
    let second = b.branchEntries
    for slot in 0..<a.entryMap.count {
      Policy.prefetch(first[slot].key)
      Policy.prefetch(second[slot].key)
      Policy.prefetch(first[slot].value)
      Policy.prefetch(second[slot].value)
    }
  }

  private static func areEqualCollisions(
    _ a: Node, _ b: Node, _ policy: Policy
  ) throws(Failure) -> Bool {
    for slot in 0..<a.entryCount {
      let first = a.collisionEntries[slot]
      guard
        let second = try b.findInCollision(first.key, path: a.collisionPath, policy),
        try policy.areIdenticalOrEqual(first.value, second.pointee.value)
      else { return false }
    }
    return true
  }
}
