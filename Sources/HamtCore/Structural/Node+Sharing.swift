// SPDX-License-Identifier: Apache-2.0

/// What two tries share.

extension Node {
  /// Adds the nodes of this trie that `other` has as well; both are roots.
  ///
  /// A shared branch lies at the same place in both tries, since its place is the path of its keys. A
  /// collision node may lie deeper in one of them, where a key of nearly the same path was set.
  ///
  /// - Complexity: O(m) for m nodes that are shared or lie above shared ones.
  public func addShared(with other: Node, to statistics: inout Statistics, _ policy: Policy) {
    addShared(with: other, to: &statistics, level: 0, policy)
  }

  private func addShared(
    with other: Node, to statistics: inout Statistics, level: Int, _ policy: Policy
  ) {
    if self == other {
      add(to: &statistics, level: level, policy)
      return
    }
    switch (kind, other.kind) {
    case (.branch, .branch):
      var both = Bitmap(rawValue: childMap.rawValue & other.childMap.rawValue)
      while !both.isEmpty {
        let bucket = both.first
        both = both.removing(bucket)
        children[childMap.slot(of: bucket)].addShared(
          with: other.children[other.childMap.slot(of: bucket)], to: &statistics,
          level: level + 1, policy)
      }
    case (.collision, .branch):
      addSharedCollision(self, under: other, to: &statistics, level: level, policy)
    case (.branch, .collision):
      addSharedCollision(other, under: self, to: &statistics, level: level, policy)
    default: break
    }
  }

  /// Adds a collision node if it also lies in a branch at `level`.
  private func addSharedCollision(
    _ collision: Node, under branch: Node, to statistics: inout Statistics, level: Int,
    _ policy: Policy
  ) {
    var (node, depth) = (branch, level)
    while node.kind == .branch {
      let bucket = collision.collisionPath.bucket(at: depth)
      guard node.childMap.contains(bucket) else { return }
      node = node.children[node.childMap.slot(of: bucket)]
      depth += 1
    }
    if node == collision { collision.add(to: &statistics, level: depth, policy) }
  }
}
