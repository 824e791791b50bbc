// SPDX-License-Identifier: Apache-2.0

/// Equality and hash of whole maps.

extension Root {
  /// Whether both maps have equal keys with equal values, in whatever order.
  ///
  /// - Complexity: O(d) for maps that differ in d entries and share the rest; O(1) for one root.
  public func isEqual(to other: Root, _ policy: Policy) throws(Failure) -> Bool {
    guard let node, let otherNode = other.node else { return self.node == nil && other.node == nil }
    if node == otherNode { return true }
    if node.count != otherNode.count { return false }
    if node.kind != .array, otherNode.kind != .array {
      return try Node.areEqual(node, otherNode, inLargeMap: isLarge, policy)
    }
    if node.kind == .array, otherNode.kind == .array {
      return try ArrayMap(node).isEqual(to: ArrayMap(otherNode), policy)
    }
    // One is an array, with the path of each key beside it.
    let (array, map) = node.kind == .array ? (node, other) : (otherNode, self)
    for slot in 0..<array.entryCount {
      let entry = array.arrayEntries[slot]
      guard
        let found = try map.find(entry.key, path: array.arrayPaths[slot], policy),
        try policy.areIdenticalOrEqual(entry.value, found.pointee.value)
      else { return false }
    }
    return true
  }

  /// The exclusive or of what the entries contribute to a hash; zero for the empty map.
  ///
  /// - Complexity: O(n) the first time, O(log n) after one change.
  public func contributions(_ policy: Policy) throws(Failure) -> UInt64 {
    try node?.contributions(policy) ?? 0
  }
}
